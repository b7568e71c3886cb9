/** A database out of a file that is whole, but not true: every hash is in order, and the replay tells. */
import { beforeAll, describe, expect, test } from 'vitest'
import { accountRowCodec, decodeAccount, encodeAccount } from '../../../runtime/account/row.ts'
import { decode, encode } from '../../../runtime/codec/schema.ts'
import { runtimeFrameCodec, runtimeRoot } from '../../../runtime/frame.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { type Bytes, utf8 } from '../../../runtime/lib/bytes.ts'
import type { XlnHeader } from '../../../runtime/manager/xln-file.ts'
import type { ImportOutcome } from '../../../runtime/manager/xln-import.ts'
import type { StoreRow } from '../../../runtime/ports.ts'
import { rebuild } from '../../../runtime/recover.ts'
import { envFromRows, envRows } from '../../../runtime/snapshot.ts'
import { writeFull } from '../../../runtime/storage/checkpoint.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { append, HEAD_KEY, readRecord, walKey } from '../../../runtime/storage/wal.ts'
import { type Running, startTown } from '../../support/running.ts'
import { tiersOf } from '../../support/tiers.ts'
import { TUSD } from '../../support/world.ts'
import { craftRows, exported, imported, sortedRows, storeWith } from '../../support/xln.ts'

const pay = (town: Running, memo = ''): Promise<void> =>
  town.run('You', { type: 'direct_payment', counterparty: town.id('Hub'), tokenId: TUSD, amount: 1n, memo })
const grown = async (height: number, tiers = tiersOf(5, 25), memo = ''): Promise<Running> => {
  const town = await startTown({ tiers })
  while (town.host.env().height < height) await pay(town, memo)
  await town.host.stop()
  return town
}

const isAccount = (key: string): boolean => /^e\/[^/]+\/a\//.test(key)
const withoutFrames = ({ key, value }: StoreRow): StoreRow => {
  const row = decode(accountRowCodec, value)
  if (row.type !== 'ok') throw new Error(row.reason)
  return { key, value: encodeAccount({ ...decodeAccount(row.value), frames: [] }) }
}

let rows: ReadonlyMap<string, Bytes>
let header: XlnHeader
beforeAll(async () => {
  rows = (await grown(70)).rows()
  ;({ header } = await exported(storeWith(rows)))
})

const refusal = ({ type, ...rest }: ImportOutcome) => ('problem' in rest ? rest.problem : type)

