/** Canonical encodings of everything an account hashes, stores or sends. Tags are part of the format. */

import { address, amount, entityId, envelope, hanko, hash32, memo, reason, tokenId } from '../codec/common.ts'
import {
  bigInt,
  bigUint,
  bool,
  bytes,
  bytesUpTo,
  type Codec,
  list,
  nullable,
  oneOf,
  struct,
  text,
  uint,
  union,
  via,
} from '../codec/schema.ts'
import { LIMITS } from '../lib/limits.ts'
import type { Start } from '../lib/units.ts'
import { deltaCodec } from './delta.ts'
import type { AccountViolation } from './errors.ts'
import type {
  AccountAck,
  AccountFrame,
  AccountMessage,
  AccountProposal,
  AccountStatus,
  AccountTerms,
  AccountTx,
  Dispute,
  Hello,
  HtlcLock,
  HtlcOutcome,
  JClaim,
  RebalancePolicy,
  SealSlot,
  Seals,
  Settlement,
  SettlementDiff,
  SideSeals,
  SignedFrame,
  StatedSections,
} from './types.ts'

export const termsCodec: Codec<AccountTerms> = struct<AccountTerms>({
  left: entityId,
  right: entityId,
  chainId: bigUint(256),
  depository: address,
  epoch: uint,
  leftResponseSeconds: uint,
  rightResponseSeconds: uint,
  features: uint,
  minVersion: uint,
})

export const lockCodec: Codec<HtlcLock> = struct<HtlcLock>({
  hashlock: hash32,
  part: uint,
  tokenId,
  amount,
  byLeft: bool,
  expirySeconds: uint,
})

const claimFields = {
  jHeight: uint,
  blockHash: hash32,
  events: list(
    struct<JClaim['events'][number]>({ tokenId, collateral: bigUint(256), ondelta: bigInt(256) }),
    LIMITS.tokensPerAccount,
  ),
  nonce: uint,
}
export const claimCodec: Codec<JClaim> = struct<JClaim>(claimFields)
export const claimsCodec: Codec<readonly JClaim[]> = list(claimCodec, LIMITS.claimsPerSide)

/** Away from a reserve or into it; what a side of an account can move is below 2^128. */
const diff = bigInt(LIMITS.amountBits + 8)
export const diffsCodec: Codec<readonly SettlementDiff[]> = list(
  struct<SettlementDiff>({ tokenId, leftDiff: diff, rightDiff: diff }),
  LIMITS.tokensPerAccount,
)
export const settlementCodec: Codec<Settlement> = struct<Settlement>({
  diffs: diffsCodec,
  validUntil: uint,
  byLeft: bool,
  approvedAtHeight: nullable(uint),
})
export const policiesCodec: Codec<readonly RebalancePolicy[]> = list(
  struct<RebalancePolicy>({ tokenId, byLeft: bool, softLimit: amount }),
  2 * LIMITS.tokensPerAccount,
)

const outcomeCodec: Codec<HtlcOutcome> = union<HtlcOutcome>({
  secret: [1, struct({ preimage: bytes(32) })],
  error: [2, struct({ reason })],
})

export const txCodec: Codec<AccountTx> = union<AccountTx>({
  add_delta: [1, struct({ tokenId })],
  set_credit_limit: [2, struct({ tokenId, limit: amount })],
  direct_payment: [3, struct({ tokenId, amount, memo })],
  htlc_lock: [4, struct({ hashlock: hash32, part: uint, tokenId, amount, expirySeconds: uint, envelope })],
  htlc_resolve: [5, struct({ hashlock: hash32, part: uint, outcome: outcomeCodec })],
  j_event_claim: [6, struct(claimFields)],
  settle_propose: [7, struct({ diffs: diffsCodec, validUntil: uint })],
  settle_approve: [8, struct({})],
  settle_reject: [9, struct({})],
  request_collateral: [10, struct({ tokenId, amount })],
  rebalance_policy: [11, struct({ tokenId, softLimit: nullable(amount) })],
})

