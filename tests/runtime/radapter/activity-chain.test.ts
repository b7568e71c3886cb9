/** The chain in the history: deposits, withdrawals, settlements, disputes and debts, from the asking to the answer. */
import { describe, expect, test } from 'vitest'
import { settlementNonce } from '../../../runtime/account/proof.ts'
import type { JEvent } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import type { Address } from '../../../runtime/lib/units.ts'
import { readBook } from '../../../runtime/radapter/activity-known.ts'
import type { ActivityEntry } from '../../../runtime/radapter/types.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { COLLATERAL, courtScene, RESERVE, type Scene } from '../../support/court-scene.ts'
import { modelPage } from '../../support/history-model.ts'
import { TUSD, usd } from '../../support/world.ts'

const ADDRESS = `0x${'ab'.repeat(20)}` as Address

const entries = (scene: Scene, name = 'You'): readonly ActivityEntry[] => {
  const query = { entityId: scene.world.id(name), height: Number.MAX_SAFE_INTEGER, search: '', page: 1 }
  return modelPage(scene.rows(), { ...query, pageSize: 100 }).entries
}
/** Of one kind, oldest first: status and amount. */
const of = (scene: Scene, kind: ActivityEntry['kind'], name = 'You') =>
  entries(scene, name)
    .filter((entry) => entry.kind === kind)
    .map(({ status, amount }) => [status, amount])
    .reverse()

/** The running balance ends at what there is, and everything is found again on disk. */
const expectSound = async (scene: Scene): Promise<void> => {
  const own = present(scene.history().byEntity.get(scene.you), 'a history')
  const total = scene.entity().balances[0]?.total
  expect(own.balances.get(TUSD)?.last.balance).toBe(total)
  expect(await readBook(memoryStore({ rows: new Map(scene.rows()), epoch: 0 }))).toEqual(scene.history())
}

describe('deposit', () => {
  const asked = () => {
    const scene = courtScene()
    scene.world.ok('You', { type: 'deposit', from: ADDRESS, tokenId: TUSD, amount: usd(40) })
    return scene
  }

  test('pending, then received once, with what has really come in', async () => {
    const scene = asked()
    expect(of(scene, 'deposit')).toEqual([
      ['received', RESERVE + COLLATERAL],
      ['pending', usd(40)],
    ])
    scene.chain([scene.reserve(RESERVE + usd(39)), scene.processed()])
    expect(of(scene, 'deposit')).toEqual([
      ['received', RESERVE + COLLATERAL],
      ['received', usd(39)],
    ])
    await expectSound(scene)
  })

  test('something else comes in meanwhile -- an entry of its own; ours goes on waiting', async () => {
    const scene = asked()
    scene.chain([scene.reserve(RESERVE + usd(5))])
    expect(of(scene, 'deposit')).toEqual([
      ['received', RESERVE + COLLATERAL],
      ['pending', usd(40)],
      ['received', usd(5)],
    ])
    await expectSound(scene)
  })

  test('refused by the chain -- failed, with its reason', async () => {
    const scene = asked()
    scene.world.tick([{ type: 'batch_failed', entityId: scene.you, nonce: 2, reason: 'E_TOKEN' }])
    expect(entries(scene)[0]).toMatchObject({ kind: 'deposit', status: 'failed', failure: 'E_TOKEN' })
    await expectSound(scene)
  })
})

describe('withdrawal', () => {
  test('pending, then sent to its address', async () => {
    const scene = courtScene()
    scene.world.ok('You', { type: 'withdraw', to: ADDRESS, tokenId: TUSD, amount: usd(40) })
    expect(entries(scene)[0]).toMatchObject({
      kind: 'withdrawal',
      status: 'pending',
      amount: usd(40),
      counterpartyId: ADDRESS,
      counterpartyLabel: ADDRESS,
    })
    scene.chain([scene.reserve(RESERVE - usd(40)), scene.processed()])
    expect(of(scene, 'withdrawal')).toEqual([['sent', usd(40)]])
    await expectSound(scene)
  })
})

