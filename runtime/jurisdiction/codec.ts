/** Canonical encodings of chain facts and submissions. Tags are part of the format. */
import { address, amount, entityId, hash32, tokenId } from '../codec/common.ts'
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
} from '../codec/schema.ts'
import { LIMITS } from '../lib/limits.ts'
import type { JBatch, JBatchTx, JBlock, JCall, JEvent, JReplica, JSettlement, Token } from './types.ts'

const absolute = bigUint(256)
const name = text(LIMITS.nameBytes)
/** As the contracts take it. */
const hanko = bytesUpTo(LIMITS.hankoBytes)
const body = bytesUpTo(LIMITS.proofBodyBytes)
const pair = { left: entityId, right: entityId }
const debt = { debtor: entityId, creditor: entityId, tokenId, debtId: uint }

export const jEventCodec: Codec<JEvent> = union<JEvent>({
  reserve_updated: [1, struct({ entityId, tokenId, amount: absolute })],
  account_settled: [
    2,
    struct({ ...pair, tokenId, collateral: absolute, ondelta: bigInt(256), epoch: uint, nonce: uint }),
  ],
  batch_processed: [3, struct({ entityId, nonce: uint, batchHash: hash32 })],
  dispute_started: [4, struct({ ...pair, byLeft: bool, epoch: uint, nonce: uint, windowEndSeconds: uint, body })],
  counter_registered: [5, struct({ ...pair, epoch: uint, nonce: uint, body })],
  dispute_finalized: [6, struct({ ...pair, epoch: uint, nonce: uint })],
  debt_created: [7, struct({ ...debt, amount: absolute })],
  debt_enforced: [8, struct({ ...debt, remaining: absolute })],
  secret_revealed: [9, struct({ hashlock: hash32, preimage: bytes(32), revealedAtSeconds: uint })],
})

export const jBlockCodec: Codec<JBlock> = struct<JBlock>({
  height: uint,
  hash: hash32,
  previousHash: hash32,
  timestampSeconds: uint,
  events: list(jEventCodec, LIMITS.eventsPerBlock),
})

export const jBatchTxCodec: Codec<JBatchTx> = struct<JBatchTx>({
  type: oneOf(['batch']),
  jurisdiction: name,
  entityId,
  nonce: uint,
  bytes: bytesUpTo(LIMITS.batchBytes),
  hanko,
  sender: nullable(address),
})

const hankos = { leftHanko: hanko, rightHanko: hanko }
const judged = { jurisdiction: name, ...pair, body }
export const jCallCodec: Codec<JCall> = union<JCall>({
  reveal: [1, struct({ jurisdiction: name, preimage: bytes(32) })],
  counter: [2, struct({ ...judged, nonce: uint, frameHash: hash32, ...hankos })],
  finalize: [3, struct(judged)],
  finalize_agreed: [4, struct({ ...judged, ...hankos })],
  enforce_debts: [5, struct({ jurisdiction: name, debtor: entityId, tokenId, limit: uint })],
})

/** Away from a reserve or into it; 2^128 is more than any diff. */
const diff = bigInt(136)
const settlementCodec: Codec<JSettlement> = struct<JSettlement>({
  ...pair,
  nonce: uint,
  validUntil: uint,
  diffs: list(
    struct<JSettlement['diffs'][number]>({ tokenId, leftDiff: diff, rightDiff: diff, collateralDiff: diff }),
    LIMITS.tokensPerAccount,
  ),
  ...hankos,
})

const operations = <T>(codec: Codec<T>): Codec<readonly T[]> => list(codec, LIMITS.batchOperations)
const external = { tokenId, amount }
export const jBatchCodec: Codec<JBatch> = struct<JBatch>({
  deposits: operations(struct<JBatch['deposits'][number]>({ from: address, ...external })),
  reserveToReserve: operations(struct<JBatch['reserveToReserve'][number]>({ to: entityId, ...external })),
  settlements: operations(settlementCodec),
  disputeStarts: operations(
    struct<JBatch['disputeStarts'][number]>({
      counterparty: entityId,
      nonce: uint,
      frameHash: hash32,
      body,
      counterpartyHanko: hanko,
      arguments: bytesUpTo(LIMITS.argumentsBytes),
    }),
  ),
  reserveToCollateral: operations(
    struct<JBatch['reserveToCollateral'][number]>({ counterparty: entityId, ...external, epoch: uint }),
  ),
  withdrawals: operations(struct<JBatch['withdrawals'][number]>({ to: address, ...external })),
})

const tokenCodec: Codec<Token> = struct<Token>({ tokenId, symbol: text(LIMITS.symbolBytes), decimals: uint, address })

export const jReplicaCodec: Codec<JReplica> = struct<JReplica>({
  name,
  terms: struct<JReplica['terms']>({ chainId: absolute, depository: address }),
  tokens: list(tokenCodec, LIMITS.tokensPerChain),
  height: uint,
  blockHash: hash32,
  timestampSeconds: uint,
  confirmations: uint,
  blockSeconds: uint,
  isTest: bool,
})