/** What waits to be proposed: the bounded, and what is always taken (see `enqueue`). */
export const mempoolCodec: Codec<readonly AccountTx[]> = list(
  txCodec,
  LIMITS.mempoolTxs + LIMITS.locksPerAccount + LIMITS.claimsPerSide,
)

export const frameCodec: Codec<AccountFrame> = struct<AccountFrame>({
  height: uint,
  timestampMs: uint,
  jHeight: uint,
  prevFrameHash: hash32,
  byLeft: bool,
  accountTxs: list(txCodec, LIMITS.txsPerFrame),
  deltas: list(deltaCodec, LIMITS.tokensPerAccount),
  accountStateRoot: hash32,
  proofBodyHash: hash32,
})

export const signedFrameCodec: Codec<SignedFrame> = struct<SignedFrame>({
  frame: frameCodec,
  leftHanko: hanko,
  rightHanko: hanko,
})

const ackCodec: Codec<AccountAck> = struct<AccountAck>({ height: uint, frameHash: hash32, hanko })
const proposalCodec: Codec<AccountProposal> = struct<AccountProposal>({
  frame: frameCodec,
  hanko,
  terms: nullable(termsCodec),
})

export const startCodec: Codec<Start> = struct<Start>({ number: uint, instance: hash32 })
export const helloCodec: Codec<Hello> = struct<Hello>({
  start: startCodec,
  known: nullable(startCodec),
  epoch: uint,
  height: uint,
  frameHash: hash32,
  pendingHash: hash32,
  floor: uint,
  proof: nullable(struct<NonNullable<Hello['proof']>>({ nonce: uint, bodyHash: hash32, hanko })),
})
const sectionsCodec: Codec<StatedSections> = struct<StatedSections>({
  terms: termsCodec,
  deltas: list(deltaCodec, LIMITS.tokensPerAccount),
  locks: list(lockCodec, LIMITS.locksPerAccount),
  leftClaims: claimsCodec,
  rightClaims: claimsCodec,
  settlement: nullable(settlementCodec),
  policies: policiesCodec,
})

export const messageCodec: Codec<AccountMessage> = union<AccountMessage>({
  frame: [1, struct({ counter: uint, proposal: proposalCodec })],
  ack: [2, struct({ counter: uint, ack: ackCodec })],
  frame_ack: [3, struct({ counter: uint, ack: ackCodec, proposal: proposalCodec })],
  settle_seal: [
    4,
    struct({ counter: uint, height: uint, frameHash: hash32, slot: oneOf<SealSlot>(['proof', 'settlement']), hanko }),
  ],
  dispute: [5, struct({ counter: uint, epoch: uint, nonce: uint, bodyHash: hash32, hanko })],
  hello: [6, struct({ counter: uint, hello: helloCodec, hanko })],
  resync: [7, struct({ counter: uint, signed: signedFrameCodec, sections: sectionsCodec })],
})

const sideSealsCodec: Codec<SideSeals> = struct<SideSeals>({ proof: nullable(hanko), settlement: nullable(hanko) })
export const sealsCodec: Codec<Seals> = struct<Seals>({
  height: uint,
  frameHash: hash32,
  bodyHash: hash32,
  own: sideSealsCodec,
  peer: sideSealsCodec,
  isHandedIn: bool,
})

const violation = via<AccountViolation['type'], string>(
  text(LIMITS.reasonBytes),
  (type) => type,
  (raw) => raw as AccountViolation['type'],
)
export const statusCodec: Codec<AccountStatus> = union<AccountStatus>({
  open: [1, struct({})],
  frozen: [2, struct({ violation })],
  suing: [3, struct({ violation: nullable(violation) })],
  disputed: [
    4,
    struct({
      dispute: struct<Dispute>({
        byLeft: bool,
        nonce: uint,
        body: bytesUpTo(LIMITS.proofBodyBytes),
        windowEndSeconds: uint,
        judgedAfterSeconds: uint,
      }),
      violation: nullable(violation),
    }),
  ],
  closed: [5, struct({})],
})
