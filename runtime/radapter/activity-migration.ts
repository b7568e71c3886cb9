/**
 * History as older versions kept it, made into today's. Then a row was `act/<entity>/<height in 12 digits>/<id>`, all
 * rows were read at each start, and what they add up to was in memory alone. Two steps, each of which may be cut short
 * and done again: the new rows are written beside the old ones, and then the old ones go.
 */
import { amount, hash32, label, memo, tokenId } from '../codec/common.ts'
import { bigInt, bigUint, bool, decode, encode, list, nullable, oneOf, struct, text, uint } from '../codec/schema.ts'
import { Fault } from '../lib/assert.ts'
import { type Bytes, toHex } from '../lib/bytes.ts'
import { type EntityId, parseEntityId, type TokenId } from '../lib/units.ts'
import type { Store, StoreRow } from '../ports.ts'
import { collateralCodec, entryRows } from './activity.ts'
import { type Points, pointCodec, withPoint } from './activity-balances.ts'
import { byEnd, collateralKey, type Ended, pointOf } from './activity-book.ts'
import { collateralRowKey, entityKeys, HISTORY, pointKey } from './activity-keys.ts'
import { partsUnder } from './activity-known.ts'
import { ACTIVITY_KINDS } from './activity-methods.ts'
import { type ActivityFields, type ActivityRecord, activityRecord, MAX_FRAMES } from './activity-record.ts'
import type { ActivityEntry } from './types.ts'

type Writer = { readonly store: Store; readonly epoch: number }
type Step = (writer: Writer) => Promise<void>

type ProofRow = { paymentId: Bytes; hashlock: Bytes; preimage: Bytes; isProof: boolean }
type Row = Omit<ActivityEntry, 'proof' | 'tokenId'> &
  Pick<ActivityFields, 'amountText' | 'endedHeight' | 'nonce' | 'settled' | 'total'> & {
    readonly version: number
    readonly tokenId: TokenId
    readonly proof: ProofRow | null
    readonly frameHashes: readonly Bytes[]
  }

