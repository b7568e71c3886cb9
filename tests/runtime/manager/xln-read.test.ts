/** Files that are not what they should be: each kind of damage has its own answer, and no bytes have another. */

import { beforeAll, describe, expect, test } from 'vitest'
import { concat, utf8 } from '../../../runtime/lib/bytes.ts'
import {
  bigEndian,
  encodeHeader,
  encodeTotals,
  KIND,
  MAX_CONTENT_BYTES,
  MAX_FILE_BYTES,
  PREAMBLE_BYTES,
  packRow,
  unpackedLimit,
  writePreamble,
  type XlnFileProblem,
  XlnRefused,
} from '../../../runtime/manager/xln-file.ts'
import { isSealedXln, openXln } from '../../../runtime/manager/xln-read.ts'
import { deflate } from '../../../runtime/manager/xln-seal.ts'
import type { StoreRow } from '../../../runtime/ports.ts'
import { SCHEMA_VERSION } from '../../../runtime/storage/migrate.ts'
import { fc } from '../../support/property.ts'
import {
  bytesOf,
  cheapKey,
  craft,
  craftRows,
  fileOf,
  PASSWORD,
  part,
  partsOf,
  someHeader,
  totalsOf,
} from '../../support/xln.ts'

const ROWS: readonly (readonly StoreRow[])[] = [
  [{ key: 'act/1', value: utf8('history') }],
  [
    { key: 'chain/1', value: new Uint8Array(0) },
    { key: 'head', value: utf8('head') },
  ],
  [{ key: 'wal/1', value: utf8('log') }],
]
const row = (key: string) => packRow(key, utf8('value'))

/** Reads a file to its end. */
const readAll = async (file: Blob, password: string | null = null): Promise<readonly StoreRow[] | XlnFileProblem> => {
  try {
    const rows: StoreRow[] = []
    const { pieces } = await openXln(file, password, cheapKey)
    for await (const piece of pieces()) rows.push(...piece.rows)
    return rows
  } catch (error) {
    if (error instanceof XlnRefused) return error.problem
    throw error
  }
}
const typeOf = async (file: Blob, password: string | null = null): Promise<string> => {
  const read = await readAll(file, password)
  return 'type' in read ? read.type : 'read'
}

let plain: Blob
let sealed: Blob
beforeAll(async () => {
  plain = await craftRows(ROWS)
  const totals = totalsOf(ROWS.flat())
  sealed = await craft(
    [
      await part(KIND.header, encodeHeader(someHeader({ totals }))),
      ...(await Promise.all(
        ROWS.map((rows) => part(KIND.rows, concat(...rows.map(({ key, value }) => packRow(key, value))))),
      )),
      await part(KIND.trailer, encodeTotals(totals)),
    ],
    { password: utf8(PASSWORD) },
  )
})

describe('a whole file', () => {
  test('plain and sealed, every row comes back; a plain one needs no password', async () => {
    expect(await readAll(plain)).toEqual(ROWS.flat())
    expect(await readAll(plain, PASSWORD)).toEqual(ROWS.flat())
    expect(await readAll(sealed, PASSWORD)).toEqual(ROWS.flat())
    expect([await isSealedXln(plain), await isSealedXln(sealed)]).toEqual([false, true])
  })
  test('the same password from another keyboard opens it', async () => {
    const file = await craft([await part(KIND.header, encodeHeader(someHeader()))], {
      password: utf8('ﬃé'.normalize('NFKC')),
    })
    expect(await typeOf(file, 'ffie\u0301')).toBe('truncated')
  })
  test('nothing of a sealed file can be read in it', async () => {
    const text = Buffer.from(await bytesOf(sealed)).toString('latin1')
    for (const word of ['Simnet', 'history', 'wal/']) expect(text).not.toContain(word)
  })
})

