/** The Depository on the embedded EVM: what it moves, what it refuses, and that a refusal changes nothing. */
import { AbiCoder, type Result } from 'ethers'
import { describe, expect, it } from 'vitest'
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import hostileArtifact from '../../contracts/artifacts/HostileToken.json' with { type: 'json' }
import tokenArtifact from '../../contracts/artifacts/TestToken.json' with { type: 'json' }
import { BATCH_TYPE, batchHash } from '../../runtime/jurisdiction/batch.ts'
import { EMPTY_BATCH, type JBatch } from '../../runtime/jurisdiction/types.ts'
import { fromHex, toHex, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { type EntityId, parseTokenId, type TokenId } from '../../runtime/lib/units.ts'
import {
  type Actor,
  actor,
  contractAt,
  deploy,
  eventsOf,
  openWorld,
  pair,
  signBatch,
  TETH,
  TUSD,
  transactAs,
} from './world.ts'

const [left, right] = pair('alice', 'bob')
const NOBODY = toHex(ZERO_32) as string as EntityId

const openFunded = async () => {
  const { chain, ...rest } = await openWorld()
  await chain.fund({ entityId: left.entityId, tokenId: TUSD, amount: 1_000n })
  await chain.fund({ entityId: right.entityId, tokenId: TUSD, amount: 500n })
  const depository = contractAt(chain, chain.terms.depository, depositoryArtifact.abi)
  const submit = (signer: Actor, nonce: number, batch: Partial<JBatch>) =>
    chain.submit(signBatch(chain.terms, signer, { nonce, batch }))
  const snapshot = async () => ({
    height: chain.height(),
    left: await depository.call('reserveOf', left.entityId, TUSD),
    right: await depository.call('reserveOf', right.entityId, TUSD),
    account: await depository.call('accountOf', left.entityId, right.entityId, TUSD),
    nonces: [await depository.call('nonceOf', left.entityId), await depository.call('nonceOf', right.entityId)],
  })
  return { chain, depository, submit, snapshot, ...rest }
}

describe('limits', () => {
  it('are those of the runtime', async () => {
    const { depository } = await openFunded()
    const [limits] = await depository.call('limits')
    const expected: { readonly [name: string]: number | bigint } = {
      operationsPerBatch: LIMITS.batchOperations,
      boardMembers: LIMITS.boardMembers,
      amount: 2n ** BigInt(LIMITS.amountBits) - 1n,
      tokensPerProof: LIMITS.tokensPerAccount,
      clausesPerProof: LIMITS.locksPerAccount,
      lockSeconds: LIMITS.maxLockSeconds,
      responseSeconds: LIMITS.maxResponseSeconds,
      nonce: Number.MAX_SAFE_INTEGER,
      tokenId: 2 ** 32 - 1,
      offdelta: 2n ** 192n - 1n,
    }
    const given = Object.fromEntries(Object.keys(expected).map((name) => [name, (limits as Result)[name]]))
    expect(given).toEqual(Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, BigInt(value)])))
    expect((limits as Result).length).toBe(Object.keys(expected).length)
    expect(parseTokenId(2 ** 32 - 1)).not.toBeNull()
    expect(parseTokenId(2 ** 32)).toBeNull()
  })
})

describe('registry', () => {
  it('knows the two test tokens by number and by address', async () => {
    const { depository, chain } = await openFunded()
    expect(await depository.call('tokenCount')).toEqual([2n])
    for (const token of chain.tokens) {
      expect(await depository.call('tokenIdOf', token.address)).toEqual([BigInt(token.tokenId)])
      expect(String(await depository.call('tokenOf', token.tokenId)).toLowerCase()).toBe(token.address)
      const contract = contractAt(chain, token.address, tokenArtifact.abi)
      expect(await contract.call('symbol')).toEqual([token.symbol])
      expect(await contract.call('decimals')).toEqual([BigInt(token.decimals)])
    }
    expect(await depository.call('tokenOf', 0)).toEqual(['0x0000000000000000000000000000000000000000'])
    expect(await depository.call('tokenOf', 3)).toEqual(['0x0000000000000000000000000000000000000000'])
  })

  it('gives the next number to a third token, and none twice or to an address without code', async () => {
    const { chain, depository } = await openFunded()
    const third = await deploy(chain, actor('deployer'), tokenArtifact, { args: ['Third', 'THR', 2] })
    const register = (address: string) => depository.encode('registerToken', [address])
    const registered = await transactAs(chain, actor('deployer'), depository.address, register(third.address))
    expect(registered.type).toBe('included')
    expect(await depository.call('tokenIdOf', third.address)).toEqual([3n])
    expect(await depository.refusal('registerToken', third.address)).toMatchObject({ name: 'TokenAlreadyRegistered' })
    expect(await depository.refusal('registerToken', actor('nobody').address)).toMatchObject({
      name: 'TokenWithoutCode',
    })
  })
})

