/** Tokens in and out by batches, and tokens that mean harm. */
import { describe, expect, it } from 'vitest'
import hostileArtifact from '../../contracts/artifacts/HostileToken.json' with { type: 'json' }
import tokenArtifact from '../../contracts/artifacts/TestToken.json' with { type: 'json' }
import type { JBatch } from '../../runtime/jurisdiction/types.ts'
import type { Address, TokenId } from '../../runtime/lib/units.ts'
import { bodyOf } from './court.ts'
import { left, openFunded, right } from './funded.ts'
import { type Actor, actor, contractAt, deploy, eventsOf, signBatch, TUSD, transactAs } from './world.ts'

const owner = actor('owner')
const HOST = 3 as TokenId

/** The owner has a hostile token, registered as the third, and has approved the Depository. */
const openHostile = async () => {
  const world = await openFunded()
  const { chain, depository } = world
  const hostile = await deploy(chain, owner, hostileArtifact)
  const as = (to: Address, data: Uint8Array) => transactAs(chain, owner, to, data)
  await as(depository.address, depository.encode('registerToken', [hostile.address]))
  eventsOf(await as(hostile.address, hostile.encode('approve', [depository.address, 2n ** 255n])))
  let nonce = 0
  return {
    ...world,
    hostile,
    deposit: (amount: bigint, tokenId = HOST) =>
      as(depository.address, depository.encode('deposit', [owner.entityId, tokenId, amount])),
    call: (name: string, ...args: readonly unknown[]) => as(hostile.address, hostile.encode(name, args)),
    /** The owner's batch, sent by the owner. */
    batch: async (batch: Partial<JBatch>, sender: Actor = owner) => {
      const { bytes, hanko } = signBatch(chain.terms, owner, { nonce: nonce + 1, batch })
      const data = depository.encode('processBatch', [bytes, hanko, nonce + 1])
      const result = await transactAs(chain, sender, depository.address, data)
      if (result.type === 'included') nonce += 1
      return result
    },
  }
}

describe('a deposit in a batch', () => {
  const deposits = [{ from: owner.address, tokenId: HOST, amount: 1_000n }]

  it('pulls from its sender, and what arrived can be used at once', async () => {
    const { batch, reserveOf, hostile, depository } = await openHostile()
    const events = eventsOf(
      await batch({ deposits, reserveToReserve: [{ to: left.entityId, tokenId: HOST, amount: 900n }] }),
    )
    expect(events.slice(0, 3)).toMatchObject([
      { entityId: owner.entityId, amount: 900n },
      { entityId: owner.entityId, amount: 0n },
      { entityId: left.entityId, amount: 900n },
    ])
    expect(await reserveOf(left, HOST)).toBe(900n)
    expect(await hostile.call('balanceOf', depository.address)).toEqual([900n])
  })

  it('is refused from anybody but the depositor, so that an approval is nobody else’s money', async () => {
    const { chain, batch, reserveOf } = await openHostile()
    await chain.fundEther({ address: left.address, amountWei: 10n ** 18n })
    expect(await batch({ deposits }, left)).toMatchObject({ reason: { name: 'DepositorNotSender' } })
    // An entity that names another's address, and sends the batch itself.
    const theft = signBatch(chain.terms, left, { nonce: 1, batch: { deposits } })
    expect(await chain.submit(theft)).toMatchObject({ reason: { name: 'DepositorNotSender' } })
    expect([await reserveOf(left, HOST), await reserveOf(owner, HOST)]).toEqual([0n, 0n])
  })

  it.each<[string, Partial<JBatch['deposits'][number]>, string]>([
    ['nothing', { amount: 0n }, 'AmountOutOfRange'],
    ['an unknown token', { tokenId: 9 as TokenId }, 'TokenUnknown'],
    ['more than the sender has', { amount: 2n ** 200n }, 'ERC20InsufficientBalance'],
  ])('refuses %s', async (_, change, name) => {
    const { batch, reserveOf } = await openHostile()
    expect(await batch({ deposits: deposits.map((one) => ({ ...one, ...change })) })).toMatchObject({
      reason: { name },
    })
    expect(await reserveOf(owner, HOST)).toBe(0n)
  })
})

