/** Arbitrary values of everything that has a codec, inside the bounds its type promises. */

import type { Arbitrary } from 'fast-check'
import type { Delta } from '../../runtime/account/delta.ts'
import type {
  AccountFrame,
  AccountMessage,
  AccountStatus,
  AccountTerms,
  AccountTx,
  Hello,
  HtlcLock,
  HtlcOutcome,
  JClaim,
  Seals,
  Settlement,
  SignedFrame,
  StatedSections,
} from '../../runtime/account/types.ts'
import type { EntityIdentity } from '../../runtime/entity/frame.ts'
import type {
  AccountFloor,
  BatchState,
  Deadline,
  Debt,
  EntityMessage,
  EntityTx,
  EnvelopePayload,
  HubPolicy,
  Invoice,
  InvoiceRecord,
  LockRoute,
  Offer,
  OfferTerms,
  Payment,
  Profile,
  RevealedSecret,
  Session,
  Wake,
} from '../../runtime/entity/types.ts'
import type { Board } from '../../runtime/jurisdiction/board.ts'
import type { Start } from '../../runtime/lib/units.ts'
import type { OutboxEntry, QueuedMessage, RuntimeFrame, RuntimeInput, StoredAnswer } from '../../runtime/types.ts'
import { fc } from '../support/property.ts'

import { debt, jBatch, jBatchTx, jBlock, jEvent, jReplica, shortText } from './chain-arbitraries.ts'
import {
  address,
  amount,
  commandId,
  edged,
  edgedSigned,
  entityId,
  envelope,
  few,
  hanko,
  hash,
  just,
  nullable,
  paymentId,
  text,
  tokenId,
  uint,
  upTo,
} from './values.ts'

