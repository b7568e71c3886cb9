/** Moves of money, settlements and disputes as commands: quoted without a trace, committed, and refused by name. */
import { beforeEach, describe, expect, test } from 'vitest'
import { batchHash } from '../../../runtime/jurisdiction/batch.ts'
import type { JEvent } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { word, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import type { Address } from '../../../runtime/lib/units.ts'
import { commandHandlers, type RuntimeHandlers } from '../../../runtime/radapter/commands.ts'
import { readParams } from '../../../runtime/radapter/params.ts'
import type { Purse } from '../../../runtime/radapter/purse.ts'
import { RESULTS } from '../../../runtime/radapter/results.ts'
import type { RpcMethods } from '../../../runtime/radapter/types.ts'
import { commanding, refusalOf } from '../../support/commanding.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { TETH, TUSD, usd } from '../../support/world.ts'

type Move = RpcMethods['move.quote']['params']['move']

const OWN = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const OTHER = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'
const lower = (text: string): Address => text.toLowerCase() as Address

/** What the chain says of an address: 250 tUSD lie there. */
const purse = (patch: Partial<Purse> = {}): Purse => ({
  address: () => lower(OWN),
  chain: () => ({
    tokenBalanceOf: async ({ tokenId }) => (tokenId === TUSD ? usd(250) : 0n),
    costs: async () => ({ payer: null, haveWei: 0n, needWei: 0n }),
  }),
  ...patch,
})

/** You with 1,000 tUSD in the reserve and 500 as collateral with Hub, all of it your own. */
const fundedTown = async (): Promise<Running> => {
  const running = await startTown()
  await mine(running, [reserve(running, usd(1_000)), settled(running, usd(500))])
  return running
}

const mine = async (running: Running, events: readonly JEvent[]): Promise<void> => {
  const replica = present(running.host.env().jReplicas.get('sim'), 'a chain')
  const height = replica.height + 1
  const timestampSeconds = Math.max(replica.timestampSeconds + 1, Math.floor(running.time.clock.now() / 1_000))
  const hash = taggedHash('block', word(height))
  const block = { height, hash, previousHash: replica.blockHash, timestampSeconds, events }
  await running.host.submit({ type: 'j_block', jurisdiction: 'sim', block })
  await quiet()
}
const reserve = (running: Running, amount: bigint): JEvent => ({
  type: 'reserve_updated',
  entityId: running.id('You'),
  tokenId: TUSD,
  amount,
})
const sides = (running: Running) => {
  const [you, hub] = [running.id('You'), running.id('Hub')]
  return you < hub ? { left: you, right: hub } : { left: hub, right: you }
}
const settled = (running: Running, collateral: bigint): JEvent => {
  const { left, right } = sides(running)
  const ondelta = left === running.id('You') ? collateral : 0n
  return { type: 'account_settled', left, right, tokenId: TUSD, collateral, ondelta, epoch: 0, nonce: 0 }
}

const funded = fundedTown()
let running: Running
let call: RuntimeHandlers
let expectRefused: ReturnType<typeof commanding>['expectRefused']
let at: { readonly commandId: string; readonly entityId: string; readonly counterpartyId: string }
beforeEach(async () => {
  running = await (await funded).fork()
  call = commandHandlers(() => running.host, running.time.clock, undefined, purse())
  ;({ expectRefused } = commanding(running))
  at = { commandId: 'c', entityId: running.id('You'), counterpartyId: 'hub' }
})

const state = () => present(running.host.env().eReplicas.get(running.id('You')), 'You').state
const account = () => present(state().accounts.get(running.id('Hub')), 'the account with Hub')
const sent = () => present(state().batch.inFlight, 'a batch on its way')
/** A quote changes nothing, and travels as it is. */
const quote = async (move: Move) => {
  const before = running.host.env()
  const quoted = await call['move.quote']({ entityId: running.id('You'), move })
  expect(running.host.env()).toBe(before)
  const { write } = RESULTS['move.quote']
  expect(write(quoted)).toBeInstanceOf(Array)
  return quoted
}
const quoteRefused = (move: Move, reason: object) =>
  expectRefused(call['move.quote']({ entityId: running.id('You'), move }), reason)

describe('purse.get', () => {
  test('the owner\u2019s address with its checksum, and what lies there', async () => {
    expect(await call['purse.get']({ entityId: running.id('You') })).toEqual({
      address: OWN,
      tokens: [
        { tokenId: TUSD, amount: usd(250) },
        { tokenId: TETH, amount: 0n },
      ],
    })
  })

  test.each([
    ['there is none', { chain: () => null }],
    [
      'it is silent',
      {
        chain: () => ({
          tokenBalanceOf: () => Promise.reject(new Error('down')),
          costs: () => Promise.reject(new Error('down')),
        }),
      },
    ],
  ])('the chain cannot be asked, %s -- refused by name', async (_, patch) => {
    const calls = commandHandlers(() => running.host, running.time.clock, undefined, purse(patch))
    const asked = calls['purse.get']({ entityId: running.id('You') })
    expect(await refusalOf(asked)).toMatchObject({ code: 'E_REJECTED', reason: { type: 'chain_unreachable' } })
  })

  test('a locked wallet -- no address', async () => {
    const calls = commandHandlers(() => running.host, running.time.clock, undefined, purse({ address: () => null }))
    expect((await refusalOf(calls['purse.get']({ entityId: running.id('You') }))).code).toBe('E_WALLET_LOCKED')
  })
})

describe('deposit', () => {
  const move = (amount: bigint): Move => ({ type: 'deposit', tokenId: TUSD, amount })

  test('quoted -- from the address to the reserve', async () => {
    expect(await quote(move(usd(100)))).toEqual({
      changes: [
        {
          tokenId: TUSD,
          address: { before: usd(250), after: usd(150) },
          reserve: { before: usd(1_000), after: usd(1_100) },
          account: null,
        },
      ],
      moves: [],
      address: { text: OWN, isOwn: true, isKnown: true },
      gas: null,
    })
  })

  test('committed -- the owner\u2019s address sends the batch', async () => {
    const { commandId, entityId } = at
    await call['reserve.deposit']({ commandId, entityId, tokenId: TUSD, amount: usd(100) })
    expect(sent().batch.deposits).toEqual([{ from: lower(OWN), tokenId: TUSD, amount: usd(100) }])
    expect(sent().jTx.sender).toBe(lower(OWN))
  })

  test('more than lies there, a token nobody knows, nothing at all -- refused', async () => {
    const have = { type: 'insufficient_funds', tokenId: TUSD, have: usd(250), need: usd(251) }
    await quoteRefused(move(usd(251)), have)
    await quoteRefused({ type: 'deposit', tokenId: 77, amount: 1n }, { type: 'unknown_token', tokenId: 77 })
    await quoteRefused(move(0n), { type: 'bad_amount', amount: 0n })
  })

  describe('where fees are paid', () => {
    /** An address with so many wei, where defending could cost 7. */
    const paying = (haveWei: bigint) => {
      const chain = present(purse().chain('sim'), 'a chain')
      const costs = async () => ({ payer: lower(OWN), haveWei, needWei: 7n })
      const paid = purse({ chain: () => ({ ...chain, costs }) })
      return commandHandlers(() => running.host, running.time.clock, undefined, paid)
    }
    const commands = (calls: RuntimeHandlers) => {
      const { entityId } = at
      const counterpartyId = running.id('Hub')
      return [
        calls['reserve.deposit']({ commandId: 'fees-1', entityId, tokenId: TUSD, amount: 1n }),
        calls['reserve.withdraw']({ commandId: 'fees-2', entityId, to: OWN, tokenId: TUSD, amount: 1n }),
        calls['reserve.toCollateral']({ commandId: 'fees-3', entityId, counterpartyId, tokenId: TUSD, amount: 1n }),
        calls['reserve.transfer']({ commandId: 'fees-4', entityId, to: 'Bob', tokenId: TUSD, amount: 1n }),
      ]
    }

    test('quoted -- what lies ready for them', async () => {
      const quoted = await paying(8n)['move.quote']({ entityId: running.id('You'), move: move(usd(1)) })
      expect(quoted.gas).toEqual({ have: 8n, need: 7n })
    })

    test('no more than a defence could cost -- refused, quoted or not, and nothing is committed', async () => {
      const calls = paying(7n)
      const reason = { type: 'gas_reserve', have: 7n, need: 7n }
      const { height } = running.host.env()
      const asked = calls['move.quote']({ entityId: running.id('You'), move: move(usd(1)) })
      for (const refused of [asked, ...commands(calls)])
        expect(await refusalOf(refused)).toMatchObject({ code: 'E_REJECTED', reason })
      expect(running.host.env().height).toBe(height)
    })

    test('what was done is answered again; a dispute and what comes home are never in the way of it', async () => {
      const { commandId, entityId } = at
      const deposit = { commandId, entityId, tokenId: TUSD, amount: usd(1) }
      const first = await paying(8n)['reserve.deposit'](deposit)
      const poor = paying(0n)
      expect(await poor['reserve.deposit'](deposit)).toEqual(first)
      for (const type of ['settle', 'dispute'] as const) {
        const home = type === 'settle' ? { type, counterpartyId: 'Hub', moves: null } : { type, counterpartyId: 'Hub' }
        expect((await poor['move.quote']({ entityId, move: home })).gas).toEqual({ have: 0n, need: 7n })
      }
    })
  })
})

describe('withdraw', () => {
  const move = (to: string, amount = usd(100)): Move => ({ type: 'withdraw', tokenId: TUSD, amount, to })

  test('quoted -- whose address it is, and whether money went there before', async () => {
    const changes = [{ tokenId: TUSD, address: null, reserve: { before: usd(1_000), after: usd(900) }, account: null }]
    expect(await quote(move(lower(OWN)))).toMatchObject({
      changes,
      address: { text: OWN, isOwn: true, isKnown: false },
    })
    expect((await quote(move(OTHER))).address).toEqual({ text: OTHER, isOwn: false, isKnown: false })
    const { commandId, entityId } = at
    await call['reserve.withdraw']({ commandId, entityId, tokenId: TUSD, amount: usd(100), to: OTHER })
    expect(sent().batch.withdrawals).toEqual([{ to: lower(OTHER), tokenId: TUSD, amount: usd(100) }])
    // On its way is not there yet.
    expect((await quote(move(OTHER))).address?.isKnown).toBe(false)
    const { jTx } = sent()
    await mine(running, [
      reserve(running, usd(900)),
      { type: 'batch_processed', entityId: running.id('You'), nonce: jTx.nonce, batchHash: batchHash(jTx.bytes) },
    ])
    expect((await quote(move(OTHER))).address?.isKnown).toBe(true)
  })

  test('no address, a mistyped one, more than there is -- refused', async () => {
    await quoteRefused(move('bob'), { type: 'bad_address' })
    await quoteRefused(move(OWN.replace('A', 'a')), { type: 'bad_checksum' })
    const need = { type: 'insufficient_reserve', tokenId: TUSD, have: usd(1_000), need: usd(1_001) }
    await quoteRefused(move(OWN, usd(1_001)), need)
    const { commandId, entityId } = at
    await expectRefused(call['reserve.withdraw']({ commandId, entityId, tokenId: TUSD, amount: 1n, to: 'bob' }), {
      type: 'bad_address',
    })
  })
})

describe('collateral', () => {
  test('quoted -- out of the reserve, into our part of the account', async () => {
    const quoted = await quote({ type: 'collateral', counterpartyId: 'hub', tokenId: TUSD, amount: usd(100) })
    expect(quoted.changes).toMatchObject([
      {
        reserve: { before: usd(1_000), after: usd(900) },
        account: {
          before: { outCollateral: usd(500), inCollateral: 0n },
          after: { outCollateral: usd(600), inCollateral: 0n },
        },
      },
    ])
  })

  test('asked for, once and by itself -- and no longer', async () => {
    const { commandId: _, ...rest } = at
    const ask = { ...rest, tokenId: TUSD }
    await call['collateral.request']({ ...ask, commandId: 'r', amount: usd(3) })
    await call['collateral.policy']({ ...ask, commandId: 'p', softLimit: usd(20) })
    await quiet()
    const [policy] = account().state.policies
    expect(policy).toEqual({ tokenId: TUSD, byLeft: account().isLeft, softLimit: usd(20) })
    await call['collateral.policy']({ ...ask, commandId: 'q', softLimit: null })
    await quiet()
    expect(account().state.policies).toEqual([])
    await expectRefused(call['collateral.request']({ ...ask, commandId: 's', amount: 0n }), {
      type: 'bad_amount',
      amount: 0n,
    })
  })
})

describe('limit', () => {
  test('quoted -- what can be received afterwards; nothing of the chain', async () => {
    const quoted = await quote({ type: 'limit', counterpartyId: 'hub', tokenId: TUSD, limit: usd(70) })
    expect(quoted.changes).toMatchObject([
      { reserve: null, address: null, account: { before: { inCredit: usd(1_000) }, after: { inCredit: usd(70) } } },
    ])
  })
})

describe('settle', () => {
  const own = (amount: bigint) => [{ tokenId: TUSD, own: amount, theirs: 0n }]

  test('an amount, quoted -- out of the account into the reserve', async () => {
    const quoted = await quote({ type: 'settle', counterpartyId: 'hub', moves: own(usd(100)) })
    expect(quoted.moves).toEqual(own(usd(100)))
    expect(quoted.changes).toMatchObject([
      {
        reserve: { before: usd(1_000), after: usd(1_100) },
        account: { before: { outCollateral: usd(500) }, after: { outCollateral: usd(400), collateral: usd(400) } },
      },
    ])
  })

  test('everything -- each side\u2019s own; proposed like that and approved by who loses nothing', async () => {
    await running.run('You', {
      type: 'direct_payment',
      counterparty: running.id('Hub'),
      tokenId: TUSD,
      amount: usd(80),
      memo: '',
    })
    const { moves } = await quote({ type: 'settle', counterpartyId: 'hub', moves: null })
    expect(moves).toEqual([{ tokenId: TUSD, own: usd(420), theirs: usd(80) }])
    await call['account.settle']({ ...at, moves })
    await quiet()
    const isLeft = account().isLeft
    expect(account().state.settlement).toMatchObject({
      byLeft: isLeft,
      diffs: [{ tokenId: TUSD, leftDiff: isLeft ? usd(420) : usd(80), rightDiff: isLeft ? usd(80) : usd(420) }],
    })
    expect(sent().batch.settlements).toHaveLength(1)
    await expectRefused(call['account.settle']({ ...at, commandId: 'again', moves }), { type: 'settlement_open' })
  })

  test('more than is free, nothing free, no such account -- refused', async () => {
    const move = (amount: bigint): Move => ({ type: 'settle', counterpartyId: 'hub', moves: own(amount) })
    await quoteRefused(move(usd(601)), { type: 'over_capacity', tokenId: TUSD, have: usd(600), need: usd(601) })
    await quoteRefused(move(usd(550)), { type: 'over_collateral', tokenId: TUSD, have: usd(500), need: usd(550) })
    await quoteRefused(move(0n), { type: 'bad_settlement' })
    await quoteRefused({ type: 'settle', counterpartyId: 'bob', moves: null }, { type: 'unknown_account' })
    await quoteRefused(move(1n << 128n), { type: 'bad_amount' })
    await mine(running, [settled(running, 0n)])
    await quoteRefused({ type: 'settle', counterpartyId: 'hub', moves: null }, { type: 'nothing_to_settle' })
  })

  test('a word on what nobody has proposed -- refused', async () => {
    await expectRefused(call['account.settlement']({ ...at, decision: 'approve' }), { type: 'no_settlement' })
    await expectRefused(call['account.settlement']({ ...at, decision: 'reject' }), { type: 'no_settlement' })
  })
})

describe('dispute', () => {
  test('quoted -- what comes to the reserve; the account is empty afterwards', async () => {
    const quoted = await quote({ type: 'dispute', counterpartyId: 'hub' })
    expect(quoted.changes).toMatchObject([
      {
        tokenId: TUSD,
        reserve: { before: usd(1_000), after: usd(1_500) },
        account: { before: { outCollateral: usd(500) }, after: { outCollateral: 0n, outCredit: 0n } },
      },
    ])
  })

  test('started -- in the batch; a second time, and opening what is open, refused', async () => {
    await expectRefused(call['account.reopen']({ ...at, tokenId: TUSD, creditLimit: 0n }), { type: 'account_exists' })
    await call['account.dispute'](at)
    expect(account().status.type).toBe('suing')
    expect(sent().batch.disputeStarts).toHaveLength(1)
    await quoteRefused({ type: 'dispute', counterpartyId: 'hub' }, { type: 'account_disputed' })
    await expectRefused(call['account.dispute']({ ...at, commandId: 'again' }), { type: 'account_disputed' })
  })

  test('judged -- opened again in the next epoch', async () => {
    await mine(running, [{ type: 'dispute_finalized', ...sides(running), epoch: 1, nonce: 4 }])
    expect(account().status.type).toBe('closed')
    await call['account.reopen']({ ...at, tokenId: TUSD, creditLimit: usd(30) })
    await quiet()
    expect(account()).toMatchObject({ status: { type: 'open' }, state: { terms: { epoch: 1 } } })
    expect(account().state.height).toBeGreaterThan(0)
  })
})

describe('debts.enforce', () => {
  test('a debt -- the chain is asked; one that nobody has is refused', async () => {
    const ask = { entityId: at.entityId, debtorId: 'hub', tokenId: TUSD }
    await expectRefused(call['debts.enforce']({ ...ask, commandId: 'a' }), { type: 'unknown_debt' })
    const debt = { debtor: running.id('Hub'), creditor: running.id('You'), tokenId: TUSD, debtId: 1, amount: usd(5) }
    await mine(running, [{ type: 'debt_created', ...debt }])
    const { height } = running.host.env()
    expect(await call['debts.enforce']({ ...ask, commandId: 'b' })).toEqual({ height: height + 1 })
  })
})

describe('parameters', () => {
  const params = { entityId: '0x00', move: { type: 'deposit', tokenId: 1, amount: 1n } }

  test.each([
    ['move.quote', params, true],
    ['move.quote', { ...params, move: { ...params.move, type: 'steal' } }, false],
    ['move.quote', { ...params, move: { ...params.move, to: 'somewhere' } }, false],
    ['account.settle', { ...params, commandId: 'c', counterpartyId: 'hub', moves: [] }, false],
    ['account.settlement', { commandId: 'c', entityId: 'e', counterpartyId: 'h', decision: 'maybe' }, false],
    ['account.settlement', { commandId: 'c', entityId: 'e', counterpartyId: 'h', decision: 'reject' }, true],
  ])('%s, case %#', (method, given, isRead) => {
    expect(readParams(method, given).type).toBe(isRead ? 'ok' : 'malformed')
  })
})

test('the same command again -- done once', async () => {
  const params = { commandId: 'same', entityId: at.entityId, tokenId: TUSD, amount: usd(10), to: OWN }
  const first = await call['reserve.withdraw'](params)
  expect(await call['reserve.withdraw']({ ...params, to: 'nowhere' })).toEqual(first)
  expect(sent().batch.withdrawals).toHaveLength(1)
  expect(sent().jTx.hanko).not.toEqual(ZERO_32)
})