describe('a withdrawal', () => {
  it('sends tokens to any address and reports the reserve', async () => {
    const { chain, submit, reserveOf } = await openFunded()
    const [events, token] = [
      eventsOf(await submit(left, { withdrawals: [{ to: right.address, tokenId: TUSD, amount: 400n }] })),
      contractAt(chain, chain.tokens[0]?.address ?? left.address, tokenArtifact.abi),
    ]
    expect(events[0]).toEqual({ type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 600n })
    expect([await reserveOf(left), await token.call('balanceOf', right.address)]).toEqual([600n, [400n]])
  })

  it('comes last, so that what a batch brings in can leave in it', async () => {
    const { submit, signed, reserveOf } = await openFunded()
    const fund = { counterparty: right.entityId, tokenId: TUSD, amount: 1_000n, epoch: 0 }
    eventsOf(await submit(left, { reserveToCollateral: [fund] }))
    const diffs = [{ tokenId: TUSD, leftDiff: 1_000n, rightDiff: 0n, collateralDiff: -1_000n }]
    eventsOf(
      await submit(left, {
        settlements: [signed.settlement({ nonce: 6, validUntil: 10 ** 6, diffs })],
        withdrawals: [{ to: left.address, tokenId: TUSD, amount: 1_000n }],
      }),
    )
    expect(await reserveOf(left)).toBe(0n)
  })

  it.each<[string, Partial<JBatch['withdrawals'][number]>, string]>([
    ['nothing', { amount: 0n }, 'AmountOutOfRange'],
    ['2^128', { amount: 2n ** 128n }, 'AmountOutOfRange'],
    ['more than the reserve', { amount: 1_001n }, 'ReserveInsufficient'],
    ['an unknown token', { tokenId: 9 as TokenId }, 'ReserveInsufficient'],
    ['to the zero address', { to: `0x${'00'.repeat(20)}` as Address }, 'ERC20InvalidReceiver'],
  ])('refuses %s, state unchanged', async (_, change, name) => {
    const { submit, standing } = await openFunded()
    const before = await standing()
    const withdrawal = { to: left.address, tokenId: TUSD, amount: 1n, ...change }
    expect(await submit(left, { withdrawals: [withdrawal] })).toMatchObject({ reason: { name } })
    expect(await standing()).toEqual(before)
  })

  it('refuses to send to the Depository itself, where it would be nobody’s', async () => {
    const { chain, submit } = await openFunded()
    const withdrawal = { to: chain.terms.depository, tokenId: TUSD, amount: 5n }
    expect(await submit(left, { withdrawals: [withdrawal] })).toEqual({
      type: 'reverted',
      reason: { name: 'WithdrawalMismatch', params: { tokenId: 1n, asked: 5n, sent: 0n } },
    })
  })
})

describe('a hostile token', () => {
  it('that takes more than it was told to is not let out, with the reserves of others', async () => {
    const { deposit, call, batch, reserveOf } = await openHostile()
    eventsOf(await deposit(1_000n))
    eventsOf(await call('setGreedy', true))
    expect(await batch({ withdrawals: [{ to: owner.address, tokenId: HOST, amount: 500n }] })).toEqual({
      type: 'reverted',
      reason: { name: 'WithdrawalMismatch', params: { tokenId: 3n, asked: 500n, sent: 550n } },
    })
    expect(await reserveOf(owner, HOST)).toBe(900n)
  })

  it.each<[string, (encode: (name: string, args: readonly unknown[]) => Uint8Array) => Uint8Array]>([
    ['deposit', (encode) => encode('deposit', [left.entityId, TUSD, 1n])],
    ['processBatch', (encode) => encode('processBatch', ['0x', '0x', 1])],
    ['finalize', (encode) => encode('finalize', [left.entityId, right.entityId, bodyOf({})])],
    ['enforceDebts', (encode) => encode('enforceDebts', [left.entityId, TUSD, 1])],
  ])('cannot call %s in the middle of a transfer, in or out', async (_, payload) => {
    const { deposit, call, batch, depository, reserveOf } = await openHostile()
    eventsOf(await deposit(1_000n))
    eventsOf(await call('arm', depository.address, payload(depository.encode)))
    const refused = { type: 'reverted', reason: { name: 'ReentrancyGuardReentrantCall', params: {} } }
    expect(await deposit(1_000n)).toEqual(refused)
    expect(await batch({ withdrawals: [{ to: owner.address, tokenId: HOST, amount: 1n }] })).toEqual(refused)
    expect(await reserveOf(owner, HOST)).toBe(900n)
  })
})
