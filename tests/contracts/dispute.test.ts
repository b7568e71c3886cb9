/** Going to court: starting a dispute, countering it with a newer proof, and everything a court does not take. */
import { describe, expect, it } from 'vitest'
import { EMPTY_BATCH, type JDisputeStart } from '../../runtime/jurisdiction/types.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { type Body, bodyOf, FRAME_HASH, htlc, proofDigest, ratios, swap, tokenProof } from './court.ts'
import { left, openFunded, right, stranger } from './funded.ts'
import { actor, eventsOf, hankoOf, TUSD } from './world.ts'

const body = bodyOf({ leftResponseSeconds: 1_000, rightResponseSeconds: 3_000, tokens: [tokenProof(TUSD, 10n)] })
const newer = bodyOf({ leftResponseSeconds: 1_000, rightResponseSeconds: 3_000, tokens: [tokenProof(TUSD, 20n)] })
const pair = { left: left.entityId, right: right.entityId }
const DAY = 86_400

/** LEFT has started one with the proof of LEFT's frame 1, at 2,000: the window ends at 5,000. */
const openDisputed = async () => {
  const world = await openFunded()
  world.at(2_000)
  eventsOf(await world.submit(left, { disputeStarts: [world.signed.start(left, { nonce: 5, body })] }))
  const selected = async () => {
    const [dispute] = await world.depository.call('disputeOf', left.entityId, right.entityId)
    const { nonce, bodyHash } = dispute as { nonce: bigint; bodyHash: string }
    return { nonce, bodyHash }
  }
  return {
    ...world,
    selected,
    counter: (proof: object) => world.send('registerCounter', left.entityId, right.entityId, proof),
  }
}

describe('start', () => {
  it.each([
    ['LEFT: RIGHT has its own time to answer', left, true, 5_000],
    ['RIGHT: LEFT has its own time to answer', right, false, 3_000],
  ] as const)('by %s', async (_, by, byLeft, windowEndSeconds) => {
    const { submit, standing, signed, at, depository } = await openFunded()
    const before = await standing()
    at(2_000)
    const events = eventsOf(await submit(by, { disputeStarts: [signed.start(by, { nonce: 4, body })] }))
    expect(events[0]).toEqual({ type: 'dispute_started', ...pair, byLeft, epoch: 0, nonce: 4, windowEndSeconds, body })
    expect(await standing()).toEqual({ ...before, isDisputed: true, height: before.height + 1 })
    const [dispute] = await depository.call('disputeOf', right.entityId, left.entityId)
    expect((dispute as unknown as { toObject(): object }).toObject()).toEqual({
      nonce: 4n,
      startedAt: 2_000n,
      windowEnd: BigInt(windowEndSeconds),
      byLeft,
      bodyHash: toHex(keccak(body)),
      leftArguments: '0x',
      rightArguments: '0x',
    })
  })

  it('with more time to answer than anybody may take gives fourteen days', async () => {
    const { submit, signed, at } = await openFunded()
    const slow = bodyOf({ rightResponseSeconds: 2n ** 256n - 1n })
    at(2_000)
    const [started] = eventsOf(await submit(left, { disputeStarts: [signed.start(left, { nonce: 4, body: slow })] }))
    expect(started).toMatchObject({ windowEndSeconds: 2_000 + LIMITS.maxResponseSeconds })
  })

  it('with a proof of the largest shape', async () => {
    const { submit, signed } = await openFunded()
    const tokens = Array.from({ length: LIMITS.tokensPerAccount }, (_, i) => tokenProof(i + 1, -(2n ** 192n - 1n)))
    const htlcs = Array.from({ length: 60 }, (_, i) => htlc(`${i}`, { amount: 2n ** 128n - 1n }))
    const swaps = Array.from({ length: 40 }, () => swap({ giveAmount: 2n ** 128n - 1n }))
    const largest = bodyOf({ tokens, htlcs, swaps })
    const [started] = eventsOf(await submit(left, { disputeStarts: [signed.start(left, { nonce: 4, body: largest })] }))
    expect(started).toMatchObject({ type: 'dispute_started', body: largest })
  })
})

