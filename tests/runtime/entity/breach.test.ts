/** A peer that breaks the protocol costs the use of one account, and nothing else. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { AccountTx } from '../../../runtime/account/types.ts'
import { EMPTY } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { createPuppet, type Puppet } from '../../support/puppet.ts'
import { createWorld, TUSD, testPolicy, usd, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

let world: World
let mallory: Puppet
beforeEach(() => {
  const entities = { alice: {}, hub: { hubPolicy: testPolicy }, bob: {} }
  world = createWorld({ entities, elsewhere: { mallory: {} }, check: checkMostly })
  world.open('alice', 'hub', 50)
  world.open('bob', 'hub', 50)
  mallory = createPuppet(world, 'mallory', 'hub')
  mallory.say([{ type: 'add_delta', tokenId: TUSD }])
})
const pay: AccountTx = { type: 'direct_payment', tokenId: TUSD, amount: usd(1), memo: '' }
const status = () => world.account('hub', 'mallory').status

describe('breach', () => {
  test.each([
    ['wrong_root', { accountStateRoot: keccak(EMPTY) }],
    ['wrong_proof', { proofBodyHash: keccak(EMPTY) }],
    ['wrong_deltas', { deltas: [] }],
    ['wrong_prev_hash', { prevFrameHash: keccak(EMPTY) }],
    ['empty_frame', { accountTxs: [] }],
  ] as const)('%s -- the account is frozen on its last good state, which stays provable', (violation, change) => {
    const before = world.account('hub', 'mallory')
    const outcome = mallory.doctor([pay], change)
    expect(outcome.type).toBe('applied')
    expect(status()).toEqual({ type: 'frozen', violation })
    expect(world.account('hub', 'mallory')).toMatchObject({
      state: { height: before.state.height },
      frames: before.frames,
    })
    const frozen = world.history.at(-1)?.step.events.map(({ event }) => event)
    expect(frozen).toEqual([{ type: 'account_frozen', counterparty: mallory.entityId, violation }])
    expect(world.env().outbox.size).toBe(0)
  })
  test('a frozen account signs nothing and takes nothing; the others work on', () => {
    mallory.doctor([pay], { accountStateRoot: keccak(EMPTY) })
    const { height } = world.env()
    const counterparty = mallory.entityId
    const refused = { type: 'account_frozen' }
    expect(world.refused('hub', { type: 'direct_payment', counterparty, tokenId: TUSD, amount: 1n, memo: '' })).toEqual(
      refused,
    )
    expect(world.refused('hub', { type: 'set_credit_limit', counterparty, tokenId: TUSD, limit: 5n })).toEqual(refused)
    expect(world.refused('hub', { type: 'reserve_to_collateral', counterparty, tokenId: TUSD, amount: 1n })).toEqual(
      refused,
    )
    const outcome = world.tick([mallory.proposal([pay])]).outcomes[0]
    expect(outcome).toMatchObject({ type: 'rejected', rejection: { violation: refused, disposition: 'ignore' } })
    expect(world.env().height).toBe(height)
    world.ok('alice', world.pay('bob', usd(5)))
    expect(world.position('bob', 'hub').balance).toBe(usd(5))
    // Nobody is paid through it either.
    expect(world.refused('hub', world.pay('mallory', usd(1)))).toEqual({ type: 'no_route', to: counterparty })
  })
  test('forged messages in somebody else’s name freeze nothing', () => {
    const good = mallory.proposal([pay])
    if (good.type !== 'message') throw new Error('a message')
    const bent = good.bytes.map((byte, i) => (i === good.bytes.length - 10 ? byte ^ 1 : byte))
    const outcome = world.tick([{ ...good, bytes: bent }]).outcomes[0]
    expect(outcome?.type).toBe('rejected')
    expect(status()).toEqual({ type: 'open' })
    const asAlice = world.tick([{ ...good, from: world.id('alice') }]).outcomes[0]
    expect(asAlice?.type).toBe('rejected')
    expect(world.account('hub', 'alice').status).toEqual({ type: 'open' })
    expect(world.tick([good]).outcomes[0]?.type).toBe('applied')
  })
  test('the seventeenth token by the chain: what does not fit is left out, the rest is applied', () => {
    const ids = Array.from({ length: 15 }, (_, i) => i + 2) as (typeof TUSD)[]
    mallory.say(ids.map((tokenId): AccountTx => ({ type: 'add_delta', tokenId })))
    const [left, right] = [world.id('hub'), mallory.entityId]
    const settled = [TUSD, 900 as typeof TUSD].map((tokenId) => ({
      type: 'account_settled' as const,
      left,
      right,
      tokenId,
      collateral: 70n,
      ondelta: 70n,
      epoch: 0,
      nonce: 0,
    }))
    const block = world.mine(settled)
    world.tick([block])
    const events = settled.map(({ tokenId, collateral, ondelta }) => ({ tokenId, collateral, ondelta }))
    mallory.say([{ type: 'j_event_claim', jHeight: block.block.height, blockHash: block.block.hash, events, nonce: 0 }])
    const { deltas } = world.account('hub', 'mallory').state
    expect([deltas.size, deltas.get('00000001')?.collateral]).toEqual([16, 70n])
  })
})

describe('credit', () => {
  test('cut below drawn debt: nothing more can be drawn, the debt can be paid back and then drawn anew', () => {
    const grant = (dollars: number) =>
      world.ok('hub', { type: 'set_credit_limit', counterparty: world.id('alice'), tokenId: TUSD, limit: usd(dollars) })
    const direct = (from: string, to: string, dollars: number) =>
      world.run(from, {
        type: 'direct_payment',
        counterparty: world.id(to),
        tokenId: TUSD,
        amount: usd(dollars),
        memo: '',
      })
    expect(direct('alice', 'hub', 80).type).toBe('applied')
    grant(30)
    expect(world.position('alice', 'hub')).toMatchObject({ outCapacity: 0n, ownDebt: usd(80), outCredit: 0n })
    expect(direct('alice', 'hub', 1)).toMatchObject({ rejection: { type: 'over_capacity', have: 0n, need: usd(1) } })
    expect(direct('hub', 'alice', 60).type).toBe('applied')
    expect(world.position('alice', 'hub')).toMatchObject({ outCapacity: usd(10), ownDebt: usd(20) })
    expect(direct('alice', 'hub', 10).type).toBe('applied')
  })
  test('cut while locks hold it: they may still be paid, nothing new is locked', () => {
    const invoice = world.invoice('bob', usd(40))
    world.tick([world.command('alice', world.pay('bob', usd(40), { invoice }))])
    world.tick()
    world.tick([
      world.command('hub', { type: 'set_credit_limit', counterparty: world.id('alice'), tokenId: TUSD, limit: 0n }),
    ])
    world.settle()
    expect(world.position('alice', 'hub')).toMatchObject({ outCapacity: 0n, ownDebt: usd(40.04) + 100n })
    expect(world.position('bob', 'hub').balance).toBe(usd(40))
  })
})