export const terms: Arbitrary<AccountTerms> = fc.record({
  left: entityId,
  right: entityId,
  chainId: edged(256n),
  depository: address,
  epoch: uint,
  leftResponseSeconds: uint,
  rightResponseSeconds: uint,
  features: uint,
  minVersion: uint,
})
export const delta: Arbitrary<Delta> = fc.record({
  tokenId,
  collateral: edged(256n),
  ondelta: edgedSigned(256n),
  offdelta: edgedSigned(256n),
  leftCreditLimit: amount,
  rightCreditLimit: amount,
  leftHold: edged(256n),
  rightHold: edged(256n),
  leftAllowance: edged(256n),
  rightAllowance: edged(256n),
})
export const lock: Arbitrary<HtlcLock> = fc.record({
  hashlock: hash,
  part: uint,
  tokenId,
  amount,
  byLeft: fc.boolean(),
  expirySeconds: uint,
})
const claimFields = {
  jHeight: uint,
  blockHash: hash,
  events: few(fc.record({ tokenId, collateral: edged(256n), ondelta: edgedSigned(256n) })),
  nonce: uint,
}
export const claim: Arbitrary<JClaim> = fc.record(claimFields)
const outcome: Arbitrary<HtlcOutcome> = fc.oneof(
  fc.record({ type: just('secret'), preimage: hash }),
  fc.record({ type: just('error'), reason: text }),
)
const moved = edgedSigned(128n)
const diffs = few(fc.record({ tokenId, leftDiff: moved, rightDiff: moved }))
export const settlement: Arbitrary<Settlement> = fc.record({
  diffs,
  validUntil: uint,
  byLeft: fc.boolean(),
  approvedAtHeight: nullable(uint),
})
const sideSeals = fc.record({ proof: nullable(upTo(65)), settlement: nullable(upTo(65)) })
export const seals: Arbitrary<Seals> = fc.record({
  height: uint,
  frameHash: hash,
  bodyHash: hash,
  own: sideSeals,
  peer: sideSeals,
  isHandedIn: fc.boolean(),
})
const violation = fc.constantFrom('fork' as const, 'wrong_root' as const)
export const accountStatus: Arbitrary<AccountStatus> = fc.oneof(
  fc.record({ type: just('open') }),
  fc.record({ type: just('frozen'), violation }),
  fc.record({ type: just('suing'), violation: nullable(violation) }),
  fc.record({
    type: just('disputed'),
    dispute: fc.record({
      byLeft: fc.boolean(),
      nonce: uint,
      body: upTo(100),
      windowEndSeconds: uint,
      judgedAfterSeconds: uint,
    }),
    violation: nullable(violation),
  }),
  fc.record({ type: just('closed') }),
)
export const accountTx: Arbitrary<AccountTx> = fc.oneof(
  fc.record({ type: just('add_delta'), tokenId }),
  fc.record({ type: just('set_credit_limit'), tokenId, limit: amount }),
  fc.record({ type: just('direct_payment'), tokenId, amount, memo: text }),
  fc.record({ type: just('htlc_lock'), hashlock: hash, part: uint, tokenId, amount, expirySeconds: uint, envelope }),
  fc.record({ type: just('htlc_resolve'), hashlock: hash, part: uint, outcome }),
  fc.record({ type: just('j_event_claim'), ...claimFields }),
  fc.record({ type: just('settle_propose'), diffs, validUntil: uint }),
  fc.record({ type: just('settle_approve') }),
  fc.record({ type: just('settle_reject') }),
  fc.record({ type: just('request_collateral'), tokenId, amount }),
  fc.record({ type: just('rebalance_policy'), tokenId, softLimit: nullable(amount) }),
)
export const accountFrame: Arbitrary<AccountFrame> = fc.record({
  height: uint,
  timestampMs: uint,
  jHeight: uint,
  prevFrameHash: hash,
  byLeft: fc.boolean(),
  accountTxs: few(accountTx),
  deltas: few(delta),
  accountStateRoot: hash,
  proofBodyHash: hash,
})
export const signedFrame: Arbitrary<SignedFrame> = fc.record({
  frame: accountFrame,
  leftHanko: hanko,
  rightHanko: hanko,
})
export const start: Arbitrary<Start> = fc.record({ number: uint, instance: hash })
const hello: Arbitrary<Hello> = fc.record({
  start,
  known: nullable(start),
  epoch: uint,
  height: uint,
  frameHash: hash,
  pendingHash: hash,
  floor: uint,
  proof: nullable(fc.record({ nonce: uint, bodyHash: hash, hanko })),
})
const sections: Arbitrary<StatedSections> = fc.record({
  terms,
  deltas: few(delta),
  locks: few(lock),
  leftClaims: few(claim),
  rightClaims: few(claim),
  settlement: nullable(settlement),
  policies: few(fc.record({ tokenId, byLeft: fc.boolean(), softLimit: amount })),
})
const ack = fc.record({ height: uint, frameHash: hash, hanko })
const proposal = fc.record({ frame: accountFrame, hanko, terms: nullable(terms) })
export const accountMessage: Arbitrary<AccountMessage> = fc.oneof(
  fc.record({ type: just('frame'), counter: uint, proposal }),
  fc.record({ type: just('ack'), counter: uint, ack }),
  fc.record({ type: just('frame_ack'), counter: uint, ack, proposal }),
  fc.record({
    type: just('settle_seal'),
    counter: uint,
    height: uint,
    frameHash: hash,
    slot: fc.constantFrom('proof' as const, 'settlement' as const),
    hanko: upTo(65),
  }),
  fc.record({ type: just('dispute'), counter: uint, epoch: uint, nonce: uint, bodyHash: hash, hanko: upTo(65) }),
  fc.record({ type: just('hello'), counter: uint, hello, hanko }),
  fc.record({ type: just('resync'), counter: uint, signed: signedFrame, sections }),
)

