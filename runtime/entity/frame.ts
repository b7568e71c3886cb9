/**
 * EntityFrame and the entity's root: a Merkle root over its sections (accounts, reserves, lock book, payments,
 * paid hashlocks, invoices, offers, wakes, batch, chain calls, deadlines, revealed secrets, debts, identity). Two hosts with the same root hold the same entity, queues included.
 */
import { frameCodec, mempoolCodec, sealsCodec, startCodec, statusCodec } from '../account/codec.ts'
import type { AccountReplica } from '../account/types.ts'
import { amount, entityId, hash32, label, memo, paymentId, tokenId } from '../codec/common.ts'
import {
  bigUint,
  bool,
  bytesUpTo,
  type Codec,
  encode,
  list,
  nullable,
  oneOf,
  struct,
  text,
  uint,
  union,
} from '../codec/schema.ts'
import { jBatchCodec, jBatchTxCodec, jCallCodec } from '../jurisdiction/codec.ts'
import { EMPTY_BATCH, type JCall } from '../jurisdiction/types.ts'
import { type Bytes, ZERO_32 } from '../lib/bytes.ts'
import { keccak, taggedHash } from '../lib/hash.ts'
import { LIMITS } from '../lib/limits.ts'
import { MerkleMap } from '../lib/merkle.ts'
import { boardCodec, entityTxCodec, hubPolicyCodec, invoiceCodec, offerCodec, wakeCodec } from './codec.ts'
import type {
  BatchState,
  Deadline,
  DeadlineKind,
  Debt,
  EntityFrame,
  EntityState,
  EntityTx,
  InvoiceRecord,
  LockRoute,
  Offer,
  Payment,
  RevealedSecret,
  Session,
  Wake,
} from './types.ts'

export const routeCodec: Codec<LockRoute> = union<LockRoute>({
  origin: [1, struct({ paymentId })],
  forward: [
    2,
    struct({
      from: entityId,
      to: entityId,
      tokenId,
      inAmount: amount,
      outAmount: amount,
      preimage: nullable(hash32),
    }),
  ],
  final: [3, struct({ from: entityId, payer: nullable(entityId), hasInvoice: bool, memo })],
})

export const paymentCodec: Codec<Payment> = struct<Payment>({
  paymentId,
  to: entityId,
  tokenId,
  amount,
  fee: amount,
  maxFee: amount,
  memo,
  startedMs: uint,
  phase: union<Payment['phase']>({
    requesting: [1, struct({ deadlineMs: uint })],
    locked: [
      2,
      struct({
        via: entityId,
        hashlock: hash32,
        part: uint,
        expirySeconds: uint,
        invoiceExpirySeconds: nullable(uint),
      }),
    ],
  }),
})

export const invoiceRecordCodec: Codec<InvoiceRecord> = struct<InvoiceRecord>({
  invoice: invoiceCodec,
  preimage: hash32,
  payer: nullable(entityId),
  status: oneOf(['open', 'releasing', 'paid'] as const),
})

export const batchStateCodec: Codec<BatchState> = struct<BatchState>({
  nonce: uint,
  draft: jBatchCodec,
  inFlight: nullable(struct<NonNullable<BatchState['inFlight']>>({ jTx: jBatchTxCodec, batch: jBatchCodec })),
})

export const deadlineCodec: Codec<Deadline> = struct<Deadline>({
  atSeconds: uint,
  kind: oneOf<DeadlineKind>(['judge', 'settlement']),
  counterparty: entityId,
})
export const secretCodec: Codec<RevealedSecret> = struct<RevealedSecret>({ preimage: hash32, revealedAtSeconds: uint })
export const debtCodec: Codec<Debt> = struct<Debt>({
  debtor: entityId,
  creditor: entityId,
  tokenId,
  debtId: uint,
  amount: bigUint(256),
})

export const sessionCodec: Codec<Session> = struct<Session>({
  floor: uint,
  peer: nullable(struct<NonNullable<Session['peer']>>({ start: startCodec, floor: uint })),
  status: union<Session['status']>({
    greeting: [1, struct({})],
    open: [2, struct({})],
    behind: [3, struct({ height: uint })],
    superseded: [4, struct({ number: uint })],
  }),
})

export type EntityIdentity = Pick<
  EntityState,
  'entityId' | 'board' | 'label' | 'boxPublicKey' | 'isOwn' | 'jurisdiction' | 'responseSeconds' | 'hubPolicy'
>
export const identityCodec: Codec<EntityIdentity> = struct<EntityIdentity>({
  entityId,
  board: boardCodec,
  label,
  boxPublicKey: hash32,
  isOwn: bool,
  jurisdiction: text(LIMITS.nameBytes),
  responseSeconds: uint,
  hubPolicy: nullable(hubPolicyCodec),
})

const hashed =
  <T>(codec: Codec<T>) =>
  (value: T): Bytes =>
    keccak(encode(codec, value))

const replyCodec = struct<{ height: number; message: Bytes }>({ height: uint, message: bytesUpTo(LIMITS.messageBytes) })

