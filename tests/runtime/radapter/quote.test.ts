/** What a payment would cost and change, and everything it would be refused for, by quote and by command alike. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { positionOf } from '../../../runtime/account/delta.ts'
import { deltaKey } from '../../../runtime/account/keys.ts'
import { newEntity } from '../../../runtime/entity/frame.ts'
import { invoiceLink, parseInvoiceLink } from '../../../runtime/entity/invoice.ts'
import { ownProfile } from '../../../runtime/entity/tx/invoice.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { type Commanding, commanding, refusalOf } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { identityOf } from '../../support/signer.ts'
import { TETH, TUSD, usd } from '../../support/world.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let call: Commanding['call']
let wanted: Commanding['wanted']
let command: Commanding['command']
let makeInvoice: Commanding['makeInvoice']
let expectRefused: Commanding['expectRefused']
beforeEach(async () => {
  running = await town.fork()
  ;({ call, wanted, command, makeInvoice, expectRefused } = commanding(running))
})

describe('pay.quote', () => {
  test('to a name -- the route with its fee, and the seam before and after', async () => {
    const quote = await call['pay.quote'](wanted({ to: ' bOB ', memo: 'tea' }))
    expect(quote).toMatchObject({
      to: running.id('Bob'),
      toLabel: 'Bob',
      tokenId: TUSD,
      amount: usd(3.21),
      fee: 3_310n,
      memo: 'tea',
      invoice: null,
      route: [
        { entityId: running.id('Hub'), label: 'Hub' },
        { entityId: running.id('Bob'), label: 'Bob' },
      ],
      remaining: usd(100) - usd(3.21) - 3_310n,
    })
    expect(quote.before).toMatchObject({ outbound: usd(100), outCredit: usd(100), ownDebt: 0n, inbound: usd(1_000) })
    expect(quote.after).toMatchObject({ ownDebt: usd(3.21) + 3_310n, outbound: usd(100) - usd(3.21) - 3_310n })
  })

  test('then paid -- the account is where the quote said', async () => {
    const quote = await call['pay.quote'](wanted())
    await call['pay.send'](command({ maxFee: quote.fee }))
    await quiet()
    const account = running.host.env().eReplicas.get(running.id('You'))?.state.accounts.get(running.id('Hub'))
    const delta = account?.state.deltas.get(deltaKey(TUSD))
    if (account === undefined || delta === undefined) throw new Error('no account')
    const { outCapacity, inCapacity, balance } = positionOf(delta, account.isLeft)
    expect({ outCapacity, inCapacity, balance }).toEqual({
      outCapacity: quote.after.outbound,
      inCapacity: quote.after.inbound,
      balance: quote.after.balance,
    })
    expect(quote.remaining).toBe(outCapacity)
  })

  test('changes nothing -- the same root and height', async () => {
    const before = [toHex(running.host.root()), running.host.env().height]
    await call['pay.quote'](wanted())
    await quiet()
    expect([toHex(running.host.root()), running.host.env().height]).toEqual(before)
  })

  test('an invoice with an amount -- its own amount, token and memo; one without -- the payer\u2019s', async () => {
    const fixed = (await makeInvoice('Bob')).link
    expect(await call['pay.quote'](wanted({ to: fixed, amount: 0n, tokenId: TETH, memo: 'mine' }))).toMatchObject({
      to: running.id('Bob'),
      amount: usd(2),
      tokenId: TUSD,
      memo: 'bread',
      invoice: fixed,
    })
    const open = (await makeInvoice('Bob', { commandId: 'open', amount: null })).link
    expect(await call['pay.quote'](wanted({ to: ` XLN:${open.slice(4)} `, amount: usd(7) }))).toMatchObject({
      amount: usd(7),
      memo: 'bread',
    })
    await expectRefused(call['pay.quote'](wanted({ to: open, amount: 0n })), { type: 'bad_amount', amount: 0n })
  })

  test.each([
    [
      'over capacity, with what there is',
      { amount: usd(500) },
      { type: 'over_capacity', have: usd(100), need: usd(500) + 500_100n },
    ],
    ['oneself', { to: 'You' }, { type: 'self_payment' }],
    ['nobody of that name', { to: 'Carol' }, { type: 'unknown_recipient', entityId: 'Carol' }],
    ['no name at all', { to: '  ' }, { type: 'unknown_recipient' }],
    ['an id nobody has', { to: `0x${'ab'.repeat(32)}` }, { type: 'unknown_recipient' }],
    ['a name of every object', { to: '__proto__' }, { type: 'unknown_recipient' }],
    ['a token there is none of', { tokenId: 9 }, { type: 'unknown_token', tokenId: 9 }],
    ['a token without an account in it', { tokenId: TETH, amount: 1n }, { type: 'over_capacity', have: 0n }],
    ['0', { amount: 0n }, { type: 'bad_amount', amount: 0n }],
    ['less than nothing', { amount: -5n }, { type: 'bad_amount', amount: -5n }],
    ['2^128', { amount: 1n << 128n }, { type: 'bad_amount', amount: 1n << 128n }],
    ['a memo of 257 bytes', { memo: `${'é'.repeat(128)}x` }, { type: 'text_too_long', limit: 256 }],
    ['a memo that rearranges what stands beside it', { memo: '\u202egnirts' }, { type: 'bad_text' }],
    ['half a letter', { memo: '\ud83d' }, { type: 'bad_text' }],
    ['a payer there is none of', { from: `0x${'cd'.repeat(32)}` }, { type: 'unknown_entity' }],
    ['a payer that is no id', { from: 'You' }, { type: 'unknown_entity', entityId: 'You' }],
    ['a link that is none', { to: 'xln:abc' }, { type: 'invoice_invalid' }],
  ])('%s -- refused by name, nothing happens', async (_, patch, reason) => {
    await expectRefused(call['pay.quote'](wanted(patch)), reason)
    await expectRefused(call['pay.send'](command(patch)), reason)
  })

  test('a name two strangers use -- ambiguous; an entity of this wallet is meant before a stranger', async () => {
    const stranger = (seed: string, label: string) => ownProfile({ ...newEntity(identityOf(seed)), label }, () => null)
    for (const profile of [stranger('x', 'Carol'), stranger('y', 'CAROL'), stranger('z', 'Bob')])
      await running.host.submit({ type: 'runtime', tx: { type: 'import_profile', profile } })
    expect(await refusalOf(call['pay.quote'](wanted({ to: 'carol' })))).toMatchObject({
      reason: { type: 'ambiguous_recipient' },
    })
    expect(await call['pay.quote'](wanted({ to: 'Bob' }))).toMatchObject({ to: running.id('Bob') })
  })

  test('an invoice that has expired, or is not for this chain, or was changed -- refused by name', async () => {
    const { link } = await makeInvoice('Bob', { expirySeconds: 60 })
    const invoice = parseInvoiceLink(link)
    if (invoice === null) throw new Error('no invoice')
    const changed = (terms: Partial<typeof invoice.terms>) =>
      invoiceLink({ ...invoice, terms: { ...invoice.terms, ...terms } })
    await expectRefused(call['pay.quote'](wanted({ to: changed({ chainId: 1n }) })), { type: 'invoice_foreign' })
    await expectRefused(call['pay.quote'](wanted({ to: changed({ amount: usd(1) }) })), { type: 'invoice_invalid' })
    running.time.advance(61_000)
    await quiet()
    await expectRefused(call['pay.quote'](wanted({ to: link })), { type: 'invoice_expired' })
    await expectRefused(call['pay.send'](command({ to: link, amount: usd(2) })), { type: 'invoice_expired' })
  })
})
