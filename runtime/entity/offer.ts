/**
 * Offers as `xln:offer.` links: whoever follows one asks its payee for a fresh invoice, every time anew.
 *
 * The link is not signed, and need not be: it moves nothing. Its payee id is the hash of the board it carries, its
 * offer id names what the payee keeps, and the payee answers to nothing that differs from that. What is paid is the
 * invoice that comes back, signed by that payee for the amount and token that were asked for.
 */

import type { JurisdictionTerms } from '../jurisdiction/types.ts'
import type { EntityId } from '../lib/units.ts'
import { offerTermsCodec } from './codec.ts'
import { isGenuine } from './invoice.ts'
import { type LinkKind, readLink, writeLink } from './link.ts'
import { ownProfile } from './tx/invoice.ts'
import type { EntityState, Offer, OfferTerms, Profile } from './types.ts'

const LINK: LinkKind<OfferTerms> = { prefix: 'xln:offer.', codec: offerTermsCodec }

export const isOfferLink = (text: string): boolean => text.trim().toLowerCase().startsWith(LINK.prefix)

/** What an entity of this state offers, as others are told of it. */
export const offerTerms = (
  state: EntityState,
  offer: Offer,
  { chain, profile }: { readonly chain: JurisdictionTerms; readonly profile: (id: EntityId) => Profile | null },
): OfferTerms => ({
  payee: ownProfile(state, profile),
  chainId: chain.chainId,
  depository: chain.depository,
  offer,
})

export const offerLink = (terms: OfferTerms): string => writeLink(LINK, terms)

/** Null for text that is no offer link of this version, or names somebody who cannot be. */
export const parseOfferLink = (text: string): OfferTerms | null => {
  const terms = readLink(LINK, text)
  return terms !== null && isGenuine(terms.payee) ? terms : null
}
