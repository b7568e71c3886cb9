/**
 * Invoices: signed by the payee over a digest bound to chain and contract, carried as `xln:` links. Whoever pays one
 * learns the preimage of its hash, which nobody but the payee can have drawn: that is the proof of payment.
 */

import { encode } from '../codec/schema.ts'
import { isBoardOf } from '../jurisdiction/board.ts'
import type { JurisdictionTerms } from '../jurisdiction/types.ts'
import { isBoxPublicKey } from '../lib/box.ts'
import type { Bytes } from '../lib/bytes.ts'
import { taggedHash } from '../lib/hash.ts'
import type { TokenId } from '../lib/units.ts'
import { invoiceCodec, invoiceTermsCodec, profileCodec } from './codec.ts'
import type { EntityRejection } from './errors.ts'
import { type LinkKind, readLink, writeLink } from './link.ts'
import type { Invoice, InvoiceTerms, Profile } from './types.ts'

const LINK: LinkKind<Invoice> = { prefix: 'xln:', codec: invoiceCodec }

export const invoiceDigest = (terms: InvoiceTerms): Bytes =>
  taggedHash('xln:invoice:v1', encode(invoiceTermsCodec, terms))

export const invoiceLink = (invoice: Invoice): string => writeLink(LINK, invoice)

/** Null for text that is not an invoice link of this version. */
export const parseInvoiceLink = (text: string): Invoice | null => readLink(LINK, text)

/**
 * A profile is genuine when its id is the hash of a board the court takes, and usable when its box key is one that
 * boxes can be sealed to; the rest of it is its owner's own claim.
 */
export const isGenuine = ({
  entityId,
  board,
  boxPublicKey,
}: Pick<Profile, 'entityId' | 'board' | 'boxPublicKey'>): boolean =>
  isBoardOf(entityId, board) && isBoxPublicKey(boxPublicKey)

export const sameProfile = (a: Profile, b: Profile): boolean => {
  const [left, right] = [encode(profileCodec, a), encode(profileCodec, b)]
  return left.length === right.length && left.every((byte, i) => byte === right[i])
}

/** Why this invoice cannot be paid here and now for this token and amount, or null. */
export const invoiceProblem = (
  invoice: Invoice,
  wanted: {
    readonly chain: JurisdictionTerms
    readonly nowMs: number
    readonly tokenId: TokenId
    readonly amount: bigint
  },
  verify: (signer: Profile, digest: Bytes, hanko: Bytes) => boolean,
): EntityRejection | null => {
  const { terms, hanko } = invoice
  if (terms.chainId !== wanted.chain.chainId || terms.depository !== wanted.chain.depository)
    return { type: 'invoice_foreign' }
  if (!isGenuine(terms.payee) || !verify(terms.payee, invoiceDigest(terms), hanko)) return { type: 'invoice_invalid' }
  if (terms.expirySeconds * 1_000 <= wanted.nowMs)
    return { type: 'invoice_expired', expirySeconds: terms.expirySeconds }
  if (terms.tokenId !== wanted.tokenId) return { type: 'invoice_mismatch', field: 'token' }
  if (terms.amount !== null && terms.amount !== wanted.amount) return { type: 'invoice_mismatch', field: 'amount' }
  return null
}
