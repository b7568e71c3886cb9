/** The write-ahead log: what is written comes back, and damage is named with the height where it begins. */
import { RLP } from '@ethereumjs/rlp'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import type { Store } from '../../../runtime/ports.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { StoreError } from '../../../runtime/storage/store.ts'
import {
  append,
  decodeRecord,
  encodeRecord,
  HEAD_KEY,
  readHead,
  readRecord,
  readWal,
  WAL_START,
  type WalInput,
  type WalRecord,
  type WalStep,
  walKey,
} from '../../../runtime/storage/wal.ts'
import { fc } from '../../support/property.ts'

const root = (n: number): Bytes => keccak(utf8(`root ${n}`))
const input = (height: number, prevHash: Bytes): WalInput => ({
  height,
  prevHash,
  timestampMs: 1_700_000_000_000 + height,
  payload: utf8(`frame ${height}`),
  postRoot: root(height),
})

/** Heights 1 to `length`, from the start. */
const chain = (length: number, salt = ''): readonly WalRecord[] => {
  const records: WalRecord[] = []
  for (let height = 1; height <= length; height++) {
    const next = { ...input(height, records.at(-1)?.hash ?? WAL_START), payload: utf8(`frame ${height}${salt}`) }
    records.push({ ...next, hash: encodeRecord(next).hash })
  }
  return records
}

const steps = async (store: Store, fromHeight = 1, prevHash = WAL_START): Promise<readonly WalStep[]> => {
  const all: WalStep[] = []
  for await (const step of readWal(store, { fromHeight, prevHash })) all.push(step)
  return all
}
const asSteps = (records: readonly WalRecord[]): readonly WalStep[] =>
  records.map((record) => ({ type: 'record', record }) as const)

const flip = (bytes: Bytes, byte: number, mask = 1): Bytes => {
  const copy = new Uint8Array(bytes)
  copy[byte] = (copy[byte] ?? 0) ^ mask
  return copy
}

describe('encodeRecord', () => {
  it('has the documented layout, so that other code can read it', () => {
    const { key, value, hash } = encodeRecord({
      height: 7,
      timestampMs: 1_000,
      prevHash: root(6),
      payload: utf8('payload'),
      postRoot: root(7),
    })
    const inner = RLP.encode([1, 7, 1_000, utf8('payload'), root(7)])
    expect(key).toBe('wal/000000000007')
    expect(toHex(hash)).toBe(toHex(keccak(concat(root(6), inner))))
    expect(toHex(value)).toBe(toHex(RLP.encode([inner, root(6), hash])))
  })

  it('comes back as it was, for any input', () => {
    const any = fc.record({
      height: fc.nat({ max: 10 ** 9 }),
      timestampMs: fc.maxSafeNat(),
      prevHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      payload: fc.uint8Array({ maxLength: 300 }),
      postRoot: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    })
    fc.assert(
      fc.property(any, (record) => {
        const { key, value, hash } = encodeRecord(record)
        expect(decodeRecord(value, key)).toEqual({ type: 'ok', record: { ...record, hash } })
      }),
    )
  })

  it.each<[string, Partial<WalInput>]>([
    ['a negative height', { height: -1 }],
    ['a fractional height', { height: 1.5 }],
    ['a height of 13 digits', { height: 10 ** 12 }],
    ['a negative timestamp', { timestampMs: -1 }],
    ['a short root', { postRoot: new Uint8Array(31) }],
    ['a long hash', { prevHash: new Uint8Array(33) }],
    ['a payload over 16 MiB', { payload: new Uint8Array(16 * 1024 * 1024 + 1) }],
  ])('%s is refused', (_, part) => {
    expect(() => encodeRecord({ ...input(1, WAL_START), ...part })).toThrow(StoreError)
  })
})

