/**
 * Frames: executing a batch of transactions once on an overlay, and the commitments both sides compare and sign.
 *
 * accountStateRoot is a Merkle root over the account's sections; each section is itself a Merkle root or hash:
 *   claims, deltas, identity, locks, policy, settlement   (keys of the section map, lib/merkle.ts)
 * so one delta is proven by its path in `deltas` and the path of `deltas` in the root.
 */
import { encode, nullable } from '../codec/schema.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import { keccak, taggedHash } from '../lib/hash.ts'
import { MerkleMap, type MerkleProof, merkleRootFrom } from '../lib/merkle.ts'
import type { TokenId } from '../lib/units.ts'
import { applyAccountTx, type FrameContext } from './apply.ts'
import { claimsCodec, frameCodec, lockCodec, policiesCodec, settlementCodec, termsCodec } from './codec.ts'
import { type Delta, deltaCodec } from './delta.ts'
import type { AccountRejection } from './errors.ts'
import { deltaKey, lockKey } from './keys.ts'
import { disputeDigest, frameNonce, proofBodyHash } from './proof.ts'
import type {
  AccountEvent,
  AccountFrame,
  AccountSections,
  AccountState,
  AccountTerms,
  AccountTx,
  HtlcLock,
} from './types.ts'

export const hashDelta = (delta: Delta): Bytes => keccak(encode(deltaCodec, delta))
export const hashLock = (lock: HtlcLock): Bytes => keccak(encode(lockCodec, lock))

/** The two maps of an account, of what was written down of them. */
export const mapsOf = (stated: { readonly deltas: readonly Delta[]; readonly locks: readonly HtlcLock[] }) => ({
  deltas: MerkleMap.from(
    stated.deltas.map((delta) => [deltaKey(delta.tokenId), delta] as const),
    hashDelta,
  ),
  locks: MerkleMap.from(
    stated.locks.map((lock) => [lockKey(lock), lock] as const),
    hashLock,
  ),
})

export const emptyState = (terms: AccountTerms): AccountState => {
  const sections: AccountSections = {
    terms,
    deltas: MerkleMap.empty(hashDelta),
    locks: MerkleMap.empty(hashLock),
    leftClaims: [],
    rightClaims: [],
    settlement: null,
    policies: [],
  }
  return { ...sections, height: 0, frameHash: new Uint8Array(32), timestampMs: 0, root: accountStateRoot(sections) }
}

const sectionMap = (state: AccountSections): MerkleMap<Bytes> =>
  MerkleMap.from(
    [
      [
        'claims',
        taggedHash('xln:claims', encode(claimsCodec, state.leftClaims), encode(claimsCodec, state.rightClaims)),
      ],
      ['deltas', state.deltas.root()],
      ['identity', keccak(encode(termsCodec, state.terms))],
      ['locks', state.locks.root()],
      ['policy', keccak(encode(policiesCodec, state.policies))],
      ['settlement', keccak(encode(nullable(settlementCodec), state.settlement))],
    ],
    (hash) => hash,
  )

export const accountStateRoot = (state: AccountSections): Bytes => sectionMap(state).root()

export type DeltaProof = { readonly delta: Delta; readonly inSection: MerkleProof; readonly section: MerkleProof }

/** Ties one token's delta to `accountStateRoot(state)`; null when the account does not hold the token. */
export const proveDelta = (state: AccountState, tokenId: TokenId): DeltaProof | null => {
  const delta = state.deltas.get(deltaKey(tokenId))
  const inSection = state.deltas.prove(deltaKey(tokenId))
  const section = sectionMap(state).prove('deltas')
  return delta && inSection && section ? { delta, inSection, section } : null
}

/** Ties the terms, and the section of all deltas, to `accountStateRoot(state)`. */
export const proveState = (state: AccountState): { readonly terms: MerkleProof; readonly deltas: MerkleProof } => {
  const sections = sectionMap(state)
  return { terms: sections.prove('identity') ?? [], deltas: sections.prove('deltas') ?? [] }
}

/** True when `proof.delta` is what an account with this accountStateRoot holds; needs nothing but its arguments. */
export const verifyDeltaProof = (root: Bytes, proof: DeltaProof): boolean => {
  const leaf = { key: deltaKey(proof.delta.tokenId), valueHash: hashDelta(proof.delta) }
  return equalBytes(
    merkleRootFrom({ key: 'deltas', valueHash: merkleRootFrom(leaf, proof.inSection) }, proof.section),
    root,
  )
}

export const hashFrame = (frame: AccountFrame): Bytes => taggedHash('xln:account-frame:v1', encode(frameCodec, frame))

/** What either side signs for `frame`. */
export const frameDigest = (terms: AccountTerms, frame: AccountFrame, hash: Bytes): Bytes =>
  disputeDigest({ terms, nonce: frameNonce(frame), bodyHash: frame.proofBodyHash, frameHash: hash })

export type Executed = {
  readonly state: AccountState
  readonly events: readonly AccountEvent[]
  readonly accepted: readonly AccountTx[]
  readonly refusals: readonly { readonly index: number; readonly tx: AccountTx; readonly rejection: AccountRejection }[]
}

/** Applies each transaction that is legal, in order, and lists those that are not. */
export const execute = (start: AccountState, txs: readonly AccountTx[], context: FrameContext): Executed => {
  let state = start
  const events: AccountEvent[] = []
  const accepted: AccountTx[] = []
  const refusals: { index: number; tx: AccountTx; rejection: AccountRejection }[] = []
  for (const [index, tx] of txs.entries()) {
    const result = applyAccountTx(state, tx, context)
    if (result.type === 'rejected') refusals.push({ index, tx, rejection: result.rejection })
    else {
      state = result.state
      events.push(...result.events)
      accepted.push(tx)
    }
  }
  return { state, events, accepted, refusals }
}

/** Of the frame after `state`: the next, or one above everything that a side may have signed and forgotten. */
export const nextHeight = (state: AccountState, floor: number): number => Math.max(state.height + 1, floor)

/** The frame that turns `before` into the executed state, and that state with the frame's place in the chain. */
export const buildFrame = (
  before: AccountState,
  executed: Executed,
  context: FrameContext & Pick<AccountFrame, 'jHeight'>,
): { readonly frame: AccountFrame; readonly hash: Bytes; readonly next: AccountState } => {
  const root = accountStateRoot(executed.state)
  const frame: AccountFrame = {
    height: context.height,
    timestampMs: context.timestampMs,
    jHeight: context.jHeight,
    prevFrameHash: before.frameHash,
    byLeft: context.byLeft,
    accountTxs: executed.accepted,
    deltas: touchedDeltas(before, executed.state),
    accountStateRoot: root,
    proofBodyHash: proofBodyHash(executed.state),
  }
  const hash = hashFrame(frame)
  const { height, timestampMs } = frame
  return { frame, hash, next: { ...executed.state, height, frameHash: hash, timestampMs, root } }
}

const touchedDeltas = (before: AccountState, after: AccountState): readonly Delta[] => {
  const touched: Delta[] = []
  for (const change of after.deltas.changesSince(before.deltas)) if (change.after) touched.push(change.after)
  return touched.sort((a, b) => a.tokenId - b.tokenId)
}