/** Binds all of one side's replica, queue and pending proposal included. */
export const hashReplica = (replica: AccountReplica): Bytes => {
  const { state, pending, lastReply, status, seals, counter } = replica
  return taggedHash(
    'xln:account-replica:v1',
    state.root,
    state.frameHash,
    keccak(encode(mempoolCodec, replica.mempool)),
    pending === null ? ZERO_32 : keccak(encode(frameCodec, pending.frame)),
    lastReply === null ? ZERO_32 : keccak(encode(replyCodec, lastReply)),
    keccak(encode(statusCodec, status)),
    seals === null ? ZERO_32 : keccak(encode(sealsCodec, seals)),
    keccak(encode(uint, counter)),
    keccak(encode(uint, replica.createdAtHeight)),
    keccak(encode(uint, replica.updatedAtHeight)),
  )
}

export const emptyMaps = {
  accounts: (): MerkleMap<AccountReplica> => MerkleMap.empty(hashReplica),
  reserves: (): MerkleMap<bigint> => MerkleMap.empty(hashed(bigUint(256))),
  lockBook: (): MerkleMap<LockRoute> => MerkleMap.empty(hashed(routeCodec)),
  payments: (): MerkleMap<Payment> => MerkleMap.empty(hashed(paymentCodec)),
  paid: (): MerkleMap<number> => MerkleMap.empty(hashed(uint)),
  invoices: (): MerkleMap<InvoiceRecord> => MerkleMap.empty(hashed(invoiceRecordCodec)),
  offers: (): MerkleMap<Offer> => MerkleMap.empty(hashed(offerCodec)),
  wakes: (): MerkleMap<Wake> => MerkleMap.empty(hashed(wakeCodec)),
  deadlines: (): MerkleMap<Deadline> => MerkleMap.empty(hashed(deadlineCodec)),
  secrets: (): MerkleMap<RevealedSecret> => MerkleMap.empty(hashed(secretCodec)),
  debts: (): MerkleMap<Debt> => MerkleMap.empty(hashed(debtCodec)),
  calls: (): MerkleMap<JCall> => MerkleMap.empty(hashed(jCallCodec)),
  sessions: (): MerkleMap<Session> => MerkleMap.empty(hashed(sessionCodec)),
} as const

export const entityStateRoot = (state: EntityState): Bytes =>
  MerkleMap.from(
    [
      ['accounts', state.accounts.root()],
      ['batch', keccak(encode(batchStateCodec, state.batch))],
      ['calls', state.calls.root()],
      ['deadlines', state.deadlines.root()],
      ['debts', state.debts.root()],
      ['identity', keccak(encode(identityCodec, identityOf(state)))],
      ['invoices', state.invoices.root()],
      ['lockBook', state.lockBook.root()],
      ['offers', state.offers.root()],
      ['paid', state.paid.root()],
      ['payments', state.payments.root()],
      ['reserves', state.reserves.root()],
      ['secrets', state.secrets.root()],
      // Whoever has no peer elsewhere commits to nothing here.
      ...(state.sessions.size === 0 ? [] : [['sessions', state.sessions.root()] as const]),
      ['wakes', state.wakes.root()],
    ],
    (hash) => hash,
  ).root()

const identityOf = (state: EntityState): EntityIdentity => {
  const { entityId: id, board, label: name, boxPublicKey, isOwn, jurisdiction, responseSeconds, hubPolicy } = state
  return { entityId: id, board, label: name, boxPublicKey, isOwn, jurisdiction, responseSeconds, hubPolicy }
}

const entityFrameCodec: Codec<EntityFrame> = struct<EntityFrame>({
  height: uint,
  timestampMs: uint,
  view: uint,
  prevFrameHash: hash32,
  entityTxs: list(entityTxCodec, LIMITS.txsPerEntityFrame),
  entityStateRoot: hash32,
})

/** Closes a tick of one entity: the frame that names what was done, and the state that names the frame. */
export const closeFrame = (
  state: EntityState,
  closing: { readonly entityTxs: readonly EntityTx[]; readonly timestampMs: number },
): { readonly frame: EntityFrame; readonly state: EntityState } => {
  const root = entityStateRoot(state)
  const frame: EntityFrame = {
    height: state.height + 1,
    timestampMs: closing.timestampMs,
    view: 0,
    prevFrameHash: state.frameHash,
    entityTxs: closing.entityTxs,
    entityStateRoot: root,
  }
  const frameHash = taggedHash('xln:entity-frame:v1', encode(entityFrameCodec, frame))
  return { frame, state: { ...state, height: frame.height, timestampMs: frame.timestampMs, frameHash, root } }
}

export const newEntity = (identity: EntityIdentity): EntityState => ({
  ...identity,
  height: 0,
  timestampMs: 0,
  frameHash: ZERO_32,
  root: ZERO_32,
  accounts: emptyMaps.accounts(),
  reserves: emptyMaps.reserves(),
  lockBook: emptyMaps.lockBook(),
  payments: emptyMaps.payments(),
  paid: emptyMaps.paid(),
  invoices: emptyMaps.invoices(),
  offers: emptyMaps.offers(),
  wakes: emptyMaps.wakes(),
  deadlines: emptyMaps.deadlines(),
  secrets: emptyMaps.secrets(),
  debts: emptyMaps.debts(),
  calls: emptyMaps.calls(),
  sessions: emptyMaps.sessions(),
  batch: { nonce: 0, draft: EMPTY_BATCH, inFlight: null },
})
