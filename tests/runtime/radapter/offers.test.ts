/** Offers as links: made once, paid as often as somebody likes, and refused by name where they say something else. */

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { invoiceLink } from '../../../runtime/entity/invoice.ts'
import { offerLink, offerTerms, parseOfferLink } from '../../../runtime/entity/offer.ts'
import type { OfferTerms } from '../../../runtime/entity/types.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import type { RpcMethods } from '../../../runtime/radapter/types.ts'
import { profileOf } from '../../../runtime/step.ts'
import { type Commanding, commanding } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { fc } from '../../support/property.ts'
import { type Running, startTown } from '../../support/running.ts'
import { keysOf } from '../../support/signer.ts'
import { createWorld, paperChain, TETH, TUSD, testPolicy, usd, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

type Params = RpcMethods['offer.create']['params']

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let commands: Commanding
beforeEach(async () => {
  running = await town.fork()
  commands = commanding(running)
})

const offered = (patch: Partial<Params> = {}): Params => ({
  commandId: 'offer',
  entityId: running.id('Bob'),
  tokenId: TUSD,
  amount: usd(2),
  memo: 'coffee',
  ...patch,
})
const makeOffer = async (patch: Partial<Params> = {}): Promise<RpcMethods['offer.create']['result']> => {
  const answer = await commands.call['offer.create'](offered(patch))
  await quiet()
  return answer
}
const termsOf = (link: string): OfferTerms => {
  const terms = parseOfferLink(link)
  if (terms === null) throw new Error('no offer link')
  return terms
}
const pay = async (commandId: string, to: string, amount: bigint, memo = '') => {
  const { call, command } = commands
  const { paymentId } = await call['pay.send'](command({ commandId, to, amount, memo }))
  await quiet()
  return call['pay.get']({ from: running.id('You'), paymentId })
}
const received = () =>
  (running.host.activity().byEntity.get(running.id('Bob'))?.records.items ?? []).map(({ entry }) => [
    entry.status,
    entry.amount,
    entry.memo,
  ])

describe('an offer link', () => {
  test('says who, where and what; read back, also in capitals and with space around it', async () => {
    const { link, offerId, height } = await makeOffer()
    expect(height).toBe(running.host.env().height)
    const terms = termsOf(`  XLN:OFFER.${link.slice('xln:offer.'.length)}\n`)
    expect(offerLink(terms)).toBe(link)
    expect(terms.payee).toMatchObject({ entityId: running.id('Bob'), hubs: [running.id('Hub')] })
    expect(terms.offer).toMatchObject({ tokenId: TUSD, amount: usd(2), memo: 'coffee' })
    expect(toHex(terms.offer.offerId)).toBe(offerId)
  })

  test('the same command again, also after a restart -- the same link', async () => {
    const made = await makeOffer()
    expect(await makeOffer()).toEqual(made)
    running = await running.restart()
    commands = commanding(running)
    expect(await makeOffer()).toEqual(made)
    await commands.expectRefused(makeOffer({ entityId: running.id('You') }), { type: 'command_id_reused' })
  })

  test('any other text -- is none', async () => {
    const { link } = await makeOffer()
    const other = running.id('Alice') as EntityId
    const terms = termsOf(link)
    const forged = offerLink({ ...terms, payee: { ...terms.payee, entityId: other } })
    for (const text of ['', 'xln:', 'xln:offer.', 'xln:offer.AA', link.slice(0, -1), `${link}A`, forged]) {
      expect(parseOfferLink(text)).toBeNull()
    }
    const noise = fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect([parseOfferLink(`xln:offer.${text}`), parseOfferLink(text)]).toEqual([null, null])
    })
    fc.assert(noise)
    for (const to of ['xln:offer.', 'xln:offer.AA', forged])
      await commands.expectRefused(commands.call['pay.quote'](commands.wanted({ to })), { type: 'offer_invalid' })
  })

  test.each([
    ['0', { amount: 0n }, { type: 'bad_amount' }],
    ['2^128', { amount: 1n << 128n }, { type: 'bad_amount' }],
    ['a token there is none of', { tokenId: 7 }, { type: 'unknown_token' }],
    ['a memo of 257 bytes', { memo: 'x'.repeat(257) }, { type: 'text_too_long' }],
    ['a payee that is no id', { entityId: '' }, { type: 'unknown_entity' }],
  ])('%s -- refused by name', async (_, patch, reason) => {
    await commands.expectRefused(commands.call['offer.create'](offered(patch)), reason)
  })
})