describe('deposit', () => {
  it('credits any entity with what arrived and reports the absolute reserve', async () => {
    const { chain, depository } = await openFunded()
    const events = eventsOf(await chain.fund({ entityId: left.entityId, tokenId: TUSD, amount: 5n }))
    expect(events).toEqual([{ type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 1_005n }])
    expect(await depository.call('reserveOf', left.entityId, TUSD)).toEqual([1_005n])
    expect(await depository.call('reserveOf', left.entityId, TETH)).toEqual([0n])
  })

  it('credits the measured amount of a token that takes a fee', async () => {
    const { chain, depository } = await openFunded()
    const owner = actor('deployer')
    const hostile = await deploy(chain, owner, hostileArtifact)
    await transactAs(chain, owner, depository.address, depository.encode('registerToken', [hostile.address]))
    await transactAs(chain, owner, hostile.address, hostile.encode('approve', [depository.address, 10_000n]))
    const deposited = await transactAs(
      chain,
      owner,
      depository.address,
      depository.encode('deposit', [left.entityId, 3, 1_000n]),
    )
    expect(eventsOf(deposited)).toEqual([
      { type: 'reserve_updated', entityId: left.entityId, tokenId: 3, amount: 900n },
    ])
    expect(await hostile.call('balanceOf', depository.address)).toEqual([900n])
  })

  it.each<[string, EntityId, number, bigint, string]>([
    ['an unknown token', left.entityId, 3, 1n, 'TokenUnknown'],
    ['token zero', left.entityId, 0, 1n, 'TokenUnknown'],
    ['nothing', left.entityId, TUSD, 0n, 'AmountOutOfRange'],
    ['money the caller does not have', left.entityId, TUSD, 1n, 'ERC20InsufficientAllowance'],
  ])('refuses %s', async (_, entityId, tokenId, amount, name) => {
    const { depository, chain } = await openFunded()
    const data = depository.encode('deposit', [entityId, tokenId, amount])
    await chain.fundEther({ address: left.address, amountWei: 10n ** 18n })
    expect(await transactAs(chain, left, depository.address, data)).toMatchObject({
      type: 'reverted',
      reason: { name },
    })
  })

  it('refuses money for nobody', async () => {
    const { chain } = await openFunded()
    const refused = await chain.fund({ entityId: NOBODY, tokenId: TUSD, amount: 1n })
    expect(refused).toEqual({ type: 'reverted', reason: { name: 'EntityZero', params: {} } })
  })

  it('lets only its deployer mint a test token', async () => {
    const { chain } = await openFunded()
    const token = contractAt(chain, chain.tokens[0]?.address ?? left.address, tokenArtifact.abi)
    expect(await token.refusal('mint', left.address, 1n)).toMatchObject({ name: 'NotDeployer' })
  })
})

describe('reserve to reserve', () => {
  it('moves the amount and reports both reserves', async () => {
    const { chain, submit, snapshot } = await openFunded()
    const tx = signBatch(chain.terms, left, {
      nonce: 1,
      batch: { reserveToReserve: [{ to: right.entityId, tokenId: TUSD, amount: 300n }] },
    })
    expect(eventsOf(await chain.submit(tx))).toEqual([
      { type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 700n },
      { type: 'reserve_updated', entityId: right.entityId, tokenId: TUSD, amount: 800n },
      { type: 'batch_processed', entityId: left.entityId, nonce: 1, batchHash: batchHash(tx.bytes) },
    ])
    await submit(right, 1, { reserveToReserve: [{ to: left.entityId, tokenId: TUSD, amount: 800n }] })
    expect(await snapshot()).toMatchObject({ left: [1_500n], right: [0n], account: [0n, 0n] })
  })

  it('refuses more than the reserve, naming both amounts, and changes nothing', async () => {
    const { submit, snapshot } = await openFunded()
    const before = await snapshot()
    const operation = { to: right.entityId, tokenId: TUSD, amount: 1_001n }
    expect(await submit(left, 1, { reserveToReserve: [operation] })).toEqual({
      type: 'reverted',
      reason: {
        name: 'ReserveInsufficient',
        params: { entityId: left.entityId, tokenId: 1n, available: 1_000n, needed: 1_001n },
      },
    })
    expect(await snapshot()).toEqual(before)
  })

  it('undoes every operation of a batch when the last one fails', async () => {
    const { submit, snapshot } = await openFunded()
    const before = await snapshot()
    const some = { to: right.entityId, tokenId: TUSD, amount: 600n }
    const rest = { counterparty: right.entityId, tokenId: TUSD, amount: 401n, epoch: 0 }
    const refused = await submit(left, 1, { reserveToReserve: [some], reserveToCollateral: [rest] })
    expect(refused).toMatchObject({
      reason: { name: 'ReserveInsufficient', params: { available: 400n, needed: 401n } },
    })
    expect(await snapshot()).toEqual(before)
  })

  it.each<[string, Partial<JBatch['reserveToReserve'][number]>, string]>([
    ['nothing', { amount: 0n }, 'AmountOutOfRange'],
    ['2^128', { amount: 2n ** 128n }, 'AmountOutOfRange'],
    ['to oneself', { to: left.entityId }, 'TransferToSelf'],
    ['to nobody', { to: NOBODY }, 'EntityZero'],
    ['of an unknown token', { tokenId: 9 as TokenId }, 'ReserveInsufficient'],
  ])('refuses to move %s', async (_, change, name) => {
    const { submit, snapshot } = await openFunded()
    const before = await snapshot()
    const operation = { to: right.entityId, tokenId: TUSD, amount: 1n, epoch: 0, ...change }
    expect(await submit(left, 1, { reserveToReserve: [operation] })).toMatchObject({
      type: 'reverted',
      reason: { name },
    })
    expect(await snapshot()).toEqual(before)
  })
})