describe('damage', () => {
  test('empty', async () => {
    expect(await readAll(fileOf())).toEqual({ type: 'empty' })
  })
  test.each(['plain', 'sealed'])('%s, cut off at every byte -- says at which', async (which) => {
    const bytes = await bytesOf(which === 'plain' ? plain : sealed)
    for (let at = 1; at < bytes.length; at++) {
      const read = await readAll(fileOf(bytes.subarray(0, at)), PASSWORD)
      expect(read).toEqual({ type: 'truncated', at, of: at < PREAMBLE_BYTES ? null : bytes.length })
    }
  })
  test('plain, every bit -- one problem or another, never read', async () => {
    const bytes = await bytesOf(plain)
    const seen = new Map<string, number>()
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const type = await typeOf(fileOf(flipped))
      seen.set(type, (seen.get(type) ?? 0) + 1)
    }
    expect([...seen].filter(([type]) => type !== 'damaged')).toEqual([
      ['not_xln', 64],
      ['foreign_version', 16],
    ])
  })
  test('sealed, every bit -- as a wrong password', async () => {
    const bytes = await bytesOf(sealed)
    const seen = new Map<string, number>()
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const type = await typeOf(fileOf(flipped), PASSWORD)
      seen.set(type, (seen.get(type) ?? 0) + 1)
    }
    expect(await readAll(sealed, 'another horse battery')).toEqual({ type: 'sealed' })
    expect([...seen].filter(([type]) => type !== 'sealed')).toEqual([
      ['not_xln', 64],
      ['foreign_version', 16],
    ])
  })
  test.each([
    ['exchanged', [0, 1, 3, 2, 4, 5]],
    ['repeated', [0, 1, 2, 2, 3, 4, 5]],
    ['left out', [0, 1, 2, 4, 5]],
    ['the last one left out', [0, 1, 2, 3, 4]],
    ['the first one alone', [0, 2, 3, 4, 5]],
  ])('sections %s -- noticed, also with the length put right', async (_, order) => {
    for (const [file, problem] of [
      [plain, 'damaged'],
      [sealed, 'sealed'],
    ] as const) {
      const parts = await partsOf(file)
      const [first = new Uint8Array(), ...rest] = order.map((place) => parts[place] ?? new Uint8Array())
      const length = rest.reduce((sum, { length: own }) => sum + own, first.length)
      expect(['truncated', 'trailing_bytes', problem]).toContain(await typeOf(fileOf(first, ...rest), PASSWORD))
      const isSealed = file === sealed
      const lock = isSealed ? { kdf: { memoryKiB: 65_536, passes: 3, lanes: 1 }, salt: first.slice(25, 57) } : null
      expect(await typeOf(fileOf(await writePreamble({ length, lock }), ...rest), PASSWORD)).toBe(problem)
    }
  })
  test('bytes after the end', async () => {
    const bytes = await bytesOf(plain)
    expect(await readAll(fileOf(bytes, Uint8Array.of(0)))).toEqual({ type: 'trailing_bytes', at: bytes.length })
    const parts = [
      await part(KIND.header, encodeHeader(someHeader())),
      await part(KIND.trailer, encodeTotals({ rows: 0, bytes: 0 })),
    ]
    expect(await typeOf(await craft([...parts, ...parts]))).toBe('trailing_bytes')
  })
  test('a file of two seals: the sections of one do not stand in another', async () => {
    const other = await craft([await part(KIND.header, encodeHeader(someHeader()))], {
      password: utf8('another password'),
    })
    const [first = new Uint8Array()] = await partsOf(sealed)
    const [, header = new Uint8Array()] = await partsOf(other)
    expect(await typeOf(fileOf(first, header), PASSWORD)).toBe('truncated')
  })
})

