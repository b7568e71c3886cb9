/** Locks that nobody answers: the peer sleeps, and only the confirmed chain says when a lock is dead. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { AccountTx } from '../../../runtime/account/types.ts'
import { checkEntity } from '../../../runtime/entity/invariants.ts'
import type { EnvelopePayload } from '../../../runtime/entity/types.ts'
import { EMPTY, utf8, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { LIMITS, TIMING } from '../../../runtime/lib/limits.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import { createPuppet, envelopeFor, type Puppet } from '../../support/puppet.ts'
import { createWorld, TETH, TUSD, testPolicy, usd, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

const HOUR_MS = 3_600_000
const PREIMAGE = keccak(utf8('drawn by the payer'))
const HASHLOCK = keccak(PREIMAGE)

const eventsOf = (world: World, type: string): readonly string[] =>
  world.history.flatMap(({ step }) =>
    step.events.flatMap(({ entityId, event }) => {
      if (event.type !== type) return []
      return [event.type === 'payment_failed' ? `${world.nameOf(entityId)}: ${event.reason}` : world.nameOf(entityId)]
    }),
  )

/** Time passes, and the chain hears of it. */
const sleep = (world: World, ms: number): void => {
  world.advance(ms)
  world.tick([world.mine()])
  world.settle()
}
/** Long enough for whatever looks again after a while. */
const wait = (world: World): void => {
  world.tick([], TIMING.expiryRecheckMs + 1_000)
  world.tick([], TIMING.resendMaxMs)
  world.settle()
}

const resolveOf = (outcome: Extract<AccountTx, { type: 'htlc_resolve' }>['outcome']): AccountTx => {
  return { type: 'htlc_resolve', hashlock: HASHLOCK, part: 0, outcome }
}
const reveal = resolveOf({ type: 'secret', preimage: PREIMAGE })

