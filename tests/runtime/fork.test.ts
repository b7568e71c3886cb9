/** A world that splits in two: what is refused, what stays, what is signed anew, and that the copy lives on. */
import { describe, expect, test } from 'vitest'
import { proofBodyHash } from '../../runtime/account/proof.ts'
import { hindranceOf } from '../../runtime/account/reseal.ts'
import { bestProof } from '../../runtime/account/seal.ts'
import type { AccountReplica } from '../../runtime/account/types.ts'
import { CHAIN_ID_LIMIT } from '../../runtime/fork.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { proofFile } from '../../runtime/radapter/proof-file.ts'
import type { Env, RuntimeInput, RuntimeRejection } from '../../runtime/types.ts'
import { courtScene } from '../support/court-scene.ts'
import { createWorld, paperChain, TUSD, testPolicy, usd, type World } from '../support/world.ts'

const FORKED = 2n ** 48n + 5n
const fork = (chainId = FORKED, jurisdiction = paperChain.name): RuntimeInput => ({
  type: 'runtime',
  tx: { type: 'fork', jurisdiction, chainId },
})
const ENTITIES = { alice: {}, hub: { hubPolicy: testPolicy, isOwn: false }, bob: { isOwn: false } }

const town = (): World => {
  const world = createWorld({ entities: ENTITIES })
  for (const name of ['alice', 'bob']) {
    world.open(name, 'hub', 500)
    world.ok('hub', { type: 'set_credit_limit', counterparty: world.id(name), tokenId: TUSD, limit: usd(300) })
  }
  world.ok('alice', world.pay('bob', usd(10)))
  return world
}

const forked = (world: World, chainId = FORKED): World => {
  const { outcomes } = world.tick([fork(chainId)])
  expect(outcomes).toEqual([{ type: 'applied', height: world.env().height, answer: { type: 'done' } }])
  return world
}

const accountsIn = (env: Env): readonly AccountReplica[] =>
  [...env.eReplicas.values()].flatMap(({ state }) => [...state.accounts.values()])

const refusal = (world: World, input: RuntimeInput): RuntimeRejection => {
  const before = world.env()
  const [outcome] = world.tick([input]).outcomes
  if (outcome?.type !== 'rejected') throw new Error('it was not refused')
  expect(world.env()).toBe(before)
  return outcome.rejection
}

