/** What crosses the line: round trips, everything that is refused by name, and any garbage. */
import { stringify } from 'devalue'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { readAnswer, writeAnswer, writePush } from '../../../runtime/radapter/answer.ts'
import { positionWire } from '../../../runtime/radapter/court-wire.ts'
import { frameWire } from '../../../runtime/radapter/frame-wire.ts'
import { CHAIN_TROUBLES } from '../../../runtime/radapter/health.ts'
import { type Asked, readRequest, writeRequest } from '../../../runtime/radapter/request.ts'
import { RESULTS } from '../../../runtime/radapter/results.ts'
import { MAX_MESSAGE_BYTES } from '../../../runtime/radapter/tagged.ts'
import { DEFAULT_VIEW, type FrameView, type TokenPosition } from '../../../runtime/radapter/types.ts'
import { count, figure, kept, row, text } from '../../../runtime/radapter/wire.ts'
import { frame } from '../../support/fixture-frames.ts'
import { fc } from '../../support/property.ts'

const envelope = (fields: object): string =>
  stringify({ v: 1, type: 'get_checkpoints', id: 7, inReplyTo: null, payload: {}, ...fields })
const refusalOf = (message: unknown) => {
  const read = readRequest(message)
  return read.type === 'refused' ? { code: read.error.code, inReplyTo: read.inReplyTo } : read.request.type
}
const bad = (inReplyTo: number | null) => ({ code: 'E_BAD_REQUEST', inReplyTo })

describe('figure', () => {
  test('any whole number -- comes back as it was', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 256n), max: 1n << 256n }), (value) => {
        expect(v.parse(figure.schema, figure.write(value))).toBe(value)
      }),
    )
  })
  test('any text -- a figure or a refusal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = v.safeParse(figure.schema, text)
        expect(!read.success || typeof read.output === 'bigint').toBe(true)
      }),
    )
  })
})

describe('kept', () => {
  const wire = kept(row<{ readonly name: string; readonly size: number }>({ name: text(20), size: count }))

  test('written once, read as it was, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20, unit: 'binary' }), fc.nat(), (name, size) => {
        const value = { name, size }
        const written = wire.write(value)
        expect(wire.write(value)).toBe(written)
        expect(v.parse(wire.schema, written)).toEqual(value)
      }),
    )
  })

  test.each(['["a", 1]', '["a",1,2]', '["a",-1]', '["a"', '', '{"0":"a","1":1}', 7, null])('%j -- refused', (other) => {
    expect(v.safeParse(wire.schema, other).success).toBe(false)
  })
})

describe('frame', () => {
  test('over the line -- the same view', () => {
    const view = frame()
    const text = writePush(3, { type: 'frame', seq: 9, view })
    expect(readAnswer(text)).toMatchObject({ type: 'push', push: { type: 'frame', seq: 9, view } })
  })

  test('with a chain that is down, for any reason, and peers that do not answer -- the same view', () => {
    for (const reason of CHAIN_TROUBLES) {
      const down = { type: 'down', sinceMs: 5, reason } as const
      const jurisdictions = frame().jurisdictions.map((chain) => ({ ...chain, status: down }))
      const view = frame({ jurisdictions, unreachable: [{ entityId: '0x01', label: 'Hub', sinceMs: 7 }] })
      expect(readAnswer(writePush(3, { type: 'frame', seq: 9, view }))).toMatchObject({ push: { view } })
    }
  })

  test('positions with any figures -- the same position', () => {
    const amount = fc.bigInt({ min: -(1n << 200n), max: 1n << 200n })
    const names = Object.keys(frame().selectedEntity?.balances[0]?.position ?? {}).filter((name) => name !== 'tokenId')
    const positions = fc.record(Object.fromEntries(names.map((name) => [name, amount])))
    fc.assert(
      fc.property(positions, fc.nat(), (amounts, tokenId) => {
        const position = { ...amounts, tokenId } as TokenPosition
        expect(v.parse(positionWire.schema, positionWire.write(position))).toEqual(position)
      }),
    )
  })

  test('anything else in its place -- refused', () => {
    const written = frameWire.write(frame()) as unknown[]
    fc.assert(
      fc.property(fc.nat(written.length - 1), fc.anything(), (at, other) => {
        const read = v.safeParse(frameWire.schema, written.with(at, other))
        // What is accepted must be a view that can be written again.
        if (read.success) expect(frameWire.write(read.output as FrameView)).toBeInstanceOf(Array)
      }),
    )
    expect(v.safeParse(frameWire.schema, written.slice(1)).success).toBe(false)
    expect(v.safeParse(frameWire.schema, [...written, 1]).success).toBe(false)
  })
})

