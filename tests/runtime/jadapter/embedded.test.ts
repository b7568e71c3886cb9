/** The embedded chain as a J-adapter: blocks, time, idempotence, restarts, and stores that lie. */

import { getCreateAddress } from 'ethers'
import { describe, expect, it } from 'vitest'
import { DEPOSITORY, encodeCall } from '../../../runtime/jadapter/contracts.ts'
import { openEmbeddedChain } from '../../../runtime/jadapter/embedded.ts'
import {
  DELTA_TRANSFORMER_ADDRESS,
  DEPLOYER_ADDRESS,
  DEPOSITORY_ADDRESS,
  ENTITY_PROVIDER_ADDRESS,
  fromDeployer,
  GENESIS_TOKENS,
} from '../../../runtime/jadapter/genesis.ts'
import { JAdapterError, type JAdapterFailure } from '../../../runtime/jadapter/types.ts'
import { type Bytes, EMPTY, toHex, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { addressOf } from '../../../runtime/lib/secp.ts'
import type { Store } from '../../../runtime/ports.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { StoreError } from '../../../runtime/storage/store.ts'
import { CHAIN_ID, eventsOf, manualClock, openWorld, pair, signBatch, TETH, TUSD } from '../../contracts/world.ts'
import { contractCode } from '../../support/contract-code.ts'

const [left, right] = pair('alice', 'bob')
const oneDollar = { entityId: left.entityId, tokenId: TUSD, amount: 1_000_000n }
const toCollateral = (amount: bigint) => ({
  reserveToCollateral: [{ counterparty: right.entityId, tokenId: TUSD, amount, epoch: 0 }],
})

const failure = async (work: Promise<unknown>): Promise<JAdapterFailure | null> =>
  work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof JAdapterError) return error.type
      throw error
    },
  )

/** A chain with a few blocks of every kind. */
const openLived = async (disk: MemoryDisk = createMemoryDisk()) => {
  const world = await openWorld({ disk })
  const { chain } = world
  await chain.fund(oneDollar)
  await chain.submit(signBatch(chain.terms, left, { nonce: 1, batch: toCollateral(250_000n) }))
  await chain.mine(5_000)
  await chain.fundEther({ address: left.address, amountWei: 7n })
  return world
}

describe('genesis', () => {
  it('is the same for everybody, and where the constants say', async () => {
    const [one, other] = [await openWorld({ disk: createMemoryDisk() }), await openWorld({ disk: createMemoryDisk() })]
    expect(one.chain.genesis).toEqual(other.chain.genesis)
    expect(one.chain.genesis).toEqual({
      name: 'simnet',
      terms: { chainId: CHAIN_ID, depository: DEPOSITORY_ADDRESS },
      tokens: GENESIS_TOKENS,
      height: 0,
      blockHash: (await one.chain.blocksAfter(null))[0]?.hash,
      timestampSeconds: 0,
      confirmations: 1,
      blockSeconds: 1,
      isTest: true,
    })
    expect(one.chain.height()).toBe(0)
    expect(DEPLOYER_ADDRESS).toBe(addressOf(fromDeployer(null, EMPTY).from as Bytes))
    const created = [0, 1, 2, 3, 4].map((nonce) => getCreateAddress({ from: DEPLOYER_ADDRESS, nonce }).toLowerCase())
    const contracts = [ENTITY_PROVIDER_ADDRESS, DELTA_TRANSFORMER_ADDRESS, DEPOSITORY_ADDRESS]
    expect([...contracts, ...GENESIS_TOKENS.map((token) => token.address)]).toEqual(created)
    const ask = async (name: string): Promise<string> => {
      const called = await one.chain.call({ to: DEPOSITORY_ADDRESS, data: encodeCall(DEPOSITORY, name, []) })
      return called.type === 'returned' ? toHex(called.data.subarray(12)) : called.type
    }
    expect(await ask('entityProvider')).toBe(ENTITY_PROVIDER_ADDRESS)
    expect(await ask('deltaTransformer')).toBe(DELTA_TRANSFORMER_ADDRESS)
  })

  it('differs by chain id', async () => {
    const other = await openWorld({ disk: createMemoryDisk(), chainId: 1_337n })
    const { chain } = await openWorld()
    expect(other.chain.genesis.blockHash).not.toEqual(chain.genesis.blockHash)
    expect(other.chain.terms).toEqual({ ...chain.terms, chainId: 1_337n })
  })
})

