/**
 * The relay: carries requests of a page to the worker and what it tells back, and does nothing else.
 *
 * Contract: a page that never asks has no line, and wakes no worker. A request stays here until it is answered; on a
 * line that was lost, or gave no sign within a second, it is sent again under its id, so the worker's death loses and
 * doubles nothing. A page put aside closes its line, since the browser would kill it without a word, and opens
 * another when it is shown again. What is too large, and what a frame asks that is not served, ends here.
 */
import type { Scheduler } from '../../runtime/ports.ts'
import { failed } from '../background/provider/errors.ts'
import { type Ask, isTooLarge, readAsk, TOO_LARGE, type Told } from './wire.ts'

/** The part of `runtime.Port` used here. */
export type RelayPort = {
  postMessage(message: Ask): void
  disconnect(): void
  readonly onMessage: { addListener(listener: (message: Told) => void): void }
  readonly onDisconnect: { addListener(listener: () => void): void }
}

export type RelayPorts = {
  /** @throws when the extension is no longer there. */
  readonly connect: () => RelayPort
  readonly toPage: (text: string) => void
  readonly schedule: Scheduler
}

export type Relay = {
  fromPage(text: string): void
  /** The page is put aside, or left. */
  hide(): void
  show(): void
  /** Something changed that this page may want to know. */
  poke(): void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

type Held = { readonly ask: Ask; isAcknowledged: boolean }

export const createRelay = ({ connect, toPage, schedule }: RelayPorts): Relay => {
  const held = new Map<string, Held>()
  const line: { port: RelayPort | null; isUsed: boolean; isHidden: boolean; isGone: boolean } = {
    port: null,
    isUsed: false,
    isHidden: false,
    isGone: false,
  }
  let waitMs = FIRST_WAIT_MS
  let stopWaiting: (() => void) | null = null

  const tell = (told: Told): void => toPage(JSON.stringify(told))
  const gone = (): void => {
    line.isGone = true
    for (const id of held.keys()) tell({ type: 'answer', id, answer: failed('disconnected') })
    held.clear()
    tell({ type: 'gone' })
  }
  const close = (): void => {
    const { port } = line
    line.port = null
    port?.disconnect()
  }
  const later = (): void => {
    stopWaiting?.()
    stopWaiting = schedule(waitMs, () => {
      stopWaiting = null
      const isUnheard = [...held.values()].some(({ isAcknowledged }) => !isAcknowledged)
      if (!isUnheard || line.isHidden) return
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
      close()
      open()
    })
  }
  const heard = (port: RelayPort, told: Told): void => {
    if (port !== line.port) return
    waitMs = FIRST_WAIT_MS
    if (told.type === 'ack') {
      const waiting = held.get(told.id)
      if (waiting !== undefined) waiting.isAcknowledged = true
      return
    }
    if (told.type === 'answer') held.delete(told.id)
    tell(told)
  }
  const lost = (port: RelayPort, hadSpoken: boolean, isSecond: boolean): void => {
    if (port !== line.port) return
    line.port = null
    for (const waiting of held.values()) waiting.isAcknowledged = false
    if (line.isHidden) return
    // The first word on a line is what the page may see. It may have been opened for that, so one more is tried.
    if (held.size === 0) return hadSpoken || isSecond ? undefined : open(true)
    // A worker that was stopped is normal life; one that never says a word is given time.
    if (hadSpoken) open()
    else later()
  }
  const open = (isSecond = false): void => {
    if (line.port !== null || line.isGone || line.isHidden) return
    let hasSpoken = false
    try {
      const port = connect()
      line.port = port
      port.onMessage.addListener((told) => {
        hasSpoken = true
        heard(port, told)
      })
      port.onDisconnect.addListener(() => lost(port, hasSpoken, isSecond))
      for (const { ask } of held.values()) port.postMessage(ask)
    } catch {
      return gone()
    }
    if (held.size > 0) later()
  }
  const send = (ask: Ask): void => {
    const { port } = line
    if (port === null) return open()
    try {
      port.postMessage(ask)
      later()
    } catch {
      // It is dead, and its event has not come yet.
      line.port = null
      open()
    }
  }
  return {
    fromPage: (text) => {
      const ask = readAsk(readJson(text))
      if (ask === null || line.isGone) return line.isGone ? gone() : undefined
      if (isTooLarge(ask.request))
        return tell({ type: 'answer', id: ask.id, answer: failed('invalidParams', TOO_LARGE) })
      line.isUsed = true
      held.set(ask.id, { ask, isAcknowledged: false })
      send(ask)
    },
    hide: () => {
      line.isHidden = true
      close()
    },
    show: () => {
      line.isHidden = false
      if (line.isUsed) open()
    },
    poke: () => {
      if (line.isUsed) open()
    },
  }
}

/** For a frame that is not served: every request is refused here, and nothing reaches the worker. */
export const createRefusal = (toPage: (text: string) => void): Relay => ({
  fromPage: (text) => {
    const ask = readAsk(readJson(text))
    const told: Told | null = ask === null ? null : { type: 'answer', id: ask.id, answer: failed('unauthorized') }
    if (told !== null) toPage(JSON.stringify(told))
  },
  hide: () => undefined,
  show: () => undefined,
  poke: () => undefined,
})

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
