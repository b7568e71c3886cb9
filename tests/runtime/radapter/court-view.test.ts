/** What a view says of settlements, disputes, debts and deadlines, over states that the chain and both sides led to. */
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { settlementNonce } from '../../../runtime/account/proof.ts'
import type { JEvent } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { frameWire } from '../../../runtime/radapter/frame-wire.ts'
import type { AccountDetail, FrameView } from '../../../runtime/radapter/types.ts'
import { COLLATERAL, courtScene, RESERVE, type Scene } from '../../support/court-scene.ts'
import { TUSD, usd } from '../../support/world.ts'

/** Every view here also travels as it is. */
const travelled = (view: FrameView): FrameView => {
  expect(v.parse(frameWire.schema, frameWire.write(view))).toEqual(view)
  return view
}
const accountOf = (scene: Scene, name = 'You'): AccountDetail => present(travelled(scene.view(name)).account, 'account')

const diff = ({ isLeft }: Scene, own: bigint, theirs: bigint) => ({
  tokenId: TUSD,
  leftDiff: isLeft ? own : theirs,
  rightDiff: isLeft ? theirs : own,
})
const move = (own: bigint, theirs = 0n) => ({ tokenId: TUSD, own, theirs })

describe('an account at peace', () => {
  test('what could be settled, each side\u2019s time to answer, and by when this browser has to run again', () => {
    const scene = courtScene()
    expect(accountOf(scene)).toMatchObject({
      status: 'open',
      settlement: null,
      dispute: null,
      policies: [],
      settleable: [move(COLLATERAL)],
      ownResponseSeconds: 3_600,
      theirResponseSeconds: 3_600,
      lastSafe: scene.chainNow() + 3_600,
      isUnplugged: false,
    })
    expect(accountOf(scene, 'Hub').settleable).toEqual([move(0n, COLLATERAL)])
    expect(scene.entity()).toMatchObject({
      chain: 'sim',
      debts: [],
      outstanding: { waiting: 0, inFlight: 0, calls: 0 },
      lastSafe: scene.chainNow() + 3_600,
    })
  })

  test('what a payment holds cannot be settled', () => {
    const scene = courtScene()
    const { world, hub } = scene
    world.ok('You', { type: 'settle', counterparty: hub, diffs: [diff(scene, usd(100), 0n)] })
    expect(accountOf(scene).settleable).toEqual([move(COLLATERAL)])
    world.ok('You', { type: 'direct_payment', counterparty: hub, tokenId: TUSD, amount: usd(50), memo: '' })
    expect(accountOf(scene).settleable).toEqual([move(COLLATERAL - usd(50), usd(50))])
  })

  test('policies -- whose they are', () => {
    const scene = courtScene()
    scene.world.ok('You', { type: 'rebalance_policy', counterparty: scene.hub, tokenId: TUSD, softLimit: usd(20) })
    expect(accountOf(scene).policies).toEqual([{ tokenId: TUSD, softLimit: usd(20), isOurs: true }])
    expect(accountOf(scene, 'Hub').policies).toEqual([{ tokenId: TUSD, softLimit: usd(20), isOurs: false }])
  })

  test('a simulated peer that is cut off', () => {
    const { world, hub, account } = courtScene()
    world.tick([{ type: 'runtime', tx: { type: 'set_unplugged', entityId: hub, isUnplugged: true } }])
    expect(account().isUnplugged).toBe(true)
  })
})

describe('the reserve', () => {
  test('what is on its way to the chain -- cannot be spent twice, and is counted', () => {
    const scene = courtScene()
    const { world, entity, chain, processed, reserve } = scene
    for (const amount of [usd(100), usd(50)])
      world.ok('You', { type: 'reserve_to_collateral', counterparty: scene.hub, tokenId: TUSD, amount })
    expect(entity().outstanding).toEqual({ waiting: 1, inFlight: 1, calls: 0 })
    expect(entity().balances[0]).toMatchObject({ reserve: RESERVE, spendable: RESERVE - usd(150) })
    chain([reserve(RESERVE - usd(100)), processed()])
    expect(entity().outstanding).toEqual({ waiting: 0, inFlight: 1, calls: 0 })
    expect(entity().balances[0]).toMatchObject({ reserve: RESERVE - usd(100), spendable: RESERVE - usd(150) })
  })

  test('debts -- owed and owing, oldest first, and what they leave to be spent', () => {
    const scene = courtScene()
    const { you, hub, chain, entity } = scene
    const debt = (debtor: typeof you, debtId: number, amount: bigint): JEvent => ({
      type: 'debt_created',
      debtor,
      creditor: debtor === you ? hub : you,
      tokenId: TUSD,
      debtId,
      amount,
    })
    chain([debt(you, 1, usd(30)), debt(hub, 4, usd(7)), debt(hub, 5, usd(8))])
    const view = { counterpartyId: hub, counterpartyLabel: 'Hub', tokenId: TUSD }
    const shown = (debts: ReturnType<typeof entity>['debts']) => [...debts].sort((a, b) => a.debtId - b.debtId)
    expect(shown(entity().debts)).toEqual([
      { ...view, isOwedToUs: false, debtId: 1, amount: usd(30) },
      { ...view, isOwedToUs: true, debtId: 4, amount: usd(7) },
      { ...view, isOwedToUs: true, debtId: 5, amount: usd(8) },
    ])
    expect(entity().balances[0]).toMatchObject({ reserve: RESERVE, spendable: RESERVE - usd(30) })
    travelled(scene.view())
  })

  test('more owed than there is -- nothing to spend, and not less than nothing', () => {
    const { you, hub, chain, entity } = courtScene()
    chain([{ type: 'debt_created', debtor: you, creditor: hub, tokenId: TUSD, debtId: 1, amount: usd(9_999) }])
    expect(entity().balances[0]).toMatchObject({ reserve: RESERVE, spendable: 0n })
  })
})