describe('fork', () => {
  test('every account -- the same figures, the new chain, one frame signed by both; the chain keeps its blocks', () => {
    const world = town()
    const before = world.env()
    const figures = accountsIn(before).map(({ state }) => [...state.deltas.values()])
    forked(world)
    const after = world.env()
    expect(accountsIn(after).map(({ state }) => [...state.deltas.values()])).toEqual(figures)
    for (const [i, account] of accountsIn(after).entries()) {
      const was = accountsIn(before)[i] as AccountReplica
      expect(account.state.terms).toEqual({ ...was.state.terms, chainId: FORKED })
      expect([account.state.height, account.frames.length]).toEqual([was.state.height + 1, 1])
      expect(account.frames[0]?.frame.prevFrameHash).toEqual(was.state.frameHash)
      expect([account.lastReply, account.seals, account.pending]).toEqual([null, null, null])
      // What a court is shown is worth the same.
      expect(proofBodyHash(account.state)).toEqual(proofBodyHash(was.state))
      expect(keccak(bestProof(account)?.body ?? new Uint8Array())).toEqual(proofBodyHash(was.state))
      expect(bestProof(account)?.leftHanko).not.toEqual(bestProof(was)?.leftHanko)
    }
    const { terms, ...chain } = paperChain
    expect(after.jReplicas.get(paperChain.name)).toEqual({ ...chain, terms: { ...terms, chainId: FORKED } })
  })

  test('the copy lives on -- direct payments, payments through the hub, new accounts, and a fork of the fork', () => {
    const world = forked(town())
    const before = world.position('bob', 'hub')
    world.ok('alice', world.pay('bob', usd(7)))
    expect(world.position('bob', 'hub').balance).toBe(before.balance + usd(7))
    const counterparty = world.id('hub')
    world.ok('alice', { type: 'direct_payment', counterparty, tokenId: TUSD, amount: usd(1), memo: '' })
    world.open('alice', 'bob', 20)
    expect(world.account('alice', 'bob').state.terms.chainId).toBe(FORKED)
    forked(world, FORKED + 1n)
    world.ok('bob', world.pay('alice', usd(2)))
    expect(world.account('alice', 'bob').state.terms.chainId).toBe(FORKED + 1n)
  })

  test('an invoice of before -- left behind unpaid, and foreign to the copy; one that was paid stays', () => {
    const world = town()
    world.ok('alice', world.pay('bob', usd(2), { invoice: world.invoice('bob', usd(2)) }))
    const invoice = world.invoice('bob', usd(3))
    const statuses = (): readonly string[] => [...world.state('bob').invoices.values()].map(({ status }) => status)
    expect(statuses().toSorted()).toEqual(['open', 'paid'])
    forked(world)
    expect(statuses()).toEqual(['paid'])
    expect(world.refused('alice', world.pay('bob', usd(3), { invoice }))).toEqual({ type: 'invoice_foreign' })
    world.ok('alice', world.pay('bob', usd(3), { invoice: world.invoice('bob', usd(3)) }))
  })

  test('a proof of it that is exported -- holds for the new chain, by the script that has none of this code', async () => {
    const world = forked(town())
    const script = (await import(new URL('../../contracts/verify-proof.mjs', import.meta.url).href)) as {
      readonly verify: (text: string) => readonly string[]
    }
    const labels = { left: 'Left', right: 'Right', tokens: [{ tokenId: TUSD, symbol: 'tUSD', decimals: 6 }] }
    const file = proofFile(world.account('alice', 'hub'), 0, labels) ?? ''
    expect(script.verify(file).join('\n')).toContain(`${FORKED}`)
    expect(() => script.verify(file.replaceAll(`${FORKED}`, `${paperChain.terms.chainId}`))).toThrow()
    world.ok('alice', world.pay('bob', usd(1)))
    script.verify(proofFile(world.account('alice', 'hub'), 0, labels) ?? '')
  })

  test('messages of the original -- nothing of it is taken in', () => {
    const world = town()
    const own = createWorld({ entities: ENTITIES, from: world })
    forked(world)
    // What the original goes on to sign, told to the copy.
    const counterparty = own.id('hub')
    const asked = own.command('alice', {
      type: 'direct_payment',
      counterparty,
      tokenId: TUSD,
      amount: usd(4),
      memo: '',
    })
    own.tick([asked])
    const { from, to, bytes } = own.env().queue[0] ?? {
      from: own.id('alice'),
      to: own.id('hub'),
      bytes: new Uint8Array(),
    }
    expect(bytes.length).toBeGreaterThan(0)
    expect(refusal(world, { type: 'message', from, to, start: null, bytes })).toMatchObject({ type: 'refused_message' })
    expect(world.account('hub', 'alice').status).toEqual({ type: 'open' })
    world.ok('alice', world.pay('bob', usd(1)))
  })
})

