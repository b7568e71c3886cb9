/** The end of a dispute: who gets what, when, by which proof, and what is over after it. */
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { bodyOf, htlc, preimageOf, swap, tokenProof } from './court.ts'
import { type Funded, left, openFunded, right } from './funded.ts'
import { type Actor, eventsOf, TETH, TUSD } from './world.ts'

const pair = { left: left.entityId, right: right.entityId }
const DAY = 86_400
const refusedUntil = (deadline: number, now: number) => ({
  reason: {
    name: 'DisputeNotYetFinal',
    params: { deadlineSeconds: BigInt(deadline), nowSeconds: BigInt(now) },
  },
})

/** LEFT has put `fromLeft` and RIGHT `fromRight` into the account, out of reserves of 1,000 and 500. */
const openAccount = async (fromLeft: bigint, fromRight: bigint): Promise<Funded> => {
  const world = await openFunded()
  for (const [by, other, amount] of [
    [left, right, fromLeft],
    [right, left, fromRight],
  ] as const)
    if (amount > 0n)
      eventsOf(
        await world.submit(by, {
          reserveToCollateral: [{ counterparty: other.entityId, tokenId: TUSD, amount, epoch: 0 }],
        }),
      )
  return world
}

/** LEFT starts at 2,000 with LEFT's frame 1; the window ends at 3,000. */
const openDisputed = async (body: Uint8Array, account: readonly [bigint, bigint] = [300n, 200n]) => {
  const world = await openAccount(...account)
  world.at(2_000)
  eventsOf(await world.submit(left, { disputeStarts: [world.signed.start(left, { nonce: 5, body })] }))
  const finalize = (bytes = body) => world.send('finalize', left.entityId, right.entityId, bytes)
  const agree = (proof: { nonce: number; body: Uint8Array; epoch?: number }) => {
    const { leftHanko, rightHanko } = world.signed.agreement(proof)
    return world.send('finalizeAgreed', left.entityId, right.entityId, proof.body, leftHanko, rightHanko)
  }
  return { ...world, finalize, agree }
}

