/** Settlements: what both sides together may move between account and reserves, and every way they may not. */
import { describe, expect, it } from 'vitest'
import { batchHash, encodeBatch } from '../../runtime/jurisdiction/batch.ts'
import { EMPTY_BATCH, type JSettlement } from '../../runtime/jurisdiction/types.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { bodyOf, settlementDigest, tokenProof } from './court.ts'
import { type Funded, left, openFunded, right, stranger } from './funded.ts'
import { eventsOf, hankoOf, TETH, TUSD } from './world.ts'

const diff = (leftDiff: bigint, rightDiff: bigint, tokenId: TokenId = TUSD) => ({
  tokenId,
  leftDiff,
  rightDiff,
  collateralDiff: -leftDiff - rightDiff,
})
const LATE = 1_000_000

/** LEFT has 300 and RIGHT 200 in the account of 500. */
const openAccount = async (): Promise<Funded> => {
  const world = await openFunded()
  const fund = (by: typeof left, amount: bigint) =>
    world.submit(by, {
      reserveToCollateral: [{ counterparty: (by === left ? right : left).entityId, tokenId: TUSD, amount, epoch: 0 }],
    })
  eventsOf(await fund(left, 300n))
  eventsOf(await fund(right, 200n))
  return world
}

describe('settlement', () => {
  it.each<[string, bigint, bigint, { left: bigint; right: bigint; account: bigint[] }]>([
    ['collateral to both reserves', 100n, 50n, { left: 800n, right: 350n, account: [350n, 200n] }],
    ['all collateral out', 300n, 200n, { left: 1_000n, right: 500n, account: [0n, 0n] }],
    ['reserves to collateral', -700n, -300n, { left: 0n, right: 0n, account: [1_500n, 1_000n] }],
    ['from one reserve through to the other', -70n, 70n, { left: 630n, right: 370n, account: [500n, 370n] }],
    ['one side alone', 0n, 200n, { left: 700n, right: 500n, account: [300n, 300n] }],
  ])('%s: nobody’s reserve and claim together change', async (_, leftDiff, rightDiff, after) => {
    const { submit, standing, signed } = await openAccount()
    const before = await standing()
    const settlement = signed.settlement({ nonce: 6, validUntil: LATE, diffs: [diff(leftDiff, rightDiff)] })
    const events = eventsOf(await submit(right, { settlements: [settlement] }))
    const now = await standing()
    expect(now).toEqual({ ...before, ...after, pair: [0n, 6n], height: before.height + 1 })
    // Claims: LEFT's is ondelta, RIGHT's is the rest of the collateral (nothing was paid off the chain).
    const wealth = ({ left: l, right: r, account: [collateral, ondelta] }: typeof now) => [
      l + BigInt(String(ondelta)),
      r + BigInt(String(collateral)) - BigInt(String(ondelta)),
    ]
    expect(wealth(now)).toEqual(wealth(before))
    expect(events.filter(({ type }) => type === 'account_settled')).toEqual([
      {
        type: 'account_settled',
        left: left.entityId,
        right: right.entityId,
        tokenId: TUSD,
        collateral: after.account[0],
        ondelta: after.account[1],
        epoch: 0,
        nonce: 6,
      },
    ])
  })

  it('settles several tokens at once and reports each, in order', async () => {
    const { chain, submit, signed, reserveOf } = await openAccount()
    const diffs = [diff(10n, 0n), diff(-5n, 5n, TETH)]
    const batch = { settlements: [signed.settlement({ nonce: 2, validUntil: LATE, diffs })] }
    const pair = { left: left.entityId, right: right.entityId, epoch: 0, nonce: 2 }
    expect(eventsOf(await submit(left, batch))).toEqual([
      { type: 'account_settled', ...pair, tokenId: TUSD, collateral: 490n, ondelta: 290n },
      { type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 710n },
      { type: 'reserve_updated', entityId: left.entityId, tokenId: TETH, amount: 995n },
      { type: 'account_settled', ...pair, tokenId: TETH, collateral: 0n, ondelta: 5n },
      { type: 'reserve_updated', entityId: right.entityId, tokenId: TETH, amount: 505n },
      {
        type: 'batch_processed',
        entityId: left.entityId,
        nonce: 2,
        batchHash: batchHash(encodeBatch(left.entityId, { ...EMPTY_BATCH, ...batch })),
      },
    ])
    expect(await reserveOf(right, TETH)).toBe(505n)
    expect(chain.height()).toBeGreaterThan(0)
  })

  it('is done once: its nonce, and every lower one, is spent', async () => {
    const { submit, signed, standing } = await openAccount()
    const settle = (nonce: number) =>
      submit(left, { settlements: [signed.settlement({ nonce, validUntil: LATE, diffs: [diff(1n, 0n)] })] })
    expect((await settle(10)).type).toBe('included')
    const before = await standing()
    for (const nonce of [10, 6])
      expect(await settle(nonce)).toMatchObject({
        reason: { name: 'NonceOutOfRange', params: { nonce: BigInt(nonce), lowest: 11n } },
      })
    expect(await standing()).toEqual(before)
    expect((await settle(14)).type).toBe('included')
  })

  it('goes through the debts of whoever gets money', async () => {
    const { submit, signed, send, at, standing } = await openAccount()
    // RIGHT owes 700 beyond the collateral and can pay 300 of it.
    const body = bodyOf({ tokens: [tokenProof(TUSD, 900n)] })
    eventsOf(await submit(left, { disputeStarts: [signed.start(left, { nonce: 5, body })] }))
    at(3_000)
    eventsOf(await send('finalize', left.entityId, right.entityId, body))
    expect(await standing()).toMatchObject({ left: 1_500n, right: 0n, debts: [0n, 400n] })
    const diffs = [diff(-50n, 50n)]
    const settlement = signed.settlement({ nonce: 6, validUntil: LATE, diffs, epoch: 1 })
    eventsOf(await submit(left, { settlements: [settlement] }))
    expect(await standing()).toMatchObject({ left: 1_500n, right: 0n, debts: [0n, 350n], account: [0n, 50n] })
  })
})