describe('decodeRecord', () => {
  const { key, value } = encodeRecord(input(3, root(2)))

  it('every changed bit, every cut and any addition is corrupt', () => {
    for (let i = 0; i < value.length; i++) {
      for (let bit = 0; bit < 8; bit++) expect(decodeRecord(flip(value, i, 1 << bit), key).type).toBe('corrupt')
      expect(decodeRecord(value.slice(0, i), key).type).toBe('corrupt')
    }
    expect(decodeRecord(concat(value, Uint8Array.of(0)), key).type).toBe('corrupt')
  })

  it('a sound record under another key is corrupt', () => {
    expect(decodeRecord(value, walKey(4)).type).toBe('corrupt')
    expect(decodeRecord(value, 'wal/3').type).toBe('corrupt')
  })

  it('a sound record of a newer version says which', () => {
    const inner = RLP.encode([2, 3, utf8('something else')])
    const newer = RLP.encode([inner, root(2), keccak(concat(root(2), inner))])
    expect(decodeRecord(newer, key)).toEqual({ type: 'unknown_version', version: 2 })
  })

  it('a checksum over nonsense is still corrupt', () => {
    for (const inner of [utf8('x'), RLP.encode([]), RLP.encode([1, 3]), fromHex('0xc2820001')]) {
      const forged = RLP.encode([inner, root(2), keccak(concat(root(2), inner))])
      expect(decodeRecord(forged, key).type).toBe('corrupt')
    }
  })

  it('any value in, only declared results out', () => {
    const nested = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, fc.uint8Array({ maxLength: 40 }), fc.array(tie('node'), { maxLength: 5 })),
    })).node
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.anything(),
          nested.map((node) => RLP.encode(node as never)),
        ),
        fc.string(),
        (bytes, text) => {
          expect(['corrupt', 'unknown_version']).toContain(decodeRecord(bytes, text).type)
        },
      ),
    )
  })
})

