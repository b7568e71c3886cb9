/**
 * A line that comes back: opens a connection, and when it is lost opens the next. A worker that was stopped is normal
 * life, so a connection that had held is replaced at once; one that keeps failing is tried again after 1 s, then
 * twice as long each time, up to 30 s, each pause shortened by up to half at random so that many clients do not come
 * back together.
 */
import type { Clock, Scheduler } from '../ports.ts'
import type { Connection } from './connection.ts'
import type { ConnectionStatus } from './types.ts'

export type ClientPorts = {
  readonly clock: Clock
  readonly schedule: Scheduler
  /** 0 ≤ random < 1 */
  readonly random: () => number
}

/** Of the process this runs in. */
export const systemPorts: ClientPorts = {
  clock: { now: () => Date.now() },
  schedule: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

export type Line = {
  readonly status: () => ConnectionStatus
  readonly start: () => void
  /** Ends the line and the connection. */
  readonly stop: () => void
  /** Nothing while there is no connection. */
  readonly send: (text: string) => void
  /** The other side has spoken sense: the connection stands. */
  readonly stands: () => void
  /** The other side speaks nonsense: gives this connection up. */
  readonly drop: () => void
}

export type LineEvents = {
  /** A new connection; it carries from now on. */
  readonly onOpen: () => void
  readonly onMessage: (message: unknown) => void
  readonly onLost: () => void
  readonly onStatus: (status: ConnectionStatus) => void
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** A connection that held for this long was a good one. */
const HELD_MS = 1_000
/** A connection on which nothing was said after this long is given up. */
const SILENCE_MS = 3_000

export const createLine = (open: () => Connection, ports: ClientPorts, events: LineEvents): Line => {
  let status: ConnectionStatus = 'disconnected'
  let isRunning = false
  let current: Connection | null = null
  let stoodSinceMs: number | null = null
  let failures = 0
  let cancelTimer = (): void => undefined

  const become = (next: ConnectionStatus): void => {
    if (next === status) return
    status = next
    events.onStatus(next)
  }
  const pauseMs = (): number => {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 16))
    return longest * (1 - ports.random() / 2)
  }
  const again = (): void => {
    const hadStood = stoodSinceMs !== null
    const hadHeld = stoodSinceMs !== null && ports.clock.now() - stoodSinceMs >= HELD_MS
    const isAtOnce = hadStood && (hadHeld || failures === 0)
    const delayMs = isAtOnce ? 0 : pauseMs()
    failures = hadHeld ? 0 : failures + 1
    stoodSinceMs = null
    become(isAtOnce ? 'connecting' : 'disconnected')
    cancelTimer = ports.schedule(delayMs, dial)
  }
  const lost = (connection: Connection): void => {
    if (current !== connection) return
    current = null
    cancelTimer()
    events.onLost()
    if (isRunning) again()
  }
  const dial = (): void => {
    become('connecting')
    const connection = tryOpen()
    if (connection === null) return again()
    current = connection
    cancelTimer = ports.schedule(SILENCE_MS, () => connection.close())
    events.onOpen()
    connection.onMessage((message) => {
      if (current === connection) events.onMessage(message)
    })
    connection.onClose(() => lost(connection))
  }
  const tryOpen = (): Connection | null => {
    try {
      return open()
    } catch {
      // Nobody to connect to at present; the next try may find somebody.
      return null
    }
  }
  return {
    status: () => status,
    start: () => {
      if (isRunning) return
      isRunning = true
      dial()
    },
    stop: () => {
      isRunning = false
      cancelTimer()
      current?.close()
      become('disconnected')
    },
    send: (text) => current?.send(text),
    stands: () => {
      if (stoodSinceMs !== null || current === null) return
      stoodSinceMs = ports.clock.now()
      cancelTimer()
      become('connected')
    },
    drop: () => current?.close(),
  }
}