describe('refuses', () => {
  const good = { nonce: 6, validUntil: LATE, diffs: [diff(10n, 10n)] }
  const refusals: readonly (readonly [string, Partial<typeof good>, string])[] = [
    ['the slot of RIGHT’s frame', { nonce: 8 }, 'NonceSlotInvalid'],
    ['the slot of LEFT’s frame', { nonce: 9 }, 'NonceSlotInvalid'],
    ['the slot of a proof after a settlement', { nonce: 7 }, 'NonceSlotInvalid'],
    ['what has expired', { validUntil: 1_000 }, 'SettlementExpired'],
    ['nothing', { diffs: [] }, 'SettlementSizeInvalid'],
    [
      'too many tokens',
      { diffs: Array.from({ length: 17 }, (_, i) => diff(0n, 0n, (i + 1) as TokenId)) },
      'SettlementSizeInvalid',
    ],
    ['a token twice', { diffs: [diff(1n, 1n), diff(1n, 1n)] }, 'SettlementNotAscending'],
    ['tokens that descend', { diffs: [diff(0n, 0n, TETH), diff(1n, 1n)] }, 'SettlementNotAscending'],
    ['token zero', { diffs: [diff(0n, 0n, 0 as TokenId)] }, 'SettlementNotAscending'],
    ['a token id beyond 32 bits', { diffs: [diff(0n, 0n, (2 ** 32) as TokenId)] }, 'TokenUnknown'],
    ['money from nowhere', { diffs: [{ ...diff(10n, 10n), collateralDiff: -19n }] }, 'SettlementUnbalanced'],
    ['money to nowhere', { diffs: [{ ...diff(10n, 10n), collateralDiff: -21n }] }, 'SettlementUnbalanced'],
    ['2^128', { diffs: [diff(2n ** 128n, -(2n ** 128n))] }, 'DiffOutOfRange'],
    ['the least integer', { diffs: [{ ...diff(0n, 0n), leftDiff: -(2n ** 255n) }] }, 'DiffOutOfRange'],
    ['more than the collateral', { diffs: [diff(400n, 101n)] }, 'CollateralInsufficient'],
    ['more than LEFT’s reserve', { diffs: [diff(-701n, 0n)] }, 'ReserveInsufficient'],
    ['more than RIGHT’s reserve', { diffs: [diff(0n, -301n)] }, 'ReserveInsufficient'],
  ]
  it.each(refusals)('%s, state unchanged', async (_, change, name) => {
    const { submit, standing, signed } = await openAccount()
    const before = await standing()
    const refused = await submit(left, { settlements: [signed.settlement({ ...good, ...change })] })
    expect(refused).toMatchObject({ type: 'reverted', reason: { name } })
    expect(await standing()).toEqual(before)
  })

  it('a second after it was valid, not in the last one', async () => {
    const { submit, signed, at } = await openAccount()
    const settle = (validUntil: number, nonce: number) =>
      submit(left, { settlements: [signed.settlement({ ...good, validUntil, nonce })] })
    at(2_000)
    expect((await settle(2_000, 6)).type).toBe('included')
    at(3_001)
    expect(await settle(3_000, 10)).toMatchObject({
      reason: { name: 'SettlementExpired', params: { validUntil: 3_000n, nowSeconds: 3_001n } },
    })
  })

  it('collateral that one side takes alone', async () => {
    const { submit, standing, signed } = await openAccount()
    const before = await standing()
    const theft = signed.settlement({ ...good, diffs: [diff(500n, 0n)] })
    const forged = (part: Partial<JSettlement>) => submit(left, { settlements: [{ ...theft, ...part }] })
    const own = hankoOf(left, settlementDigest(signed.place(6), LATE, theft.diffs))
    // RIGHT's signature missing, LEFT's in its place, RIGHT's over something else, a stranger's.
    expect(await forged({ rightHanko: Uint8Array.of() })).toMatchObject({ type: 'reverted' })
    expect(await forged({ rightHanko: own })).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
    const other = signed.settlement({ ...good, diffs: [diff(499n, 0n)] })
    expect(await forged({ rightHanko: other.rightHanko })).toMatchObject({ reason: { name: 'SignerMismatch' } })
    const foreign = hankoOf(stranger, settlementDigest(signed.place(6), LATE, theft.diffs))
    expect(await forged({ rightHanko: foreign })).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
    expect(await standing()).toEqual(before)
  })

  it('what was signed for another epoch, chain, contract or pair', async () => {
    const { chain, submit, standing, signed } = await openAccount()
    const before = await standing()
    const place = signed.place(6)
    const elsewhere = [
      { ...place, epoch: 1 },
      { ...place, chainId: 1n },
      { ...place, depository: left.address },
      { ...place, right: stranger.entityId },
    ]
    const settlement = signed.settlement(good)
    for (const wrong of elsewhere) {
      const digest = settlementDigest(wrong, LATE, good.diffs)
      const forged = { ...settlement, leftHanko: hankoOf(left, digest), rightHanko: hankoOf(right, digest) }
      expect(await submit(left, { settlements: [forged] })).toMatchObject({ reason: { name: 'SignerMismatch' } })
    }
    expect(chain.height()).toBe(before.height)
  })

  it('an account of others, and sides out of order', async () => {
    const { chain, submit, signed } = await openAccount()
    await chain.fund({ entityId: stranger.entityId, tokenId: TUSD, amount: 1n })
    const settlement = signed.settlement(good)
    expect(await submit(stranger, { settlements: [settlement] })).toMatchObject({
      reason: { name: 'SettlementOfOthers' },
    })
    const swapped = { ...settlement, left: settlement.right, right: settlement.left }
    expect(await submit(left, { settlements: [swapped] })).toMatchObject({ reason: { name: 'PairNotAscending' } })
  })

  it('an account in dispute', async () => {
    const { submit, standing, signed } = await openAccount()
    const body = bodyOf({ tokens: [tokenProof(TUSD, 0n)] })
    eventsOf(await submit(left, { disputeStarts: [signed.start(left, { nonce: 4, body })] }))
    const before = await standing()
    expect(await submit(right, { settlements: [signed.settlement(good)] })).toMatchObject({
      reason: { name: 'DisputeOpen', params: { left: left.entityId, right: right.entityId } },
    })
    expect(await standing()).toEqual(before)
  })
})