describe('finalize', () => {
  // 500 of collateral, 300 of it LEFT's; reserves 700 and 300. Δ = 300 + offdelta.
  it.each<[string, bigint, { left: bigint; right: bigint; debts: bigint[] }]>([
    ['nothing was paid: each its own', 0n, { left: 1_000n, right: 500n, debts: [0n, 0n] }],
    ['RIGHT paid 200: LEFT gets all, nobody owes', 200n, { left: 1_200n, right: 300n, debts: [0n, 0n] }],
    [
      'RIGHT paid 201: one beyond the collateral, from its reserve',
      201n,
      { left: 1_201n, right: 299n, debts: [0n, 0n] },
    ],
    ['RIGHT paid all it has', 500n, { left: 1_500n, right: 0n, debts: [0n, 0n] }],
    ['RIGHT paid more than it has: a debt', 750n, { left: 1_500n, right: 0n, debts: [0n, 250n] }],
    ['LEFT paid 299: it keeps one', -299n, { left: 701n, right: 799n, debts: [0n, 0n] }],
    ['LEFT paid 300: RIGHT gets all', -300n, { left: 700n, right: 800n, debts: [0n, 0n] }],
    ['LEFT paid on credit, from its reserve', -301n, { left: 699n, right: 801n, debts: [0n, 0n] }],
    ['LEFT paid more than it has: a debt', -1_001n, { left: 0n, right: 1_500n, debts: [1n, 0n] }],
  ])('%s', async (_, offdelta, after) => {
    const body = bodyOf({ tokens: [tokenProof(TUSD, offdelta)] })
    const { finalize, at, standing } = await openDisputed(body)
    const before = await standing()
    at(3_001)
    const events = eventsOf(await finalize())
    expect(await standing()).toEqual({
      ...before,
      ...after,
      account: [0n, 0n],
      pair: [1n, 0n],
      isDisputed: false,
      height: before.height + 1,
    })
    const settled = { tokenId: TUSD, collateral: 0n, ondelta: 0n, epoch: 1, nonce: 0 }
    expect(events[0]).toEqual({ type: 'account_settled', ...pair, ...settled })
    expect(events.at(-1)).toEqual({ type: 'dispute_finalized', ...pair, epoch: 1, nonce: 5 })
  })

  it('only after the window, by anybody, once', async () => {
    const body = bodyOf({ tokens: [tokenProof(TUSD, 1n)] })
    const { finalize, at, standing } = await openDisputed(body)
    const before = await standing()
    at(3_000)
    expect(await finalize()).toMatchObject(refusedUntil(3_000, 3_000))
    expect(await standing()).toEqual(before)
    at(3_001)
    expect((await finalize()).type).toBe('included')
    const after = await standing()
    expect(await finalize()).toMatchObject({ reason: { name: 'DisputeNotOpen', params: pair } })
    expect(await standing()).toEqual(after)
  })

  it('by the newest proof and no other', async () => {
    const [old, best] = [0n, 150n].map((offdelta) => bodyOf({ tokens: [tokenProof(TUSD, offdelta)] })) as [
      Uint8Array,
      Uint8Array,
    ]
    const { finalize, send, signed, at, standing } = await openDisputed(old)
    eventsOf(await send('registerCounter', left.entityId, right.entityId, signed.counter({ nonce: 9, body: best })))
    at(3_001)
    expect(await finalize(old)).toMatchObject({ reason: { name: 'BodyMismatch' } })
    expect(eventsOf(await finalize(best)).at(-1)).toMatchObject({ type: 'dispute_finalized', nonce: 9 })
    expect(await standing()).toMatchObject({ left: 1_150n, right: 350n })
  })

  it('in a new epoch, where nothing signed before is good', async () => {
    const body = bodyOf({ tokens: [tokenProof(TUSD, 0n)] })
    const { finalize, submit, signed, at, standing } = await openDisputed(body)
    at(3_001)
    eventsOf(await finalize())
    const after = await standing()
    const diffs = [{ tokenId: TUSD, leftDiff: -1n, rightDiff: 0n, collateralDiff: 1n }]
    expect(await submit(left, { disputeStarts: [signed.start(left, { nonce: 9, body })] })).toMatchObject({
      reason: { name: 'SignerMismatch' },
    })
    const stale = signed.settlement({ nonce: 10, validUntil: 9_000, diffs })
    expect(await submit(left, { settlements: [stale] })).toMatchObject({ reason: { name: 'SignerMismatch' } })
    const funding = { counterparty: right.entityId, tokenId: TUSD, amount: 5n }
    expect(await submit(left, { reserveToCollateral: [{ ...funding, epoch: 0 }] })).toEqual({
      type: 'reverted',
      reason: { name: 'EpochMismatch', params: { ...pair, current: 1n, actual: 0n } },
    })
    expect(await standing()).toEqual(after)
    eventsOf(await submit(left, { reserveToCollateral: [{ ...funding, epoch: 1 }] }))
    eventsOf(await submit(left, { settlements: [signed.settlement({ nonce: 2, validUntil: 9_000, diffs, epoch: 1 })] }))
    eventsOf(await submit(right, { disputeStarts: [signed.start(right, { nonce: 5, body, epoch: 1 })] }))
    expect(await standing()).toMatchObject({ account: [6n, 6n], pair: [1n, 2n], isDisputed: true })
  })

  it('leaves alone tokens of which the proof says nothing', async () => {
    const body = bodyOf({ tokens: [tokenProof(TETH, -40n)] })
    const { finalize, at, standing } = await openDisputed(body)
    at(3_001)
    eventsOf(await finalize())
    expect(await standing()).toMatchObject({ left: 700n, right: 300n, account: [500n, 300n], pair: [1n, 0n] })
    expect(await standing(TETH)).toMatchObject({ left: 960n, right: 540n, account: [0n, 0n] })
  })

  it('counts collateral that came while the dispute was open', async () => {
    const body = bodyOf({ tokens: [tokenProof(TUSD, 250n)] })
    const { finalize, submit, at, standing } = await openDisputed(body)
    const reserveToCollateral = [{ counterparty: left.entityId, tokenId: TUSD, amount: 100n, epoch: 0 }]
    eventsOf(await submit(right, { reserveToCollateral }))
    at(3_001)
    eventsOf(await finalize())
    expect(await standing()).toMatchObject({ left: 1_250n, right: 250n, debts: [0n, 0n] })
  })
})

