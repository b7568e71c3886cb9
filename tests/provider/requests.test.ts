/** What a site may ask, what it is told, and what it is refused: every request has one answer with one code. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Running, startTown } from '../support/running.ts'
import { ADDRESS, BREAD, connected, createDesktop, type Desktop, paymentsIn, rest, SITE, type Site } from './support.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let desktop: Desktop
let site: Site
beforeEach(async () => {
  running = await town.fork()
  desktop = createDesktop(running)
  site = desktop.open()
})

const handlersOf = async () => (await desktop.worker().provider).handlers

describe('reading', () => {
  test('a stranger sees no account, and the chain', async () => {
    expect(await site.request('eth_accounts')).toEqual([])
    expect(await site.request('eth_chainId')).toBe('0x786c6e')
    expect(desktop.window.shown).toBe(0)
  })

  test.each(['eth_sign', 'eth_decrypt', 'constructor', 'xln_open'])('%s is refused with 4200', async (method) => {
    const error = await site.request(method, [])
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ code: 4200 })
  })

  test('an opaque origin and a foreign frame are refused with 4100, and see nothing', async () => {
    for (const sender of [{ origin: null }, { isForeign: true }]) {
      const other = desktop.open(sender)
      expect(await other.request('eth_accounts')).toMatchObject({ code: 4100 })
      expect(other.told.filter(({ type }) => type === 'state')).toEqual([])
    }
  })

  test('an origin in the payload is a parameter like any other', async () => {
    await connected(desktop, site)
    const forged = desktop.open({ origin: 'https://thief.example' })
    expect(await forged.request('eth_accounts', [{ origin: SITE }])).toEqual([])
  })
})

describe('connecting', () => {
  test('approved -- the address, from then on and without asking, to this origin alone', async () => {
    const asked = site.request('eth_requestAccounts')
    expect(await desktop.question()).toMatchObject({
      origin: SITE,
      seenBefore: false,
      request: { type: 'connect', address: ADDRESS },
    })
    expect(desktop.badge()).toBe(1)
    await desktop.approve()
    expect(await asked).toEqual([ADDRESS])
    expect(desktop.window.isOpen).toBe(false)
    expect(desktop.badge()).toBe(0)
    expect(await site.request('eth_requestAccounts')).toEqual([ADDRESS])
    expect(desktop.window.shown).toBe(1)
    expect(await desktop.open({ origin: 'https://other.example' }).request('eth_accounts')).toEqual([])
  })

  test('rejected -- 4001, and the next question says that the site was seen before', async () => {
    const asked = site.request('eth_requestAccounts')
    const { id } = await desktop.question()
    await (await handlersOf())['approvals.reject']({ id })
    expect(await asked).toMatchObject({ code: 4001 })
    void site.request('eth_requestAccounts')
    expect((await desktop.question()).seenBefore).toBe(true)
  })

  test('the same again while it is asked -- -32002, and the window comes to the front', async () => {
    const asked = site.request('eth_requestAccounts')
    await desktop.question()
    expect(await desktop.open().request('eth_requestAccounts')).toMatchObject({ code: -32002 })
    expect(desktop.window.shown).toBe(2)
    await desktop.approve()
    expect(await asked).toEqual([ADDRESS])
  })

  test('asked by a page that has left -- withdrawn, or taken over by the next page at once', async () => {
    void site.request('eth_requestAccounts')
    await desktop.question()
    site.relay.hide()
    await rest()
    const next = desktop.open()
    void next.request('eth_requestAccounts')
    await desktop.question()
    expect((await desktop.worker().provider).view()).toHaveLength(1)
    next.relay.hide()
    await rest()
    desktop.time.advance(5_000)
    await rest()
    expect((await desktop.worker().provider).view()).toEqual([])
    expect(desktop.window.isOpen).toBe(false)
  })

  test('a page put aside and shown again finds its question waiting', async () => {
    const asked = site.request('eth_requestAccounts')
    await desktop.question()
    site.relay.hide()
    await rest()
    desktop.time.advance(4_000)
    site.relay.show()
    await rest()
    desktop.time.advance(60_000)
    await desktop.approve()
    expect(await asked).toEqual([ADDRESS])
  })

  test('events -- on a real change only', async () => {
    const events: unknown[] = []
    for (const name of ['connect', 'accountsChanged', 'chainChanged', 'disconnect'])
      site.provider.on(name, (value) => events.push([name, value]))
    await connected(desktop, site)
    desktop.setUnlocked(false)
    await rest()
    desktop.setUnlocked(false)
    desktop.setUnlocked(true)
    await rest()
    expect(await site.request('eth_accounts')).toEqual([ADDRESS])
    expect(events).toEqual([
      ['connect', { chainId: '0x786c6e' }],
      ['accountsChanged', [ADDRESS]],
      ['accountsChanged', []],
      ['accountsChanged', [ADDRESS]],
    ])
  })

  test('locked -- no account; a connected site waits for the unlocking and is not asked about again', async () => {
    await connected(desktop, site)
    desktop.setUnlocked(false)
    expect(await site.request('eth_accounts')).toEqual([])
    const asked = site.request('eth_requestAccounts')
    await rest()
    desktop.setUnlocked(true)
    expect(await asked).toEqual([ADDRESS])
  })
})

describe('xln_pay', () => {
  test('approved -- a receipt, one payment', async () => {
    await connected(desktop, site)
    const paid = site.request('xln_pay', [BREAD])
    expect(await desktop.question()).toMatchObject({
      seenBefore: true,
      request: { type: 'pay', to: 'Bakery', amount: '5.00', token: 'tUSD', memo: 'Two loaves' },
    })
    await desktop.approve()
    await rest()
    expect(await paid).toEqual({
      paymentId: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      preimage: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      hashlock: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      isProof: true,
      height: expect.any(Number),
      amount: '5',
      fee: '0.0051',
      token: 'tUSD',
      to: running.id('Bakery'),
    })
    expect(paymentsIn(running)).toMatchObject([{ status: 'sent', memo: 'Two loaves' }])
  })

  test('a stranger may ask too, and learns nothing of what could be paid', async () => {
    void site.request('xln_pay', { ...BREAD, amount: '2000' })
    const { id } = await desktop.question()
    await expect((await handlersOf())['approvals.quote']({ id })).rejects.toMatchObject({
      error: { code: 'E_REJECTED', reason: { type: 'over_capacity' } },
    })
  })

  test('over capacity -- a connected site hears at once, with have and need as decimals', async () => {
    await connected(desktop, site)
    expect(await site.request('xln_pay', { to: 'Bakery', amount: '2000' })).toMatchObject({
      code: -32603,
      data: { type: 'over_capacity', have: '100', need: '2002.0001', token: 'tUSD' },
    })
    expect(desktop.window.isOpen).toBe(false)
  })

  const bad: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['a number as amount', { to: 'Bakery', amount: 5 }],
    ['an exponent', { to: 'Bakery', amount: '1e18' }],
    ['a negative amount', { to: 'Bakery', amount: '-5' }],
    ['nothing to pay', { to: 'Bakery', amount: '0.00' }],
    ['hex', { to: 'Bakery', amount: '0x10' }],
    ['digits of another script', { to: 'Bakery', amount: '٥' }],
    ['a comma', { to: 'Bakery', amount: '1,5' }],
    ['more decimals than the token has', { to: 'Bakery', amount: '1.0000001' }],
    ['an unknown token', { to: 'Bakery', amount: '1', token: 'tEUR' }],
    ['an unknown field', { to: 'Bakery', amount: '1', from: 'Alice' }],
    ['both ways of saying whom', { to: 'Bakery', invoice: 'xln:1', amount: '1' }],
    ['two payments', [BREAD, BREAD]],
  ]
  test.each(bad)('%s -- -32602, and nobody is asked', async (_, params) => {
    await connected(desktop, site)
    expect(await site.request('xln_pay', params)).toMatchObject({ code: -32602 })
    expect(desktop.window.isOpen).toBe(false)
  })

  test('terms that are not the ones on screen -- refused, nothing paid, still a question', async () => {
    void site.request('xln_pay', BREAD)
    const { id } = await desktop.question()
    const handlers = await handlersOf()
    const quote = await handlers['approvals.quote']({ id })
    for (const other of [{ fee: 0n }, { amount: 1n }, { to: running.id('Bob') }])
      await expect(
        handlers['approvals.approve']({ id, terms: { to: quote.to, amount: quote.amount, fee: quote.fee, ...other } }),
      ).rejects.toMatchObject({ error: { reason: { type: 'approval_changed' } } })
    expect((await desktop.question()).id).toBe(id)
    expect(paymentsIn(running)).toEqual([])
  })

  test('a lock takes the word back -- the payment is not made, the question stays', async () => {
    void site.request('xln_pay', BREAD)
    const { id } = await desktop.question()
    const handlers = await handlersOf()
    const { to, amount, fee } = await handlers['approvals.quote']({ id })
    const approving = handlers['approvals.approve']({ id, terms: { to, amount, fee } })
    desktop.setUnlocked(false)
    await expect(approving).rejects.toMatchObject({ error: { code: 'E_WALLET_LOCKED' } })
    desktop.setUnlocked(true)
    await rest()
    expect(paymentsIn(running)).toEqual([])
    expect((await desktop.question()).id).toBe(id)
  })
})
