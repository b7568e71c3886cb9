/** The methods of a running runtime: what they commit, and what they refuse by name without a trace. */
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { positionOf } from '../../../runtime/account/delta.ts'
import { deltaKey } from '../../../runtime/account/keys.ts'
import { parseInvoiceLink } from '../../../runtime/entity/invoice.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { commandHandlers, paymentIdFor } from '../../../runtime/radapter/commands.ts'
import { type Commanding, commanding, refusalOf } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { TUSD, usd } from '../../support/world.ts'

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

describe('pay.send', () => {
  const balances = () =>
    running.host.env().eReplicas.get(running.id('Bob'))?.state.accounts.get(running.id('Hub'))?.state.root

  test('by name -- committed at a height, under an id that follows from the command', async () => {
    const height = running.host.env().height + 1
    const answer = await call['pay.send'](command())
    expect(answer).toEqual({ height, paymentId: paymentIdFor(running.id('You'), 'c1') })
    await quiet()
    expect(await call['pay.get']({ from: running.id('You'), paymentId: answer.paymentId })).toMatchObject({
      status: 'sent',
      amount: usd(3.21),
      counterpartyLabel: 'Bob',
      proof: { isProof: true },
    })
  })

  test('an invoice -- paid with the payee\u2019s own preimage, once', async () => {
    const { link, invoiceId } = await makeInvoice('Bob')
    const { paymentId } = await call['pay.send'](command({ to: link, amount: usd(2), memo: 'bread' }))
    await quiet()
    expect(await call['pay.get']({ from: running.id('You'), paymentId })).toMatchObject({
      status: 'sent',
      proof: { hashlock: invoiceId },
    })
    await expectRefused(call['pay.send'](command({ commandId: 'again', to: link, amount: usd(2) })), {
      type: 'invoice_paid',
    })
  })

  test('another amount than the invoice asks -- refused', async () => {
    const { link } = await makeInvoice('Bob')
    await expectRefused(call['pay.send'](command({ to: link, amount: usd(1) })), {
      type: 'invoice_mismatch',
      field: 'amount',
    })
  })

  test('the same command again, at once, later and after a restart -- the same answer, one payment', async () => {
    const [one, two] = await Promise.all([call['pay.send'](command()), call['pay.send'](command())])
    await quiet()
    const root = balances()
    // Even when what it says has lost its meaning meanwhile, or is something else.
    const three = await call['pay.send'](command({ to: 'nobody', amount: usd(50) }))
    running = await running.restart()
    const four = await call['pay.send'](command())
    await quiet()
    expect([two, three, four]).toEqual([one, one, one])
    expect(balances()).toEqual(root)
    expect(running.host.activity().byEntity.get(running.id('You'))?.records.size).toBe(1)
  })

  test('so long ago that its answer is forgotten -- the history remembers, and nothing is paid again', async () => {
    const answer = await call['pay.send'](command())
    await quiet()
    const { env } = running.host
    const forgetful = commandHandlers(
      () => ({
        ...running.host,
        env: () => ({ ...env(), answers: env().answers.delete('c1') }),
        submit: () => Promise.reject(new Error('asked')),
      }),
      running.time.clock,
    )
    expect(await forgetful['pay.send'](command())).toEqual(answer)
  })

  test('the id of a command of another kind -- refused', async () => {
    await makeInvoice('You', { commandId: 'c1' })
    expect(await refusalOf(call['pay.send'](command()))).toMatchObject({
      code: 'E_REJECTED',
      reason: { type: 'command_id_reused' },
    })
  })

  test('a fee above what was agreed -- refused, with both', async () => {
    await expectRefused(call['pay.send'](command({ maxFee: 3_309n })), {
      type: 'fee_too_high',
      fee: 3_310n,
      maxFee: 3_309n,
    })
    await expectRefused(call['pay.send'](command({ maxFee: -1n })), { type: 'bad_amount', amount: -1n })
  })

  test('a memo in any script, with marks of its own direction -- arrives as it was', async () => {
    const memo = 'שלום\u200f <b>&amp; 🍞 a\u0301 __proto__'
    const { paymentId } = await call['pay.send'](command({ memo }))
    await quiet()
    expect(await call['pay.get']({ from: running.id('You'), paymentId })).toMatchObject({ memo })
    const [received] = running.host.activity().byEntity.get(running.id('Bob'))?.records.items ?? []
    expect(received?.entry.memo).toBe(memo)
  })
})

