/** The payment links the owner has made and not withdrawn, and the owner's address on the chain: followed. */
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { type Followed, follow } from './followed.ts'
import type { Session } from './session.ts'

export type Offers = RpcMethods['offer.list']['result']
export type OfferView = Offers['offers'][number]
export type Purse = RpcMethods['purse.get']['result']

const entityId = (session: Session): string => session.entity.peek()?.entityId ?? ''

/** Asked again with every height: each may have made or withdrawn one. */
export const followOffers = (session: Session): Followed<Offers> =>
  follow(
    session,
    () => session.rpc('offer.list', { entityId: entityId(session) }),
    () => session.entity.value !== null && session.frameView.value !== null,
  )

export const followPurse = (session: Session): Followed<Purse> =>
  follow(
    session,
    () => session.rpc('purse.get', { entityId: entityId(session) }),
    () => session.entity.value !== null,
  )