export const board: Arbitrary<Board> = fc.record({
  threshold: uint,
  members: few(fc.record({ address, weight: uint })),
})
export const hubPolicy: Arbitrary<HubPolicy> = fc.record({
  fees: few(fc.record({ tokenId, base: amount, ppm: uint })),
  newcomerCredit: few(fc.record({ tokenId, limit: amount })),
})
export const profile: Arbitrary<Profile> = fc.record({
  entityId,
  board,
  label: text,
  boxPublicKey: hash,
  hubs: few(entityId),
  hubPolicy: nullable(hubPolicy),
  responseSeconds: uint,
  features: uint,
  minVersion: uint,
})
export const invoice: Arbitrary<Invoice> = fc.record({
  terms: fc.record({
    payee: profile,
    chainId: edged(256n),
    depository: address,
    hashlock: hash,
    paymentSecret: hash,
    tokenId,
    amount: nullable(amount),
    memo: text,
    expirySeconds: uint,
  }),
  hanko,
})
export const offer: Arbitrary<Offer> = fc.record({ offerId: hash, tokenId, amount: nullable(amount), memo: text })
export const offerTerms: Arbitrary<OfferTerms> = fc.record({
  payee: profile,
  chainId: edged(256n),
  depository: address,
  offer,
})
export const wake: Arbitrary<Wake> = fc.record({
  atMs: uint,
  kind: fc.constantFrom('invoice_request', 'lock_expiry', 'invoice_expiry', 'paid_expiry', 'offer_request'),
  id: text,
})
export const entityMessage: Arbitrary<EntityMessage> = fc.oneof(
  fc.record({ type: just('account'), opener: nullable(profile), body: upTo(1_000) }),
  fc.record({
    type: just('invoice_request'),
    requestId: paymentId,
    tokenId,
    amount,
    memo: text,
    offerId: nullable(hash),
  }),
  fc.record({ type: just('invoice'), requestId: paymentId, invoice }),
  fc.record({ type: just('invoice_refused'), requestId: paymentId, reason: text }),
)
export const envelopePayload: Arbitrary<EnvelopePayload> = fc.oneof(
  fc.record({ type: just('forward'), next: entityId, amount, expirySeconds: uint, envelope }),
  fc.record({
    type: just('final'),
    amount,
    payer: nullable(entityId),
    proof: fc.oneof(
      fc.record({ type: just('invoice'), paymentSecret: hash }),
      fc.record({ type: just('keysend'), preimage: hash, memo: text }),
    ),
  }),
)

const counterparty = entityId
const accountFloor: Arbitrary<AccountFloor> = fc.record({ entityId, counterparty: entityId, height: uint })
export const entityTx: Arbitrary<EntityTx> = fc.oneof(
  fc.record({ type: just('open_account'), counterparty, tokenId, creditLimit: amount }),
  fc.record({ type: just('set_credit_limit'), counterparty, tokenId, limit: amount }),
  fc.record({ type: just('direct_payment'), counterparty, tokenId, amount, memo: text }),
  fc.record({
    type: just('pay'),
    paymentId,
    to: entityId,
    invoice: nullable(invoice),
    offerId: nullable(hash),
    payee: nullable(profile),
    tokenId,
    amount,
    memo: text,
    maxFee: amount,
  }),
  fc.record({ type: just('cancel_payment'), paymentId }),
  fc.record({ type: just('create_invoice'), tokenId, amount: nullable(amount), memo: text, expirySeconds: uint }),
  fc.record({ type: just('create_offer'), tokenId, amount: nullable(amount), memo: text }),
  fc.record({ type: just('reserve_to_reserve'), to: entityId, tokenId, amount }),
  fc.record({ type: just('reserve_to_collateral'), counterparty, tokenId, amount }),
  fc.record({ type: just('message'), from: entityId, bytes: upTo(1_000) }),
  fc.record({ type: just('j_event'), jHeight: uint, blockHash: hash, events: few(jEvent) }),
  fc.record({ type: just('batch_failed'), nonce: uint, reason: text }),
  fc.record({ type: just('wake'), wake }),
  fc.record({ type: just('deposit'), from: address, tokenId, amount }),
  fc.record({ type: just('withdraw'), to: address, tokenId, amount }),
  fc.record({ type: just('settle'), counterparty, diffs }),
  fc.record({ type: just('settle_approve'), counterparty }),
  fc.record({ type: just('settle_reject'), counterparty }),
  fc.record({ type: just('request_collateral'), counterparty, tokenId, amount }),
  fc.record({ type: just('rebalance_policy'), counterparty, tokenId, softLimit: nullable(amount) }),
  fc.record({ type: just('dispute_start'), counterparty }),
  fc.record({ type: just('enforce_debts'), debtor: entityId, tokenId }),
  fc.record({ type: just('withdraw_offer'), offerId: hash }),
  fc.record({ type: just('call_failed'), key: text, reason: text }),
  fc.record({ type: just('parcel'), from: entityId, start: nullable(start), bytes: upTo(1_000) }),
  fc.record({ type: just('greet'), floors: few(accountFloor), takesOver: fc.boolean() }),
)
export const session: Arbitrary<Session> = fc.record({
  floor: uint,
  peer: nullable(fc.record({ start, floor: uint })),
  status: fc.oneof(
    fc.record({ type: just('greeting') }),
    fc.record({ type: just('open') }),
    fc.record({ type: just('behind'), height: uint }),
    fc.record({ type: just('superseded'), number: uint }),
  ),
})
export const deadline: Arbitrary<Deadline> = fc.record({
  atSeconds: uint,
  kind: fc.constantFrom('judge' as const, 'settlement' as const),
  counterparty,
})
export const revealedSecret: Arbitrary<RevealedSecret> = fc.record({ preimage: hash, revealedAtSeconds: uint })
export const openDebt: Arbitrary<Debt> = fc.record({ ...debt, amount: edged(256n) })
export const lockRoute: Arbitrary<LockRoute> = fc.oneof(
  fc.record({ type: just('origin'), paymentId }),
  fc.record({
    type: just('forward'),
    from: entityId,
    to: entityId,
    tokenId,
    inAmount: amount,
    outAmount: amount,
    preimage: nullable(hash),
  }),
  fc.record({ type: just('final'), from: entityId, payer: nullable(entityId), hasInvoice: fc.boolean(), memo: text }),
)
export const payment: Arbitrary<Payment> = fc.record({
  paymentId,
  to: entityId,
  tokenId,
  amount,
  fee: amount,
  maxFee: amount,
  memo: text,
  startedMs: uint,
  phase: fc.oneof(
    fc.record({ type: just('requesting'), deadlineMs: uint }),
    fc.record({
      type: just('locked'),
      via: entityId,
      hashlock: hash,
      part: uint,
      expirySeconds: uint,
      invoiceExpirySeconds: nullable(uint),
    }),
  ),
})
export const invoiceRecord: Arbitrary<InvoiceRecord> = fc.record({
  invoice,
  preimage: hash,
  payer: nullable(entityId),
  status: fc.constantFrom('open', 'releasing', 'paid'),
})
export const batchState: Arbitrary<BatchState> = fc.record({
  nonce: uint,
  draft: jBatch,
  inFlight: nullable(fc.record({ jTx: jBatchTx, batch: jBatch })),
})
export const identity: Arbitrary<EntityIdentity> = fc.record({
  entityId,
  board,
  label: text,
  boxPublicKey: hash,
  isOwn: fc.boolean(),
  jurisdiction: shortText,
  responseSeconds: uint,
  hubPolicy: nullable(hubPolicy),
})