describe('start refuses', () => {
  const changes: readonly (readonly [string, Partial<JDisputeStart>, string])[] = [
    ['a settlement’s slot', { nonce: 6 }, 'NonceSlotInvalid'],
    ['nonce 0', { nonce: 0 }, 'NonceOutOfRange'],
    ['an account with oneself', { counterparty: left.entityId }, 'AccountWithSelf'],
    ['an account with nobody', { counterparty: `0x${'00'.repeat(32)}` as typeof left.entityId }, 'EntityZero'],
    ['another counterparty than the one that signed', { counterparty: stranger.entityId }, 'BoardNotOfEntity'],
    ['another nonce than the signed one', { nonce: 9 }, 'SignerMismatch'],
    ['another frame than the signed one', { frameHash: keccak(FRAME_HASH) }, 'SignerMismatch'],
    ['another body than the signed one', { body: newer }, 'SignerMismatch'],
    ['no signature', { counterpartyHanko: new Uint8Array() }, 'NoReason'],
  ]
  it.each(changes)('%s, state unchanged', async (_, change, name) => {
    const { submit, standing, signed } = await openFunded()
    const before = await standing()
    const start = { ...signed.start(left, { nonce: 5, body }), ...change }
    expect(await submit(left, { disputeStarts: [start] })).toMatchObject({ type: 'reverted', reason: { name } })
    expect(await standing()).toEqual(before)
  })

  it('the starter’s own signature in the place of the other’s', async () => {
    const { submit, signed } = await openFunded()
    const own = hankoOf(left, proofDigest(signed.place(5), body))
    const start = { ...signed.start(left, { nonce: 5, body }), counterpartyHanko: own }
    expect(await submit(left, { disputeStarts: [start] })).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
  })

  it('a proof of another epoch', async () => {
    const { submit, signed } = await openFunded()
    const start = signed.start(left, { nonce: 5, body, epoch: 1 })
    expect(await submit(left, { disputeStarts: [start] })).toMatchObject({ reason: { name: 'SignerMismatch' } })
  })

  it('a second dispute of the same account, by either side', async () => {
    const { submit, standing, signed } = await openDisputed()
    const before = await standing()
    for (const by of [left, right])
      expect(await submit(by, { disputeStarts: [signed.start(by, { nonce: 9, body: newer })] })).toEqual({
        type: 'reverted',
        reason: { name: 'DisputeOpen', params: pair },
      })
    expect(await standing()).toEqual(before)
  })

  it('a proof older than the last settlement, and takes the one signed after it', async () => {
    const { submit, signed } = await openFunded()
    const diffs = [{ tokenId: TUSD, leftDiff: -5n, rightDiff: 0n, collateralDiff: 5n }]
    eventsOf(await submit(left, { settlements: [signed.settlement({ nonce: 6, validUntil: 9_000, diffs })] }))
    for (const nonce of [4, 5])
      expect(await submit(left, { disputeStarts: [signed.start(left, { nonce, body })] })).toMatchObject({
        reason: { name: 'NonceOutOfRange', params: { nonce: BigInt(nonce), lowest: 7n } },
      })
    expect((await submit(left, { disputeStarts: [signed.start(left, { nonce: 7, body })] })).type).toBe('included')
  })
})

