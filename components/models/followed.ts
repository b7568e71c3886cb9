/**
 * What the host answers to a question, asked again whenever it says that the answer may have changed. Nothing is changed
 * here first: what is shown is what the host says.
 */
import { effect, type ReadonlySignal, signal } from '@preact/signals'
import type { WireError } from '../../runtime/radapter/types.ts'
import { untilAnswered } from './reliable.ts'
import type { Session } from './session.ts'

export type Followed<T> = {
  /** Null until it was answered. */
  readonly value: ReadonlySignal<T | null>
  readonly error: ReadonlySignal<WireError | null>
  /** @returns undo */
  start(): () => void
}

/** @param isTime made of signals: a change of any of them asks again, while it holds. */
export const follow = <T>(session: Session, ask: () => Promise<T>, isTime: () => boolean): Followed<T> => {
  const value = signal<T | null>(null)
  const error = signal<WireError | null>(null)
  return {
    value,
    error,
    start: () => {
      const asking = { isOver: false, isUnderWay: false, isStale: false }
      const run = async (): Promise<void> => {
        asking.isStale = true
        if (asking.isUnderWay) return
        asking.isUnderWay = true
        while (asking.isStale && !asking.isOver) {
          asking.isStale = false
          const answer = await untilAnswered(session, ask, () => !asking.isOver)
          if (asking.isOver) return
          if (answer.type === 'ok') value.value = answer.value
          error.value = answer.type === 'ok' ? null : answer.error
        }
        asking.isUnderWay = false
      }
      const stop = effect(() => {
        if (isTime()) void run()
      })
      return () => {
        asking.isOver = true
        stop()
      }
    },
  }
}