describe('what is not as it was, with every hash in order', () => {
  /** The file an attacker makes of these rows. */
  const forged = async (
    change: (all: Map<string, Bytes>) => void | Promise<void>,
    said: Partial<XlnHeader> = {},
  ): Promise<unknown> => {
    const all = new Map(rows)
    await change(all)
    const { totals: _, ...true_ } = header
    const made = await craftRows([sortedRows(all)], { ...true_, ...said })
    const { outcome, rows: left } = await imported(made)
    if (outcome.type !== 'verified') expect(left).toBe(null)
    return refusal(outcome)
  }
  /** Writes the log anew from one height on, so that its hashes agree, after `change` of the frame there. */
  const relogged = async (
    all: Map<string, Bytes>,
    height: number,
    change: (payload: Bytes) => Bytes,
    root?: Bytes,
  ): Promise<void> => {
    const store = storeWith(all)
    const before = await readRecord(store, height - 1)
    let prevHash = before?.type === 'ok' ? before.record.hash : new Uint8Array(32)
    for (let at = height; all.has(walKey(at)); at++) {
      const read = await readRecord(store, at)
      if (read?.type !== 'ok') throw new Error('unreadable')
      const { payload, postRoot, timestampMs } = read.record
      const made = append({
        height: at,
        timestampMs,
        prevHash,
        payload: at === height ? change(payload) : payload,
        postRoot: at === height && root !== undefined ? root : postRoot,
      })
      for (const { key, value } of made.rows) all.set(key, value)
      prevHash = made.hash
    }
  }
  const without = (all: Map<string, Bytes>, ...prefixes: readonly string[]): void => {
    for (const key of [...all.keys()]) if (prefixes.some((prefix) => key.startsWith(prefix))) all.delete(key)
  }
  const NO_CHECKPOINTS = ['ckpt/', 'fkv/', 'dkv/']

  test('nothing changed -- verified', async () => {
    expect(await forged(() => undefined)).toBe('verified')
    expect(await forged((all) => without(all, ...NO_CHECKPOINTS))).toBe('verified')
  })
  test.each([30, 42])('a payment of frame %i is another one -- the replay differs there', async (height) => {
    const problem = await forged(async (all) => {
      without(all, ...NO_CHECKPOINTS)
      await relogged(all, height, (payload) => {
        const frame = decode(runtimeFrameCodec, payload)
        if (frame.type !== 'ok') throw new Error(frame.reason)
        return encode(runtimeFrameCodec, { ...frame.value, inputs: [] })
      })
    })
    expect(problem).toMatchObject({ type: 'replay_differs', height })
  })
  test('a frame that is no frame', async () => {
    const problem = await forged(async (all) => {
      without(all, ...NO_CHECKPOINTS)
      await relogged(all, 20, () => utf8('nonsense'))
    })
    expect(problem).toMatchObject({ type: 'replay_differs', height: 20 })
  })
  test('a root that is another one', async () => {
    const problem = await forged(async (all) => {
      without(all, ...NO_CHECKPOINTS)
      await relogged(all, 20, (payload) => payload, new Uint8Array(32))
    })
    expect(problem).toMatchObject({ type: 'replay_differs', height: 20 })
  })
  test('one byte of a record', async () => {
    const problem = await forged((all) => {
      const record = present(all.get(walKey(33)), 'record')
      all.set(
        walKey(33),
        record.map((byte, i) => (i === 50 ? byte ^ 1 : byte)),
      )
    })
    expect(problem).toMatchObject({ type: 'replay_differs', height: 33, detail: 'corrupt' })
  })
  test('a record is gone, the first records are gone, the log ends early, the head is gone', async () => {
    expect(await forged((all) => void all.delete(walKey(40)))).toMatchObject({ type: 'replay_differs', height: 40 })
    expect(await forged((all) => without(all, 'wal/00000000000', 'ckpt/'))).toMatchObject({
      type: 'replay_differs',
      height: 10,
    })
    expect(await forged((all) => void all.delete(walKey(header.height)))).toMatchObject({
      type: 'replay_differs',
      height: header.height,
    })
    expect(await forged((all) => void all.delete(HEAD_KEY))).toMatchObject({ type: 'replay_differs' })
    expect(await forged((all) => without(all, 'wal/'))).toMatchObject({ type: 'replay_differs', height: 1 })
  })
  test('a checkpoint of another history, sound in itself', async () => {
    const other = await grown(30, tiersOf(5, 25), 'another past')
    const problem = await forged(async (all) => {
      const store = memoryStore({ rows: all, epoch: 0 })
      const past = present(await rebuild({ store: storeWith(other.rows()), runtimeId: 'test', name: 'Simnet' }), 'env')
      const head = { height: past.env.height, root: past.root, recordHash: past.recordHash, timestampMs: 0 }
      const epoch = await store.claimEpoch()
      await writeFull({ store, epoch }, head, envRows(past.env))
    })
    expect(problem).toMatchObject({ type: 'replay_differs', detail: 'a checkpoint is of another history' })
  })
  test('the newest checkpoint holds something else than the replay led to, under the same root', async () => {
    const problem = await forged(async (all) => {
      without(all, ...NO_CHECKPOINTS)
      const store = memoryStore({ rows: all, epoch: 0 })
      const { env, root, recordHash } = await rebuild({ store, runtimeId: 'test', name: 'Simnet' })
      const head = { height: env.height, root, recordHash, timestampMs: env.timestampMs }
      // What both have signed is in no root: without it an account could not go to court.
      const unsigned = envRows(env).map((row) => (isAccount(row.key) ? withoutFrames(row) : row))
      await writeFull({ store, epoch: await store.claimEpoch() }, head, unsigned)
    })
    expect(problem).toMatchObject({
      type: 'replay_differs',
      detail: expect.stringMatching(/^a start restores another e\/0x.*\/a\//),
    })
  })
  test('where it begins lies nonsense that nobody would ask for, under a root that fits', async () => {
    const { height } = header
    const problem = await forged(async (all) => {
      without(all, ...NO_CHECKPOINTS)
      const store = memoryStore({ rows: all, epoch: 0 })
      const { env } = await rebuild({ store, runtimeId: 'test', name: 'Simnet' })
      // Answers to commands that nobody repeats.
      const odd = envRows(env).map((row) => (row.key.startsWith('c/') ? { ...row, value: utf8('nonsense') } : row))
      const root = runtimeRoot(envFromRows(odd))
      await relogged(all, height, (payload) => payload, root)
      const record = await readRecord(storeWith(all), height)
      if (record?.type !== 'ok') throw new Error('unreadable')
      for (let at = 1; at < height; at++) all.delete(walKey(at))
      const head = { height, root, recordHash: record.record.hash, timestampMs: env.timestampMs }
      await writeFull({ store, epoch: await store.claimEpoch() }, head, odd)
    })
    expect(problem).toMatchObject({ type: 'replay_differs', height, detail: 'its full has another root' })
  })
  test('a runtime that was called otherwise when its log began', async () => {
    expect(await forged(() => undefined, { name: 'As it was called' })).toBe('verified')
  })
  test('a damaged checkpoint, which no start would take -- put aside', async () => {
    const all = new Map(rows)
    const newest =
      [...all.keys()]
        .filter((key) => key.startsWith('ckpt/'))
        .sort()
        .at(-1) ?? ''
    all.set(newest, utf8('damaged'))
    const { totals: _, ...true_ } = header
    const { outcome, rows: left } = await imported(await craftRows([sortedRows(all)], true_))
    expect([outcome.type, left?.has(newest)]).toEqual(['verified', false])
  })
  test.each<[string, Partial<XlnHeader>]>([
    ['height', { height: 12 }],
    ['root', { root: new Uint8Array(32) }],
    ['record', { recordHash: new Uint8Array(32) }],
    ['owner', { owners: [`0x${'11'.repeat(32)}` as never] }],
    ['chain', { chainIds: [1] }],
  ])('the header names another %s', async (_, said) => {
    expect(await forged(() => undefined, said)).toMatchObject({ type: 'header_differs' })
  })
  test('the header names another runtime -- its first frame already differs', async () => {
    expect(await forged((all) => without(all, ...NO_CHECKPOINTS), { runtimeId: 'other' })).toMatchObject({
      type: 'replay_differs',
      height: 1,
    })
  })
})