const figure = bigUint(256)
const FIRST = {
  version: uint,
  id: text(128),
  kind: oneOf(ACTIVITY_KINDS),
  status: oneOf(['sent', 'received', 'pending', 'failed'] as const),
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
const SECOND = { ...FIRST, frameHashes: list(hash32, MAX_FRAMES) }
/** Before frames were kept; before disputes; and the last. */
const first = struct<Omit<Row, 'frameHashes' | 'total'>>(FIRST)
const second = struct<Omit<Row, 'total'>>(SECOND)
const third = struct<Row>({ ...SECOND, total: nullable(bigInt(256)) })

const rowOf = (value: Bytes): Row | null => {
  const [one, two, three] = [decode(first, value), decode(second, value), decode(third, value)]
  if (three.type === 'ok' && three.value.version === 3) return three.value
  if (two.type === 'ok' && two.value.version === 2) return { ...two.value, total: null }
  if (one.type === 'ok' && one.value.version === 1) return { ...one.value, frameHashes: [], total: null }
  return null
}

/** @throws Fault I-ACTIVITY when no version ever wrote the row. */
const readOld = (prefix: string, { key, value }: StoreRow): ActivityRecord => {
  const row = rowOf(value)
  if (row === null || key !== `${prefix}${row.height.toString().padStart(12, '0')}/${row.id}`)
    throw new Fault('I-ACTIVITY', `${key} is not a row of history`)
  const { version: _, proof, amountText, endedHeight, nonce, settled, total, frameHashes, ...rest } = row
  const { isProof = false, ...hashes } = proof ?? {}
  const inHex = Object.entries(hashes).map(([name, bytes]) => [name, toHex(bytes)])
  return activityRecord({
    entry: { ...rest, proof: proof === null ? null : { ...Object.fromEntries(inHex), isProof } },
    amountText,
    endedHeight,
    nonce,
    settled,
    total,
    balance: null,
    frameHashes: frameHashes.map(toHex),
  })
}

/** The old rows of one history: a height begins with a digit, whatever is new with a letter. */
const oldKeys = (prefix: string) => ({ from: `${prefix}0`, to: `${prefix}:` })
const PAGE_ROWS = 256

const pagesOf = async function* (store: Store, prefix: string): AsyncGenerator<readonly ActivityRecord[]> {
  for (let { from, to } = oldKeys(prefix); ; ) {
    const rows = await store.range({ from, to, limit: PAGE_ROWS })
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map((row) => readOld(prefix, row))
    from = `${last.key}\0`
  }
}

/** Histories, and what their rows begin with. */
const histories = async (store: Store): Promise<readonly (readonly [EntityId, string])[]> =>
  (await partsUnder(store, HISTORY)).flatMap((part) => {
    const entityId = parseEntityId(part)
    return entityId === null ? [] : [[entityId, entityKeys(entityId)] as const]
  })

const commitAll = async ({ store, epoch }: Writer, rows: readonly StoreRow[]): Promise<void> => {
  for (let from = 0; from < rows.length; from += PAGE_ROWS)
    await store.commit({ epoch, puts: rows.slice(from, from + PAGE_ROWS), deletes: [] })
}

/** What entries that ended left, in the order of their ends: balances by place, and the points of each token. */
const sumsOf = (entityId: EntityId, ended: readonly (Ended & { readonly place: number })[]) => {
  const [balances, points] = [new Map<number, bigint>(), new Map<number, Points>()]
  const rows = new Map<string, StoreRow>()
  for (const one of [...ended].sort(byEnd)) {
    const { tokenId: token } = one.entry
    const point = pointOf(points.get(token), one)
    if (point === null) continue
    const after = withPoint(points.get(token), point)
    points.set(token, after)
    balances.set(one.place, point.balance)
    const key = pointKey(entityId, token, after.size)
    rows.set(key, { key, value: encode(pointCodec, point) })
  }
  return { balances, rows: [...rows.values()] }
}

const rewrite = async (writer: Writer, entityId: EntityId, prefix: string): Promise<void> => {
  const ended: (Ended & { readonly place: number })[] = []
  const collateral = new Map<string, NonNullable<ActivityRecord['settled']>>()
  let place = 0
  for await (const page of pagesOf(writer.store, prefix))
    for (const { entry, endedHeight, total, settled } of page) {
      const { id, kind, status, height, amount: moved, fee, tokenId: token, counterpartyId } = entry
      const slim = { id, kind, status, height, amount: moved, fee, tokenId: token }
      if (endedHeight !== null) ended.push({ place, entry: slim, endedHeight, total })
      const key = collateralKey(counterpartyId, token)
      if (settled !== null && settled.jHeight >= (collateral.get(key)?.jHeight ?? 0)) collateral.set(key, settled)
      place++
    }
  const { balances, rows } = sumsOf(entityId, ended)
  await commitAll(writer, rows)
  const settledRows = [...collateral].map(([ofAccount, { collateral: held }]) => ({
    key: collateralRowKey(entityId, ofAccount),
    value: encode(collateralCodec, held),
  }))
  await commitAll(writer, settledRows)
  place = 0
  for await (const page of pagesOf(writer.store, prefix)) {
    const from = place
    place += page.length
    const entries = page.map((record, i) => ({ ...record, balance: balances.get(from + i) ?? null }))
    await commitAll(
      writer,
      entries.flatMap((record, i) => entryRows(entityId, { place: from + i, record }, { isNew: true, wasOpen: false })),
    )
  }
}

/** The steps, in order. */
export const rewriteHistory: readonly [Step, Step] = [
  async (writer) => {
    for (const [entityId, prefix] of await histories(writer.store)) await rewrite(writer, entityId, prefix)
  },
  (writer) => removeOld(writer),
]

const removeOld: Step = async ({ store, epoch }) => {
  for (const [, prefix] of await histories(store))
    for (;;) {
      const page = await store.range({ ...oldKeys(prefix), limit: PAGE_ROWS })
      if (page.length === 0) break
      await store.commit({ epoch, puts: [], deletes: page.map(({ key }) => key) })
    }
}