describe('pay.cancel', () => {
  test('while the recipient is still being asked -- failed as cancelled; the same command again -- the same answer', async () => {
    const paymentId = paymentIdFor(running.id('You'), 'c1')
    const cancel = () => call['pay.cancel']({ commandId: 'x', from: running.id('You'), paymentId })
    // In the frame after the one that asks.
    const isAsked = new Promise<void>((resolve) => onTestFinished(running.host.onChange(resolve)))
    const [, cancelled] = await Promise.all([call['pay.send'](command()), isAsked.then(cancel)])
    await quiet()
    expect(await call['pay.get']({ from: running.id('You'), paymentId })).toMatchObject({
      status: 'failed',
      failure: 'cancelled',
    })
    expect(await cancel()).toEqual(cancelled)
  })
  test.each(['', 'x', `0x${'00'.repeat(32)}`, '__proto__'])('%j -- unknown_payment', async (paymentId) => {
    await expectRefused(call['pay.cancel']({ commandId: 'x', from: running.id('You'), paymentId }), {
      type: 'unknown_payment',
    })
    expect(await refusalOf(call['pay.get']({ from: running.id('You'), paymentId }))).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })
})

describe('invoice.create', () => {
  test('with an amount, or without -- a link that says so, valid for as long as was asked', async () => {
    const now = running.time.clock.now() / 1_000
    const { link, invoiceId, height } = await makeInvoice('You', { expirySeconds: 86_400 })
    const terms = parseInvoiceLink(link)?.terms
    expect(terms).toMatchObject({ amount: usd(2), memo: 'bread', expirySeconds: now + 86_400 })
    expect(toHex(terms?.hashlock ?? new Uint8Array())).toBe(invoiceId)
    expect(height).toBe(running.host.env().height)
    expect(await makeInvoice('You', { expirySeconds: 86_400 })).toEqual({ link, invoiceId, height })
    expect(parseInvoiceLink((await makeInvoice('You', { commandId: 'n', amount: null })).link)?.terms.amount).toBeNull()
  })
  test.each([
    ['0', { amount: 0n }, { type: 'bad_amount' }],
    ['2^128', { amount: 1n << 128n }, { type: 'bad_amount' }],
    ['no time at all', { expirySeconds: 0 }, { type: 'expiry_out_of_range' }],
    ['less', { expirySeconds: -1 }, { type: 'expiry_out_of_range' }],
    ['31 days', { expirySeconds: 31 * 86_400 }, { type: 'expiry_out_of_range' }],
    ['a token there is none of', { tokenId: 7 }, { type: 'unknown_token' }],
    ['a memo of 257 bytes', { memo: 'x'.repeat(257) }, { type: 'text_too_long' }],
    ['half a letter', { memo: 'a\udc00' }, { type: 'bad_text' }],
    ['a payee that is no id', { entityId: '' }, { type: 'unknown_entity' }],
  ])('%s -- refused by name', async (_, patch, reason) => {
    await expectRefused(makeInvoice('You', patch), reason)
  })
})