describe('fork -- refused', () => {
  test.each([
    ['no chain of this name', fork(FORKED, 'elsewhere'), { type: 'unknown_jurisdiction', name: 'elsewhere' }],
    ['the same chain id', fork(paperChain.terms.chainId), { type: 'not_forkable' }],
    ['no chain id', fork(0n), { type: 'not_forkable' }],
    ['one that numbers do not hold', fork(CHAIN_ID_LIMIT), { type: 'not_forkable' }],
  ] as const)('%s', (_, input, rejection) => {
    expect(refusal(town(), input)).toEqual(rejection)
  })

  test('beside anything else', () => {
    const world = town()
    const before = world.env()
    const offer = world.command('alice', { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' })
    const { outcomes } = world.tick([fork(), offer])
    expect(outcomes[0]).toEqual({ type: 'rejected', rejection: { type: 'not_quiet', hindrance: 'payments' } })
    expect([outcomes[1]?.type, world.env().jReplicas.root()]).toEqual(['applied', before.jReplicas.root()])
  })

  test('a real chain, a second chain, and somebody who lives elsewhere', () => {
    const real = createWorld({ entities: ENTITIES, chain: { ...paperChain, isTest: false } })
    expect(refusal(real, fork())).toEqual({ type: 'not_forkable' })
    const two = town()
    two.tick([{ type: 'runtime', tx: { type: 'import_jurisdiction', replica: { ...paperChain, name: 'other' } } }])
    expect(refusal(two, fork())).toEqual({ type: 'not_forkable' })
    const apart = createWorld({ entities: { alice: {} }, elsewhere: { hub: { hubPolicy: testPolicy } } })
    apart.ok('alice', { type: 'open_account', counterparty: apart.id('hub'), tokenId: TUSD, creditLimit: 1n })
    expect(refusal(apart, fork())).toEqual({ type: 'not_forkable' })
  })

  test('at every tick of a payment until it has ended, and then no more', () => {
    const world = town()
    let ticks = 0
    let locked = 0
    world.tick([world.command('alice', world.pay('bob', usd(5)))])
    while (world.env().queue.length > 0) {
      expect(refusal(createWorld({ entities: ENTITIES, from: world }), fork())).toEqual({
        type: 'not_quiet',
        hindrance: 'payments',
      })
      for (const account of accountsIn(world.env()))
        if (account.state.locks.size > 0 && account.pending === null && account.mempool.length === 0) {
          expect(hindranceOf(account)).toBe('payments')
          locked++
        }
      world.tick()
      ticks++
    }
    expect([ticks > 5, locked > 0]).toEqual([true, true])
    forked(world)
  })

  test('an account that only one side has opened yet', () => {
    const world = town()
    world.tick([
      world.command('alice', {
        type: 'open_account',
        counterparty: world.id('bob'),
        tokenId: TUSD,
        creditLimit: usd(1),
      }),
    ])
    expect(refusal(world, fork())).toEqual({ type: 'not_quiet', hindrance: 'payments' })
    world.settle()
    forked(world)
  })

  test('a payment that waits for somebody who is cut off', () => {
    const world = town()
    world.tick([{ type: 'runtime', tx: { type: 'set_unplugged', entityId: world.id('bob'), isUnplugged: true } }])
    world.ok('alice', world.pay('bob', usd(5)))
    expect(refusal(world, fork())).toEqual({ type: 'not_quiet', hindrance: 'payments' })
  })

  test('a letter alone, to somebody who is cut off: whoever gets it would answer for the other chain', () => {
    const world = town()
    world.tick([{ type: 'runtime', tx: { type: 'set_unplugged', entityId: world.id('bob'), isUnplugged: true } }])
    const pay = world.pay('bob', usd(5))
    world.ok('alice', pay)
    world.ok('alice', { type: 'cancel_payment', paymentId: pay.paymentId })
    expect([world.state('alice').payments.size, world.env().queue.length]).toEqual([0, 1])
    expect(refusal(world, fork())).toEqual({ type: 'not_quiet', hindrance: 'payments' })
  })

  test('a batch on its way, a settlement, and a dispute', () => {
    const { world, hub, chain, reserve, settled, processed } = courtScene()
    const isRefusedFor = (hindrance: string): void => {
      expect(refusal(world, fork())).toEqual({ type: 'not_quiet', hindrance })
    }
    world.ok('You', { type: 'reserve_to_collateral', counterparty: hub, tokenId: TUSD, amount: usd(1) })
    isRefusedFor('chain')
    chain([reserve(usd(999)), settled(usd(751)), processed()])
    const diffs = [{ tokenId: TUSD, leftDiff: 0n, rightDiff: 0n }].map((diff) => ({
      ...diff,
      [world.account('You', 'Hub').isLeft ? 'leftDiff' : 'rightDiff']: usd(5),
    }))
    const copy = createWorld({ entities: { You: {}, Hub: { hubPolicy: testPolicy, isOwn: false } }, from: world })
    copy.ok('You', { type: 'settle', counterparty: hub, diffs })
    expect(refusal(copy, fork())).toEqual({ type: 'not_quiet', hindrance: 'chain' })
    world.ok('You', { type: 'dispute_start', counterparty: hub })
    isRefusedFor('dispute')
  })
})