describe('reserve to collateral', () => {
  it('raises collateral and ondelta when LEFT funds', async () => {
    const { chain, snapshot } = await openFunded()
    const operation = { counterparty: right.entityId, tokenId: TUSD, amount: 40n, epoch: 0 }
    const tx = signBatch(chain.terms, left, { nonce: 1, batch: { reserveToCollateral: [operation] } })
    expect(eventsOf(await chain.submit(tx))).toEqual([
      { type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 960n },
      {
        type: 'account_settled',
        left: left.entityId,
        right: right.entityId,
        tokenId: TUSD,
        collateral: 40n,
        ondelta: 40n,
        epoch: 0,
        nonce: 0,
      },
      { type: 'batch_processed', entityId: left.entityId, nonce: 1, batchHash: batchHash(tx.bytes) },
    ])
    expect(await snapshot()).toMatchObject({ left: [960n], right: [500n], account: [40n, 40n] })
  })

  it('raises collateral alone when RIGHT funds, on top of what is there', async () => {
    const { chain, submit, snapshot } = await openFunded()
    await submit(left, 1, {
      reserveToCollateral: [{ counterparty: right.entityId, tokenId: TUSD, amount: 40n, epoch: 0 }],
    })
    const operation = { counterparty: left.entityId, tokenId: TUSD, amount: 25n, epoch: 0 }
    const tx = signBatch(chain.terms, right, { nonce: 1, batch: { reserveToCollateral: [operation] } })
    expect(eventsOf(await chain.submit(tx))).toEqual([
      { type: 'reserve_updated', entityId: right.entityId, tokenId: TUSD, amount: 475n },
      {
        type: 'account_settled',
        left: left.entityId,
        right: right.entityId,
        tokenId: TUSD,
        collateral: 65n,
        ondelta: 40n,
        epoch: 0,
        nonce: 0,
      },
      { type: 'batch_processed', entityId: right.entityId, nonce: 1, batchHash: batchHash(tx.bytes) },
    ])
    expect(await snapshot()).toMatchObject({ left: [960n], right: [475n], account: [65n, 40n] })
  })

  it('keeps tokens and pairs apart, and names the pair in any order', async () => {
    const { submit, depository } = await openFunded()
    const carol = actor('carol')
    await submit(left, 1, {
      reserveToCollateral: [
        { counterparty: right.entityId, tokenId: TUSD, amount: 1n, epoch: 0 },
        { counterparty: carol.entityId, tokenId: TUSD, amount: 2n, epoch: 0 },
      ],
    })
    const account = (one: Actor, other: Actor, tokenId: TokenId) =>
      depository.call('accountOf', one.entityId, other.entityId, tokenId)
    expect(await account(right, left, TUSD)).toEqual([1n, 1n])
    expect((await account(carol, left, TUSD))[0]).toBe(2n)
    expect(await account(left, carol, TUSD)).toEqual(await account(carol, left, TUSD))
    expect(await account(left, right, TETH)).toEqual([0n, 0n])
    expect(await account(right, carol, TUSD)).toEqual([0n, 0n])
  })

  it.each<[string, Partial<JBatch['reserveToCollateral'][number]>, string]>([
    ['nothing', { amount: 0n }, 'AmountOutOfRange'],
    ['an account with oneself', { counterparty: left.entityId }, 'AccountWithSelf'],
    ['an account with nobody', { counterparty: NOBODY }, 'EntityZero'],
    ['more than the reserve', { amount: 1_001n }, 'ReserveInsufficient'],
  ])('refuses to fund %s', async (_, change, name) => {
    const { submit, snapshot } = await openFunded()
    const before = await snapshot()
    const operation = { counterparty: right.entityId, tokenId: TUSD, amount: 1n, epoch: 0, ...change }
    expect(await submit(left, 1, { reserveToCollateral: [operation] })).toMatchObject({
      type: 'reverted',
      reason: { name },
    })
    expect(await snapshot()).toEqual(before)
  })
})

