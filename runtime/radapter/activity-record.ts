/**
 * One line of history, and the row it is kept in: key `act/<entity>/<height in 12 digits>/<id>`, value in canonical
 * encoding. The height of the key is the one the entry began at, so an entry keeps its row while its status changes.
 */
import { amount, hash32, label, memo, tokenId } from '../codec/common.ts'
import { bigUint, bool, type Codec, decode, encode, nullable, oneOf, struct, text, uint } from '../codec/schema.ts'
import { Fault } from '../lib/assert.ts'
import { type Bytes, fromHex, toHex } from '../lib/bytes.ts'
import { type EntityId, parseEntityId, type TokenId } from '../lib/units.ts'
import type { StoreRow } from '../ports.ts'
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
  /** Name, memo and amount as a search compares them. */
  readonly words: string
}
export type ActivityFields = Omit<ActivityRecord, 'words'>

export const activityRecord = (fields: ActivityFields): ActivityRecord => {
  const { counterpartyLabel, memo: note } = fields.entry
  return { ...fields, words: [counterpartyLabel, note, fields.amountText].map(sameName).join('\n') }
}

const VERSION = 1
const STATUSES: readonly ActivityStatus[] = ['sent', 'received', 'pending', 'failed']
const KINDS: readonly ActivityEntry['kind'][] = [
  'payment_out',
  'payment_in',
  'deposit',
  'reserve_transfer',
  'collateral',
]
const figure = bigUint(256)

type ProofRow = { paymentId: Bytes; hashlock: Bytes; preimage: Bytes; isProof: boolean }
type Row = Omit<ActivityEntry, 'tokenId' | 'proof' | 'counterpartyId'> &
  Omit<ActivityFields, 'entry'> & {
    readonly version: number
    readonly tokenId: TokenId
    /** Empty text where nobody is on the other side. */
    readonly counterpartyId: string
    readonly proof: ProofRow | null
  }

const rowCodec: Codec<Row> = struct<Row>({
  version: uint,
  id: text(128),
  kind: oneOf(KINDS),
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
})

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
  { entry, amountText, endedHeight, nonce, settled }: ActivityRecord,
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
  }
  return { key: keyOf(entityId, entry), value: encode(rowCodec, row) }
}

/** @throws Fault I-ACTIVITY when the row is not what `writeRecord` wrote. */
export const readRecord = ({
  key,
  value,
}: StoreRow): { readonly entityId: EntityId; readonly record: ActivityRecord } => {
  const read = decode(rowCodec, value)
  if (read.type !== 'ok') throw new Fault('I-ACTIVITY', `${key}: ${read.reason}`)
  const { version, proof, amountText, endedHeight, nonce, settled, ...rest } = read.value
  const entry: ActivityEntry = { ...rest, proof: proof === null ? null : readProof(proof) }
  const entityId = parseEntityId(key.split('/')[1] ?? '')
  if (version !== VERSION || entityId === null || keyOf(entityId, entry) !== key)
    throw new Fault('I-ACTIVITY', `${key} is not a row of history`)
  return { entityId, record: activityRecord({ entry, amountText, endedHeight, nonce, settled }) }
}