describe('locks', () => {
  const tokens = [tokenProof(TUSD, 0n, { leftAllowance: 90n, rightAllowance: 100n })]
  it.each<[string, number | null, { left: bigint; right: bigint }]>([
    ['in time, in the last second: paid', 5_000, { left: 920n, right: 580n }],
    ['a second late: not paid', 5_001, { left: 1_000n, right: 500n }],
    ['never: not paid', null, { left: 1_000n, right: 500n }],
    ['before the dispute: paid', 1_500, { left: 920n, right: 580n }],
  ])('preimage %s', async (_, revealedAt, after) => {
    const body = bodyOf({ tokens, htlcs: [htlc('a', { amount: 80n, expirySeconds: 5_000 })] })
    const world = await openAccount(300n, 200n)
    const { at, send, submit, signed, standing } = world
    const reveal = async (): Promise<void> => {
      at(revealedAt ?? 0)
      eventsOf(await send('revealSecret', preimageOf('a')))
    }
    if (revealedAt === 1_500) await reveal()
    at(2_000)
    eventsOf(await submit(left, { disputeStarts: [signed.start(left, { nonce: 5, body })] }))
    const finalize = () => send('finalize', left.entityId, right.entityId, body)
    at(3_500)
    // The window is over, but the preimage may still come.
    if (revealedAt !== 1_500) expect(await finalize()).toMatchObject(refusedUntil(5_000, 3_500))
    if (revealedAt !== null && revealedAt !== 1_500) await reveal()
    at(revealedAt === 1_500 ? 3_501 : 5_001)
    eventsOf(await finalize())
    expect(await standing()).toMatchObject(after)
  })

  it('wait for the latest of those still unknown, after the window has ended or before', async () => {
    const htlcs = [
      htlc('early', { expirySeconds: 2_500 }),
      htlc('middle', { expirySeconds: 4_000 }),
      htlc('late', { expirySeconds: 6_000 }),
    ]
    const { finalize, send, at } = await openDisputed(bodyOf({ tokens, htlcs }))
    at(3_001)
    expect(await finalize()).toMatchObject(refusedUntil(6_000, 3_001))
    eventsOf(await send('revealSecret', preimageOf('late')))
    expect(await finalize()).toMatchObject(refusedUntil(4_000, 3_002))
    eventsOf(await send('revealSecret', preimageOf('middle')))
    expect((await finalize()).type).toBe('included')
  })

  it('hold a judgment up for no longer than the longest lock', async () => {
    const forever = htlc('a', { expirySeconds: Number.MAX_SAFE_INTEGER })
    const { finalize, at, standing } = await openDisputed(bodyOf({ tokens, htlcs: [forever] }))
    const deadline = 2_000 + LIMITS.maxLockSeconds
    at(deadline)
    expect(await finalize()).toMatchObject(refusedUntil(deadline, deadline))
    at(deadline + 1)
    eventsOf(await finalize())
    expect(await standing()).toMatchObject({ left: 1_000n, right: 500n })
  })

  it('pay no more than the allowance, in both directions', async () => {
    const htlcs = [
      htlc('a', { amount: 60n }),
      htlc('b', { amount: 60n }),
      htlc('c', { amount: 100n, byLeft: 0 }),
      htlc('d', { amount: 1n, byLeft: 0 }),
    ]
    const { finalize, send, at, standing } = await openDisputed(bodyOf({ tokens, htlcs }))
    for (const name of ['a', 'b', 'c', 'd']) eventsOf(await send('revealSecret', preimageOf(name)))
    at(3_001)
    eventsOf(await finalize())
    // LEFT pays 60 + 30 of its 90, RIGHT 100 + 0 of its 100.
    expect(await standing()).toMatchObject({ left: 1_010n, right: 490n })
  })
})

describe('swaps', () => {
  const tokens = [
    tokenProof(TUSD, 0n, { leftAllowance: 100n, rightAllowance: 0n }),
    tokenProof(TETH, 0n, { leftAllowance: 0n, rightAllowance: 50n }),
  ]
  const both = async ({ standing }: Funded) => [await standing(TUSD), await standing(TETH)]
  it.each<[string, readonly number[], readonly [bigint, bigint]]>([
    ['the whole', [0xff, 0xff], [100n, 50n]],
    ['nothing', [0, 0], [0n, 0n]],
    ['half, rounded for the maker', [0x80, 0x00], [50n, 26n]],
    ['one part', [0, 1], [0n, 1n]],
    ['malformed arguments: nothing', [0xff], [0n, 0n]],
    ['too many arguments: nothing', [0xff, 0xff, 0xff, 0xff], [0n, 0n]],
  ])('filled by the other side: %s', async (_, args, [usd, eth]) => {
    const body = bodyOf({ tokens, swaps: [swap()] })
    const world = await openDisputed(body)
    const { finalize, send, signed, at } = world
    eventsOf(await send('registerArguments', ...signed.arguments(right, body, Uint8Array.from(args))))
    // The maker cannot fill its own offer.
    eventsOf(await send('registerArguments', ...signed.arguments(left, body, Uint8Array.of(0xff, 0xff))))
    at(3_001)
    eventsOf(await finalize())
    const [inUsd, inEth] = await both(world)
    expect([inUsd?.left, inUsd?.right]).toEqual([1_000n - usd, 500n + usd])
    expect([inEth?.left, inEth?.right]).toEqual([1_000n + eth, 500n - eth])
  })
})