describe('paying by an offer link', () => {
  test('twice -- two payments with a proof each, both with its memo', async () => {
    const { link } = await makeOffer()
    const quote = await commands.call['pay.quote'](commands.wanted({ to: link, amount: 0n, memo: 'mine' }))
    expect(quote).toMatchObject({ to: running.id('Bob'), amount: usd(2), memo: 'coffee', invoice: link })
    const [one, two] = [await pay('a', link, usd(2)), await pay('b', link, usd(2))]
    for (const entry of [one, two]) expect(entry).toMatchObject({ status: 'sent', proof: { isProof: true } })
    expect(one.proof?.preimage).not.toBe(two.proof?.preimage)
    expect(received()).toEqual([
      ['received', usd(2), 'coffee'],
      ['received', usd(2), 'coffee'],
    ])
  })

  test('of any amount, without a memo -- the payer says both; the limit is what can be sent to its payee', async () => {
    const { link } = await makeOffer({ amount: null, memo: '' })
    const { call, wanted } = commands
    const from = running.id('You')
    expect(await call['pay.limit']({ from, to: link, tokenId: TUSD })).toEqual(
      await call['pay.limit']({ from, to: 'Bob', tokenId: TUSD }),
    )
    expect(await call['pay.quote'](wanted({ to: link, amount: usd(3), memo: 'tip' }))).toMatchObject({
      amount: usd(3),
      memo: 'tip',
    })
    await commands.expectRefused(call['pay.quote'](wanted({ to: link, amount: 0n })), { type: 'bad_amount' })
    expect(await pay('a', link, usd(3), 'tip')).toMatchObject({ status: 'sent', amount: usd(3) })
    expect(received()).toEqual([['received', usd(3), 'tip']])
  })

  test('another amount, token or chain, or of oneself -- refused by name, nothing happens', async () => {
    const { link } = await makeOffer()
    const { call, command, wanted, expectRefused } = commands
    const terms = termsOf(link)
    const own = await makeOffer({ commandId: 'own', entityId: running.id('You') })
    await expectRefused(call['pay.send'](command({ to: link, amount: usd(1) })), {
      type: 'offer_mismatch',
      field: 'amount',
    })
    await expectRefused(call['pay.send'](command({ to: link, amount: usd(2), tokenId: TETH })), {
      type: 'offer_mismatch',
      field: 'token',
    })
    const foreign = offerLink({ ...terms, chainId: terms.chainId + 1n })
    await expectRefused(call['pay.quote'](wanted({ to: foreign })), { type: 'invoice_foreign' })
    await expectRefused(call['pay.send'](command({ to: foreign, amount: usd(2) })), { type: 'invoice_foreign' })
    await expectRefused(call['pay.quote'](wanted({ to: own.link })), { type: 'self_payment' })
  })

  test.each([
    ['an offer nobody made', (offer: OfferTerms['offer']) => ({ ...offer, offerId: new Uint8Array(32) })],
    ['an offer that was changed on its way', (offer: OfferTerms['offer']) => ({ ...offer, amount: usd(1) })],
  ])('%s -- refused by its payee, nothing was paid', async (_, change) => {
    const terms = termsOf((await makeOffer()).link)
    const link = offerLink({ ...terms, offer: change(terms.offer) })
    const entry = await pay('a', link, change(terms.offer).amount ?? 0n)
    expect(entry).toMatchObject({ status: 'failed', failure: 'unknown_offer' })
    expect(received()).toEqual([])
  })
})

