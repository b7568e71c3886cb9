/**
 * Bad inputs: each gets its named error, the runtime's root stays as it was, there is no frame to write, and no byte
 * leaves.
 */
import { RLP } from '@ethereumjs/rlp'
import { beforeAll, describe, expect, test } from 'vitest'
import { decode, encode } from '../../runtime/codec/schema.ts'
import { entityMessageCodec } from '../../runtime/entity/codec.ts'
import { invoiceDigest } from '../../runtime/entity/invoice.ts'
import type { EntityTx, Invoice, PayTx } from '../../runtime/entity/types.ts'
import { boardOfOne } from '../../runtime/jurisdiction/board.ts'
import { concat, EMPTY, utf8, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { addressOf } from '../../runtime/lib/secp.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { liveOracle } from '../../runtime/oracle.ts'
import type { RuntimeInput, RuntimeRejection } from '../../runtime/types.ts'
import { createPuppet, type Puppet } from '../support/puppet.ts'
import { expectRefusal } from '../support/refusal.ts'
import { identityOf, keysOf, testSigner } from '../support/signer.ts'
import {
  createWorld,
  paperChain,
  paymentIdOf,
  profileFor,
  TETH,
  TUSD,
  testPolicy,
  usd,
  type World,
} from '../support/world.ts'
import { checkMostly } from '../support/world-checks.ts'

let world: World
let puppet: Puppet
let invoice: Invoice
let foreign: Invoice
beforeAll(() => {
  world = createWorld({
    entities: { alice: {}, hub: { hubPolicy: testPolicy }, bob: {}, carol: {} },
    elsewhere: { mallory: {}, trent: {} },
    check: checkMostly,
  })
  for (const name of ['alice', 'bob']) world.open(name, 'hub', 50)
  world.open('alice', 'carol', 50)
  invoice = world.invoice('bob', usd(5), 'shoes')
  foreign = createWorld({
    entities: { bob: {} },
    chain: { ...paperChain, terms: { ...paperChain.terms, chainId: 1n } },
  }).invoice('bob', usd(5))
  puppet = createPuppet(world, 'mallory', 'hub')
  puppet.say([{ type: 'add_delta', tokenId: TUSD }])
})

const expectRefused = (input: RuntimeInput, rejection: unknown): void => expectRefusal(world, input, rejection)

type Row = readonly [what: string, tx: () => EntityTx, rejection: () => unknown]
const expectRow = (by: string, [, tx, rejection]: Row): void => expectRefused(world.command(by, tx()), rejection())

const pay = (change: Partial<PayTx>): EntityTx => ({ ...world.pay('bob', usd(5)), ...change })
const direct = (amount: bigint, change: object = {}): EntityTx => {
  return { type: 'direct_payment', counterparty: world.id('hub'), tokenId: TUSD, amount, memo: '', ...change }
}
const ask = (change: object = {}): EntityTx => {
  const expirySeconds = Math.floor(world.nowMs() / 1_000) + 600
  return { type: 'create_invoice', tokenId: TUSD, amount: usd(1), memo: '', expirySeconds, ...change }
}
const grant = (limit: bigint): EntityTx => ({
  type: 'set_credit_limit',
  counterparty: world.id('hub'),
  tokenId: TUSD,
  limit,
})
const open = (change: object): EntityTx => {
  return { type: 'open_account', counterparty: world.id('bob'), tokenId: TUSD, creditLimit: 1n, ...change }
}
const reserve = (type: 'reserve_to_reserve' | 'reserve_to_collateral', amount: bigint): EntityTx =>
  type === 'reserve_to_reserve'
    ? { type, to: world.id('bob'), tokenId: TUSD, amount }
    : { type, counterparty: world.id('hub'), tokenId: TUSD, amount }

const OVER = 2n ** 128n
describe('amounts', () => {
  const amounts = [0n, -1n, OVER] as const
  const rows = amounts.flatMap((amount): readonly Row[] => {
    const bad = () => ({ type: 'bad_amount', amount })
    return [
      [`pay ${amount}`, () => pay({ amount }), bad],
      [`pay directly ${amount}`, () => direct(amount), bad],
      [`ask for ${amount}`, () => ask({ amount }), bad],
      [`reserve to reserve ${amount}`, () => reserve('reserve_to_reserve', amount), bad],
      [`reserve to collateral ${amount}`, () => reserve('reserve_to_collateral', amount), bad],
    ]
  })
  const signed = [-1n, OVER].flatMap((amount): readonly Row[] => {
    const bad = () => ({ type: 'bad_amount', amount })
    return [
      [`grant credit ${amount}`, () => grant(amount), bad],
      [`open with credit ${amount}`, () => open({ creditLimit: amount }), bad],
      [`highest fee ${amount}`, () => pay({ maxFee: amount }), bad],
    ]
  })
  test.each([...rows, ...signed])('%s', (...row) => expectRow('alice', row))
})

describe('payments', () => {
  const resigned = (change: Partial<Invoice['terms']>): Invoice => {
    const terms = { ...invoice.terms, ...change }
    const oracle = liveOracle(testSigner('bob'))
    return { terms, hanko: oracle.seal(world.id('bob'), invoiceDigest(terms)) }
  }
  const tokenId = 99 as TokenId
  const nobody = keysOf('nobody').entityId
  const rows: readonly Row[] = [
    [
      'over capacity, with have and need',
      () => pay({ amount: usd(500) }),
      () => ({ type: 'over_capacity', tokenId: TUSD, have: usd(100), need: usd(500.5) + 100n }),
    ],
    [
      'over capacity directly',
      () => direct(usd(101)),
      () => ({ type: 'over_capacity', tokenId: TUSD, have: usd(100), need: usd(101) }),
    ],
    ['to oneself', () => pay({ to: world.id('alice') }), () => ({ type: 'self_payment' })],
    ['to somebody unknown', () => pay({ to: nobody }), () => ({ type: 'unknown_recipient', entityId: nobody })],
    [
      'to somebody known whom no account leads to',
      () => pay({ to: world.id('trent') }),
      () => ({ type: 'no_route', to: world.id('trent') }),
    ],
    [
      'directly to a stranger',
      () => direct(1n, { counterparty: world.id('bob') }),
      () => ({ type: 'unknown_account', counterparty: world.id('bob') }),
    ],
    ['an unknown token', () => pay({ tokenId }), () => ({ type: 'unknown_token', tokenId })],
    ['an unknown token directly', () => direct(1n, { tokenId }), () => ({ type: 'unknown_token', tokenId })],
    [
      'a token that is no number of one',
      () => direct(1n, { tokenId: 1.5 }),
      () => ({ type: 'unknown_token', tokenId: 1.5 }),
    ],
    [
      'a token not in the account',
      () => direct(1n, { tokenId: TETH }),
      () => ({ type: 'unknown_token', tokenId: TETH }),
    ],
    ['a fee above the highest', () => pay({ maxFee: 1n }), () => ({ type: 'fee_too_high', fee: 5_100n, maxFee: 1n })],
    ['an invoice of another chain', () => pay({ invoice: foreign }), () => ({ type: 'invoice_foreign' })],
    [
      'an invoice of another contract',
      () => pay({ invoice: resigned({ depository: `0x${'ab'.repeat(20)}` as never }) }),
      () => ({ type: 'invoice_foreign' }),
    ],
    [
      'an expired invoice',
      () => pay({ invoice: resigned({ expirySeconds: 1_799_999_999 }) }),
      () => ({ type: 'invoice_expired', expirySeconds: 1_799_999_999 }),
    ],
    [
      'an invoice for another amount',
      () => pay({ invoice, amount: usd(4) }),
      () => ({ type: 'invoice_mismatch', field: 'amount' }),
    ],
    [
      'an invoice for another token',
      () => pay({ invoice, tokenId: TETH }),
      () => ({ type: 'invoice_mismatch', field: 'token' }),
    ],
    [
      'an invoice of another payee',
      () => pay({ invoice, to: world.id('hub') }),
      () => ({ type: 'invoice_mismatch', field: 'payee' }),
    ],
    [
      'an invoice nobody signed',
      () => pay({ invoice: { ...invoice, hanko: new Uint8Array(65) } }),
      () => ({ type: 'invoice_invalid' }),
    ],
    [
      'an invoice changed on the way',
      () => pay({ invoice: { ...invoice, terms: { ...invoice.terms, hashlock: keccak(EMPTY) } } }),
      () => ({ type: 'invoice_invalid' }),
    ],
    [
      'an invoice in the name of another board',
      () =>
        pay({
          invoice: resigned({
            payee: { ...invoice.terms.payee, board: boardOfOne(addressOf(keysOf('mallory').secret)) },
          }),
        }),
      () => ({ type: 'invoice_invalid' }),
    ],
    [
      'an invoice whose box key nobody can seal to',
      () => pay({ invoice: resigned({ payee: { ...invoice.terms.payee, boxPublicKey: ZERO_32 } }) }),
      () => ({ type: 'invoice_invalid' }),
    ],
    [
      'cancelling what was never started',
      () => ({ type: 'cancel_payment', paymentId: paymentIdOf(999) }),
      () => ({ type: 'unknown_payment' }),
    ],
    [
      'asking with an expiry in the past',
      () => ask({ expirySeconds: 5 }),
      () => expect.objectContaining({ type: 'expiry_out_of_range', expirySeconds: 5 }),
    ],
    [
      'asking with an expiry too far away',
      () => ask({ expirySeconds: 9e9 }),
      () => expect.objectContaining({ type: 'expiry_out_of_range', expirySeconds: 9e9 }),
    ],
    [
      'asking with half a second',
      () => ask({ expirySeconds: 1_800_000_600.5 }),
      () => expect.objectContaining({ type: 'expiry_out_of_range' }),
    ],
    [
      'asking with no time at all',
      () => ask({ expirySeconds: Number.NaN }),
      () => expect.objectContaining({ type: 'expiry_out_of_range' }),
    ],
    ['asking for an unknown token', () => ask({ tokenId }), () => ({ type: 'unknown_token', tokenId })],
    ['an account with oneself', () => open({ counterparty: world.id('alice') }), () => ({ type: 'self_payment' })],
    [
      'a second account with the same',
      () => open({ counterparty: world.id('hub') }),
      () => ({ type: 'account_exists', counterparty: world.id('hub') }),
    ],
    [
      'an account with somebody unknown',
      () => open({ counterparty: nobody }),
      () => ({ type: 'unknown_recipient', entityId: nobody }),
    ],
    ['an account in an unknown token', () => open({ tokenId }), () => ({ type: 'unknown_token', tokenId })],
    [
      'more than the reserve',
      () => reserve('reserve_to_reserve', 1n),
      () => ({ type: 'insufficient_reserve', tokenId: TUSD, have: 0n, need: 1n }),
    ],
    [
      'more collateral than the reserve',
      () => reserve('reserve_to_collateral', 1n),
      () => ({ type: 'insufficient_reserve', tokenId: TUSD, have: 0n, need: 1n }),
    ],
    [
      'collateral with a stranger',
      () => ({ type: 'reserve_to_collateral', counterparty: nobody, tokenId: TUSD, amount: 1n }),
      () => ({ type: 'unknown_account', counterparty: nobody }),
    ],
  ]
  test.each(rows)('%s', (...row) => expectRow('alice', row))

  test('two payments by one id, or of one invoice, while the first is on its way', () => {
    const first = world.pay('bob', usd(1))
    world.tick([world.command('alice', first)])
    const { outcomes } = world.tick([world.command('alice', first, 'again')])
    expect(outcomes).toEqual([{ type: 'rejected', rejection: { type: 'duplicate_payment' } }])
    world.settle()
    world.tick([world.command('alice', pay({ invoice }))])
    const second = world.tick([world.command('alice', pay({ invoice, paymentId: paymentIdOf(5_000) }))])
    expect(second.outcomes).toEqual([{ type: 'rejected', rejection: { type: 'duplicate_payment' } }])
    world.settle()
    expectRefused(world.command('alice', pay({ invoice, paymentId: paymentIdOf(5_001) })), { type: 'invoice_paid' })
  })
})

describe('text', () => {
  const memos: readonly (readonly [what: string, memo: string, rejection: RuntimeRejection])[] = [
    ['a lone surrogate', '\ud800', { type: 'bad_text' }],
    ['a bidirectional override', 'pay \u202e00.1', { type: 'bad_text' }],
    ['a bidirectional isolate', '\u2067x', { type: 'bad_text' }],
    ['a control character', 'a\u0000b', { type: 'bad_text' }],
    ['257 bytes', 'x'.repeat(257), { type: 'text_too_long', limit: 256 }],
    ['86 characters of three bytes', '€'.repeat(86), { type: 'text_too_long', limit: 256 }],
  ]
  test.each(memos)('%s in a memo', (_what, memo, rejection) => {
    expectRefused(world.command('alice', pay({ memo })), rejection)
    expectRefused(world.command('alice', direct(1n, { memo })), rejection)
    expectRefused(world.command('alice', ask({ memo })), rejection)
    expectRefused(world.command('alice', { type: 'create_offer', tokenId: TUSD, amount: null, memo }), rejection)
  })
  test('what only looks odd is allowed', () => {
    for (const memo of ['__proto__', 'קפה', '😀', '👩‍👩‍👧', 'constructor', '\u200frtl', 'x'.repeat(256)])
      expect(world.run('alice', direct(1n, { memo })).type).toBe('applied')
  })
  test('an entity whose name cannot be read', () => {
    const identity = { ...identityOf('frank'), label: '\u202eknarf' }
    expectRefused({ type: 'runtime', tx: { type: 'import_entity', identity } }, { type: 'bad_text' })
  })
})

describe('messages', () => {
  const fromMallory = (bytes: Uint8Array): RuntimeInput => ({
    type: 'message',
    start: null,
    from: puppet.entityId,
    to: world.id('hub'),
    bytes,
  })
  const malformed = expect.objectContaining({ type: 'malformed_message' })
  const deep = (depth: number): Uint8Array => {
    let bytes: Uint8Array = Uint8Array.of(0xc0)
    for (let i = 0; i < depth; i++) {
      const { length } = bytes
      const header = length < 56 ? [0xc0 + length] : length < 256 ? [0xf8, length] : [0xf9, length >> 8, length & 0xff]
      bytes = concat(Uint8Array.from(header), bytes)
    }
    return bytes
  }
  const rows: readonly (readonly [what: string, bytes: () => Uint8Array])[] = [
    ['nothing', () => EMPTY],
    ['noise', () => utf8('hello?')],
    ['an unknown kind', () => Uint8Array.of(0xc2, 0x7f, 0xc0)],
    ['an unknown field', () => Uint8Array.of(0xc3, 0x01, 0xc0, 0xc0)],
    ['lists in lists, 10,000 deep', () => deep(10_000)],
    [
      'an account message that is none',
      () => encode(entityMessageCodec, { type: 'account', opener: null, body: utf8('?') }),
    ],
    ['a number in two spellings', () => Uint8Array.of(0xc2, 0x81, 0x01, 0xc0)],
    [
      'bytes after the end',
      () => concat(encode(entityMessageCodec, { type: 'account', opener: null, body: EMPTY }), EMPTY, Uint8Array.of(0)),
    ],
  ]
  test.each(rows)('%s', (_what, bytes) => expectRefused(fromMallory(bytes()), malformed))

  test('one byte more than a message may have', () => {
    const body = new Uint8Array(LIMITS.messageBytes + 1)
    type Raw = [tag: Uint8Array, [opener: Uint8Array, body: Uint8Array]]
    const plain = encode(entityMessageCodec, { type: 'account', opener: null, body: EMPTY })
    const [tag, [opener]] = RLP.decode(plain) as unknown as Raw
    expectRefused(fromMallory(RLP.encode([tag, [opener, body]])), malformed)
  })
  test('a memo that cannot be read, an amount of 2^128', () => {
    const request = {
      type: 'invoice_request',
      requestId: paymentIdOf(1),
      tokenId: TUSD,
      amount: 1n,
      memo: '\u202e',
      offerId: null,
      payee: null,
    } as const
    expectRefused(fromMallory(encode(entityMessageCodec, request)), malformed)
    expectRefused(fromMallory(encode(entityMessageCodec, { ...request, memo: '', amount: OVER })), malformed)
    expectRefused(fromMallory(encode(entityMessageCodec, { ...request, memo: '', tokenId: 0 as TokenId })), malformed)
    expectRefused(
      fromMallory(encode(entityMessageCodec, { ...request, memo: '', tokenId: (2 ** 32) as TokenId })),
      malformed,
    )
  })
  test('an invoice, or a refusal, that was not asked for', () => {
    const requestId = paymentIdOf(77)
    const unexpected = { type: 'unexpected_message' }
    expectRefused(fromMallory(encode(entityMessageCodec, { type: 'invoice', requestId, invoice })), unexpected)
    expectRefused(
      fromMallory(encode(entityMessageCodec, { type: 'invoice_refused', requestId, reason: 'no' })),
      unexpected,
    )
  })
  test('an account message of a stranger that opens nothing', () => {
    const stranger = keysOf('trent').entityId
    const { body } = ackOf(puppet)
    const message = encode(entityMessageCodec, { type: 'account', opener: null, body })
    expectRefused(
      { type: 'message', from: stranger, to: world.id('hub'), start: null, bytes: message },
      { type: 'unknown_account', counterparty: stranger },
    )
  })
  test('an opening with a profile that is not the opener’s, or that nobody can seal to', () => {
    const trent = createPuppet(world, 'trent', 'hub')
    const input = trent.proposal([{ type: 'add_delta', tokenId: TUSD }])
    if (input.type !== 'message') throw new Error('a message')
    const read = decode(entityMessageCodec, input.bytes)
    if (read.type !== 'ok' || read.value.type !== 'account') throw new Error('an account message')
    const opening = read.value
    const profile = profileFor('trent')
    for (const opener of [
      profileFor('mallory'),
      { ...profile, boxPublicKey: ZERO_32 },
      { ...profile, board: profileFor('bob').board },
    ])
      expectRefused({ ...input, bytes: encode(entityMessageCodec, { ...opening, opener }) }, { type: 'bad_profile' })
    const violation = { type: 'refused_message', violation: { type: 'wrong_terms' }, disposition: 'ignore' }
    const slower = { ...profile, responseSeconds: 7_200 }
    expectRefused({ ...input, bytes: encode(entityMessageCodec, { ...opening, opener: slower }) }, violation)
  })
})

const ackOf = (of: Puppet): { readonly body: Uint8Array } => {
  const body = of.replica().lastReply?.message
  if (body === undefined) throw new Error('no reply')
  return { body }
}