describe('finalizeAgreed', () => {
  const body = bodyOf({ tokens: [tokenProof(TUSD, 100n)] })
  it('skips the wait', async () => {
    const { agree, standing } = await openDisputed(body)
    expect(eventsOf(await agree({ nonce: 5, body })).at(-1)).toMatchObject({ type: 'dispute_finalized', epoch: 1 })
    expect(await standing()).toMatchObject({ left: 1_100n, right: 400n, pair: [1n, 0n], isDisputed: false })
  })

  it.each(['lock', 'offer'])('refuses a proof with an open %s', async (clause) => {
    const two = [tokenProof(TUSD, 0n), tokenProof(TETH, 0n)]
    const open = bodyOf({ tokens: two, ...(clause === 'lock' ? { htlcs: [htlc('a')] } : { swaps: [swap()] }) })
    const { agree, standing } = await openDisputed(open)
    const before = await standing()
    expect(await agree({ nonce: 5, body: open })).toMatchObject({
      reason: { name: 'DisputeHasClauses', params: { clauses: 1n } },
    })
    expect(await standing()).toEqual(before)
  })

  it('refuses what was agreed of another proof, another body or another epoch, and one side alone', async () => {
    const { agree, send, signed, standing } = await openDisputed(body)
    const before = await standing()
    expect(await agree({ nonce: 4, body })).toMatchObject({ reason: { name: 'SignerMismatch' } })
    expect(await agree({ nonce: 5, body, epoch: 1 })).toMatchObject({ reason: { name: 'SignerMismatch' } })
    expect(await agree({ nonce: 5, body: bodyOf({}) })).toMatchObject({ reason: { name: 'BodyMismatch' } })
    const { leftHanko, rightHanko } = signed.agreement({ nonce: 5, body })
    for (const hankos of [
      [leftHanko, leftHanko],
      [rightHanko, rightHanko],
    ])
      expect(await send('finalizeAgreed', left.entityId, right.entityId, body, ...hankos)).toMatchObject({
        reason: { name: 'BoardNotOfEntity' },
      })
    // The proof of a frame is no agreement to be judged by it.
    const proof = signed.counter({ nonce: 5, body })
    const asAgreement = [proof.leftHanko, proof.rightHanko]
    expect(await send('finalizeAgreed', left.entityId, right.entityId, body, ...asAgreement)).toMatchObject({
      reason: { name: 'SignerMismatch' },
    })
    expect(await standing()).toEqual(before)
  })

  it('refuses where there is no dispute', async () => {
    const { send, signed } = await openFunded()
    const { leftHanko, rightHanko } = signed.agreement({ nonce: 5, body })
    expect(await send('finalizeAgreed', left.entityId, right.entityId, body, leftHanko, rightHanko)).toMatchObject({
      reason: { name: 'DisputeNotOpen' },
    })
  })
})

it('the dearest judgment fits in one transaction', async () => {
  const { chain, submit, signed, send, at } = await openFunded()
  const count = LIMITS.tokensPerAccount
  const start = async (by: Actor, nonce: number, epoch: number, body: Uint8Array): Promise<void> => {
    eventsOf(await submit(by, { disputeStarts: [signed.start(by, { nonce, body, epoch })] }))
  }
  // Both sides come to owe the other in every token, more often than one judgment pays.
  const tokens = (sign: bigint) => Array.from({ length: count }, (_, i) => tokenProof(i + 1, sign * 2_000n))
  let now = 10_000
  for (let epoch = 0; epoch < 6; epoch++) {
    const body = bodyOf({ tokens: tokens(1n) })
    at(now)
    await start(left, 5, epoch, body)
    now += 2_000
    at(now)
    eventsOf(await send('finalize', left.entityId, right.entityId, body))
  }
  const htlcs = Array.from({ length: 50 }, (_, i) =>
    htlc(`${i}`, { tokenId: count, expirySeconds: now + DAY, byLeft: i % 2 }),
  )
  const swaps = Array.from({ length: 50 }, () => swap({ giveTokenId: count, wantTokenId: count - 1 }))
  const dearest = bodyOf({ tokens: tokens(-1n), htlcs, swaps })
  at(now)
  await start(left, 5, 6, dearest)
  at(now + 2 * DAY)
  const judged = await send('finalize', left.entityId, right.entityId, dearest)
  expect(judged.type).toBe('included')
  expect(chain.height()).toBeGreaterThan(0)
})