describe('settlement', () => {
  const proposed = (own: bigint, theirs = 0n): Scene => {
    const scene = courtScene()
    const { isLeft } = scene
    const diff = { tokenId: TUSD, leftDiff: isLeft ? own : theirs, rightDiff: isLeft ? theirs : own }
    scene.world.ok('You', { type: 'settle', counterparty: scene.hub, diffs: [diff] })
    return scene
  }
  const nonceOf = (scene: Scene): number => {
    const { settlement } = scene.world.account('You', 'Hub').state
    return settlementNonce(present(settlement?.approvedAtHeight ?? null, 'an approved settlement'))
  }

  test('pending on both sides, then moved; what it brought is no deposit, and what it took no collateral of theirs', async () => {
    const scene = proposed(usd(100))
    expect(of(scene, 'settlement')).toEqual([['pending', usd(100)]])
    expect(of(scene, 'settlement', 'Hub')).toEqual([['pending', usd(100)]])
    const nonce = nonceOf(scene)
    scene.chain([scene.reserve(RESERVE + usd(100)), scene.settled(COLLATERAL - usd(100), { nonce }), scene.processed()])
    expect(of(scene, 'settlement')).toEqual([['sent', usd(100)]])
    expect(of(scene, 'settlement', 'Hub')).toEqual([['sent', usd(100)]])
    expect(of(scene, 'deposit')).toEqual([['received', RESERVE + COLLATERAL]])
    expect(of(scene, 'collateral')).toEqual([['sent', COLLATERAL]])
    await expectSound(scene)
    // The next change of the collateral is told by its difference.
    scene.chain([scene.settled(COLLATERAL - usd(90), { nonce })])
    expect(of(scene, 'collateral')).toEqual([
      ['sent', COLLATERAL],
      ['received', usd(10)],
    ])
  })

  test('done by the chain while the other side is away -- moved at once', () => {
    const scene = proposed(usd(100))
    const { world, hub } = scene
    const nonce = nonceOf(scene)
    world.tick([{ type: 'runtime', tx: { type: 'set_unplugged', entityId: hub, isUnplugged: true } }])
    world.tick([
      world.mine([
        scene.reserve(RESERVE + usd(100)),
        scene.settled(COLLATERAL - usd(100), { nonce }),
        scene.processed(),
      ]),
    ])
    expect(of(scene, 'settlement')).toEqual([['sent', usd(100)]])
    expect(of(scene, 'deposit')).toEqual([['received', RESERVE + COLLATERAL]])
  })

  test('too late for the chain -- failed, as what it is', async () => {
    const scene = proposed(usd(100))
    const { validUntil } = present(scene.world.account('You', 'Hub').state.settlement, 'a settlement')
    scene.world.advance(3_700_000)
    scene.chain([], validUntil + 1)
    expect(entries(scene)[0]).toMatchObject({ kind: 'settlement', status: 'failed', failure: 'settlement_expired' })
    await expectSound(scene)
  })

  test('taken back -- failed, as what it is', () => {
    const scene = courtScene()
    const { world, you, isLeft } = scene
    const diff = { tokenId: TUSD, leftDiff: isLeft ? -usd(40) : 0n, rightDiff: isLeft ? 0n : -usd(40) }
    world.ok('Hub', { type: 'settle', counterparty: you, diffs: [diff] })
    expect(of(scene, 'settlement')).toEqual([['pending', usd(40)]])
    world.ok('You', { type: 'settle_reject', counterparty: scene.hub })
    expect(entries(scene)[0]).toMatchObject({ kind: 'settlement', status: 'failed', failure: 'settlement_refused' })
  })
})

describe('dispute', () => {
  const judged = (scene: Scene, came: bigint, more: readonly JEvent[] = []): void => {
    const { left, right, chain, reserve } = scene
    chain([
      reserve(RESERVE + came),
      ...more,
      { type: 'dispute_finalized', left, right, epoch: 1, nonce: scene.newest().nonce },
    ])
  }
  const window = (scene: Scene): number => scene.chainNow() + 3_600

  test('called by us -- pending with what is at stake; judged, what came is what it says, and no deposit', async () => {
    const scene = courtScene()
    scene.world.ok('You', { type: 'dispute_start', counterparty: scene.hub })
    expect(of(scene, 'dispute')).toEqual([['pending', COLLATERAL]])
    scene.chain([scene.started(scene.newest(), 'you', window(scene)), scene.processed()])
    expect(of(scene, 'dispute')).toEqual([['pending', COLLATERAL]])
    judged(scene, COLLATERAL)
    expect(of(scene, 'dispute')).toEqual([['received', COLLATERAL]])
    expect(of(scene, 'deposit')).toEqual([['received', RESERVE + COLLATERAL]])
    await expectSound(scene)
  })

  test('called by the other side -- the same entry on both sides, each with its own part', async () => {
    const scene = courtScene()
    scene.chain([scene.started(scene.newest(), 'hub', window(scene))])
    expect(of(scene, 'dispute')).toEqual([['pending', COLLATERAL]])
    expect(of(scene, 'dispute', 'Hub')).toEqual([['pending', 0n]])
    judged(scene, COLLATERAL)
    expect(of(scene, 'dispute', 'Hub')).toEqual([['received', 0n]])
    await expectSound(scene)
  })

  test('the chain refused to hear it -- failed, unless the other side was heard first', () => {
    const scene = courtScene()
    scene.world.ok('You', { type: 'dispute_start', counterparty: scene.hub })
    const failed = { type: 'batch_failed', entityId: scene.you, nonce: 2, reason: 'DisputeOpen' } as const
    const other = courtScene()
    other.world.ok('You', { type: 'dispute_start', counterparty: other.hub })
    other.chain([other.started(other.newest(), 'hub', window(other))])
    other.world.tick([failed])
    expect(of(other, 'dispute')).toEqual([['pending', COLLATERAL]])
    scene.world.tick([failed])
    expect(of(scene, 'dispute')).toEqual([['failed', COLLATERAL]])
  })

  test('what was under way in the account -- has failed with it; a settlement the chain had done stays done', async () => {
    const scene = courtScene()
    const { world, hub, isLeft } = scene
    const diff = { tokenId: TUSD, leftDiff: isLeft ? usd(10) : 0n, rightDiff: isLeft ? 0n : usd(10) }
    world.ok('You', { type: 'settle', counterparty: hub, diffs: [diff] })
    world.ok('You', { type: 'reserve_to_collateral', counterparty: hub, tokenId: TUSD, amount: usd(20) })
    scene.chain([scene.started(scene.newest(), 'hub', window(scene))])
    judged(scene, COLLATERAL)
    expect(entries(scene).filter(({ failure }) => failure === 'account_judged')).toMatchObject([
      { kind: 'collateral', status: 'failed' },
      { kind: 'settlement', status: 'failed' },
    ])
    await expectSound(scene)
  })

  test('opened again -- collateral is counted from nothing', () => {
    const scene = courtScene()
    scene.chain([scene.started(scene.newest(), 'you', window(scene))])
    judged(scene, COLLATERAL)
    scene.world.ok('You', { type: 'open_account', counterparty: scene.hub, tokenId: TUSD, creditLimit: usd(100) })
    const { left, right } = scene
    scene.chain([
      { type: 'account_settled', left, right, tokenId: TUSD, collateral: usd(30), ondelta: 0n, epoch: 1, nonce: 0 },
    ])
    expect(of(scene, 'collateral')).toEqual([
      ['sent', COLLATERAL],
      ['received', usd(30)],
    ])
  })
})