describe('what others may send', () => {
  test('no password', async () => {
    expect([await readAll(sealed), await readAll(sealed, '')]).toEqual([
      { type: 'password_needed' },
      { type: 'password_needed' },
    ])
    expect(await readAll(sealed, '\ud800')).toEqual({ type: 'sealed' })
  })
  test.each([
    [19_455, 3, 1],
    [262_145, 3, 1],
    [4_294_967_295, 3, 1],
    [65_536, 1, 1],
    [65_536, 11, 1],
    [65_536, 3, 0],
    [65_536, 3, 5],
  ])('a key of %i KiB, %i passes, %i lanes -- refused before it costs anything', async (memoryKiB, passes, lanes) => {
    const kdf = { memoryKiB, passes, lanes }
    const file = await craft([await part(KIND.header, encodeHeader(someHeader()))], { kdf, password: utf8(PASSWORD) })
    const opening = openXln(file, PASSWORD, () => Promise.reject(new Error('a key was derived')))
    await expect(opening).rejects.toEqual(new XlnRefused({ type: 'hostile_kdf', ...kdf }))
    await expect(opening).rejects.toHaveProperty('problem', { type: 'hostile_kdf', ...kdf })
  })
  test.each([
    [19_456, 2, 1],
    [262_144, 10, 4],
  ])('a key of %i KiB, %i passes, %i lanes -- accepted', async (memoryKiB, passes, lanes) => {
    const kdf = { memoryKiB, passes, lanes }
    const file = await craft([await part(KIND.header, encodeHeader(someHeader()))], { kdf, password: utf8(PASSWORD) })
    expect((await openXln(file, PASSWORD, cheapKey)).header).toEqual(someHeader())
  })
  test('another version, whatever follows', async () => {
    const bytes = await bytesOf(plain)
    bytes.set([0, 2], 8)
    expect(await readAll(fileOf(bytes.subarray(0, 20)))).toEqual({ type: 'foreign_version', version: 2, supported: 1 })
  })
  test('a newer layout of rows', async () => {
    expect(await readAll(await craftRows(ROWS, { schema: SCHEMA_VERSION + 1 }))).toEqual({
      type: 'newer_schema',
      version: SCHEMA_VERSION + 1,
      supported: SCHEMA_VERSION,
    })
  })
  test('larger than may be', async () => {
    const length = MAX_FILE_BYTES + 1
    const first = await writePreamble({ length, lock: null })
    expect(await readAll(fileOf(first))).toEqual({ type: 'oversized', bytes: length, limit: MAX_FILE_BYTES })
    expect(await typeOf(await craftRows(ROWS, { totals: { rows: 1e9, bytes: 1_000 } }))).toBe('oversized')
    expect(await typeOf(await craftRows(ROWS, { totals: { rows: 1, bytes: 1e13 } }))).toBe('oversized')
  })
  test('a bomb: unpacks to more than may be, than it says, than the header says', async () => {
    const header = await part(KIND.header, encodeHeader(someHeader({ totals: { rows: 1, bytes: 5 } })))
    const zeros = await deflate(new Uint8Array(3_000_000))
    const saying = (bytes: number) => ({ kind: KIND.rows, body: concat(bigEndian(bytes, 4), zeros.subarray(4)) })
    expect(zeros.length).toBeLessThan(5_000)
    expect(await readAll(await craft([header, saying(MAX_CONTENT_BYTES + 1)]))).toEqual({
      type: 'bomb',
      limit: MAX_CONTENT_BYTES,
    })
    expect(await readAll(await craft([header, saying(4_000_000_000)]))).toEqual({
      type: 'bomb',
      limit: MAX_CONTENT_BYTES,
    })
    expect(await readAll(await craft([header, saying(1_000)]))).toEqual({ type: 'bomb', limit: 1_000 })
    expect(await readAll(await craft([header, await part(KIND.rows, row('head'))]))).toEqual({ type: 'bomb', limit: 5 })
    const file = await craftRows([[{ key: 'head', value: new Uint8Array(2_000_000) }]])
    expect(await readAll(file)).toEqual({ type: 'bomb', limit: unpackedLimit(file.size) })
  })
  test.each([
    ['a foreign row', row('keys/secret')],
    ['the mark of an import', row('staging')],
    ['a key that is no text', packRow('head', utf8('v')).map((byte, i) => (i === 3 ? 0x80 : byte))],
    ['a key of no letters', packRow('', utf8('v'))],
    ['keys out of order', concat(row('wal/2'), row('wal/1'))],
    ['a key twice', concat(row('wal/1'), row('wal/1'))],
    ['half a row', row('wal/1').subarray(0, 9)],
    ['half a key length', Uint8Array.of(0)],
  ])('%s', async (_, content) => {
    const header = await part(KIND.header, encodeHeader(someHeader({ totals: { rows: 2, bytes: 1_000 } })))
    expect(await typeOf(await craft([header, await part(KIND.rows, content)]))).toBe('malformed')
  })
  test('no header, a section of no kind, no trailer, other totals, what does not unpack', async () => {
    const header = await part(KIND.header, encodeHeader(someHeader()))
    const trailer = await part(KIND.trailer, encodeTotals({ rows: 0, bytes: 0 }))
    expect(await typeOf(await craft([header, trailer]))).toBe('read')
    expect(await typeOf(await craft([trailer]))).toBe('malformed')
    expect(await typeOf(await craft([{ kind: KIND.header, body: (await part(1, utf8('no header'))).body }]))).toBe(
      'malformed',
    )
    expect(await typeOf(await craft([header, await part(4, row('head')), trailer]))).toBe('malformed')
    expect(await typeOf(await craft([header, header]))).toBe('malformed')
    expect(await typeOf(await craft([header]))).toBe('truncated')
    expect(await typeOf(await craft([header, await part(KIND.trailer, encodeTotals({ rows: 1, bytes: 0 }))]))).toBe(
      'malformed',
    )
    expect(await typeOf(await craftRows(ROWS, { totals: { rows: 5, bytes: 900 } }))).toBe('malformed')
    expect(await typeOf(await craft([header, { kind: KIND.rows, body: utf8('\0\0\0\x05nonsense') }]))).toBe('malformed')
    expect(await typeOf(await craft([header, { kind: KIND.rows, body: utf8('ab') }]))).toBe('malformed')
    const short = concat(bigEndian(99, 4), (await deflate(utf8('less'))).subarray(4))
    expect(await typeOf(await craft([header, { kind: KIND.rows, body: short }]))).toBe('malformed')
  })
})

describe('any bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  test('after nothing, after the beginning of a file, in the place of any part of one', async () => {
    const whole = await bytesOf(plain)
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(whole.length), fc.nat(200), async (noise, from, length) => {
        const spoiled = concat(whole.subarray(0, from), noise, whole.subarray(from + length))
        for (const file of [
          noise,
          concat(whole.subarray(0, 8), noise),
          concat(whole.subarray(0, PREAMBLE_BYTES), noise),
          spoiled,
        ])
          await readAll(fileOf(file), PASSWORD)
      }),
      { numRuns: 200 },
    )
  })
  test('as sections of a file that is whole', async () => {
    const body = fc.oneof(
      bytes,
      bytes.map((raw) => ({ raw })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), body), { maxLength: 4 }), async (sections) => {
        const parts = await Promise.all(
          sections.map(async ([kind, content]) =>
            'raw' in content ? part(kind, content.raw as Uint8Array) : { kind, body: content },
          ),
        )
        const header = await part(KIND.header, encodeHeader(someHeader({ totals: { rows: 9, bytes: 999 } })))
        expect(await typeOf(await craft(parts))).not.toBe('read')
        expect(await typeOf(await craft([header, ...parts]))).not.toBe('read')
      }),
      { numRuns: 200 },
    )
  })
})