describe('a settlement', () => {
  const stages = (scene: Scene, own: bigint, theirs: bigint) => {
    const { world, hub } = scene
    const seen: string[] = []
    world.tick([world.command('You', { type: 'settle', counterparty: hub, diffs: [diff(scene, own, theirs)] })])
    for (let ticks = 0; ticks < 20; ticks++) {
      const stage = accountOf(scene).settlement?.stage
      if (stage !== undefined && stage !== seen.at(-1)) seen.push(stage)
      world.tick()
    }
    return seen
  }

  test('of one\u2019s own money -- asked, proposed, approved, handed in; then done, and gone', () => {
    const scene = courtScene()
    expect(stages(scene, usd(100), 0n)).toEqual(['asked', 'approved', 'handed_in'])
    const { settlement, tokens } = accountOf(scene)
    expect(settlement).toMatchObject({
      isOurs: true,
      needsDecision: false,
      moves: [move(usd(100))],
      after: [{ outCollateral: COLLATERAL - usd(100), collateral: COLLATERAL - usd(100), held: 0n }],
    })
    expect(tokens[0]).toMatchObject({ outCollateral: COLLATERAL, held: usd(100) })
    expect(accountOf(scene, 'Hub').settlement).toMatchObject({
      stage: 'sealed',
      isOurs: false,
      needsDecision: false,
      moves: [move(0n, usd(100))],
    })
    const { approvedAtHeight } = present(scene.world.account('You', 'Hub').state.settlement, 'a settlement')
    const nonce = settlementNonce(present(approvedAtHeight, 'approved'))
    const left = COLLATERAL - usd(100)
    scene.chain([scene.reserve(RESERVE + usd(100)), scene.settled(left, { nonce }), scene.processed()])
    expect(accountOf(scene).settlement).toBe(null)
    expect(accountOf(scene).tokens[0]).toMatchObject({ outCollateral: left, held: 0n })
  })

  test('that takes of ours -- waits for our word, which is then on its way', () => {
    const scene = courtScene()
    const { world, you, hub } = scene
    // Out of our reserve into the account, and nothing of theirs.
    world.ok('Hub', { type: 'settle', counterparty: you, diffs: [diff(scene, -usd(40), 0n)] })
    expect(accountOf(scene).settlement).toMatchObject({
      isOurs: false,
      stage: 'proposed',
      needsDecision: true,
      moves: [move(-usd(40))],
      after: [{ collateral: COLLATERAL + usd(40), outCollateral: COLLATERAL + usd(40) }],
    })
    expect(accountOf(scene, 'Hub').settlement).toMatchObject({ isOurs: true, stage: 'proposed', needsDecision: false })
    world.tick([world.command('You', { type: 'settle_approve', counterparty: hub })])
    expect(accountOf(scene).settlement).toMatchObject({ stage: 'proposed', needsDecision: false })
    world.settle()
    expect(accountOf(scene).settlement).toMatchObject({ stage: 'sealed', needsDecision: false })
  })
})