describe('debts', () => {
  const debt = (scene: Scene, isOwedToUs: boolean, amount: bigint) => {
    const [debtor, creditor] = isOwedToUs ? [scene.hub, scene.you] : [scene.you, scene.hub]
    return { debtor, creditor, tokenId: TUSD, debtId: 1, amount }
  }
  const created = (scene: Scene, isOwedToUs: boolean, amount: bigint): JEvent => ({
    type: 'debt_created',
    ...debt(scene, isOwedToUs, amount),
  })
  const enforced = (scene: Scene, isOwedToUs: boolean, remaining: bigint): JEvent => {
    const { amount: _, ...rest } = debt(scene, isOwedToUs, 0n)
    return { type: 'debt_enforced', ...rest, remaining }
  }

  test('owed to us by a judgement -- waits; paid in parts, each part an entry, and no deposit', async () => {
    const scene = courtScene()
    const { world, you, left, right } = scene
    world.ok('Hub', { type: 'direct_payment', counterparty: you, tokenId: TUSD, amount: usd(50), memo: '' })
    scene.chain([scene.started(scene.newest(), 'you', scene.chainNow() + 60)])
    scene.chain([
      scene.reserve(RESERVE + COLLATERAL),
      created(scene, true, usd(50)),
      { type: 'dispute_finalized', left, right, epoch: 1, nonce: scene.newest().nonce },
    ])
    expect(of(scene, 'debt_in')).toEqual([['pending', usd(50)]])
    await expectSound(scene)
    scene.chain([scene.reserve(RESERVE + COLLATERAL + usd(20)), enforced(scene, true, usd(30))])
    expect(of(scene, 'debt_in')).toEqual([
      ['pending', usd(30)],
      ['received', usd(20)],
    ])
    await expectSound(scene)
    scene.chain([scene.reserve(RESERVE + COLLATERAL + usd(50)), enforced(scene, true, 0n)])
    expect(of(scene, 'debt_in')).toEqual([
      ['received', usd(30)],
      ['received', usd(20)],
    ])
    expect(of(scene, 'deposit')).toEqual([['received', RESERVE + COLLATERAL]])
    await expectSound(scene)
  })

  test('owed by us -- what comes in is a deposit of all of it, and what goes on to the creditor is paid', async () => {
    const scene = courtScene()
    scene.chain([created(scene, false, usd(10))])
    expect(of(scene, 'debt_out')).toEqual([['pending', usd(10)]])
    // As the contracts tell it: the money comes in, and then the debt is paid from it.
    scene.chain([scene.reserve(RESERVE + usd(100)), enforced(scene, false, 0n), scene.reserve(RESERVE + usd(90))])
    expect(of(scene, 'debt_out')).toEqual([['sent', usd(10)]])
    expect(of(scene, 'deposit')).toEqual([
      ['received', RESERVE + COLLATERAL],
      ['received', usd(100)],
    ])
    await expectSound(scene)
  })
})