describe('blocks', () => {
  it('follow each other by hash, height and strictly increasing time', async () => {
    const { chain, clock } = await openWorld()
    await chain.fund(oneDollar)
    await chain.fund(oneDollar)
    clock.set(2_000)
    await chain.fund(oneDollar)
    clock.set(1_000)
    await chain.fund(oneDollar)
    const blocks = await chain.blocksAfter(null)
    expect(blocks.map((block) => block.height)).toEqual([0, 1, 2, 3, 4])
    expect(blocks.map((block) => block.timestampSeconds)).toEqual([0, 1_000, 1_001, 2_000, 2_001])
    expect(blocks[0]?.previousHash).toEqual(ZERO_32)
    for (const [i, block] of blocks.entries()) if (i > 0) expect(block.previousHash).toEqual(blocks[i - 1]?.hash)
    expect(new Set(blocks.map((block) => toHex(block.hash))).size).toBe(5)
  })

  it('are told of once each, after they are durable, for as long as somebody listens', async () => {
    const { chain } = await openWorld()
    const told: number[] = []
    const unsubscribe = chain.subscribe(() => told.push(chain.height()))
    await Promise.all([
      chain.fund(oneDollar),
      chain.mine(1_500),
      chain.fund({ ...oneDollar, tokenId: TETH }),
      chain.mine(1_200),
    ])
    unsubscribe()
    await chain.fund(oneDollar)
    expect(chain.height()).toBe(4)
    expect(told).toEqual([1, 2, 3])
  })

  it('are read page by page', async () => {
    const { chain } = await openLived()
    const all = await chain.blocksAfter(null)
    expect(all).toHaveLength(5)
    expect(await chain.blocksAfter(all[1] ?? null, 2)).toEqual(all.slice(2, 4))
    expect(await chain.blocksAfter(all[4] ?? null)).toEqual([])
  })

  it('are not told to whoever knows a block that is not among them', async () => {
    const { chain } = await openLived()
    const [genesis] = await chain.blocksAfter(null)
    expect(await failure(chain.blocksAfter({ height: 1, hash: genesis?.hash ?? ZERO_32 }))).toBe('reorged_too_deep')
    expect(await failure(chain.blocksAfter({ height: 400, hash: ZERO_32 }))).toBe('reorged_too_deep')
  })
})