describe('a body is refused', () => {
  const two = [tokenProof(1, 0n), tokenProof(2, 0n)]
  const tokens = (count: number) => Array.from({ length: count }, (_, i) => tokenProof(i + 1, 0n))
  const LARGE = 2n ** 192n
  const shapes: readonly (readonly [string, Partial<Body>, string, Record<string, bigint>])[] = [
    ['with tokens that descend', { tokens: two.toReversed() }, 'TokensNotAscending', { index: 1n }],
    ['with a token twice', { tokens: [tokenProof(1, 0n), tokenProof(1, 0n)] }, 'TokensNotAscending', { index: 1n }],
    ['with token zero', { tokens: [tokenProof(0, 0n)] }, 'TokensNotAscending', { index: 0n }],
    ['with a token of 33 bits', { tokens: [tokenProof(2 ** 32, 0n)] }, 'TokenIdOutOfRange', { tokenId: 2n ** 32n }],
    ['with 17 tokens', { tokens: tokens(17) }, 'TokensTooMany', { tokens: 17n, limit: 16n }],
    ['with an offdelta of 2^192', { tokens: [tokenProof(1, LARGE)] }, 'OffdeltaOutOfRange', { offdelta: LARGE }],
    ['with one of −2^192', { tokens: [tokenProof(1, -LARGE)] }, 'OffdeltaOutOfRange', { offdelta: -LARGE }],
    [
      'with 101 clauses',
      { tokens: two, htlcs: Array.from({ length: 100 }, () => htlc('x')), swaps: [swap()] },
      'ClausesTooMany',
      { clauses: 101n, limit: 100n },
    ],
    [
      'with a lock of neither side',
      { tokens: two, htlcs: [htlc('x', { byLeft: 2 })] },
      'ClauseSideInvalid',
      { byLeft: 2n },
    ],
    [
      'with an offer of neither side',
      { tokens: two, swaps: [swap({ byLeft: 2 })] },
      'ClauseSideInvalid',
      { byLeft: 2n },
    ],
    [
      'with a lock of 2^128',
      { tokens: two, htlcs: [htlc('x'), htlc('y', { amount: 2n ** 128n })] },
      'ClauseAmountOutOfRange',
      { index: 1n, amount: 2n ** 128n },
    ],
    [
      'with an offer of 2^128',
      { tokens: two, htlcs: [htlc('x')], swaps: [swap({ wantAmount: 2n ** 128n })] },
      'ClauseAmountOutOfRange',
      { index: 1n, amount: 2n ** 128n },
    ],
    [
      'with a lock on no token of it',
      { tokens: two, htlcs: [htlc('x', { tokenId: 3 })] },
      'ClauseTokenMissing',
      { tokenId: 3n },
    ],
    [
      'giving no token of it',
      { tokens: two, swaps: [swap({ giveTokenId: 3 })] },
      'ClauseTokenMissing',
      { tokenId: 3n },
    ],
    [
      'wanting no token of it',
      { tokens: two, swaps: [swap({ wantTokenId: 3 })] },
      'ClauseTokenMissing',
      { tokenId: 3n },
    ],
  ]
  it.each(shapes)('%s', async (_, shape, name, params) => {
    const { submit, signed } = await openFunded()
    const start = signed.start(left, { nonce: 5, body: bodyOf(shape) })
    expect(await submit(left, { disputeStarts: [start] })).toMatchObject({ reason: { name, params } })
  })

  it('with bytes nobody reads, or too few of them', async () => {
    const { submit, signed } = await openFunded()
    const start = (bytes: Uint8Array) =>
      submit(left, { disputeStarts: [signed.start(left, { nonce: 5, body: bytes })] })
    const longer = new Uint8Array(body.length + 32)
    longer.set(body)
    const [expected, actual] = [BigInt(body.length), BigInt(longer.length)]
    expect(await start(longer)).toMatchObject({ reason: { name: 'BodyLengthInvalid', params: { expected, actual } } })
    expect(await start(body.subarray(0, body.length - 1))).toMatchObject({ reason: { name: 'NoReason' } })
    expect(await start(new Uint8Array())).toMatchObject({ reason: { name: 'NoReason' } })
  })

  it('when it is the counter-proof, too', async () => {
    const { counter, selected, signed } = await openDisputed()
    const before = await selected()
    const bad = bodyOf({ tokens: two.toReversed() })
    expect(await counter(signed.counter({ nonce: 9, body: bad }))).toMatchObject({
      reason: { name: 'TokensNotAscending' },
    })
    expect(await selected()).toEqual(before)
  })
})

