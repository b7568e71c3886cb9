/**
 * One line of history, and the row it is kept in, in canonical encoding. An entry keeps its place, and with it its row,
 * while its status changes.
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
import { contentAt, endOf, itemAt, countAt as skimCount, uintAt } from '../codec/skim.ts'
import { Fault, present } from '../lib/assert.ts'
import { type Bytes, fromHex, fromUtf8, toHex } from '../lib/bytes.ts'
import type { EntityId, TokenId } from '../lib/units.ts'
import type { StoreRow } from '../ports.ts'
import { entryKey, numberOf } from './activity-keys.ts'
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
  /** What the history then added up to in its token; null while it has not ended, and where it changed nothing. */
  readonly balance: bigint | null
  /** Hashes of the account frames that carried it, oldest first, 0x-hex. */
  readonly frameHashes: readonly string[]
  /** Name, memo and amount as a search compares them. */
  readonly words: string
}
export type ActivityFields = Omit<ActivityRecord, 'words'>
/** Places count from 0, in the order entries began; those of one height in the order of their ids. */
export type Placed = { readonly place: number; readonly record: ActivityRecord }

const wordsOf = (...texts: readonly string[]): string => texts.map(sameName).join('\n')

export const activityRecord = (fields: ActivityFields): ActivityRecord => {
  const { counterpartyLabel, memo: note } = fields.entry
  return { ...fields, words: wordsOf(counterpartyLabel, note, fields.amountText) }
}

const VERSION = 4
/** Frames of one entry that are kept. */
export const MAX_FRAMES = 4
const STATUSES: readonly ActivityStatus[] = ['sent', 'received', 'pending', 'failed']
const figure = bigUint(256)

type ProofRow = { paymentId: Bytes; hashlock: Bytes; preimage: Bytes; isProof: boolean }
type Row = Omit<ActivityEntry, 'tokenId' | 'proof' | 'counterpartyId'> &
  Omit<ActivityFields, 'entry' | 'frameHashes'> & {
    readonly version: number
    readonly place: number
    readonly tokenId: TokenId
    /** Empty text where nobody is on the other side. */
    readonly counterpartyId: string
    readonly proof: ProofRow | null
    readonly frameHashes: readonly Bytes[]
  }

const rowCodec: Codec<Row> = struct<Row>({
  version: uint,
  place: uint,
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
  frameHashes: list(hash32, MAX_FRAMES),
  total: nullable(bigInt(256)),
  balance: nullable(bigInt(256)),
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

export const writeRecord = (entityId: EntityId, { place, record }: Placed): StoreRow => {
  const { entry, words: _, frameHashes, ...fields } = record
  const { tokenId: token, proof, ...rest } = entry
  const row: Row = {
    ...rest,
    ...fields,
    version: VERSION,
    place,
    tokenId: token as TokenId,
    proof: proof === null ? null : writeProof(proof),
    frameHashes: frameHashes.map(fromHex),
  }
  return { key: entryKey(entityId, place), value: encode(rowCodec, row) }
}

/** @throws Fault I-ACTIVITY when the row is not what `writeRecord` wrote. */
export const readRecord = ({ key, value }: StoreRow): Placed => {
  const read = decode(rowCodec, value)
  const problem = read.type === 'malformed' ? read.reason : problemOf(key, read.value)
  if (read.type === 'malformed' || problem !== null) throw new Fault('I-ACTIVITY', `${key}: ${problem}`)
  const {
    version: _,
    place,
    proof,
    amountText,
    endedHeight,
    nonce,
    settled,
    total,
    balance,
    frameHashes,
    ...rest
  } = read.value
  const entry: ActivityEntry = { ...rest, proof: proof === null ? null : readProof(proof) }
  const hashes = frameHashes.map(toHex)
  const fields = { entry, amountText, endedHeight, nonce, settled, total, balance, frameHashes: hashes }
  return { place, record: activityRecord(fields) }
}

/** What of an entry a choice goes by. */
export type Traits = Pick<ActivityEntry, 'id' | 'kind' | 'status' | 'tokenId' | 'counterpartyId'> &
  Pick<ActivityRecord, 'endedHeight'> & { readonly words: () => string }

export const traitsOf = ({ entry, endedHeight, words }: ActivityRecord): Traits => {
  const { id, kind, status, tokenId: token, counterpartyId } = entry
  return { id, kind, status, tokenId: token, counterpartyId, endedHeight, words: () => words }
}

/** The same from a row that was written here, without decoding the rest of it: for looking at a hundred thousand. */
export const skimRow = (value: Bytes): Traits => {
  const starts = [contentAt(value, 0)]
  for (let item = 0; item < ENDED; item++) starts.push(endOf(value, starts[item] ?? 0))
  const textAt = (item: number): string => {
    const start = starts[item] ?? 0
    return fromUtf8(value.subarray(contentAt(value, start), endOf(value, start)))
  }
  const ended = starts[ENDED] ?? 0
  return {
    id: textAt(2),
    kind: present(ACTIVITY_KINDS[uintAt(value, starts[3] ?? 0)], 'a kind'),
    status: present(STATUSES[uintAt(value, starts[4] ?? 0)], 'a status'),
    counterpartyId: textAt(7),
    tokenId: uintAt(value, starts[9] ?? 0),
    endedHeight: skimCount(value, ended) === 0 ? null : uintAt(value, itemAt(value, ended, 0)),
    words: () => wordsOf(textAt(8), textAt(12), textAt(15)),
  }
}
/** Place of `endedHeight` among the fields of a row. */
const ENDED = 16

const problemOf = (key: string, { version, place }: Row): string | null => {
  if (version !== VERSION) return 'of another version'
  return key.includes('/e/') && numberOf(key) === place ? null : 'not the row of this place'
}