describe('a link of somebody this wallet does not know', () => {
  const CAROL = keysOf('Carol').entityId
  /** Carol, elsewhere, who banks with the same Hub. */
  const carols = () => {
    const world = createWorld({ entities: { Carol: {}, Hub: { hubPolicy: testPolicy } }, check: checkMostly })
    world.open('Carol', 'Hub', 50)
    return world
  }
  const offerOf = (world: World): string => {
    world.ok('Carol', { type: 'create_offer', tokenId: TUSD, amount: usd(2), memo: 'coffee' })
    const [offer] = world.state('Carol').offers.values()
    if (offer === undefined) throw new Error('no offer')
    const profile = (id: EntityId) => profileOf(world.env(), id)
    return offerLink(offerTerms(world.state('Carol'), offer, { chain: paperChain.terms, profile }))
  }
  const isKnown = (): boolean => running.host.env().profiles.has(CAROL)

  test('an offer -- quoted by its own word, with its limit, and asked for; nobody answers, nothing was paid', async () => {
    const link = offerOf(carols())
    const { call, wanted } = commands
    const from = running.id('You')
    expect(await call['pay.quote'](wanted({ to: link, amount: 0n }))).toMatchObject({
      to: CAROL,
      toLabel: 'Carol',
      amount: usd(2),
      memo: 'coffee',
      route: [{ label: 'Hub' }, { label: 'Carol' }],
    })
    expect((await call['pay.limit']({ from, to: link, tokenId: TUSD })).amount).toBeGreaterThan(usd(90))
    const { paymentId } = await call['pay.send'](commands.command({ to: link, amount: usd(2) }))
    await quiet()
    expect(await call['pay.get']({ from, paymentId })).toMatchObject({ status: 'pending', counterpartyId: CAROL })
    running.time.advance(10_000)
    await quiet()
    expect(await call['pay.get']({ from, paymentId })).toMatchObject({
      status: 'failed',
      failure: 'recipient_unreachable',
    })
    expect(isKnown()).toBe(false)
  })

  test('an invoice -- quoted and sent through the hub they share; from then on its payee has a name here', async () => {
    const world = carols()
    const link = invoiceLink(world.invoice('Carol', usd(2), 'bread'))
    const { call, wanted } = commands
    running.time.advance(Math.max(0, world.nowMs() - running.time.clock.now()))
    expect(await call['pay.quote'](wanted({ to: link, amount: 0n }))).toMatchObject({ to: CAROL, toLabel: 'Carol' })
    expect(isKnown()).toBe(false)
    // This Hub is not hers, so the lock comes back: what was learned stays.
    expect(await pay('a', link, usd(2), 'bread')).toMatchObject({
      status: 'failed',
      failure: 'unknown_next_hop',
      counterpartyLabel: 'Carol',
    })
    expect(isKnown()).toBe(true)
    await commands.expectRefused(call['pay.quote'](wanted({ to: 'Nobody' })), { type: 'unknown_recipient' })
    expect(await call['pay.quote'](wanted({ to: 'Carol', amount: usd(1) }))).toMatchObject({ to: CAROL })
  })
})

describe('offers of the owner', () => {
  const list = () => commands.call['offer.list']({ entityId: running.id('Bob') })

  test('are listed with the links they were made with; what was withdrawn is not, and is not paid', async () => {
    expect(await list()).toEqual({ offers: [], total: 0 })
    const made = await makeOffer()
    const other = await makeOffer({ commandId: 'other', amount: null, memo: '' })
    const shown = [
      { offerId: made.offerId, link: made.link, tokenId: TUSD, amount: usd(2), memo: 'coffee' },
      { offerId: other.offerId, link: other.link, tokenId: TUSD, amount: null, memo: '' },
    ]
    expect((await list()).total).toBe(2)
    expect((await list()).offers).toEqual(expect.arrayContaining(shown))
    const withdraw = { commandId: 'gone', entityId: running.id('Bob'), offerId: made.offerId }
    const { height } = await commands.call['offer.withdraw'](withdraw)
    await quiet()
    expect(await list()).toEqual({ offers: [shown[1]], total: 1 })
    expect(await commands.call['offer.withdraw'](withdraw)).toEqual({ height })
    expect(await pay('a', made.link, usd(2))).toMatchObject({ status: 'failed', failure: 'unknown_offer' })
  })

  test('more than a list shows -- counted all the same', async () => {
    for (let n = 0; n < 51; n++) await makeOffer({ commandId: `offer-${n}` })
    const { offers, total } = await list()
    expect([offers.length, total]).toEqual([50, 51])
  })

  test.each([
    ['of an entity there is none of', { entityId: '0x01' }, { type: 'unknown_entity' }],
    ['by an id that is none', { offerId: 'coffee' }, { type: 'unknown_offer' }],
  ])('withdrawn %s -- refused by name', async (_, patch, reason) => {
    const params = { commandId: 'gone', entityId: running.id('Bob'), offerId: `0x${'11'.repeat(32)}`, ...patch }
    await commands.expectRefused(commands.call['offer.withdraw'](params), reason)
  })
})