/** Alice and a sleeper with an account each way; she pays him directly, by a preimage of her own. */
describe('the payer and a sleeping peer', () => {
  let world: World
  let sleeper: Puppet
  beforeEach(() => {
    world = createWorld({ entities: { alice: {} }, elsewhere: { trent: {} }, check: checkMostly })
    sleeper = createPuppet(world, 'trent', 'alice')
    sleeper.say([
      { type: 'add_delta', tokenId: TUSD },
      { type: 'set_credit_limit', tokenId: TUSD, limit: usd(50) },
    ])
  })
  const room = () => world.position('alice', 'trent').outCapacity
  /** Keysend: the sleeper does not answer the request for an invoice. */
  const startPayment = (amount = usd(5)): void => {
    world.tick([world.command('alice', world.pay('trent', amount))])
    world.tick([], TIMING.invoiceRequestMs + 1)
  }

  test('an invoice that does not come: keysend after ten seconds, without proof', () => {
    startPayment()
    sleeper.listen(false)
    expect(sleeper.heard.map(({ type }) => type)).toEqual(['invoice_request'])
    expect([...world.state('alice').payments.values()].map(({ phase }) => phase.type)).toEqual(['locked'])
    expect(world.account('alice', 'trent').pending?.frame.accountTxs.map(({ type }) => type)).toEqual(['htlc_lock'])
  })

  test('an offer that is not answered: it fails, and nothing is paid without an invoice', () => {
    world.tick([world.command('alice', world.pay('trent', usd(5), { offerId: HASHLOCK }))])
    world.tick([], TIMING.invoiceRequestMs + 1)
    expect(eventsOf(world, 'payment_failed')).toEqual(['alice: recipient_unreachable'])
    const { payments, wakes, lockBook } = world.state('alice')
    expect([payments.size, wakes.size, lockBook.size, room()]).toEqual([0, 0, 0, usd(50)])
  })

  test('an offer, and she slept through its time: the recipient gets as long again', () => {
    world.tick([world.command('alice', world.pay('trent', usd(5), { offerId: HASHLOCK }))])
    sleep(world, 60_000)
    expect([...world.state('alice').payments.values()].map(({ phase }) => phase.type)).toEqual(['requesting'])
    world.tick([], TIMING.invoiceRequestMs + 1)
    expect(eventsOf(world, 'payment_failed')).toEqual(['alice: recipient_unreachable'])
    expect(world.state('alice').wakes.size).toBe(0)
  })

  test('her lock is committed and never answered: taken back when the chain has passed its expiry', () => {
    startPayment()
    sleeper.say([])
    expect([world.account('alice', 'trent').state.locks.size, room()]).toEqual([1, usd(45)])
    // By her clock it is over; the chain does not say so yet.
    world.tick([], 2 * HOUR_MS)
    expect(eventsOf(world, 'payment_failed')).toEqual([])
    expect(world.history.at(-1)?.step.outputs.observe).toEqual(['sim'])
    world.tick([world.mine()])
    wait(world)
    expect(eventsOf(world, 'payment_failed')).toEqual(['alice: expired'])
    // The hold is hers again once the sleeper, awake, agrees.
    sleeper.say([])
    expect([world.account('alice', 'trent').state.locks.size, room()]).toEqual([0, usd(50)])
  })

  test('her lock is never acknowledged: the payment fails at once, the lock is taken back when it turns up after all', () => {
    startPayment()
    sleep(world, 2 * HOUR_MS)
    expect(eventsOf(world, 'payment_failed')).toEqual(['alice: expired'])
    expect(world.state('alice').payments.size).toBe(0)
    expect(world.account('alice', 'trent').pending?.frame.height).toBe(2)
    sleeper.say([])
    expect(world.account('alice', 'trent').state.locks.size).toBe(1)
    wait(world)
    sleeper.say([])
    expect([world.account('alice', 'trent').state.locks.size, room()]).toEqual([0, usd(50)])
    expect(eventsOf(world, 'payment_failed')).toEqual(['alice: expired'])
  })

  test('her lock never left, because an earlier frame is unanswered: the payment fails and the lock is never sent', () => {
    world.tick([
      world.command('alice', {
        type: 'set_credit_limit',
        counterparty: sleeper.entityId,
        tokenId: TUSD,
        limit: usd(1),
      }),
    ])
    startPayment()
    expect(world.account('alice', 'trent').mempool.map(({ type }) => type)).toEqual(['htlc_lock'])
    // Without a word from the chain: what was never signed cannot be paid.
    world.tick([], 2 * HOUR_MS)
    expect(eventsOf(world, 'payment_failed')).toEqual(['alice: expired'])
    expect([world.account('alice', 'trent').mempool.length, world.state('alice').lockBook.size]).toEqual([0, 0])
    sleeper.say([])
    expect([world.account('alice', 'trent').state.locks.size, room()]).toEqual([0, usd(50)])
  })

  test('what is answered in time leaves no wake behind', () => {
    startPayment()
    sleeper.say([])
    const [lock] = [...sleeper.replica().state.locks.values()]
    if (lock === undefined) throw new Error('no lock')
    const outcome = { type: 'error', reason: 'no' } as const
    sleeper.say([{ type: 'htlc_resolve', hashlock: lock.hashlock, part: 0, outcome }])
    expect(eventsOf(world, 'payment_failed')).toEqual(['alice: no'])
    expect(world.state('alice').wakes.size).toBe(0)
    const { height } = world.env()
    world.tick([], 2 * HOUR_MS)
    expect(world.env().height).toBe(height)
  })
})

