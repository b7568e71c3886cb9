/** Canonical encodings of chain facts and submissions. Tags are part of the format. */
import { address, amount, entityId, hash32, tokenId } from '../codec/common.ts'
import { bigInt, bigUint, bool, bytesUpTo, type Codec, list, struct, text, uint, union } from '../codec/schema.ts'
import { LIMITS } from '../lib/limits.ts'
import type { JBatch, JBlock, JEvent, JReplica, JTx, Token } from './types.ts'

const absolute = bigUint(256)

export const jEventCodec: Codec<JEvent> = union<JEvent>({
  reserve_updated: [1, struct({ entityId, tokenId, amount: absolute })],
  account_settled: [
    2,
    struct({ left: entityId, right: entityId, tokenId, collateral: absolute, ondelta: bigInt(256) }),
  ],
  batch_processed: [3, struct({ entityId, nonce: uint, batchHash: hash32 })],
})

export const jBlockCodec: Codec<JBlock> = struct<JBlock>({
  height: uint,
  hash: hash32,
  parentHash: hash32,
  timestampSeconds: uint,
  events: list(jEventCodec, LIMITS.eventsPerBlock),
})

export const jTxCodec: Codec<JTx> = struct<JTx>({
  jurisdiction: text(LIMITS.nameBytes),
  entityId,
  nonce: uint,
  bytes: bytesUpTo(LIMITS.batchBytes),
  hanko: bytesUpTo(LIMITS.hankoBytes),
})

export const jBatchCodec: Codec<JBatch> = struct<JBatch>({
  reserveToReserve: list(
    struct<JBatch['reserveToReserve'][number]>({ to: entityId, tokenId, amount }),
    LIMITS.batchOperations,
  ),
  reserveToCollateral: list(
    struct<JBatch['reserveToCollateral'][number]>({ counterparty: entityId, tokenId, amount }),
    LIMITS.batchOperations,
  ),
})

const tokenCodec: Codec<Token> = struct<Token>({ tokenId, symbol: text(LIMITS.symbolBytes), decimals: uint, address })

export const jReplicaCodec: Codec<JReplica> = struct<JReplica>({
  name: text(LIMITS.nameBytes),
  terms: struct<JReplica['terms']>({ chainId: absolute, depository: address }),
  tokens: list(tokenCodec, LIMITS.tokensPerChain),
  height: uint,
  blockHash: hash32,
  timestampSeconds: uint,
  confirmations: uint,
  blockSeconds: uint,
  isTest: bool,
})