describe('processBatch', () => {
  it('takes exactly the next nonce; an empty batch is how one is given up', async () => {
    const { chain, submit, depository } = await openFunded()
    const early = await submit(left, 2, {})
    expect(early).toMatchObject({ reason: { name: 'BatchNonceInvalid', params: { expected: 1n, actual: 2n } } })
    const tx = signBatch(chain.terms, left, { nonce: 1 })
    expect(eventsOf(await chain.submit(tx))).toEqual([
      { type: 'batch_processed', entityId: left.entityId, nonce: 1, batchHash: batchHash(tx.bytes) },
    ])
    expect(await depository.call('nonceOf', left.entityId)).toEqual([1n])
    const late = await depository.refusal('processBatch', tx.bytes, tx.hanko, 1)
    expect(late).toMatchObject({ name: 'BatchNonceInvalid', params: { expected: 2n, actual: 1n } })
    expect((await submit(left, 2, {})).type).toBe('included')
  })

  it('takes as many operations as the limit says and not one more', async () => {
    const { submit, chain } = await openFunded()
    const operation = { to: right.entityId, tokenId: TUSD, amount: 1n }
    const full = Array.from({ length: LIMITS.batchOperations }, () => operation)
    expect((await submit(left, 1, { reserveToReserve: full })).type).toBe('included')
    expect(() => signBatch(chain.terms, left, { nonce: 2, batch: { reserveToReserve: [...full, operation] } })).toThrow(
      'I-BATCH-BOUND',
    )
  })

  it('refuses one operation too many', async () => {
    const { chain } = await openFunded()
    // Not by the encoder of the runtime, which refuses to.
    const operation = { to: right.entityId, tokenId: TUSD, amount: 1n }
    const reserveToReserve = Array.from({ length: LIMITS.batchOperations + 1 }, () => operation)
    const batch = { ...EMPTY_BATCH, entityId: left.entityId, reserveToReserve }
    const bytes = fromHex(AbiCoder.defaultAbiCoder().encode([BATCH_TYPE], [batch]))
    const refused = await chain.submit(signBatch(chain.terms, left, { nonce: 1, bytes }))
    expect(refused).toEqual({
      type: 'reverted',
      reason: { name: 'BatchTooLong', params: { operations: 51n, limit: 50n } },
    })
  })

  it('refuses bytes that are no batch', async () => {
    const { chain, snapshot } = await openFunded()
    const before = await snapshot()
    const refused = await chain.submit(signBatch(chain.terms, left, { nonce: 1, bytes: Uint8Array.of(1, 2, 3) }))
    expect(refused).toMatchObject({ type: 'reverted', reason: { name: 'NoReason' } })
    expect(await snapshot()).toEqual(before)
  })

  it('refuses a batch signed for another chain, another contract, another nonce or other bytes', async () => {
    const { chain, snapshot } = await openFunded()
    const before = await snapshot()
    const good = signBatch(chain.terms, left, { nonce: 1 })
    const forgeries = [
      signBatch({ ...chain.terms, chainId: 1n }, left, { nonce: 1 }),
      signBatch({ ...chain.terms, depository: left.address }, left, { nonce: 1 }),
      { ...signBatch(chain.terms, left, { nonce: 2 }), nonce: 1 },
      {
        ...good,
        bytes: signBatch(chain.terms, left, {
          nonce: 1,
          batch: { reserveToReserve: [{ to: right.entityId, tokenId: TUSD, amount: 1n }] },
        }).bytes,
      },
    ]
    for (const forged of forgeries)
      expect(await chain.submit(forged)).toMatchObject({ type: 'reverted', reason: { name: 'SignerMismatch' } })
    expect(await snapshot()).toEqual(before)
    expect((await chain.submit(good)).type).toBe('included')
  })
})
