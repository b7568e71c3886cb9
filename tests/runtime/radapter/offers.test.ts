/** Offers as links: made once, paid as often as somebody likes, and refused by name where they say something else. */
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { offerLink, parseOfferLink } from '../../../runtime/entity/offer.ts'
import type { OfferTerms } from '../../../runtime/entity/types.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import type { RpcMethods } from '../../../runtime/radapter/types.ts'
import { type Commanding, commanding } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { TETH, TUSD, usd } from '../../support/world.ts'

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
  (running.host.activity().byEntity.get(running.id('Bob'))?.records.chunks.flat() ?? []).map(({ entry }) => [
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
