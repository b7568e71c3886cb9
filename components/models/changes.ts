/** What happened to an account between one height and the next, from the views of both. */
import type { AccountDetail, AccountFrameView, TokenPosition } from '../../runtime/radapter/types.ts'
import type { PlainKey } from './text.ts'

/** By `type` of the account's transactions. */
export const TX_WORDS: { readonly [type: string]: PlainKey } = {
  add_delta: 'tx.add_delta',
  direct_payment: 'tx.direct_payment',
  htlc_lock: 'tx.htlc_lock',
  htlc_resolve: 'tx.htlc_resolve',
  j_event_claim: 'tx.j_event_claim',
  rebalance_policy: 'tx.rebalance_policy',
  request_collateral: 'tx.request_collateral',
  set_credit_limit: 'tx.set_credit_limit',
  settle_approve: 'tx.settle_approve',
  settle_propose: 'tx.settle_propose',
  settle_reject: 'tx.settle_reject',
}

const FIGURES = ['balance', 'outbound', 'inbound', 'held', 'heldInbound', 'collateral'] as const
export type Figure = (typeof FIGURES)[number]

export type FigureChange = {
  readonly tokenId: number
  readonly figure: Figure
  readonly from: bigint
  readonly to: bigint
}
export type AccountChanges = {
  /** Signed by both since; oldest first. */
  readonly frames: readonly AccountFrameView[]
  readonly figures: readonly FigureChange[]
  /** Null where it stayed as it was, or began. */
  readonly status: { readonly from: AccountDetail['status']; readonly to: AccountDetail['status'] } | null
  readonly isNew: boolean
}

/** A token that was not there before had nothing of anything. */
const figuresOf = (now: TokenPosition, then: TokenPosition | undefined): readonly FigureChange[] =>
  FIGURES.flatMap((figure) => {
    const [from, to] = [then?.[figure] ?? 0n, now[figure]]
    return from === to ? [] : [{ tokenId: now.tokenId, figure, from, to }]
  })

/** @param then the same account one height before; null when it was not there */
export const changesOf = (now: AccountDetail, then: AccountDetail | null): AccountChanges => ({
  frames: now.frames.filter(({ height }) => height > (then?.height ?? 0)).toReversed(),
  figures: now.tokens.flatMap((position) =>
    figuresOf(
      position,
      then?.tokens.find(({ tokenId }) => tokenId === position.tokenId),
    ),
  ),
  status: then === null || then.status === now.status ? null : { from: then.status, to: now.status },
  isNew: then === null,
})

export const isUnchanged = ({ frames, figures, status, isNew }: AccountChanges): boolean =>
  frames.length === 0 && figures.length === 0 && status === null && !isNew