describe('counter', () => {
  it('by anybody puts the newer proof in place, again and again, and leaves the window as it was', async () => {
    const { counter, selected, signed, at, standing } = await openDisputed()
    for (const [nonce, proof] of [
      [7, newer],
      [8, body],
      [9, newer],
    ] as const) {
      const events = eventsOf(await counter(signed.counter({ nonce, body: proof })))
      expect(events).toEqual([{ type: 'counter_registered', ...pair, epoch: 0, nonce, body: proof }])
      expect(await selected()).toEqual({ nonce: BigInt(nonce), bodyHash: toHex(keccak(proof)) })
    }
    at(5_001)
    expect(await counter(signed.counter({ nonce: 12, body }))).toMatchObject({
      reason: { name: 'DisputeWindowOver', params: { windowEndSeconds: 5_000n, nowSeconds: 5_001n } },
    })
    expect(await standing()).toMatchObject({ pair: [0n, 0n], isDisputed: true })
  })

  it('is taken in the last second of the window', async () => {
    const { counter, signed, at } = await openDisputed()
    at(5_000)
    expect((await counter(signed.counter({ nonce: 8, body: newer }))).type).toBe('included')
  })

  it('of LEFT’s frame beats RIGHT’s of the same height, never the other way round', async () => {
    const { submit, signed, send, at } = await openFunded()
    const counter = (nonce: number) =>
      send('registerCounter', left.entityId, right.entityId, signed.counter({ nonce, body: newer }))
    at(2_000)
    eventsOf(await submit(right, { disputeStarts: [signed.start(right, { nonce: 4, body })] }))
    expect((await counter(5)).type).toBe('included')
    expect(await counter(4)).toMatchObject({ reason: { name: 'NonceOutOfRange', params: { lowest: 6n } } })
  })

  it('refuses what is not newer, a settlement’s slot, and what only one side signed', async () => {
    const { counter, selected, signed } = await openDisputed()
    const before = await selected()
    for (const nonce of [4, 5])
      expect(await counter(signed.counter({ nonce, body: newer }))).toMatchObject({
        reason: { name: 'NonceOutOfRange' },
      })
    expect(await counter({ ...signed.counter({ nonce: 9, body: newer }), nonce: 2n ** 53n })).toMatchObject({
      reason: { name: 'NonceOutOfRange', params: { highest: 2n ** 53n - 1n } },
    })
    expect(await counter(signed.counter({ nonce: 10, body: newer }))).toMatchObject({
      reason: { name: 'NonceSlotInvalid', params: { nonce: 10n } },
    })
    const good = signed.counter({ nonce: 9, body: newer })
    for (const forged of [
      { ...good, leftHanko: good.rightHanko },
      { ...good, rightHanko: good.leftHanko },
    ])
      expect(await counter(forged)).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
    for (const forged of [
      { ...good, nonce: 13 },
      { ...good, body },
      { ...good, frameHash: keccak(FRAME_HASH) },
      signed.counter({ nonce: 9, body: newer, epoch: 1 }),
    ])
      expect(await counter(forged)).toMatchObject({ reason: { name: 'SignerMismatch' } })
    expect(await selected()).toEqual(before)
  })

  it('refuses where there is no dispute, and sides out of order', async () => {
    const { send, signed } = await openFunded()
    const proof = signed.counter({ nonce: 9, body })
    expect(await send('registerCounter', left.entityId, right.entityId, proof)).toMatchObject({
      reason: { name: 'DisputeNotOpen', params: pair },
    })
    expect(await send('registerCounter', right.entityId, left.entityId, proof)).toMatchObject({
      reason: { name: 'PairNotAscending' },
    })
  })
})