/** Mallory pays trent through the hub; both are moved by hand. */
describe('a hub between two sleepers', () => {
  let world: World
  let payer: Puppet
  let payee: Puppet
  beforeEach(() => {
    world = createWorld({
      entities: { hub: { hubPolicy: testPolicy }, bob: {} },
      elsewhere: { mallory: {}, trent: {} },
      check: checkMostly,
    })
    payer = createPuppet(world, 'mallory', 'hub')
    payer.say([{ type: 'add_delta', tokenId: TUSD }])
    payee = createPuppet(world, 'trent', 'hub')
    payee.say([
      { type: 'add_delta', tokenId: TUSD },
      { type: 'set_credit_limit', tokenId: TUSD, limit: usd(50) },
    ])
  })
  const lock = (hashlock = HASHLOCK): AccountTx => {
    const now = Math.floor(world.nowMs() / 1_000)
    const forward = {
      type: 'forward',
      next: payee.entityId,
      amount: usd(5),
      expirySeconds: now + 3_600,
      envelope: EMPTY,
    } as const
    const final: EnvelopePayload = {
      type: 'final',
      amount: usd(5),
      payer: null,
      proof: { type: 'keysend', preimage: PREIMAGE, memo: '' },
    }
    const envelope = envelopeFor(
      [
        ['hub', forward],
        ['trent', final],
      ],
      hashlock,
    )
    return {
      type: 'htlc_lock',
      hashlock,
      part: 0,
      tokenId: TUSD,
      amount: usd(6),
      expirySeconds: now + 3_600 + 1_261,
      envelope,
    }
  }
  const inLocks = () => world.account('hub', 'mallory').state.locks.size
  const outLocks = () => world.account('hub', 'trent').state.locks.size

  test('the payee takes the lock and falls asleep: past the expiry the payer has his money back, then the hub its own', () => {
    payer.say([lock()])
    payee.say([])
    expect([inLocks(), outLocks()]).toEqual([1, 1])
    sleep(world, HOUR_MS + 60_000)
    payer.say([])
    expect([inLocks(), outLocks(), world.state('hub').lockBook.size]).toEqual([0, 1, 0])
    payee.say([])
    expect([outLocks(), payee.replica().state.locks.size]).toEqual([0, 0])
    expect(world.position('hub', 'trent').outCapacity).toBe(usd(50))
  })

  test('the payee shows the preimage in time: the hub pays, and is paid', () => {
    payer.say([lock()])
    payee.say([])
    payee.say([reveal])
    payer.say([])
    expect([inLocks(), outLocks()]).toEqual([0, 0])
    expect([world.position('hub', 'mallory').balance, world.position('hub', 'trent').balance]).toEqual([
      usd(6),
      -usd(5),
    ])
    expect(world.state('hub').wakes.size).toBe(0)
  })

  test('the payee shows the preimage after the chain has passed the expiry: ignored; nobody has paid anything', () => {
    payer.say([lock()])
    payee.say([])
    world.advance(HOUR_MS + 60_000)
    world.tick([world.mine()])
    const outcome = world.tick([payee.proposal([reveal])]).outcomes[0]
    expect(outcome).toMatchObject({
      type: 'rejected',
      rejection: { violation: { type: 'too_late' }, disposition: 'ignore' },
    })
    payer.say([])
    expect([world.position('hub', 'mallory').balance, world.position('hub', 'trent').balance]).toEqual([0n, 0n])
    expect(inLocks()).toBe(0)
  })

  test('the payee never acknowledges the lock: past the expiry the payer has his money back all the same', () => {
    payer.say([lock()])
    expect([inLocks(), outLocks(), world.account('hub', 'trent').pending?.frame.height]).toEqual([1, 0, 3])
    sleep(world, HOUR_MS + 60_000)
    payer.say([])
    expect([inLocks(), world.state('hub').lockBook.size]).toEqual([0, 0])
    // Awake at last, the payee commits it; the hub takes it back at once.
    payee.say([])
    expect(outLocks()).toBe(1)
    wait(world)
    payee.say([])
    expect([outLocks(), world.position('hub', 'trent').outCapacity]).toEqual([0, usd(50)])
  })

  const routes = () => [...world.state('hub').lockBook.values()]
  const grant = (limit: bigint) => {
    return { type: 'set_credit_limit', counterparty: payer.entityId, tokenId: TUSD, limit } as const
  }

  test('the payer falls silent and his queue fills up: what the hub has paid is collected all the same', () => {
    world.tick([payer.proposal([lock()])])
    payee.listen()
    expect([inLocks(), outLocks()]).toEqual([1, 1])
    // One change of credit is proposed and never answered; the others wait behind it.
    world.tick(Array.from({ length: LIMITS.mempoolTxs }, (_, i) => world.command('hub', grant(usd(100 + i)), `${i}`)))
    expect(world.refused('hub', grant(1n))).toEqual({ type: 'mempool_full', limit: LIMITS.mempoolTxs })
    payee.say([reveal])
    expect(outLocks()).toBe(0)
    expect(routes()).toMatchObject([{ type: 'forward', preimage: PREIMAGE }])
    expect(world.account('hub', 'mallory').mempool.at(-1)).toEqual(reveal)
    // So is what the chain does meanwhile, however often.
    for (let i = 1; i <= LIMITS.claimsPerSide + 3; i++) {
      const [left, right] = [world.id('hub'), payer.entityId].sort() as [EntityId, EntityId]
      const settled = {
        type: 'account_settled',
        left,
        right,
        tokenId: TUSD,
        collateral: BigInt(i),
        ondelta: 0n,
        epoch: 0,
        nonce: 0,
      } as const
      world.tick([world.mine([settled])])
    }
    const claims = world.account('hub', 'mallory').mempool.filter(({ type }) => type === 'j_event_claim')
    expect([claims.length, claims.at(-1)]).toMatchObject([LIMITS.claimsPerSide, { events: [{ collateral: 19n }] }])
    payer.listen()
    payer.say([])
    expect([inLocks(), world.position('hub', 'mallory').balance, routes()]).toEqual([0, usd(6), []])
    expect(world.account('hub', 'mallory').state).toMatchObject(
      payer.entityId < world.id('hub') ? { rightClaims: { length: 16 } } : { leftClaims: { length: 16 } },
    )
  })

  test('the payer breaks the protocol while his lock is out: the hub pays, and keeps the preimage for the court', () => {
    payer.say([lock()])
    payee.say([])
    payer.doctor([{ type: 'add_delta', tokenId: TETH }], { accountStateRoot: ZERO_32 })
    expect(world.account('hub', 'mallory').status.type).toBe('frozen')
    payee.say([reveal])
    expect([inLocks(), outLocks()]).toEqual([1, 0])
    expect(routes()).toMatchObject([{ type: 'forward', from: payer.entityId, preimage: PREIMAGE }])
    // Were the account open, with nothing queued for the lock, that would be a fault.
    const state = world.state('hub')
    const account = { ...world.account('hub', 'mallory'), status: { type: 'open' } as const }
    expect(() => checkEntity({ ...state, accounts: state.accounts.set(payer.entityId, account) })).toThrow(/^I-COLLECT/)
    const queued = { ...account, mempool: [reveal] }
    checkEntity({ ...state, accounts: state.accounts.set(payer.entityId, queued) })
  })

  test('the payer takes his lock back before the hub has looked: the hub gives up the outgoing one with it', () => {
    payer.say([lock()])
    payee.say([])
    // The hub looks at its own lock while the chain is behind, and will look again in five seconds.
    world.tick([], HOUR_MS + 1_261_000 + 2_000)
    expect(world.state('hub').lockBook.size).toBe(1)
    // Until then the chain passes both expiries, and the payer is quicker.
    world.tick([world.mine(), payer.proposal([resolveOf({ type: 'error', reason: 'expired' })])])
    expect([inLocks(), outLocks(), world.state('hub').lockBook.size]).toEqual([0, 1, 0])
    payer.say([])
    payee.say([])
    expect([inLocks(), outLocks(), payee.replica().state.locks.size]).toEqual([0, 0, 0])
    wait(world)
    expect(world.state('hub').wakes.size).toBe(0)
  })

  test('a dead lock that turns up late does not end a younger one on the same hash elsewhere', () => {
    // First to trent, who sleeps; dead, given up, and still unacknowledged.
    payer.say([lock()])
    sleep(world, HOUR_MS + 60_000)
    payer.say([])
    expect([inLocks(), world.state('hub').lockBook.size]).toEqual([0, 0])
    // Then the same hash to bob, whose answer is on its way.
    world.open('bob', 'hub', 50)
    const now = Math.floor(world.nowMs() / 1_000)
    const forward = {
      type: 'forward',
      next: world.id('bob'),
      amount: usd(5),
      expirySeconds: now + 3_600,
      envelope: EMPTY,
    } as const
    const final: EnvelopePayload = {
      type: 'final',
      amount: usd(5),
      payer: null,
      proof: { type: 'keysend', preimage: PREIMAGE, memo: '' },
    }
    const envelope = envelopeFor(
      [
        ['hub', forward],
        ['bob', final],
      ],
      HASHLOCK,
    )
    const again: AccountTx = {
      type: 'htlc_lock',
      hashlock: HASHLOCK,
      part: 0,
      tokenId: TUSD,
      amount: usd(6),
      expirySeconds: now + 5_000,
      envelope,
    }
    world.tick([payer.proposal([again])])
    expect([...world.state('hub').lockBook.values()].map(({ type }) => type)).toEqual(['forward'])
    // Now trent wakes up, takes the old lock and gives it back.
    payee.say([])
    payee.say([resolveOf({ type: 'error', reason: 'too old' })])
    payer.say([])
    expect([world.position('hub', 'mallory').balance, world.position('bob', 'hub').balance]).toEqual([usd(6), usd(5)])
    expect(inLocks()).toBe(0)
  })
})
