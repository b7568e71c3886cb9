/**
 * The chain as the only court of the pair: one position, one number, one dispute at a time.
 *
 * Contract: every function answers the next chain, or null where a contract would revert. Signatures are checked by the
 * caller, who knows who signed what; the court checks numbers, epochs and what is open. A debt of the peer is worth
 * nothing here; a debt of one's own counts in full.
 */
import { type Diffs, diffsOf, type Position, type Terms } from './ledger.ts'
import type { Scheme, Side } from './scheme.ts'

export type Proof = { readonly epoch: number; readonly nonce: number; readonly offdelta: number }
export type Agreed = Terms & {
  readonly epoch: number
  readonly nonce: number
  readonly serial: number
  /** The frame that approved it: with the epoch, its identity. */
  readonly head: number
}
export type Reserves = { readonly LEFT: number; readonly RIGHT: number }
export type Chain = {
  readonly epoch: number
  /** What the position was after each change of this epoch; the last is now. */
  readonly history: readonly Position[]
  readonly reserves: Reserves
  /** Settlements of this epoch whose validity is over, by their order. */
  readonly lapsed: number
  readonly executed: readonly string[]
  readonly dispute: { readonly nonce: number; readonly offdelta: number } | null
}

export const positionOf = ({ history }: Chain): Position => history[history.length - 1] as Position

export const createChain = (position: Position, reserves: Reserves): Chain => ({
  epoch: 0,
  history: [position],
  reserves,
  lapsed: 0,
  executed: [],
  dispute: null,
})

const identityOf = ({ epoch, head }: Agreed): string => `${epoch}:${head}`

const moved = (chain: Chain, diffs: Diffs, nonce: number): Chain | null => {
  const now = positionOf(chain)
  const LEFT = chain.reserves.LEFT + diffs.left
  const RIGHT = chain.reserves.RIGHT + diffs.right
  const collateral = now.collateral + diffs.collateral
  if (collateral < 0 || (diffs.left < 0 && LEFT < 0) || (diffs.right < 0 && RIGHT < 0)) return null
  const position = { collateral, ondelta: now.ondelta - diffs.left, nonce }
  return { ...chain, reserves: { LEFT, RIGHT }, history: [...chain.history, position] }
}

/** What makes an executed settlement a wrong: said by the court that should have refused it. */
export const wrongOf = (chain: Chain, agreed: Agreed): string | null => {
  if (agreed.epoch !== chain.epoch) return `a settlement of epoch ${agreed.epoch} executes in epoch ${chain.epoch}`
  return chain.executed.includes(identityOf(agreed)) ? 'a settlement executes twice' : null
}

export const execute = (chain: Chain, agreed: Agreed, scheme: Scheme): Chain | null => {
  if (scheme.settlementBindsEpoch && agreed.epoch !== chain.epoch) return null
  if (chain.dispute !== null) return null
  if (agreed.nonce <= positionOf(chain).nonce) return null
  if (agreed.epoch === chain.epoch && chain.lapsed > agreed.serial) return null
  const next = moved(chain, diffsOf(agreed), agreed.nonce)
  return next && { ...next, executed: [...chain.executed, identityOf(agreed)] }
}

/** Time passes the end of a settlement's validity. */
export const lapse = (chain: Chain, serial: number): Chain | null =>
  chain.lapsed > serial ? null : { ...chain, lapsed: serial + 1 }

export const fund = (chain: Chain, side: Side, epoch: number, scheme: Scheme): Chain | null => {
  if (scheme.fundingBindsEpoch && epoch !== chain.epoch) return null
  const diffs = { left: side === 'LEFT' ? -1 : 0, right: side === 'RIGHT' ? -1 : 0, collateral: 1 }
  return moved(chain, diffs, positionOf(chain).nonce)
}

export const startDispute = (chain: Chain, proof: Proof): Chain | null => {
  if (chain.dispute !== null || proof.epoch !== chain.epoch) return null
  if (proof.nonce <= positionOf(chain).nonce) return null
  return { ...chain, dispute: { nonce: proof.nonce, offdelta: proof.offdelta } }
}

export const counterDispute = (chain: Chain, proof: Proof): Chain | null => {
  if (chain.dispute === null || proof.epoch !== chain.epoch || proof.nonce <= chain.dispute.nonce) return null
  return { ...chain, dispute: { nonce: proof.nonce, offdelta: proof.offdelta } }
}

/** Everybody's part by the selected proof, and the pair empty in its next epoch. */
export const finalizeDispute = (chain: Chain, scheme: Scheme): Chain | null => {
  if (chain.dispute === null) return null
  const { collateral, ondelta } = positionOf(chain)
  const claim = ondelta + chain.dispute.offdelta
  const reserves = {
    LEFT: chain.reserves.LEFT + Math.min(claim, collateral),
    RIGHT: chain.reserves.RIGHT + Math.min(collateral - claim, collateral),
  }
  return {
    epoch: chain.epoch + 1,
    history: [{ collateral: 0, ondelta: 0, nonce: 0 }],
    reserves,
    lapsed: 0,
    executed: scheme.settlementBindsEpoch ? [] : chain.executed,
    dispute: null,
  }
}