describe('arguments', () => {
  const openWithKept = async () => {
    const world = await openFunded()
    const kept = async () => {
      const [dispute] = await world.depository.call('disputeOf', left.entityId, right.entityId)
      const { leftArguments, rightArguments } = dispute as { leftArguments: string; rightArguments: string }
      return [leftArguments, rightArguments]
    }
    return { ...world, kept, argue: (...args: readonly unknown[]) => world.send('registerArguments', ...args) }
  }

  it('are kept for the side that gave them; the first ones stand; a starter may bring its own along', async () => {
    const { submit, signed, argue, at, kept } = await openWithKept()
    at(2_000)
    eventsOf(await submit(left, { disputeStarts: [signed.start(left, { nonce: 5, body, arguments: ratios(1) })] }))
    expect(await kept()).toEqual(['0x0001', '0x'])
    // Too long for any body: none at all, and no reason to fail.
    eventsOf(await argue(...signed.arguments(right, body, new Uint8Array(201).fill(1))))
    expect(await kept()).toEqual(['0x0001', '0x'])
    eventsOf(await argue(...signed.arguments(right, body, ratios(7, 65_535))))
    expect(await kept()).toEqual(['0x0001', '0x0007ffff'])
    for (const by of [left, right])
      expect(await argue(...signed.arguments(by, body, ratios(2)))).toMatchObject({
        reason: { name: 'ArgumentsGiven', params: { entity: by.entityId } },
      })
    expect(await kept()).toEqual(['0x0001', '0x0007ffff'])
  })

  it('are about one body: a newer proof of another has none, and they are not good for it', async () => {
    const { submit, signed, argue, send, at, kept } = await openWithKept()
    const said = [signed.arguments(left, body, ratios(1)), signed.arguments(right, body, ratios(2))] as const
    at(2_000)
    eventsOf(await submit(left, { disputeStarts: [signed.start(left, { nonce: 5, body })] }))
    for (const one of said) eventsOf(await argue(...one))
    expect(await kept()).toEqual(['0x0001', '0x0002'])
    const counter = (nonce: number, about: typeof body) =>
      send('registerCounter', left.entityId, right.entityId, signed.counter({ nonce, body: about }))
    eventsOf(await counter(7, body))
    expect(await kept()).toEqual(['0x0001', '0x0002'])
    eventsOf(await counter(8, newer))
    expect(await kept()).toEqual(['0x', '0x'])
    for (const one of said) expect(await argue(...one)).toMatchObject({ reason: { name: 'SignerMismatch' } })
    eventsOf(await argue(...signed.arguments(right, newer, ratios(3))))
    expect(await kept()).toEqual(['0x', '0x0003'])
  })

  it('are refused from anybody else, in another epoch, without a dispute, and when the window is over', async () => {
    const { signed, send, at } = await openDisputed()
    const register = (args: readonly unknown[]) => send('registerArguments', ...args)
    const good = signed.arguments(left, body, ratios(1))
    const other = signed.arguments(right, body, ratios(1))
    expect(await register([...good.slice(0, 3), other[3]])).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
    expect(await register([good[0], good[1], ratios(2), good[3]])).toMatchObject({ reason: { name: 'SignerMismatch' } })
    expect(await register(signed.arguments(left, body, ratios(1), 1))).toMatchObject({
      reason: { name: 'SignerMismatch' },
    })
    expect(await register([good[0], stranger.entityId, good[2], good[3]])).toMatchObject({
      reason: { name: 'DisputeNotOpen' },
    })
    at(5_001)
    expect(await register(good)).toMatchObject({ reason: { name: 'DisputeWindowOver' } })
  })
})

describe('preimages', () => {
  it('are written down once, with the first second they were known in', async () => {
    const { send, at, depository } = await openFunded()
    const preimage = keccak(FRAME_HASH)
    const hashlock = keccak(preimage)
    expect(await depository.call('revealedAt', hashlock)).toEqual([0n])
    at(2_000)
    expect(eventsOf(await send('revealSecret', preimage))).toEqual([
      { type: 'secret_revealed', hashlock, preimage, revealedAtSeconds: 2_000 },
    ])
    at(2_000 + DAY)
    expect(eventsOf(await send('revealSecret', preimage))).toEqual([])
    expect(await depository.call('revealedAt', hashlock)).toEqual([2_000n])
  })
})

it('several disputes and other operations fit in one batch', async () => {
  const { chain, submit, signed } = await openFunded()
  const carol = actor('carol')
  const place = { ...chain.terms, nonce: 4, epoch: 0 }
  const [low, high] = [left, carol].sort((a, b) => (a.entityId < b.entityId ? -1 : 1)) as [typeof left, typeof left]
  const digest = proofDigest({ ...place, left: low.entityId, right: high.entityId }, body)
  const withCarol: JDisputeStart = {
    ...signed.start(left, { nonce: 4, body }),
    counterparty: carol.entityId,
    counterpartyHanko: hankoOf(carol, digest),
  }
  const events = eventsOf(
    await submit(left, {
      ...EMPTY_BATCH,
      disputeStarts: [signed.start(left, { nonce: 5, body }), withCarol],
      reserveToReserve: [{ to: right.entityId, tokenId: TUSD, amount: 1n }],
    }),
  )
  expect(events.map(({ type }) => type)).toEqual([
    'reserve_updated',
    'reserve_updated',
    'dispute_started',
    'dispute_started',
    'batch_processed',
  ])
})
