/**
 * One line of history, and the row it is kept in: key `act/<entity>/<height in 12 digits>/<id>`, value in canonical
 * encoding. The height of the key is the one the entry began at, so an entry keeps its row while its status changes.
 */
import { amount, hash32, label, memo, tokenId } from '../codec/common.ts'
import {
  bigInt,
  bigUint,
  bool,
  type Codec,
  decode,
  encode,
  list,
  nullable,
  oneOf,
  struct,
  text,
  uint,
} from '../codec/schema.ts'
import { Fault } from '../lib/assert.ts'
import { type Bytes, fromHex, toHex } from '../lib/bytes.ts'
import { type EntityId, parseEntityId, type TokenId } from '../lib/units.ts'
import type { StoreRow } from '../ports.ts'
import { ACTIVITY_KINDS } from './activity-methods.ts'
import { sameName } from './address-book.ts'
import type { ActivityEntry, ActivityStatus, PaymentProof } from './types.ts'

export type ActivityRecord = {
  readonly entry: ActivityEntry
  /** The amount as people write it, with its symbol. */
  readonly amountText: string
  /** Height at which the status became final; null while it is not. */
  readonly endedHeight: number | null
  /** For an operation on its way to the chain: the nonce of its batch, once it is in one. */
  readonly nonce: number | null
  /** For collateral: what the account held of it after this entry, as of a block. */
  readonly settled: { readonly jHeight: number; readonly collateral: bigint } | null
  /** What the entity then had of the token, where the amount alone does not tell: a judgement may leave debts. */
  readonly total: bigint | null
  /** Hashes of the account frames that carried it, oldest first, 0x-hex. */
  readonly frameHashes: readonly string[]
  /** Name, memo and amount as a search compares them. */
  readonly words: string
}
export type ActivityFields = Omit<ActivityRecord, 'words'>

export const activityRecord = (fields: ActivityFields): ActivityRecord => {
  const { counterpartyLabel, memo: note } = fields.entry
  return { ...fields, words: [counterpartyLabel, note, fields.amountText].map(sameName).join('\n') }
}

const VERSION = 3
/** Frames of one entry that are kept. */
export const MAX_FRAMES = 4
const STATUSES: readonly ActivityStatus[] = ['sent', 'received', 'pending', 'failed']
const figure = bigUint(256)

type ProofRow = { paymentId: Bytes; hashlock: Bytes; preimage: Bytes; isProof: boolean }
type Row = Omit<ActivityEntry, 'tokenId' | 'proof' | 'counterpartyId'> &
  Omit<ActivityFields, 'entry' | 'frameHashes'> & {
    readonly version: number
    readonly tokenId: TokenId
    /** Empty text where nobody is on the other side. */
    readonly counterpartyId: string
    readonly proof: ProofRow | null
    readonly frameHashes: readonly Bytes[]
  }

/** As it was before frames were kept. */
type FirstRow = Omit<Row, 'frameHashes' | 'total'>
/** As it was before disputes. */
type SecondRow = Omit<Row, 'total'>

const FIELDS = {
  version: uint,
  id: text(128),
  kind: oneOf(ACTIVITY_KINDS),
  status: oneOf(STATUSES),
  height: uint,
  timestamp: uint,
  counterpartyId: text(66),
  counterpartyLabel: label,
  tokenId,
  amount: figure,
  fee: amount,
  memo,
  failure: text(1_024),
  proof: nullable(struct<ProofRow>({ paymentId: hash32, hashlock: hash32, preimage: hash32, isProof: bool })),
  amountText: text(256),
  endedHeight: nullable(uint),
  nonce: nullable(uint),
  settled: nullable(struct<NonNullable<Row['settled']>>({ jHeight: uint, collateral: figure })),
}
const firstCodec: Codec<FirstRow> = struct<FirstRow>(FIELDS)
const SECOND_FIELDS = { ...FIELDS, frameHashes: list(hash32, MAX_FRAMES) }
const secondCodec: Codec<SecondRow> = struct<SecondRow>(SECOND_FIELDS)
const rowCodec: Codec<Row> = struct<Row>({ ...SECOND_FIELDS, total: nullable(bigInt(256)) })

const decodeRow = (value: Bytes): { readonly row: Row | null; readonly reason: string } => {
  const read = decode(rowCodec, value)
  if (read.type === 'ok')
    return { row: read.value.version === VERSION ? read.value : null, reason: 'of another version' }
  const second = decode(secondCodec, value)
  if (second.type === 'ok' && second.value.version === 2)
    return { row: { ...second.value, total: null }, reason: read.reason }
  const first = decode(firstCodec, value)
  const isFirst = first.type === 'ok' && first.value.version === 1
  return { row: isFirst ? { ...first.value, frameHashes: [], total: null } : null, reason: read.reason }
}

const writeProof = ({ paymentId, hashlock, preimage, isProof }: PaymentProof): ProofRow => ({
  paymentId: fromHex(paymentId),
  hashlock: fromHex(hashlock),
  preimage: fromHex(preimage),
  isProof,
})
const readProof = ({ paymentId, hashlock, preimage, isProof }: ProofRow): PaymentProof => ({
  paymentId: toHex(paymentId),
  hashlock: toHex(hashlock),
  preimage: toHex(preimage),
  isProof,
})

const PREFIX = 'act'
const keyOf = (entityId: EntityId, { height, id }: ActivityEntry): string =>
  `${PREFIX}/${entityId}/${height.toString().padStart(12, '0')}/${id}`

export const writeRecord = (
  entityId: EntityId,
  { entry, amountText, endedHeight, nonce, settled, total, frameHashes }: ActivityRecord,
): StoreRow => {
  const { tokenId: token, proof, ...rest } = entry
  const row: Row = {
    ...rest,
    version: VERSION,
    tokenId: token as TokenId,
    proof: proof === null ? null : writeProof(proof),
    amountText,
    endedHeight,
    nonce,
    settled,
    total,
    frameHashes: frameHashes.map(fromHex),
  }
  return { key: keyOf(entityId, entry), value: encode(rowCodec, row) }
}

/** @throws Fault I-ACTIVITY when the row is not what `writeRecord` wrote. */
export const readRecord = ({
  key,
  value,
}: StoreRow): { readonly entityId: EntityId; readonly record: ActivityRecord } => {
  const { row, reason } = decodeRow(value)
  if (row === null) throw new Fault('I-ACTIVITY', `${key}: ${reason}`)
  const { version: _, proof, amountText, endedHeight, nonce, settled, total, frameHashes, ...rest } = row
  const entry: ActivityEntry = { ...rest, proof: proof === null ? null : readProof(proof) }
  const entityId = parseEntityId(key.split('/')[1] ?? '')
  if (entityId === null || keyOf(entityId, entry) !== key)
    throw new Fault('I-ACTIVITY', `${key} is not a row of history`)
  return {
    entityId,
    record: activityRecord({
      entry,
      amountText,
      endedHeight,
      nonce,
      settled,
      total,
      frameHashes: frameHashes.map(toHex),
    }),
  }
}
