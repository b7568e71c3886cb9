/**
 * What waits for the owner's word: requests of sites, as every page of the wallet is told of them, and what it can
 * answer. Part of the door (types.ts); texts that came from a site are what the site said, unchecked.
 */
import type { Quote } from './types.ts'

export type ApprovalRequest =
  /** The site would learn `address`. */
  | { readonly type: 'connect'; readonly address: string }
  /** `to` is empty when the invoice says whom; `amount` is a decimal of whole tokens, empty when the invoice says it. */
  | {
      readonly type: 'pay'
      readonly to: string
      readonly amount: string
      readonly token: string
      readonly memo: string
    }

export type ApprovalView = {
  readonly id: string
  /** Scheme, host and port, as the browser says them. */
  readonly origin: string
  /** True when the owner has answered this origin before. */
  readonly seenBefore: boolean
  readonly request: ApprovalRequest
}

/** What was on screen when a payment was agreed to; nothing else is paid. */
export type ApprovedTerms = { readonly to: string; readonly amount: bigint; readonly fee: bigint }

export type ApprovalMethods = {
  'approvals.quote': { params: { id: string }; result: Quote }
  /** `terms` is null where nothing is paid. Answers once the word is taken; the site is answered when it is carried out. */
  'approvals.approve': { params: { id: string; terms: ApprovedTerms | null }; result: Record<string, never> }
  'approvals.reject': { params: { id: string }; result: Record<string, never> }
  'approvals.rejectAll': { params: Record<string, never>; result: Record<string, never> }
}