describe('readRequest', () => {
  const asked: readonly Asked[] = [
    { type: 'set_view', payload: { view: DEFAULT_VIEW, fromHeight: 3 } },
    { type: 'set_view', payload: { view: { ...DEFAULT_VIEW, accountCursor: 'after:1:0x00' }, fromHeight: 0 } },
    { type: 'ack', payload: { seq: 4 } },
    { type: 'get_frame_at', payload: { height: -1 } },
    { type: 'get_checkpoints', payload: {} },
    { type: 'rpc', payload: { method: 'wallet.touch', params: {} } },
  ]
  test.each(asked)('$type -- read as it was written', ({ type, payload }) => {
    const read = readRequest(writeRequest(7, { type, payload } as Asked))
    expect(read).toEqual({ type: 'ok', id: 7, request: { type, ...payload } })
  })

  test('a memo with any text, unpaired surrogates and direction marks included -- arrives exactly', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('\ud800', 'a\udfff', '\u202eevil', '__proto__', '<\u2028>'),
        ),
        (memo) => {
          const params = { from: 'a', to: 'b', amount: 5n, tokenId: 1, memo }
          const read = readRequest(writeRequest(1, { type: 'rpc', payload: { method: 'pay.quote', params } }))
          expect(read).toEqual({ type: 'ok', id: 1, request: { type: 'rpc', method: 'pay.quote', params } })
        },
      ),
    )
  })

  test.each([
    ['no text', 5, bad(null)],
    ['nothing', undefined, bad(null)],
    ['empty', '', bad(null)],
    ['not JSON', '{', bad(null)],
    ['plain JSON', '{"v":1}', bad(null)],
    ['a bare number', '5', bad(null)],
    ['a null', stringify(null), bad(null)],
    ['an unknown field', envelope({ extra: 1 }), bad(7)],
    ['no id', stringify({ v: 1, type: 'get_checkpoints', inReplyTo: null, payload: {} }), bad(null)],
    ['a negative id', envelope({ id: -1 }), bad(null)],
    ['an unknown type', envelope({ type: 'constructor' }), bad(7)],
    ['a payload with more in it', envelope({ payload: { x: 1 } }), bad(7)],
    ['another version', envelope({ v: 2 }), { code: 'E_VERSION', inReplyTo: 7 }],
    ['no version', stringify({ id: 7 }), bad(null)],
    ['a version in words', envelope({ v: '1' }), { code: 'E_VERSION', inReplyTo: 7 }],
    [
      'a method that is a part of every object',
      envelope({ type: 'rpc', payload: { method: '__proto__', params: {} } }),
      bad(7),
    ],
    ['another', envelope({ type: 'rpc', payload: { method: 'toString', params: {} } }), bad(7)],
    [
      'params with more in them',
      envelope({ type: 'rpc', payload: { method: 'wallet.lock', params: { x: 1 } } }),
      bad(7),
    ],
    [
      'an amount that is a number',
      envelope({
        type: 'rpc',
        payload: { method: 'pay.quote', params: { from: '', to: '', amount: 5, tokenId: 1, memo: '' } },
      }),
      bad(7),
    ],
    ['a height that is none', envelope({ type: 'get_frame_at', payload: { height: 1.5 } }), bad(7)],
    [
      'a view of 30 rows',
      envelope({ type: 'set_view', payload: { view: { ...DEFAULT_VIEW, accountPageSize: 30 }, fromHeight: 0 } }),
      bad(7),
    ],
    [
      'NaN for a page',
      envelope({ type: 'set_view', payload: { view: { ...DEFAULT_VIEW, accountPage: Number.NaN }, fromHeight: 0 } }),
      bad(7),
    ],
    ['a number of a million digits', `[["BigInt","${'9'.repeat(1_000_000)}"]]`, bad(null)],
    ['a number in words', '[["BigInt","0x10"]]', bad(null)],
    ['a map', stringify(new Map([[1, 2]])), bad(null)],
    ['a date', envelope({ payload: new Date(0) }), bad(null)],
    ['a regular expression', envelope({ payload: /(a+)+$/ }), bad(null)],
    [
      'a list of four thousand million places',
      '[{"v":1,"type":2,"id":3,"inReplyTo":4,"payload":5},1,"get_checkpoints",7,null,[-7,4294967295]]',
      bad(null),
    ],
    [
      '__proto__',
      '[{"v":1,"type":2,"id":3,"inReplyTo":4,"payload":5,"__proto__":5},1,"get_checkpoints",7,null,{}]',
      bad(null),
    ],
    [
      'a field twice',
      '[{"v":1,"type":2,"id":3,"id":6,"inReplyTo":4,"payload":5},1,"get_checkpoints",7,null,{},8]',
      bad(8),
    ],
    ['a megabyte', stringify('x'.repeat(MAX_MESSAGE_BYTES)), { code: 'E_TOO_LARGE', inReplyTo: null }],
    [
      'a megabyte of letters of three bytes',
      stringify('€'.repeat(MAX_MESSAGE_BYTES / 3)),
      { code: 'E_TOO_LARGE', inReplyTo: null },
    ],
  ])('%s -- refused by name', (_, message, expected) => {
    expect(refusalOf(message)).toEqual(expected)
  })

  test.each([10_000, 60_000])('nested %i deep, as lists or as objects -- refused', (depth) => {
    const nest = (open: (next: number) => string): string =>
      `[${Array.from({ length: depth }, (_, i) => open(i + 1)).join(',')},0]`
    expect(refusalOf(nest((next) => `[${next}]`))).toEqual(bad(null))
    expect(refusalOf(nest((next) => `{"a":${next}}`))).toEqual(bad(null))
    expect(refusalOf('['.repeat(depth) + ']'.repeat(depth))).toEqual(bad(null))
  })

  test('a refused password -- is not in the words of the refusal', () => {
    const read = readRequest(
      envelope({ type: 'rpc', payload: { method: 'wallet.unlock', params: { password: 123_456_789 } } }),
    )
    expect(JSON.stringify(read)).not.toContain('123456789')
  })

  test('any text or value -- a request or a refusal, never an exception', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.anything())
    fc.assert(
      fc.property(anything, (message) => {
        expect(['ok', 'refused']).toContain(readRequest(message).type)
      }),
      { numRuns: 300 },
    )
  })

  test('any text in the format, loops and unknown tags included -- a request or a refusal, never an exception', () => {
    const place = fc.integer({ min: -7, max: 12 })
    const field = fc.constantFrom('v', 'type', 'id', 'inReplyTo', 'payload', 'method', 'params', 'view', '__proto__')
    const tag = fc.constantFrom(
      'BigInt',
      'Map',
      'Set',
      'Date',
      'RegExp',
      'Object',
      'null',
      'Uint8Array',
      'ArrayBuffer',
      'URL',
      'Other',
    )
    const item = fc.oneof(
      fc.constantFrom(1, 'rpc', 'ack', 'set_view', 'get_frame_at', null, true, 'pay.send'),
      fc.array(place, { maxLength: 6 }),
      fc.tuple(tag, fc.oneof(place, fc.string({ maxLength: 4 })), place),
      fc.dictionary(field, place),
    )
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (items) => {
        const whole = '{"v":1,"type":2,"id":1,"inReplyTo":3,"payload":4}'
        const text = `[${[whole, ...items.map((value) => JSON.stringify(value))].join(',')}]`
        expect(['ok', 'refused']).toContain(readRequest(text).type)
        expect(readAnswer(text).type).toBeTypeOf('string')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('readAnswer', () => {
  test('a reply of every kind -- read as it was written', () => {
    const replies = [
      { type: 'get_frame_at', view: frame() },
      { type: 'get_checkpoints', oldestHeight: 1, checkpoints: [{ height: 1, timestamp: 2 }] },
      { type: 'rpc', result: [1, 'x'] },
      {
        type: 'error',
        error: {
          code: 'E_REJECTED',
          message: 'm',
          retryable: false,
          reason: { type: 'over_capacity', have: 1n, need: 2n },
        },
      },
      { type: 'error', error: { code: 'E_HALTED', message: '', retryable: true } },
    ] as const
    for (const reply of replies)
      expect(readAnswer(writeAnswer(1, 5, reply))).toMatchObject({ type: 'reply', inReplyTo: 5, reply })
  })

  test('a status with more in it than the protocol knows -- travels without it', () => {
    const status = {
      wallet: 'locked',
      runtime: 'stopped',
      progress: null,
      reason: null,
      storage: 'ok',
      unlockNotBefore: 0,
      autoLockMinutes: 15,
      approvals: [],
      updateReady: false,
      runtimeId: 'local-1',
      runtimes: [
        { id: 'simnet', name: 'Simnet', kind: 'local', copyOf: null, usedAt: 1_700_000_000_000 },
        { id: 'snapshot-1a2b3c4d', name: 'Simnet-2', kind: 'snapshot', copyOf: 'Simnet', usedAt: 0 },
      ],
      control: 'reader',
    } as const
    const text = writePush(1, { type: 'status', seq: 1, status: { ...status, secret: 'x' } as never })
    expect(text).not.toContain('secret')
    expect(readAnswer(text)).toEqual({ type: 'push', push: { type: 'status', seq: 1, status } })
  })

  test('any text or value -- never an exception', () => {
    const kinds = ['push', 'reply', 'foreign_version', 'unreadable']
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (message) => {
        expect(kinds).toContain(readAnswer(message).type)
      }),
      { numRuns: 500 },
    )
    expect(readAnswer(envelope({ v: 2 }))).toEqual({ type: 'foreign_version', inReplyTo: 7 })
    expect(readAnswer(envelope({ type: 'valueOf' }))).toEqual({ type: 'unreadable', inReplyTo: null })
  })
})

describe('results', () => {
  test('a quote -- the same quote', () => {
    const position = frame().selectedEntity?.balances[0]?.position
    if (position === undefined) throw new Error('no position')
    const quote = {
      to: 'a',
      toLabel: 'A',
      tokenId: 1,
      amount: 5n,
      fee: 0n,
      route: [{ entityId: 'a', label: 'A' }],
      remaining: -1n,
      before: position,
      after: position,
      memo: '',
      invoice: null,
    }
    const wire = RESULTS['pay.quote']
    expect(v.parse(wire.schema, wire.write(quote))).toEqual(quote)
  })
})