export const outboxEntry: Arbitrary<OutboxEntry> = fc.record({
  seq: uint,
  from: entityId,
  to: entityId,
  bytes: upTo(1_000),
})
export const queued: Arbitrary<QueuedMessage> = fc.record({
  from: entityId,
  to: entityId,
  bytes: upTo(1_000),
  notBeforeMs: uint,
  tries: uint,
})
export const storedAnswer: Arbitrary<StoredAnswer> = fc.record({
  height: uint,
  answer: fc.oneof(
    fc.record({ type: just('done') }),
    fc.record({ type: just('payment'), paymentId }),
    fc.record({ type: just('invoice'), hashlock: hash, invoice: upTo(1_000) }),
    fc.record({ type: just('offer'), offerId: hash }),
  ),
})
const runtimeInput: Arbitrary<RuntimeInput> = fc.oneof(
  fc.record({ type: just('runtime'), tx: fc.record({ type: just('import_jurisdiction'), replica: jReplica }) }),
  fc.record({ type: just('runtime'), tx: fc.record({ type: just('import_entity'), identity }) }),
  fc.record({ type: just('runtime'), tx: fc.record({ type: just('import_profile'), profile }) }),
  fc.record({ type: just('command'), commandId, entityId, tx: entityTx }),
  fc.record({ type: just('message'), from: entityId, to: entityId, start: nullable(start), bytes: upTo(1_000) }),
  fc.record({ type: just('start'), number: uint, floors: few(accountFloor), takesOver: fc.boolean() }),
  fc.record({ type: just('receipt'), seq: uint }),
  fc.record({ type: just('j_block'), jurisdiction: shortText, block: jBlock }),
  fc.record({ type: just('batch_failed'), entityId, nonce: uint, reason: text }),
)
export const runtimeFrame: Arbitrary<RuntimeFrame> = fc.record({
  timestampMs: uint,
  entropy: hash,
  inputs: few(runtimeInput),
  oracle: few(upTo(200)),
})
