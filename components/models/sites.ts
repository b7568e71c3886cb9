/**
 * Connected sites, followed: what the host answers, asked for again whenever it says that something of it has changed.
 * Nothing is changed here first: a site is gone when the host no longer lists it.
 */
import { effect, type ReadonlySignal, signal } from '@preact/signals'
import type { RpcMethods, WireError } from '../../runtime/radapter/types.ts'
import { untilAnswered } from './reliable.ts'
import type { Session } from './session.ts'

type Method = 'sites.list' | 'sites.here'
export type Site = RpcMethods['sites.list']['result']['sites'][number]

export type Followed<T> = {
  /** Null until it was answered. */
  readonly value: ReadonlySignal<T | null>
  readonly error: ReadonlySignal<WireError | null>
  /** @returns undo */
  start(): () => void
}

const follow = <M extends Method>(session: Session, method: M): Followed<RpcMethods[M]['result']> => {
  const value = signal<RpcMethods[M]['result'] | null>(null)
  const error = signal<WireError | null>(null)
  return {
    value,
    error,
    start: () => {
      const asking = { isOver: false, isUnderWay: false, isStale: false }
      const ask = async (): Promise<void> => {
        asking.isStale = true
        if (asking.isUnderWay) return
        asking.isUnderWay = true
        while (asking.isStale && !asking.isOver) {
          asking.isStale = false
          const answer = await untilAnswered(
            session,
            () => session.rpc(method, {}),
            () => !asking.isOver,
          )
          if (asking.isOver) return
          if (answer.type === 'ok') value.value = answer.value
          error.value = answer.type === 'ok' ? null : answer.error
        }
        asking.isUnderWay = false
      }
      const stop = effect(() => {
        if (session.hostStatus.value?.wallet === 'unlocked') void ask()
      })
      return () => {
        asking.isOver = true
        stop()
      }
    },
  }
}

/** Every connected site, the last used first. */
export const followSites = (session: Session): Followed<RpcMethods['sites.list']['result']> =>
  follow(session, 'sites.list')

/** Which of them is in sight, and how many there are. */
export const followHere = (session: Session): Followed<RpcMethods['sites.here']['result']> =>
  follow(session, 'sites.here')