describe('readWal', () => {
  const records = chain(80)
  let store: Store
  let epoch: number
  const put = (key: string, value: Bytes) => store.commit({ epoch, puts: [{ key, value }], deletes: [] })
  const remove = (...deletes: readonly string[]) => store.commit({ epoch, puts: [], deletes })
  const write = async (log: readonly WalInput[]) => {
    for (const record of log) await store.commit({ epoch, puts: append(record).rows, deletes: [] })
  }
  const at = (height: number): WalRecord => {
    const record = records[height - 1]
    if (record === undefined) throw new RangeError(`no record ${height}`)
    return record
  }
  const stop = (height: number, reason: Extract<WalStep, { type: 'stopped' }>['reason']): WalStep => ({
    type: 'stopped',
    height,
    reason,
  })
  const corrupt = { type: 'corrupt', detail: expect.any(String) } as const

  beforeEach(async () => {
    store = memoryStore()
    epoch = await store.claimEpoch()
  })

  it('an empty log ends where it starts', async () => {
    expect(await steps(store)).toEqual([{ type: 'end', head: { height: 0, hash: WAL_START } }])
    expect(await readHead(store)).toEqual({ type: 'missing' })
    expect(await readRecord(store, 1)).toBeNull()
  })

  it('yields every record in order, over several pages, and the head', async () => {
    await write(records)
    const head = { height: 80, hash: at(80).hash }
    expect(await steps(store)).toEqual([...asSteps(records), { type: 'end', head }])
    expect(await readHead(store)).toEqual({ type: 'ok', head })
    expect(await readRecord(store, 5)).toEqual({ type: 'ok', record: at(5) })
  })

  it('starts after a checkpoint, also when nothing follows it', async () => {
    await write(records)
    const head = { height: 80, hash: at(80).hash }
    expect(await steps(store, 78, at(77).hash)).toEqual([...asSteps(records.slice(77)), { type: 'end', head }])
    expect(await steps(store, 81, at(80).hash)).toEqual([{ type: 'end', head }])
  })

  it.each([1, 40, 80])('a flipped byte at height %i -- stops there, everything below is yielded', async (height) => {
    await write(records)
    await put(walKey(height), flip(encodeRecord(at(height)).value, 20))
    expect(await steps(store)).toEqual([...asSteps(records.slice(0, height - 1)), stop(height, corrupt)])
  })

  it('a missing row in the middle is a gap', async () => {
    await write(records)
    await remove(walKey(40), walKey(41))
    expect(await steps(store)).toEqual([...asSteps(records.slice(0, 39)), stop(40, { type: 'gap' })])
  })

  it('a lost tail is known by the head', async () => {
    await write(records)
    await remove(walKey(79), walKey(80))
    expect(await steps(store)).toEqual([
      ...asSteps(records.slice(0, 78)),
      stop(79, { type: 'lost_tail', headHeight: 80 }),
    ])
  })

  it('all rows lost but the head', async () => {
    await write(records.slice(0, 2))
    await remove(walKey(1), walKey(2))
    expect(await steps(store)).toEqual([stop(1, { type: 'lost_tail', headHeight: 2 })])
  })

  it('a sound record of another history breaks the chain', async () => {
    await write(records)
    await put(walKey(40), encodeRecord(chain(40, '!')[39] ?? at(40)).value)
    expect(await steps(store)).toEqual([...asSteps(records.slice(0, 39)), stop(40, { type: 'broken_chain' })])
  })

  it('a start that is not in this history breaks the chain at once', async () => {
    await write(records)
    expect(await steps(store, 2, root(0))).toEqual([stop(2, { type: 'broken_chain' })])
    expect(await steps(store, 81, root(0))).toEqual([stop(80, { type: 'head_mismatch' })])
  })

  it('a last record that was exchanged for another successor is caught by the head', async () => {
    await write(records)
    const other = { ...at(80), payload: utf8('another frame') }
    await put(walKey(80), encodeRecord(other).value)
    expect(await steps(store)).toEqual([...asSteps(records.slice(0, 79)), stop(80, { type: 'head_mismatch' })])
  })

  it('a record beyond the head is not yielded', async () => {
    await write(records.slice(0, 3))
    await put(walKey(4), encodeRecord(at(4)).value)
    expect(await steps(store)).toEqual([
      ...asSteps(records.slice(0, 3)),
      stop(4, { type: 'head_behind', headHeight: 3 }),
    ])
  })

  it('a log that ends before the checkpoint it is read from', async () => {
    await write(records.slice(0, 3))
    expect(await steps(store, 6, at(5).hash)).toEqual([stop(6, { type: 'head_behind', headHeight: 3 })])
  })

  it('no head, or an unreadable one -- the records are yielded and the head is reported', async () => {
    await write(records.slice(0, 3))
    await remove(HEAD_KEY)
    expect(await steps(store)).toEqual([...asSteps(records.slice(0, 3)), stop(4, { type: 'head_missing' })])
    await put(HEAD_KEY, utf8('nonsense'))
    const unreadable = { type: 'head_unreadable', detail: expect.any(String) } as const
    expect(await steps(store)).toEqual([...asSteps(records.slice(0, 3)), stop(4, unreadable)])
  })

  it('every changed byte of the head is noticed', async () => {
    await write(records.slice(0, 2))
    const value = (await store.get(HEAD_KEY)) ?? new Uint8Array(0)
    for (let i = 0; i < value.length; i++) {
      await put(HEAD_KEY, flip(value, i))
      expect((await steps(store)).at(-1)).toMatchObject({
        type: 'stopped',
        height: 3,
        reason: { type: 'head_unreadable' },
      })
    }
  })

  it('a foreign row under wal/ is reported', async () => {
    await write(records.slice(0, 2))
    await put('wal/x', utf8('foreign'))
    expect(await steps(store)).toEqual([...asSteps(records.slice(0, 2)), stop(3, corrupt)])
  })

  it('a newer version stops the reading there', async () => {
    await write(records.slice(0, 2))
    const inner = RLP.encode([9])
    await put(walKey(2), RLP.encode([inner, at(1).hash, keccak(concat(at(1).hash, inner))]))
    expect(await steps(store)).toEqual([
      ...asSteps(records.slice(0, 1)),
      stop(2, { type: 'unknown_version', version: 9 }),
    ])
  })

  it('any rows in -- a prefix of the true records, then one end or stop', async () => {
    const length = 6
    const truth = records.slice(0, length)
    const key = fc.oneof(fc.nat({ max: length + 1 }).map(walKey), fc.constantFrom(HEAD_KEY, 'wal/', 'wal/zz'))
    const harm = fc.record({ key, value: fc.option(fc.uint8Array({ maxLength: 40 })), flipAt: fc.option(fc.nat(200)) })
    await fc.assert(
      fc.asyncProperty(fc.array(harm, { maxLength: 4 }), async (harms) => {
        store = memoryStore()
        epoch = await store.claimEpoch()
        await write(truth)
        for (const { key: where, value, flipAt } of harms) {
          const old = await store.get(where)
          if (flipAt !== null && old !== undefined) await put(where, flip(old, flipAt % Math.max(1, old.length)))
          else if (value !== null) await put(where, value)
          else await remove(where)
        }
        const seen = await steps(store)
        const yielded = seen.slice(0, -1)
        expect(yielded).toEqual(asSteps(truth.slice(0, yielded.length)))
        expect(['end', 'stopped']).toContain(seen.at(-1)?.type)
        if (seen.at(-1)?.type === 'end') expect(yielded.length).toBe(length)
        else expect(seen.at(-1)).toMatchObject({ height: yielded.length + 1 })
      }),
    )
  })
})
