/**
 * Which window may write to a runtime, where several could: a lease the host gives to one of them at a time.
 *
 * Contract: whoever comes first has it, whoever leaves gives it back, and it goes to another one only when that one's
 * owner says so. The name of the holder outlives the worker, so that a restart takes the pen from nobody; a holder that
 * is gone without a word, because nobody was there to hear it, is asked after. One change after another.
 */
import * as v from 'valibot'
import type { Slot } from '../ports.ts'

/** One window's place at a runtime. */
export type Place = {
  readonly mayWrite: () => boolean
  /** Nobody writes: the one that did is gone. */
  readonly isFree: () => boolean
  /** Makes this window the writer. */
  readonly take: () => Promise<void>
  readonly leave: () => Promise<void>
}

export type ControlLease = {
  /** @param clientId drawn by the window, and by no other one. */
  readonly enter: (clientId: string) => Promise<Place>
  readonly onChange: (listener: () => void) => () => void
}

type Ports = {
  /** Lives as long as the browser does. */
  readonly slot: Slot
  readonly isAlive: (clientId: string) => Promise<boolean>
}

/** Whether a window that is there has it. Who cannot be asked after is taken to be there. */
export const isPenHeld = async ({ slot, isAlive }: Ports): Promise<boolean> => {
  const holder = await slot.get()
  return v.is(v.string(), holder) && (await isAlive(holder).catch(() => true))
}

export const createControl = ({ slot, isAlive }: Ports): ControlLease => {
  const listeners = new Set<() => void>()
  let holder: string | null = null
  let turn: Promise<unknown> = slot.get().then(
    (stored) => {
      holder = v.is(v.string(), stored) ? stored : null
    },
    () => undefined,
  )
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const run = turn.then(act)
    turn = run.catch(() => undefined)
    return run
  }
  const become = async (next: string | null): Promise<void> => {
    if (next === holder) return
    holder = next
    for (const listener of listeners) listener()
    // Forgotten by a worker that dies now, it is decided anew by who comes first.
    await (next === null ? slot.clear() : slot.set(next)).catch(() => undefined)
  }
  return {
    enter: async (clientId) => {
      await inTurn(async () => {
        // Who cannot be asked after is taken to be there: the pen can still be taken.
        const isHeld = holder !== null && (await isAlive(holder).catch(() => true))
        if (!isHeld) await become(clientId)
      })
      return {
        mayWrite: () => holder === clientId,
        isFree: () => holder === null,
        take: () => inTurn(() => become(clientId)),
        leave: () => inTurn(async () => (holder === clientId ? become(null) : undefined)),
      }
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
