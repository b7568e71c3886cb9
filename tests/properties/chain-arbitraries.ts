/** Arbitrary values of what goes to a chain and comes from it, inside the bounds its type promises. */

import type { Arbitrary } from 'fast-check'
import type { JBatch, JBatchTx, JBlock, JCall, JEvent, JReplica } from '../../runtime/jurisdiction/types.ts'
import { fc } from '../support/property.ts'
import {
  address,
  amount,
  edged,
  edgedSigned,
  entityId,
  few,
  hash,
  just,
  nullable,
  text,
  tokenId,
  uint,
  upTo,
} from './values.ts'

export const pair = { left: entityId, right: entityId }
export const debt = { debtor: entityId, creditor: entityId, tokenId, debtId: uint }
export const jEvent: Arbitrary<JEvent> = fc.oneof(
  fc.record({ type: just('reserve_updated'), entityId, tokenId, amount: edged(256n) }),
  fc.record({
    type: just('account_settled'),
    left: entityId,
    right: entityId,
    tokenId,
    collateral: edged(256n),
    ondelta: edgedSigned(256n),
    epoch: uint,
    nonce: uint,
  }),
  fc.record({ type: just('batch_processed'), entityId, nonce: uint, batchHash: hash }),
  fc.record({
    type: just('dispute_started'),
    ...pair,
    byLeft: fc.boolean(),
    epoch: uint,
    nonce: uint,
    windowEndSeconds: uint,
    body: upTo(100),
  }),
  fc.record({ type: just('counter_registered'), ...pair, epoch: uint, nonce: uint, body: upTo(100) }),
  fc.record({ type: just('dispute_finalized'), ...pair, epoch: uint, nonce: uint }),
  fc.record({ type: just('debt_created'), ...debt, amount: edged(256n) }),
  fc.record({ type: just('debt_enforced'), ...debt, remaining: edged(256n) }),
  fc.record({ type: just('secret_revealed'), hashlock: hash, preimage: hash, revealedAtSeconds: uint }),
)
export const jBlock: Arbitrary<JBlock> = fc.record({
  height: uint,
  hash,
  previousHash: hash,
  timestampSeconds: uint,
  events: few(jEvent),
})
export const jBatchTx: Arbitrary<JBatchTx> = fc.record({
  type: just('batch'),
  jurisdiction: text,
  entityId,
  nonce: uint,
  bytes: upTo(100),
  hanko: upTo(100),
  sender: nullable(address),
})
const hankos = { leftHanko: upTo(100), rightHanko: upTo(100) }
const judged = { jurisdiction: text, ...pair, body: upTo(100) }
export const jCall: Arbitrary<JCall> = fc.oneof(
  fc.record({ type: just('reveal'), jurisdiction: text, preimage: hash }),
  fc.record({ type: just('counter'), ...judged, nonce: uint, frameHash: hash, ...hankos }),
  fc.record({ type: just('finalize'), ...judged }),
  fc.record({ type: just('finalize_agreed'), ...judged, ...hankos }),
  fc.record({ type: just('enforce_debts'), jurisdiction: text, debtor: entityId, tokenId, limit: uint }),
)
const diff = edgedSigned(128n)
export const jBatch: Arbitrary<JBatch> = fc.record({
  deposits: few(fc.record({ from: address, tokenId, amount })),
  reserveToReserve: few(fc.record({ to: entityId, tokenId, amount })),
  settlements: few(
    fc.record({
      ...pair,
      nonce: uint,
      validUntil: uint,
      diffs: few(fc.record({ tokenId, leftDiff: diff, rightDiff: diff, collateralDiff: diff })),
      ...hankos,
    }),
  ),
  disputeStarts: few(
    fc.record({
      counterparty: entityId,
      nonce: uint,
      frameHash: hash,
      body: upTo(100),
      counterpartyHanko: upTo(100),
      arguments: upTo(100),
    }),
  ),
  reserveToCollateral: few(fc.record({ counterparty: entityId, tokenId, amount, epoch: uint })),
  withdrawals: few(fc.record({ to: address, tokenId, amount })),
})
export const shortText = fc.stringMatching(/^[a-zA-Z]{0,16}$/)
export const jReplica: Arbitrary<JReplica> = fc.record({
  name: shortText,
  terms: fc.record({ chainId: edged(256n), depository: address }),
  tokens: few(fc.record({ tokenId, symbol: shortText, decimals: uint, address })),
  height: uint,
  blockHash: hash,
  timestampSeconds: uint,
  confirmations: uint,
  blockSeconds: uint,
  isTest: fc.boolean(),
})
