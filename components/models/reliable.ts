/**
 * Calls that outlive a lost line. The worker behind the port may die at any instant; a call that was under way then
 * is made again on the next line, until something answers it. Safe for reads, and for commands because they carry
 * their own `commandId`.
 */
import { effect } from '@preact/signals'
import type { WireError } from '../../runtime/radapter/types.ts'
import type { Session } from './session.ts'
import { wireErrorOf } from './wire.ts'

export type Outcome<T> =
  | { readonly type: 'ok'; readonly value: T }
  | { readonly type: 'error'; readonly error: WireError }

/** Between two tries on a line that stands, so that a busy host is not hammered. */
const PAUSE_MS = 500

const LOST: Outcome<never> = {
  type: 'error',
  error: { code: 'E_INTERNAL', message: 'the line was lost', retryable: true },
}

/** `held` settles once `condition`, made of signals, holds; `stop` gives up waiting. */
const waitFor = (condition: () => boolean): { readonly held: Promise<void>; readonly stop: () => void } => {
  const { promise, resolve } = withResolver()
  const stop = effect(() => {
    if (condition()) resolve()
  })
  return { held: promise, stop }
}

const withResolver = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}

export const until = async (condition: () => boolean): Promise<void> => {
  const wait = waitFor(condition)
  await wait.held
  wait.stop()
}

export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))

/** One try; a new line counts as no answer, for a call may be lost without ever failing. */
export const tryOnce = async <T>(session: Session, call: () => Promise<T>): Promise<Outcome<T>> => {
  const epoch = session.epoch.peek()
  const line = waitFor(() => session.epoch.value !== epoch)
  const answer = call().then(
    (value): Outcome<T> => ({ type: 'ok', value }),
    (thrown): Outcome<T> => ({ type: 'error', error: wireErrorOf(thrown) }),
  )
  const outcome = await Promise.race([answer, line.held.then(() => LOST)])
  line.stop()
  return outcome
}

/**
 * @param goOn asked before every try; false ends the calls with the last error.
 * @returns the answer, or the first error that another try would not change.
 */
export const untilAnswered = async <T>(
  session: Session,
  call: () => Promise<T>,
  goOn: () => boolean,
): Promise<Outcome<T>> => {
  let outcome: Outcome<T> = LOST
  for (;;) {
    await until(() => session.connection.value === 'connected' && session.hostStatus.value?.wallet === 'unlocked')
    if (!goOn()) return outcome
    outcome = await tryOnce(session, call)
    if (outcome.type === 'ok') return outcome
    const mayChange = outcome.error.retryable || outcome.error.code === 'E_WALLET_LOCKED'
    if (!mayChange) return outcome
    if (outcome !== LOST) await pause()
  }
}
