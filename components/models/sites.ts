/**
 * Connected sites, followed: what the host answers, asked for again whenever it says that something of it has changed.
 * Nothing is changed here first: a site is gone when the host no longer lists it.
 */
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { type Followed, follow } from './followed.ts'
import type { Session } from './session.ts'

type Method = 'sites.list' | 'sites.here'
export type Site = RpcMethods['sites.list']['result']['sites'][number]

const followed = <M extends Method>(session: Session, method: M): Followed<RpcMethods[M]['result']> =>
  follow(
    session,
    () => session.rpc(method, {}),
    () => session.hostStatus.value?.wallet === 'unlocked',
  )

/** Every connected site, the last used first. */
export const followSites = (session: Session): Followed<RpcMethods['sites.list']['result']> =>
  followed(session, 'sites.list')

/** Which of them is in sight, and how many there are. */
export const followHere = (session: Session): Followed<RpcMethods['sites.here']['result']> =>
  followed(session, 'sites.here')
