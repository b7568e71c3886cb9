/** One tick of the runtime: routing, idempotent commands, refusals that leave no trace. */
import { describe, expect, test } from 'vitest'
import type { EntityTx } from '../../runtime/entity/types.ts'
import { toHex, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { LIMITS, TIMING } from '../../runtime/lib/limits.ts'
import { liveOracle } from '../../runtime/oracle.ts'
import { stepRuntime } from '../../runtime/step.ts'
import type { Env, InputOutcome, RuntimeInput } from '../../runtime/types.ts'
import { cheapOracles } from '../support/cheap-oracle.ts'
import { createPuppet } from '../support/puppet.ts'
import { testSigner } from '../support/signer.ts'
import { createWorld, exchange, profileFor, TETH, TUSD, testPolicy, usd, type World } from '../support/world.ts'
import { checkMostly, checkReplay } from '../support/world-checks.ts'

const startPair = (): World => {
  const world = createWorld({ entities: { alice: {}, hub: { hubPolicy: testPolicy } }, check: checkMostly })
  world.open('alice', 'hub', 50)
  return world
}
const payHub = (world: World, amount: bigint): EntityTx => {
  return { type: 'direct_payment', counterparty: world.id('hub'), tokenId: TUSD, amount, memo: '' }
}
const tickOne = (world: World, input: RuntimeInput): InputOutcome | undefined => world.tick([input]).outcomes[0]

describe('command ids', () => {
  test('the same command twice in one tick -- done once, answered twice alike', () => {
    const world = startPair()
    const command = world.command('alice', payHub(world, usd(5)), 'once')
    const { outcomes, frame } = world.tick([command, command, world.command('alice', payHub(world, usd(1)))])
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(outcomes[0]).toMatchObject({ type: 'applied', height: world.env().height })
    expect(frame?.inputs.length).toBe(2)
    world.settle()
    expect(world.position('alice', 'hub').balance).toBe(-usd(6))
  })
  test('again in a later tick -- the old answer, nothing committed', () => {
    const world = startPair()
    const command = world.command('alice', world.pay('hub', usd(5)), 'once')
    const first = tickOne(world, command)
    world.settle()
    const root = world.root()
    const { outcomes, frame, outputs } = world.tick([command])
    expect(outcomes[0]).toEqual(first)
    expect([frame, outputs.parcels, world.root()]).toEqual([null, [], root])
    expect(world.position('alice', 'hub').balance).toBe(-usd(5))
  })
  test('the same id with another command, or of another entity -- the first one and its answer stand', () => {
    const world = startPair()
    const first = tickOne(world, world.command('alice', payHub(world, usd(5)), 'once'))
    world.settle()
    expect(tickOne(world, world.command('alice', payHub(world, usd(9)), 'once'))).toEqual(first)
    expect(tickOne(world, world.command('hub', { type: 'cancel_payment', paymentId: '0x' as never }, 'once'))).toEqual(
      first,
    )
    const both = world.tick([
      world.command('alice', payHub(world, usd(1)), 'two'),
      world.command('alice', payHub(world, usd(2)), 'two'),
    ])
    expect(both.outcomes[1]).toEqual(both.outcomes[0])
    world.settle()
    expect(world.position('alice', 'hub').balance).toBe(-usd(6))
  })
  test('a refused command is not remembered: the same id may try again', () => {
    const world = startPair()
    const tooMuch = world.command('alice', payHub(world, usd(500)), 'once')
    const { outcomes, frame } = world.tick([tooMuch, tooMuch])
    expect(outcomes.map((outcome) => outcome.type)).toEqual(['rejected', 'rejected'])
    expect([frame, world.env().answers.size]).toEqual([null, 1])
    expect(tickOne(world, world.command('alice', payHub(world, usd(5)), 'once'))?.type).toBe('applied')
  })
  test('answers are kept up to their bound, the oldest forgotten first', () => {
    const names = ['alice', 'bob']
    const world = createWorld({ entities: { alice: {}, bob: {} }, oracle: cheapOracles(names), check: () => {} })
    const offer = (n: number): RuntimeInput =>
      world.command(names[n % 2] ?? '', { type: 'create_offer', tokenId: TUSD, amount: null, memo: `${n}` }, `n${n}`)
    for (let n = 0; n < LIMITS.answers + 50; n += 50) world.tick(Array.from({ length: 50 }, (_, i) => offer(n + i)))
    const { answers, answerOrder } = world.env()
    expect([answers.size, answerOrder.size]).toEqual([LIMITS.answers, LIMITS.answers])
    expect([answers.has('n49'), answers.has('n50'), answers.has(`n${LIMITS.answers + 49}`)]).toEqual([
      false,
      true,
      true,
    ])
    expect(world.tick([offer(50)]).frame).toBeNull()
    expect(world.tick([offer(49)]).frame).not.toBeNull()
    expect(world.state('alice').offers.size + world.state('bob').offers.size).toBe(LIMITS.answers + 51)
  })
})

describe('one tick', () => {
  test('nothing to do -- nothing changes, nothing to commit', () => {
    const world = startPair()
    const before = world.env()
    const { env, frame, outcomes, outputs } = world.tick()
    expect(env).toBe(before)
    expect([frame, outcomes, outputs]).toEqual([null, [], { parcels: [], resends: [], jTxs: [], observe: [] }])
  })
  test('an input that says nothing new -- answered with the present height, nothing committed', () => {
    const world = createWorld({ entities: { alice: {} }, elsewhere: { trent: {} }, check: checkReplay })
    const known: RuntimeInput = { type: 'runtime', tx: { type: 'import_profile', profile: profileFor('trent') } }
    const { height } = world.env()
    const { frame, outcomes } = world.tick([known])
    expect([frame, outcomes]).toEqual([null, [{ type: 'applied', height, answer: { type: 'done' } }]])
    // Beside something new it is part of the same tick.
    const fresh: RuntimeInput = { type: 'runtime', tx: { type: 'import_profile', profile: profileFor('erin') } }
    expect(world.tick([fresh, known, fresh]).outcomes).toEqual(
      Array.from({ length: 3 }, () => ({ type: 'applied', height: height + 1, answer: { type: 'done' } })),
    )
  })
  test('what is sent in a tick is delivered in a later one, never in the same', () => {
    const world = startPair()
    world.tick([world.command('alice', payHub(world, usd(5)))])
    expect([world.env().queue.length, world.account('hub', 'alice').state.height]).toEqual([1, 2])
    world.tick()
    expect(world.account('hub', 'alice').state.height).toBe(3)
  })
  test('refused and accepted inputs side by side -- only the accepted are recorded, and replay alike', () => {
    const world = startPair()
    const bob = world.id('alice')
    const { frame, outcomes } = world.tick([
      world.command('alice', payHub(world, usd(500)), 'a'),
      world.command('alice', world.pay('hub', usd(3)), 'b'),
      { type: 'message', from: bob, to: world.id('hub'), start: null, bytes: new Uint8Array(3) },
      world.command('alice', { type: 'create_invoice', tokenId: TUSD, amount: null, memo: '', expirySeconds: 1 }, 'c'),
      world.command('hub', { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' }, 'd'),
      { type: 'receipt', seq: 9 },
    ])
    expect(outcomes.map(({ type }) => type)).toEqual([
      'rejected',
      'applied',
      'rejected',
      'rejected',
      'applied',
      'rejected',
    ])
    expect(frame?.inputs.map((input) => (input.type === 'command' ? input.commandId : input.type))).toEqual(['b', 'd'])
  })
  test('a frame that comes too early is refused for now, and taken later', () => {
    const world = createWorld({ entities: { alice: {} }, elsewhere: { trent: {} }, check: checkReplay })
    const trent = createPuppet(world, 'trent', 'alice')
    trent.say([{ type: 'add_delta', tokenId: TUSD }])
    // Trent's clock is a minute ahead of ours.
    world.advance(60_000)
    const early = trent.proposal([{ type: 'add_delta', tokenId: TETH }])
    world.advance(-60_000)
    const refused = tickOne(world, early)
    expect(refused).toMatchObject({ rejection: { violation: { type: 'from_the_future' }, disposition: 'retry' } })
    world.advance(60_000 - LIMITS.maxSkewMs)
    expect(tickOne(world, early)?.type).toBe('applied')
  })
  test('a message within the runtime that comes too early waits twice as long each time, a minute at most', () => {
    const world = createWorld({ entities: { alice: {} }, elsewhere: { trent: {} }, check: checkReplay })
    const trent = createPuppet(world, 'trent', 'alice')
    trent.say([{ type: 'add_delta', tokenId: TUSD }])
    world.advance(3_600_000)
    const early = trent.proposal([{ type: 'add_delta', tokenId: TETH }])
    if (early.type !== 'message') throw new Error('a message')
    const { from, to, bytes } = early
    let env: Env = { ...world.env(), queue: [{ from, to, bytes, notBeforeMs: 0, tries: 0 }] }
    let timestampMs = world.nowMs() - 3_600_000
    const waits: number[] = []
    for (let i = 0; i < 9; i++) {
      const step = stepRuntime(env, [], { timestampMs, entropy: ZERO_32 }, liveOracle(testSigner('alice')))
      const [queued] = step.env.queue
      if (queued === undefined) throw new Error('not queued again')
      expect(
        stepRuntime(
          step.env,
          [],
          { timestampMs: queued.notBeforeMs - 1, entropy: ZERO_32 },
          liveOracle(testSigner('alice')),
        ).frame,
      ).toBeNull()
      waits.push(queued.notBeforeMs - timestampMs)
      env = step.env
      timestampMs = queued.notBeforeMs
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000))
    const done = stepRuntime(
      env,
      [],
      { timestampMs: timestampMs + 3_600_000, entropy: ZERO_32 },
      liveOracle(testSigner('alice')),
    )
    expect(done.entityFrames.length).toBe(1)
  })
  test('a wake fires when it is due, once', () => {
    const world = startPair()
    const expirySeconds = Math.floor(world.nowMs() / 1_000) + 60
    world.ok('alice', { type: 'create_invoice', tokenId: TUSD, amount: 1n, memo: '', expirySeconds })
    expect(world.state('alice').invoices.size).toBe(1)
    expect(world.tick([], 60_000).frame).toBeNull()
    expect(world.tick([], LIMITS.maxSkewMs + 1_000).frame).not.toBeNull()
    expect([world.state('alice').invoices.size, world.state('alice').wakes.size]).toEqual([0, 0])
    expect(world.tick([], 1_000_000).frame).toBeNull()
  })
})

describe('a pause between a payment and the request for its invoice', () => {
  const endOf = (world: World) =>
    world.history.flatMap(({ step }) =>
      step.events.flatMap(({ event }) =>
        event.type === 'payment_sent' || event.type === 'payment_failed'
          ? [{ ...event, payment: event.payment.to }]
          : [],
      ),
    )
  test('whoever slept asks again before paying without an invoice: the recipient is right here', () => {
    const world = startPair()
    world.tick([world.command('alice', world.pay('hub', usd(5)))])
    // The worker dies, and is back after the deadline: request and wake meet in one tick.
    world.tick([], TIMING.invoiceRequestMs + TIMING.resendFirstMs + 1)
    const [waiting] = world.state('alice').payments.values()
    expect(waiting?.phase).toEqual({ type: 'requesting', deadlineMs: world.nowMs() + TIMING.invoiceRequestMs })
    expect([...world.state('alice').wakes.values()].map(({ atMs }) => atMs)).toEqual([
      world.nowMs() + TIMING.invoiceRequestMs,
    ])
    world.settle()
    expect(endOf(world)).toMatchObject([{ type: 'payment_sent', payment: world.id('hub'), isProof: true }])
    expect([...world.state('alice').wakes.values()].map(({ kind }) => kind)).toEqual(['paid_expiry'])
  })
  test('a recipient elsewhere has the full time again, and is then paid without an invoice', () => {
    const world = createWorld({ entities: { alice: {} }, elsewhere: { trent: {} }, check: checkReplay })
    const trent = createPuppet(world, 'trent', 'alice')
    trent.say([
      { type: 'add_delta', tokenId: TUSD },
      { type: 'set_credit_limit', tokenId: TUSD, limit: usd(50) },
    ])
    world.tick([world.command('alice', world.pay('trent', usd(5)))])
    world.tick([], 3_600_000)
    expect([...world.state('alice').payments.values()].map(({ phase }) => phase.type)).toEqual(['requesting'])
    expect(world.tick([], TIMING.invoiceRequestMs - 1).frame).toBeNull()
    world.tick([], 1)
    expect([...world.state('alice').payments.values()].map(({ phase }) => phase.type)).toEqual(['locked'])
  })
})

describe('two runtimes', () => {
  const startTwo = () => {
    const one = createWorld({ entities: { alice: {} }, elsewhere: { bob: {} }, runtimeId: 'one', check: checkMostly })
    const two = createWorld({ entities: { bob: {} }, elsewhere: { alice: {} }, runtimeId: 'two', check: checkMostly })
    return { one, two }
  }
  test('an account opens, money moves both ways; the outboxes drain', () => {
    const { one, two } = startTwo()
    one.open('alice', 'bob', 50)
    exchange(one, two)
    two.ok('bob', { type: 'set_credit_limit', counterparty: two.id('alice'), tokenId: TUSD, limit: usd(40) })
    exchange(one, two)
    one.ok('alice', one.pay('bob', usd(30), { memo: 'hello' }))
    exchange(one, two)
    expect(two.position('bob', 'alice').balance).toBe(usd(30))
    const received = two.history.flatMap(({ step }) =>
      step.events.filter(({ event }) => event.type === 'payment_received'),
    )
    expect(received.map(({ event }) => event)).toMatchObject([{ amount: usd(30), memo: 'hello', isProof: true }])
    expect([one.env().outbox.size, two.env().outbox.size]).toEqual([0, 0])
    expect(toHex(one.account('alice', 'bob').state.root)).toBe(toHex(two.account('bob', 'alice').state.root))
  })
  test('both open at once, each with its own credit -- one account with both grants', () => {
    const { one, two } = startTwo()
    one.open('alice', 'bob', 50)
    two.open('bob', 'alice', 70)
    exchange(one, two)
    expect([one.position('alice', 'bob').outCapacity, one.position('alice', 'bob').inCapacity]).toEqual([
      usd(70),
      usd(50),
    ])
    expect([two.position('bob', 'alice').outCapacity, one.account('alice', 'bob').pending]).toEqual([usd(50), null])
  })
  test('every parcel is delivered twice -- no difference', () => {
    const { one, two } = startTwo()
    one.open('alice', 'bob', 50)
    const twice = (from: World, to: World): void => {
      for (const { from: sender, to: receiver, bytes, seq } of [...from.env().outbox.values()]) {
        const message: RuntimeInput = { type: 'message', from: sender, to: receiver, start: null, bytes }
        to.tick([message])
        const again = to.tick([message])
        // At most the old reply goes out again; nothing is committed for it.
        expect([again.frame, again.outputs.parcels]).toEqual([null, []])
        from.tick([{ type: 'receipt', seq }])
      }
    }
    for (let i = 0; i < 4; i++) {
      twice(one, two)
      twice(two, one)
    }
    expect(one.account('alice', 'bob').state.height).toBe(1)
    expect(one.account('alice', 'bob').pending).toBeNull()
  })
  test('messages stay in the outbox until they are receipted', () => {
    const { one } = startTwo()
    one.open('alice', 'bob', 50)
    expect([...one.env().outbox.values()].map(({ seq }) => seq)).toEqual([1])
    one.tick([], TIMING.resendMaxMs)
    expect(one.env().outbox.size).toBe(1)
    one.tick([{ type: 'receipt', seq: 1 }])
    expect(one.env().outbox.size).toBe(0)
  })
})
