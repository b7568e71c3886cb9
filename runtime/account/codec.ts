/** Canonical encodings of everything an account hashes, stores or sends. Tags are part of the format. */
import { address, amount, entityId, envelope, hanko, hash32, memo, reason, tokenId } from '../codec/common.ts'
import { bigInt, bigUint, bool, bytes, type Codec, list, nullable, struct, uint, union } from '../codec/schema.ts'
import { LIMITS } from '../lib/limits.ts'
import { deltaCodec } from './delta.ts'
import type {
  AccountAck,
  AccountFrame,
  AccountMessage,
  AccountProposal,
  AccountTerms,
  AccountTx,
  HtlcLock,
  HtlcOutcome,
  JClaim,
  SignedFrame,
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
}
export const claimCodec: Codec<JClaim> = struct<JClaim>(claimFields)

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

export const messageCodec: Codec<AccountMessage> = union<AccountMessage>({
  frame: [1, struct({ counter: uint, proposal: proposalCodec })],
  ack: [2, struct({ counter: uint, ack: ackCodec })],
  frame_ack: [3, struct({ counter: uint, ack: ackCodec, proposal: proposalCodec })],
})