describe('a dispute', () => {
  /** You have paid 100 and been paid 80 since the state that is shown as the old one. */
  const scene = () => {
    const made = courtScene()
    const { world, you, hub } = made
    const pay = (from: string, to: typeof you, amount: bigint) =>
      world.ok(from, { type: 'direct_payment', counterparty: to, tokenId: TUSD, amount, memo: '' })
    pay('You', hub, usd(100))
    const old = made.newest()
    pay('Hub', you, usd(80))
    return { ...made, old, window: made.chainNow() + 3_600 }
  }
  const stake = (gets: bigint) => ({
    tokenId: TUSD,
    collateral: COLLATERAL,
    gets,
    isOwed: 0n,
    owes: 0n,
    newestGets: usd(730),
    newestIsOwed: 0n,
    newestOwes: 0n,
  })

  test('called by us -- on its way, then open, with what we hold as what the court has', () => {
    const made = scene()
    made.world.ok('You', { type: 'dispute_start', counterparty: made.hub })
    expect(accountOf(made)).toMatchObject({
      status: 'suing',
      dispute: {
        stage: 'suing',
        isOurs: true,
        proof: 'newest',
        windowEnd: 0,
        judgedAfter: 0,
        stakes: [stake(usd(730))],
      },
    })
    made.chain([made.started(made.newest(), 'you', made.window)])
    expect(accountOf(made)).toMatchObject({
      status: 'disputed',
      lastSafe: null,
      dispute: {
        stage: 'open',
        isOurs: true,
        proof: 'newest',
        isAnswering: false,
        windowEnd: made.window,
        judgedAfter: made.window,
      },
    })
    expect(accountOf(made, 'Hub').dispute).toMatchObject({ isOurs: false, proof: 'newest' })
  })

  test('nothing can be sent or received from the call on; what is there is still there', () => {
    const made = scene()
    const balanceIn = () =>
      present(
        made.entity().balances.find(({ tokenId }) => tokenId === TUSD),
        'tUSD',
      )
    const before = balanceIn()
    expect(before.canSend > 0n && before.canReceive > 0n).toBe(true)
    made.world.ok('You', { type: 'dispute_start', counterparty: made.hub })
    const position = { ...before.position, outbound: 0n, inbound: 0n }
    expect(balanceIn()).toEqual({ ...before, canSend: 0n, canReceive: 0n, position })
    expect(accountOf(made)).toMatchObject({ outbound: 0n, inbound: 0n, balance: before.position.balance })
  })

  test('called with an old state -- less for us, ours on its way, and a deadline for it; answered, all is well', () => {
    const made = scene()
    made.chain([made.started(made.old, 'hub', made.window)])
    expect(accountOf(made)).toMatchObject({
      lastSafe: made.window,
      dispute: { stage: 'open', isOurs: false, proof: 'older', isAnswering: true, stakes: [stake(usd(650))] },
    })
    expect(made.entity().lastSafe).toBe(made.window)
    const { left, right } = made
    made.chain([{ type: 'counter_registered', left, right, epoch: 0, ...made.newest() }])
    expect(accountOf(made)).toMatchObject({
      lastSafe: null,
      dispute: { proof: 'newest', isAnswering: false, stakes: [stake(usd(730))] },
    })
    expect(made.entity().lastSafe).toBe(null)
  })

  test('a newer state than we hold', () => {
    const made = scene()
    const { nonce, body } = made.newest()
    made.chain([made.started({ nonce: nonce + 4, body }, 'hub', made.window)])
    expect(accountOf(made).dispute).toMatchObject({ proof: 'newer', isAnswering: false })
  })

  test('its window over -- due; judged -- closed, what came in the reserve, nothing in the account', () => {
    const made = scene()
    made.chain([made.started(made.newest(), 'you', made.window)])
    made.chain([], made.window)
    expect(accountOf(made).dispute?.stage).toBe('open')
    made.chain([], made.window + 1)
    expect(accountOf(made).dispute?.stage).toBe('due')
    // Hub has agreed to end it at once, and the time has come besides: the chain is told both.
    expect(made.entity().outstanding.calls).toBe(2)
    const { left, right } = made
    made.chain([
      made.reserve(RESERVE + usd(730)),
      { type: 'dispute_finalized', left, right, epoch: 1, nonce: made.newest().nonce },
    ])
    expect(accountOf(made)).toMatchObject({
      status: 'closed',
      dispute: null,
      settlement: null,
      lastSafe: null,
      tokens: [],
    })
    expect(made.entity()).toMatchObject({ outstanding: { calls: 0 }, lastSafe: null })
    expect(made.entity().balances[0]).toMatchObject({ reserve: RESERVE + usd(730), total: RESERVE + usd(730) })
  })

  test('payments under way -- waited for after the window, and by a preimage of ours the last safe day comes sooner', () => {
    const made = courtScene()
    const { world, you } = made
    world.ok('Hub', { type: 'direct_payment', counterparty: you, tokenId: TUSD, amount: usd(1), memo: '' })
    const invoice = world.invoice('You', usd(5))
    // Hub pays and hears nothing more: You know the preimage, and collect.
    world.tick([world.command('Hub', world.pay('You', usd(5), { invoice }))])
    world.tick()
    const locks = () => [...world.account('You', 'Hub').state.locks.values()]
    for (let ticks = 0; ticks < 5 && locks().length === 0; ticks++) world.tick()
    const [lock] = locks()
    const expiry = present(lock, 'a lock').expirySeconds
    expect(accountOf(made).lastSafe).toBe(Math.min(made.chainNow() + 3_600, expiry - 600))
    const window = made.chainNow() + 60
    made.chain([made.started(made.newest(), 'hub', window)])
    expect(accountOf(made).dispute).toMatchObject({ windowEnd: window, judgedAfter: expiry })
    made.chain([], window + 1)
    expect(accountOf(made).dispute?.stage).toBe('waiting')
  })
})