describe('accounts and reserves', () => {
  const base = (patch: object = {}) => ({
    commandId: 'a',
    entityId: running.id('You'),
    counterpartyId: running.id('Bob'),
    tokenId: TUSD,
    ...patch,
  })

  test('account.open and account.setCreditLimit -- committed; what is granted can be received', async () => {
    const { height } = await call['account.open']({ ...base(), creditLimit: usd(5) })
    await quiet()
    expect(height).toBeLessThanOrEqual(running.host.env().height)
    const received = () => {
      const account = running.host.env().eReplicas.get(running.id('You'))?.state.accounts.get(running.id('Bob'))
      const delta = account?.state.deltas.get(deltaKey(TUSD))
      return account && delta ? positionOf(delta, account.isLeft).inCapacity : null
    }
    expect(received()).toBe(usd(5))
    await call['account.setCreditLimit']({ ...base({ commandId: 'b' }), limit: 0n })
    await quiet()
    expect(received()).toBe(0n)
    await expectRefused(call['account.open']({ ...base({ commandId: 'c' }), creditLimit: 0n }), {
      type: 'account_exists',
    })
  })

  test('the same command again -- the same answer, though it could not be given now', async () => {
    const params = { ...base(), creditLimit: usd(5) }
    const answer = await call['account.open'](params)
    await quiet()
    expect(await call['account.open'](params)).toEqual(answer)
    expect(await call['account.open']({ ...params, counterpartyId: 'nobody', creditLimit: -1n })).toEqual(answer)
  })

  test('what cannot be -- refused by name, nothing happens', async () => {
    const stranger = `0x${'ee'.repeat(32)}`
    await expectRefused(call['account.open']({ ...base({ counterpartyId: stranger }), creditLimit: 0n }), {
      type: 'unknown_recipient',
    })
    await expectRefused(call['account.open']({ ...base({ counterpartyId: running.id('You') }), creditLimit: 0n }), {
      type: 'self_payment',
    })
    await expectRefused(call['account.open']({ ...base(), creditLimit: -1n }), { type: 'bad_amount' })
    await expectRefused(call['account.open']({ ...base(), creditLimit: 1n << 128n }), { type: 'bad_amount' })
    await expectRefused(call['account.setCreditLimit']({ ...base(), limit: 1n }), { type: 'unknown_account' })
    await expectRefused(
      call['account.setCreditLimit']({ ...base({ counterpartyId: running.id('Hub') }), limit: -1n }),
      { type: 'bad_amount' },
    )
    await expectRefused(call['reserve.toCollateral']({ ...base(), amount: 1n }), { type: 'unknown_account' })
    await expectRefused(call['reserve.toCollateral']({ ...base({ counterpartyId: running.id('Hub') }), amount: 1n }), {
      type: 'insufficient_reserve',
      have: 0n,
      need: 1n,
    })
    const transfer = { commandId: 'a', entityId: running.id('You'), to: 'Bob', tokenId: TUSD, amount: 1n }
    await expectRefused(call['reserve.transfer'](transfer), { type: 'insufficient_reserve' })
    await expectRefused(call['reserve.transfer']({ ...transfer, to: 'Nobody' }), { type: 'unknown_recipient' })
    await expectRefused(call['reserve.transfer']({ ...transfer, amount: 0n }), { type: 'bad_amount' })
  })

  test('reserve.transfer and reserve.toCollateral -- written into a batch for the chain', async () => {
    const replica = running.host.env().jReplicas.get('sim')
    const event = { type: 'reserve_updated', entityId: running.id('You'), tokenId: TUSD, amount: usd(9) } as const
    const block = {
      height: 1,
      hash: new Uint8Array(32).fill(1),
      previousHash: replica?.blockHash ?? new Uint8Array(32),
      timestampSeconds: (replica?.timestampSeconds ?? 0) + 1,
      events: [event],
    }
    await running.host.submit({ type: 'j_block', jurisdiction: 'sim', block })
    await call['reserve.transfer']({
      commandId: 't',
      entityId: running.id('You'),
      to: 'bob',
      tokenId: TUSD,
      amount: usd(1),
    })
    await call['reserve.toCollateral']({ ...base({ commandId: 'u', counterpartyId: 'hub' }), amount: usd(2) })
    await quiet()
    const batch = running.host.env().eReplicas.get(running.id('You'))?.state.batch
    expect(batch?.inFlight?.batch.reserveToReserve).toEqual([{ to: running.id('Bob'), tokenId: TUSD, amount: usd(1) }])
    expect([
      ...(batch?.inFlight?.batch.reserveToCollateral ?? []),
      ...(batch?.draft.reserveToCollateral ?? []),
    ]).toEqual([{ counterparty: running.id('Hub'), tokenId: TUSD, amount: usd(2), epoch: 0 }])
  })
})

describe('a runtime that stops', () => {
  test('before it answered -- E_INTERNAL, worth another try; halted -- E_HALTED with the reason', async () => {
    await running.host.stop()
    expect(await refusalOf(call['pay.send'](command()))).toMatchObject({ code: 'E_INTERNAL', retryable: true })
    const halted = commandHandlers(() => ({ ...running.host, halted: () => 'I-ROOT: no' }), running.time.clock)
    expect(await refusalOf(halted['pay.send'](command()))).toEqual({
      code: 'E_HALTED',
      message: 'I-ROOT: no',
      retryable: false,
    })
    const none = commandHandlers(() => null, running.time.clock)
    expect(await refusalOf(none['pay.quote'](wanted()))).toMatchObject({ code: 'E_INTERNAL', retryable: true })
  })
})