describe('mine', () => {
  it('makes an empty block only when chain time lags', async () => {
    const { chain } = await openWorld()
    await chain.fund(oneDollar)
    const mined = await chain.mine(1_600)
    expect(mined).toMatchObject({ height: 2, timestampSeconds: 1_600, events: [] })
    expect(await chain.mine(1_600)).toBeNull()
    expect(await chain.mine(1_599)).toBeNull()
    expect(chain.height()).toBe(2)
    for (const seconds of [1_700.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(await failure(chain.mine(seconds))).toBe('refused')
  })
})

describe('submit', () => {
  it('is idempotent by entity and nonce, also after a restart', async () => {
    const { chain, disk } = await openLived()
    const tx = signBatch(chain.terms, left, { nonce: 1, batch: toCollateral(250_000n) })
    const otherBytes = signBatch(chain.terms, left, { nonce: 1, batch: toCollateral(1n) })
    expect(await chain.submit(tx)).toEqual({ type: 'duplicate' })
    expect(await chain.submit(otherBytes)).toEqual({ type: 'duplicate' })
    const again = await openWorld({ disk })
    expect(await again.chain.submit(tx)).toEqual({ type: 'duplicate' })
    expect(again.chain.height()).toBe(chain.height())
  })

  it('handed in twice at once is processed once', async () => {
    const { chain } = await openLived()
    const tx = signBatch(chain.terms, left, { nonce: 2, batch: toCollateral(1n) })
    const both = await Promise.all([chain.submit(tx), chain.submit(tx)])
    expect(both.map((submission) => submission.type)).toEqual(['included', 'duplicate'])
  })

  it('a reverting batch gives its reason by name, makes no block and writes no row', async () => {
    const { chain, disk } = await openLived()
    const [height, rows] = [chain.height(), new Map(disk.rows)]
    let told = 0
    chain.subscribe(() => told++)
    const refused = await chain.submit(signBatch(chain.terms, left, { nonce: 2, batch: toCollateral(750_001n) }))
    expect(refused).toEqual({
      type: 'reverted',
      reason: {
        name: 'ReserveInsufficient',
        params: { entityId: left.entityId, tokenId: 1n, available: 750_000n, needed: 750_001n },
      },
    })
    expect([chain.height(), disk.rows, told]).toEqual([height, rows, 0])
    expect((await chain.submit(signBatch(chain.terms, left, { nonce: 2, batch: toCollateral(750_000n) }))).type).toBe(
      'included',
    )
  })

  it('a batch for another jurisdiction is refused', async () => {
    const { chain } = await openLived()
    const tx = { ...signBatch(chain.terms, left, { nonce: 2 }), jurisdiction: 'mainnet' }
    expect(await failure(chain.submit(tx))).toBe('refused')
  })
})

describe('faucet', () => {
  it('gives test money and test ether, in whole blocks', async () => {
    const { chain } = await openWorld()
    expect(eventsOf(await chain.fund(oneDollar))).toEqual([{ type: 'reserve_updated', ...oneDollar }])
    expect(chain.height()).toBe(1)
    expect(await chain.balanceOf(left.address)).toBe(0n)
    await chain.fundEther({ address: left.address, amountWei: 10n ** 18n })
    expect(await chain.balanceOf(left.address)).toBe(10n ** 18n)
  })

  it.each([0n, -1n, 2n ** 128n])('refuses %s', async (amount) => {
    const { chain } = await openWorld()
    expect(await failure(chain.fund({ ...oneDollar, amount }))).toBe('refused')
    expect(await failure(chain.fundEther({ address: left.address, amountWei: amount }))).toBe('refused')
    expect(chain.height()).toBe(0)
  })
})

describe('restart', () => {
  it('continues from the stored head, with the same state and the same blocks, without executing anything', async () => {
    const { chain, disk } = await openLived()
    const rows = new Map(disk.rows)
    const again = await openWorld({ disk })
    expect(again.chain.height()).toBe(4)
    expect(await again.chain.blocksAfter(null)).toEqual(await chain.blocksAfter(null))
    expect(again.chain.genesis).toEqual(chain.genesis)
    expect(await again.chain.balanceOf(left.address)).toBe(7n)
    expect(disk.rows).toEqual(rows)
    const next = signBatch(again.chain.terms, left, { nonce: 2, batch: toCollateral(1n) })
    expect(eventsOf(await again.chain.submit(next))).toContainEqual({
      type: 'account_settled',
      left: left.entityId,
      right: right.entityId,
      tokenId: TUSD,
      collateral: 250_001n,
      ondelta: 250_001n,
      epoch: 0,
      nonce: 0,
    })
  })

  it('two chains that did the same are the same, whether or not one was restarted in between', async () => {
    const straight = await openLived()
    const disk = createMemoryDisk()
    await (await openWorld({ disk })).chain.fund(oneDollar)
    const second = await openWorld({ disk })
    await second.chain.submit(signBatch(second.chain.terms, left, { nonce: 1, batch: toCollateral(250_000n) }))
    await (await openWorld({ disk })).chain.mine(5_000)
    await (await openWorld({ disk })).chain.fundEther({ address: left.address, amountWei: 7n })
    const rows = new Map([...disk.rows].sort())
    expect(rows).toEqual(new Map([...straight.disk.rows].sort()))
  })

  it('keeps chains of different names apart in one store', async () => {
    const { store, epoch, clock, chain, disk } = await openWorld()
    await chain.fund(oneDollar)
    const other = await openEmbeddedChain({ code: contractCode, name: 'othernet', chainId: 5n, store, epoch, clock })
    expect(other.height()).toBe(0)
    expect((await openWorld({ disk })).chain.height()).toBe(1)
    expect([...disk.rows.keys()].every((key) => /^chain\/(simnet|othernet)\//.test(key))).toBe(true)
  })

  it('refuses another chain id under the same name', async () => {
    const { disk } = await openLived()
    expect(await failure(openWorld({ disk, chainId: 5n }))).toBe('foreign')
  })

  it.each(['Simnet', '', 'a/b', 'x'.repeat(33)])('refuses the name %j', async (name) => {
    const store = memoryStore()
    const epoch = await store.claimEpoch()
    expect(
      await failure(openEmbeddedChain({ code: contractCode, name, chainId: 1n, store, epoch, clock: manualClock(0) })),
    ).toBe('refused')
  })
})

describe('a store that lies', () => {
  it('is noticed: every damaged, missing and added row of the state and of the head', async () => {
    const { disk } = await openLived()
    const vital = [...disk.rows.keys()].filter((key) => /\/state\/|\/head$|\/block\/00000004$/.test(key))
    expect(vital.length).toBeGreaterThan(20)
    for (const key of vital) {
      const value = disk.rows.get(key) ?? EMPTY
      const flipped = value.with(value.length >> 1, (value[value.length >> 1] ?? 0) ^ 1)
      expect(await failure(openWorld({ disk: { rows: new Map(disk.rows).set(key, flipped), epoch: 0 } })), key).toBe(
        'corrupt',
      )
      const rows = new Map(disk.rows)
      rows.delete(key)
      expect(await failure(openWorld({ disk: { rows, epoch: 0 } })), key).toBe('corrupt')
    }
    const added = new Map(disk.rows).set(`chain/simnet/state/a/${'77'.repeat(20)}`, Uint8Array.of(1))
    expect(await failure(openWorld({ disk: { rows: added, epoch: 0 } }))).toBe('corrupt')
  })

  it('is noticed: a block out of its place or damaged, when the blocks are read', async () => {
    const { disk } = await openLived()
    const key = (height: number): string => `chain/simnet/block/0000000${height}`
    const block = (height: number) => disk.rows.get(key(height)) ?? EMPTY
    const lastByte = block(2).length - 40
    const damagedLog = block(2).with(lastByte, (block(2)[lastByte] ?? 0) ^ 1)
    for (const value of [block(1), damagedLog, Uint8Array.of(1, 2)]) {
      const { chain } = await openWorld({ disk: { rows: new Map(disk.rows).set(key(2), value), epoch: 0 } })
      expect(await failure(chain.blocksAfter(null))).toBe('corrupt')
    }
    const missing = new Map(disk.rows)
    missing.delete(key(2))
    const { chain } = await openWorld({ disk: { rows: missing, epoch: 0 } })
    expect(await failure(chain.blocksAfter(null))).toBe('corrupt')
  })

  it('is noticed: a state that is older than its head, and a head that is older than its state', async () => {
    const { chain, disk } = await openLived()
    const before = new Map(disk.rows)
    await chain.fund(oneDollar)
    const isState = (key: string): boolean => key.includes('/state/')
    const mixed = (state: MemoryDisk['rows'], rest: MemoryDisk['rows']): MemoryDisk => ({
      rows: new Map([...[...rest].filter(([key]) => !isState(key)), ...[...state].filter(([key]) => isState(key))]),
      epoch: 0,
    })
    expect(await failure(openWorld({ disk: mixed(before, disk.rows) }))).toBe('corrupt')
    expect(await failure(openWorld({ disk: mixed(disk.rows, before) }))).toBe('corrupt')
    // An older whole is not damage: the runtime, which remembers a newer block, has to notice it.
    expect((await openWorld({ disk: { rows: before, epoch: 0 } })).chain.height()).toBe(4)
  })
})

describe('a commit that fails', () => {
  it.each(['quota', 'io'] as const)(
    'for %s -- nobody sees the block, and the chain goes on from what is stored',
    async (type) => {
      const disk = createMemoryDisk()
      const store = memoryStore(disk)
      let isBroken = false
      const commit: Store['commit'] = (batch) =>
        isBroken ? Promise.reject(new StoreError(type, 'not now')) : store.commit(batch)
      const clock = { now: () => 1_000_000 }
      const epoch = await store.claimEpoch()
      const options = { name: 'simnet', chainId: CHAIN_ID, store: { ...store, commit }, epoch, clock }
      const chain = await openEmbeddedChain({ ...options, code: contractCode })
      const delivered: number[] = []
      chain.subscribe(() => delivered.push(chain.height()))
      await chain.fund(oneDollar)
      isBroken = true
      await expect(chain.fund(oneDollar)).rejects.toThrow(StoreError)
      await expect(chain.fund(oneDollar)).rejects.toThrow(StoreError)
      expect([chain.height(), (await chain.blocksAfter(null)).map(({ height }) => height)]).toEqual([1, [0, 1]])
      isBroken = false
      expect(eventsOf(await chain.fund(oneDollar))).toEqual([
        { type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 2_000_000n },
      ])
      expect([chain.height(), delivered]).toEqual([2, [1, 2]])
    },
  )

  it('and was there all the same -- the chain goes on behind it, and its block is found', async () => {
    const store = memoryStore(createMemoryDisk())
    let isDeaf = false
    const commit: Store['commit'] = async (batch) => {
      await store.commit(batch)
      if (isDeaf) throw new StoreError('io', 'no answer')
    }
    const epoch = await store.claimEpoch()
    const clock = { now: () => 1_000_000 }
    const chain = await openEmbeddedChain({
      code: contractCode,
      name: 'simnet',
      chainId: CHAIN_ID,
      store: { ...store, commit },
      epoch,
      clock,
    })
    isDeaf = true
    await expect(chain.fund(oneDollar)).rejects.toThrow(StoreError)
    isDeaf = false
    expect((await chain.blocksAfter(null)).map(({ height }) => height)).toEqual([0, 1])
    await chain.fund(oneDollar)
    expect(chain.height()).toBe(2)
  })
})

describe('a second writer', () => {
  it('fences the first, whose block nobody ever sees', async () => {
    const first = await openLived()
    let told = 0
    first.chain.subscribe(() => told++)
    const second = await openWorld({ disk: first.disk })
    await expect(first.chain.fund(oneDollar)).rejects.toThrow(StoreError)
    expect(await failure(first.chain.fund(oneDollar))).toBe('failed')
    expect(await failure(first.chain.blocksAfter(null))).toBe('failed')
    expect([first.chain.height(), first.chain.status().type, told]).toEqual([4, 'down', 0])
    expect(eventsOf(await second.chain.fund(oneDollar))).toEqual([
      { type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 1_750_000n },
    ])
  })
})

describe('close', () => {
  it('lets what has begun finish and refuses the rest; the store stays open', async () => {
    const { chain, store } = await openLived()
    const begun = chain.fund(oneDollar)
    await chain.close()
    expect((await begun).type).toBe('included')
    expect(await failure(chain.fund(oneDollar))).toBe('closed')
    expect(await store.get('chain/simnet/head')).toBeDefined()
  })
})
