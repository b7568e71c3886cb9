/**
 * Keeps sending what the outbox holds until the other runtime says it has it. Waiting is counted in rounds of the
 * timer, so that a clock that is set back, or new messages without end, never keep an old message from going again.
 */
import { compareStarts } from './account/hello.ts'

import { isRetryable } from './errors.ts'
import type { RuntimeHost } from './host.ts'
import { LIMITS, TIMING } from './lib/limits.ts'
import type { EntityId, Start } from './lib/units.ts'
import { outboxKey } from './outbox.ts'
import type { Clock, Parcel, Scheduler, Store, Transport } from './ports.ts'
import type { Env, OutboxEntry, RuntimeOutputs } from './types.ts'

type Ports = {
  readonly store: Store
  readonly epoch: number
  readonly clock: Clock
  readonly schedule: Scheduler
  readonly transport: Transport | null
}

export type Courier = {
  readonly start: (submit: RuntimeHost['submit']) => void
  readonly send: (outputs: RuntimeOutputs) => void
  /** Sends everything again, now. */
  readonly retry: () => void
  readonly unreachable: () => ReadonlyMap<EntityId, number>
  readonly stop: () => void
}

type Attempts = { readonly to: EntityId; readonly count: number; readonly firstMs: number; roundsLeft: number }

const isSameStart = (a: Start | null, b: Start | null): boolean =>
  a === null || b === null ? a === b : compareStarts(a, b) === 0

/** Sent so often in vain, about seven seconds, its receiver counts as unreachable. */
const SILENT_AFTER = 3

/** @param onChange told when somebody becomes unreachable, or is so no longer */
export const createCourier = (ports: Ports, env: () => Env, onChange: () => void): Courier => {
  const { transport, clock } = ports
  const attempts = new Map<number, Attempts>()
  let silent: ReadonlyMap<EntityId, number> = new Map()
  let cancel: (() => void) | null = null
  let unsubscribe: () => boolean | void = () => {}
  const post = (entry: OutboxEntry) => {
    const parcel = { type: 'message', start: env().start, ...entry } as const
    const before = attempts.get(parcel.seq)
    const count = (before?.count ?? -1) + 1
    const backoff = Math.min(2 ** count, TIMING.resendMaxMs / TIMING.resendFirstMs)
    const firstMs = before?.firstMs ?? clock.now()
    // The round under way began before this message, and does not count for it.
    attempts.set(parcel.seq, { to: parcel.to, count, firstMs, roundsLeft: backoff + 1 })
    transport?.send(parcel)
  }
  const plan = () => {
    if (env().outbox.size > 0) cancel ??= ports.schedule(TIMING.resendFirstMs, resend)
  }
  /** Whatever was receipted, or waits for nobody any more, is forgotten. */
  const look = () => {
    const found = new Map<EntityId, number>()
    for (const [seq, { to, count, firstMs }] of attempts) {
      if (!env().outbox.has(outboxKey(seq))) attempts.delete(seq)
      else if (count >= SILENT_AFTER) found.set(to, Math.min(firstMs, found.get(to) ?? firstMs))
    }
    const isSame = found.size === silent.size && [...found].every(([to, sinceMs]) => silent.get(to) === sinceMs)
    if (isSame) return
    silent = found
    onChange()
  }
  const resend = () => {
    cancel = null
    for (const entry of env().outbox.values()) {
      const last = attempts.get(entry.seq)
      if (last === undefined || --last.roundsLeft <= 0) post(entry)
    }
    look()
    plan()
  }
  const receive = async (parcel: Parcel, submit: RuntimeHost['submit']): Promise<void> => {
    if (parcel.type === 'receipt') {
      // Nobody can sign for what was sent to another.
      const isTheirs = env().outbox.get(outboxKey(parcel.seq))?.to === parcel.from
      if (isTheirs && isSameStart(parcel.start, env().start)) await submit({ type: 'receipt', seq: parcel.seq })
      return look()
    }
    const { from, to, seq, start, bytes } = parcel
    if (bytes.length > LIMITS.envelopedMessageBytes) return
    const outcome = await submit({ type: 'message', from, to, start, bytes })
    if (outcome.type === 'rejected' && isRetryable(outcome.rejection)) return
    // What changed nothing is not in the log, and a writer that has lost the log may judge by an old state.
    const isLogged = outcome.type === 'applied' && outcome.height <= env().height
    if (!isLogged) await ports.store.commit({ epoch: ports.epoch, puts: [], deletes: [] })
    transport?.send({ type: 'receipt', from: to, to: from, seq, start })
  }
  return {
    start: (submit) => {
      if (transport === null) return
      // A parcel that finds this runtime stopped is simply not receipted, and comes again.
      unsubscribe = transport.onParcel((parcel) => void receive(parcel, submit).catch(() => {}))
      resend()
    },
    send: (outputs) => {
      for (const entry of outputs.parcels) post(entry)
      for (const { from, to, bytes } of outputs.resends)
        transport?.send({ type: 'message', start: env().start, from, to, bytes, seq: 0 })
      plan()
    },
    retry: () => {
      for (const last of attempts.values()) last.roundsLeft = 0
      cancel?.()
      resend()
    },
    unreachable: () => silent,
    stop: () => {
      cancel?.()
      unsubscribe()
    },
  }
}
