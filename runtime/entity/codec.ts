/** Canonical encodings of what an entity sends, signs and stores. Tags are part of the format. */
import { diffsCodec, startCodec } from '../account/codec.ts'
import {
  address,
  amount,
  entityId,
  envelope,
  hanko,
  hash32,
  label,
  memo,
  paymentId,
  reason,
  tokenId,
} from '../codec/common.ts'
import {
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
import type { Board } from '../jurisdiction/board.ts'
import { jEventCodec } from '../jurisdiction/codec.ts'
import { LIMITS } from '../lib/limits.ts'
import type {
  AccountFloor,
  EntityMessage,
  EntityTx,
  EnvelopePayload,
  HubPolicy,
  Invoice,
  InvoiceTerms,
  Offer,
  OfferTerms,
  Profile,
  Wake,
  WakeKind,
} from './types.ts'

export const boardCodec: Codec<Board> = struct<Board>({
  threshold: uint,
  members: list(struct<Board['members'][number]>({ address, weight: uint }), LIMITS.boardMembers),
})

export const hubPolicyCodec: Codec<HubPolicy> = struct<HubPolicy>({
  fees: list(struct<HubPolicy['fees'][number]>({ tokenId, base: amount, ppm: uint }), LIMITS.tokensPerAccount),
  newcomerCredit: list(
    struct<HubPolicy['newcomerCredit'][number]>({ tokenId, limit: amount }),
    LIMITS.tokensPerAccount,
  ),
})

export const profileCodec: Codec<Profile> = struct<Profile>({
  entityId,
  board: boardCodec,
  label,
  boxPublicKey: hash32,
  hubs: list(entityId, LIMITS.hubsPerInvoice),
  hubPolicy: nullable(hubPolicyCodec),
  responseSeconds: uint,
  features: uint,
  minVersion: uint,
})

export const invoiceTermsCodec: Codec<InvoiceTerms> = struct<InvoiceTerms>({
  payee: profileCodec,
  chainId: bigUint(256),
  depository: address,
  hashlock: hash32,
  paymentSecret: hash32,
  tokenId,
  amount: nullable(amount),
  memo,
  expirySeconds: uint,
})
export const invoiceCodec: Codec<Invoice> = struct<Invoice>({ terms: invoiceTermsCodec, hanko })

export const offerCodec: Codec<Offer> = struct<Offer>({ offerId: hash32, tokenId, amount: nullable(amount), memo })

export const offerTermsCodec: Codec<OfferTerms> = struct<OfferTerms>({
  payee: profileCodec,
  chainId: bigUint(256),
  depository: address,
  offer: offerCodec,
})

export const wakeCodec: Codec<Wake> = struct<Wake>({
  atMs: uint,
  kind: oneOf<WakeKind>([
    'invoice_request',
    'lock_expiry',
    'invoice_expiry',
    'paid_expiry',
    'offer_request',
    'lock_reveal',
    'deadline',
    'greeting',
  ]),
  id: text(LIMITS.wakeIdBytes),
})

export const entityMessageCodec: Codec<EntityMessage> = union<EntityMessage>({
  account: [1, struct({ opener: nullable(profileCodec), body: bytesUpTo(LIMITS.messageBytes) })],
  invoice_request: [2, struct({ requestId: paymentId, tokenId, amount, memo, offerId: nullable(hash32) })],
  invoice: [3, struct({ requestId: paymentId, invoice: invoiceCodec })],
  invoice_refused: [4, struct({ requestId: paymentId, reason })],
})

export const envelopePayloadCodec: Codec<EnvelopePayload> = union<EnvelopePayload>({
  forward: [1, struct({ next: entityId, amount, expirySeconds: uint, envelope })],
  final: [
    2,
    struct({
      amount,
      payer: nullable(entityId),
      proof: union<Extract<EnvelopePayload, { type: 'final' }>['proof']>({
        invoice: [1, struct({ paymentSecret: hash32 })],
        keysend: [2, struct({ preimage: bytes(32), memo })],
      }),
    }),
  ],
})

export const floorsCodec: Codec<readonly AccountFloor[]> = list(
  struct<AccountFloor>({ entityId, counterparty: entityId, height: uint }),
  LIMITS.inputsPerTick,
)

export const entityTxCodec: Codec<EntityTx> = union<EntityTx>({
  open_account: [1, struct({ counterparty: entityId, tokenId, creditLimit: amount })],
  set_credit_limit: [2, struct({ counterparty: entityId, tokenId, limit: amount })],
  direct_payment: [3, struct({ counterparty: entityId, tokenId, amount, memo })],
  pay: [
    4,
    struct({
      paymentId,
      to: entityId,
      invoice: nullable(invoiceCodec),
      offerId: nullable(hash32),
      payee: nullable(profileCodec),
      tokenId,
      amount,
      memo,
      maxFee: amount,
    }),
  ],
  cancel_payment: [5, struct({ paymentId })],
  create_invoice: [6, struct({ tokenId, amount: nullable(amount), memo, expirySeconds: uint })],
  create_offer: [7, struct({ tokenId, amount: nullable(amount), memo })],
  reserve_to_reserve: [8, struct({ to: entityId, tokenId, amount })],
  reserve_to_collateral: [9, struct({ counterparty: entityId, tokenId, amount })],
  message: [10, struct({ from: entityId, bytes: bytesUpTo(LIMITS.envelopedMessageBytes) })],
  j_event: [11, struct({ jHeight: uint, blockHash: hash32, events: list(jEventCodec, LIMITS.eventsPerBlock) })],
  batch_failed: [12, struct({ nonce: uint, reason: text(LIMITS.revertBytes) })],
  wake: [13, struct({ wake: wakeCodec })],
  deposit: [14, struct({ from: address, tokenId, amount })],
  withdraw: [15, struct({ to: address, tokenId, amount })],
  settle: [16, struct({ counterparty: entityId, diffs: diffsCodec })],
  settle_approve: [17, struct({ counterparty: entityId })],
  settle_reject: [18, struct({ counterparty: entityId })],
  request_collateral: [19, struct({ counterparty: entityId, tokenId, amount })],
  rebalance_policy: [20, struct({ counterparty: entityId, tokenId, softLimit: nullable(amount) })],
  dispute_start: [21, struct({ counterparty: entityId })],
  enforce_debts: [22, struct({ debtor: entityId, tokenId })],
  call_failed: [23, struct({ key: text(LIMITS.callKeyBytes), reason: text(LIMITS.revertBytes) })],
  withdraw_offer: [24, struct({ offerId: hash32 })],
  parcel: [25, struct({ from: entityId, start: nullable(startCodec), bytes: bytesUpTo(LIMITS.envelopedMessageBytes) })],
  greet: [26, struct({ floors: floorsCodec, takesOver: bool })],
})
