/** What every J-adapter does, whatever is under it. Run by embedded.suite.test.ts and rpc.suite.test.ts. */
import { describe, expect, it } from 'vitest'
import type { GasSigner } from '../../../runtime/jadapter/types.ts'
import { JAdapterError, type JAdapterFailure } from '../../../runtime/jadapter/types.ts'
import type { JTx } from '../../../runtime/jurisdiction/types.ts'
import { EMPTY, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import { preimageOf } from '../../contracts/court.ts'
import { actor, pair, TETH, TUSD } from '../../contracts/world.ts'
import { type Bench, batchFor, follow, included, payer, reserveIn, signerOf } from '../../support/chain-bench.ts'

export type OpenSuiteBench = (signers: readonly GasSigner[]) => Promise<Bench>

const [left, right] = pair('alice', 'bob')
const depositor = actor('depositor')
const ETHER = 10n ** 18n

export const failureOf = async (work: Promise<unknown>): Promise<JAdapterFailure | null> =>
  work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof JAdapterError) return error.type
      throw error
    },
  )

const toCollateral = (amount: bigint) => ({
  reserveToCollateral: [{ counterparty: right.entityId, tokenId: TUSD, amount, epoch: 0 }],
})
const deposit = (amount: bigint, tokenId = TUSD) => ({ deposits: [{ from: depositor.address, tokenId, amount }] })

export const adapterSuite = (name: string, open: OpenSuiteBench): void => {
  const payerSigner = signerOf(payer)
  const depositorSigner = signerOf(depositor)

  /** A chain on which LEFT has 1,000 tUSD. */
  const start = async () => {
    payerSigner.isLocked = false
    depositorSigner.isLocked = false
    const bench = await open([payerSigner, depositorSigner])
    await bench.faucet.fundEther({ address: payer.address, amountWei: 100n * ETHER })
    await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 1_000n })
    const { chain } = bench
    const reader = follow(chain)
    await reader.pull()
    const batch = (nonce: number, more: Parameters<typeof batchFor>[2]['batch'] = {}) =>
      batchFor(chain, left, { nonce, batch: more })
    return { bench, chain, reader, batch, finish: bench.finish, submit: (tx: JTx) => bench.finish(chain.submit(tx)) }
  }

  describe(`${name}: blocks`, () => {
    it('tell of each event once, in order, each block naming the one told of before', async () => {
      const { bench, chain, reader, submit, batch } = await start()
      expect(
        reserveIn(
          reader.blocks().flatMap(({ events }) => events),
          left.entityId,
          TUSD,
        ),
      ).toBe(1_000n)
      await submit(batch(1, toCollateral(250n)))
      await submit(batch(2, { reserveToReserve: [{ to: right.entityId, tokenId: TUSD, amount: 50n }] }))
      const events = await reader.events()
      expect(events.map(({ type }) => type)).toEqual([
        'reserve_updated',
        'account_settled',
        'batch_processed',
        'reserve_updated',
        'reserve_updated',
        'batch_processed',
      ])
      expect(await reader.events()).toEqual([])
      expect(chain.height()).toBeGreaterThanOrEqual(reader.last().height)
      const again = follow(chain)
      await again.pull(1)
      expect(again.blocks().filter((block) => block.events.length > 0)).toEqual(
        reader.blocks().filter((block) => block.events.length > 0),
      )
      await bench.close()
    })

    it('go on from the cursor of a runtime that was away, nothing twice and nothing left out', async () => {
      const { bench, reader, submit, batch } = await start()
      await submit(batch(1, toCollateral(250n)))
      await bench.close()
      const again = await bench.reopen()
      await again.finish(again.chain.submit(batch(2, toCollateral(50n))))
      const next = reader.continueOn(again.chain)
      const events = await next.events()
      expect(events.filter(({ type }) => type === 'batch_processed')).toEqual([
        {
          type: 'batch_processed',
          entityId: left.entityId,
          nonce: 1,
          batchHash: keccak(batch(1, toCollateral(250n)).bytes),
        },
        {
          type: 'batch_processed',
          entityId: left.entityId,
          nonce: 2,
          batchHash: keccak(batch(2, toCollateral(50n)).bytes),
        },
      ])
      expect(reserveIn(events, left.entityId, TUSD)).toBe(700n)
      await again.close()
    })

    it('are not told to whoever knows a block that is not in the chain', async () => {
      const { bench, chain, reader } = await start()
      const { height } = reader.last()
      expect(await failureOf(chain.blocksAfter({ height, hash: ZERO_32 }))).toBe('reorged_too_deep')
      await bench.close()
    })

    it('tell the time when somebody wants to know it', async () => {
      const { bench, chain, reader } = await start()
      await bench.pass(5_000)
      const seconds = await bench.now()
      await chain.observe(seconds)
      await reader.pull()
      expect(reader.last().timestampSeconds).toBeGreaterThanOrEqual(seconds - 10)
      expect(reader.blocks().at(-1)?.events).toEqual([])
      const other = follow(chain)
      await other.pull()
      expect(other.last()).toEqual(reader.last())
      await bench.close()
    })
  })

  describe(`${name}: batches`, () => {
    it('a nonce that was consumed is not consumed again, by the same bytes or by others, also after a restart', async () => {
      const { bench, reader, submit, batch } = await start()
      const first = batch(1, toCollateral(250n))
      expect(included(await submit(first)).events).toContainEqual({
        type: 'batch_processed',
        entityId: left.entityId,
        nonce: 1,
        batchHash: keccak(first.bytes),
      })
      expect(await submit(first)).toEqual({ type: 'duplicate' })
      expect(await submit(batch(1, toCollateral(1n)))).toEqual({ type: 'duplicate' })
      await bench.close()
      const again = await bench.reopen()
      expect(await again.finish(again.chain.submit(first))).toEqual({ type: 'duplicate' })
      const events = await reader.continueOn(again.chain).events()
      expect(reserveIn(events, left.entityId, TUSD)).toBe(750n)
      await again.close()
    })

    it('handed in twice at once, one is done once', async () => {
      const { bench, chain, reader, finish, batch } = await start()
      const tx = batch(1, toCollateral(250n))
      await finish(Promise.all([chain.submit(tx), chain.submit(tx)]))
      const events = await reader.events()
      expect(events.filter(({ type }) => type === 'batch_processed')).toHaveLength(1)
      expect(reserveIn(events, left.entityId, TUSD)).toBe(750n)
      await bench.close()
    })

    it('one that the contracts refuse says why by name, and changes nothing', async () => {
      const { bench, reader, submit, batch } = await start()
      expect(await submit(batch(1, toCollateral(1_001n)))).toEqual({
        type: 'reverted',
        reason: {
          name: 'ReserveInsufficient',
          params: { entityId: left.entityId, tokenId: 1n, available: 1_000n, needed: 1_001n },
        },
      })
      expect((await submit({ ...batch(1), hanko: EMPTY })).type).toBe('reverted')
      expect(await reader.events()).toEqual([])
      expect((await submit(batch(1, toCollateral(1_000n)))).type).toBe('included')
      await bench.close()
    })

    it('an empty one consumes its nonce, and with it every other of that nonce', async () => {
      const { bench, submit, batch } = await start()
      expect((await submit(batch(1))).type).toBe('included')
      expect(await submit(batch(1, toCollateral(250n)))).toEqual({ type: 'duplicate' })
      await bench.close()
    })

    it('for another chain is refused', async () => {
      const { bench, chain, batch } = await start()
      expect(await failureOf(chain.submit({ ...batch(1), jurisdiction: 'elsewhere' }))).toBe('refused')
      await bench.close()
    })
  })

  describe(`${name}: deposits and withdrawals`, () => {
    const funded = async () => {
      const world = await start()
      const { bench, chain, finish } = world
      await bench.faucet.fundEther({ address: depositor.address, amountWei: ETHER })
      await bench.faucet.fundToken({ address: depositor.address, tokenId: TUSD, amount: 900n })
      const hold = () => chain.tokenBalanceOf({ address: depositor.address, tokenId: TUSD })
      const put = (nonce: number, amount: bigint) =>
        finish(chain.submit(batchFor(chain, left, { nonce, batch: deposit(amount), sender: depositor })))
      return { ...world, hold, put }
    }

    it('are pulled from whoever sends them, approved beforehand where that is missing', async () => {
      const { bench, hold, put } = await funded()
      expect(await hold()).toBe(900n)
      expect(reserveIn(included(await put(1, 400n)).events, left.entityId, TUSD)).toBe(1_400n)
      expect(reserveIn(included(await put(2, 500n)).events, left.entityId, TUSD)).toBe(1_900n)
      expect(await hold()).toBe(0n)
      const more = await put(3, 1n)
      expect(more).toMatchObject({ type: 'reverted', reason: { name: 'ERC20InsufficientBalance' } })
      await bench.close()
    })

    it('go back out to an address', async () => {
      const { bench, submit, batch, hold } = await funded()
      const out = { withdrawals: [{ to: depositor.address, tokenId: TUSD, amount: 300n }] }
      expect(reserveIn(included(await submit(batch(1, out))).events, left.entityId, TUSD)).toBe(700n)
      expect(await hold()).toBe(1_200n)
      await bench.close()
    })

    it('nobody else sends them', async () => {
      const { bench, chain } = await funded()
      const stranger = actor('stranger')
      const batch = { deposits: [{ from: stranger.address, tokenId: TUSD, amount: 1n }] }
      const tx = batchFor(chain, left, { nonce: 1, batch, sender: stranger })
      expect(await failureOf(chain.submit(tx))).toBe('no_signer')
      await bench.close()
    })

    it('wait for the key, and for money for fees', async () => {
      const { bench, chain, put, hold } = await funded()
      depositorSigner.isLocked = true
      const tx = batchFor(chain, left, { nonce: 1, batch: deposit(400n), sender: depositor })
      expect(await failureOf(bench.finish(chain.submit(tx)))).toBe('locked')
      depositorSigner.isLocked = false
      expect(await hold()).toBe(900n)
      const poor = actor('poor')
      const poorBench = await open([payerSigner, signerOf(poor)])
      const asked = { deposits: [{ from: poor.address, tokenId: TETH, amount: 1n }] }
      const poorTx = batchFor(poorBench.chain, left, { nonce: 1, batch: asked, sender: poor })
      expect(await failureOf(poorBench.finish(poorBench.chain.submit(poorTx)))).toBe('unfunded')
      await poorBench.close()
      expect((await put(1, 400n)).type).toBe('included')
      await bench.close()
    })
  })

  describe(`${name}: calls`, () => {
    it('a preimage is revealed once; the first time stands', async () => {
      const { bench, chain, reader, submit } = await start()
      const preimage = preimageOf('a')
      const tx: JTx = { type: 'reveal', jurisdiction: chain.name, preimage }
      const { events } = included(await submit(tx))
      expect(events).toMatchObject([{ type: 'secret_revealed', hashlock: keccak(preimage), preimage }])
      expect(await submit(tx)).toEqual({ type: 'duplicate' })
      expect(await reader.events()).toEqual(events)
      await bench.close()
    })

    it('what there is no dispute for, and no debt, has been done', async () => {
      const { bench, chain, submit } = await start()
      const of = { jurisdiction: chain.name, left: left.entityId, right: right.entityId, body: EMPTY }
      const hankos = { leftHanko: EMPTY, rightHanko: EMPTY }
      const calls: readonly JTx[] = [
        { type: 'finalize', ...of },
        { type: 'finalize_agreed', ...of, ...hankos },
        { type: 'counter', ...of, ...hankos, nonce: 4, frameHash: ZERO_32 },
        { type: 'enforce_debts', jurisdiction: chain.name, debtor: left.entityId, tokenId: TUSD, limit: 5 },
      ]
      for (const tx of calls) expect(await submit(tx), tx.type).toEqual({ type: 'duplicate' })
      await bench.close()
    })
  })

  describe(`${name}: the adapter`, () => {
    it('says what it is, that it is up, and what is held where', async () => {
      const { bench, chain } = await start()
      const { genesis } = chain
      expect([chain.status(), chain.terms, chain.tokens]).toEqual([{ type: 'up' }, genesis.terms, genesis.tokens])
      expect(chain.terms.chainId).toBe(chain.chainId)
      expect(await chain.balanceOf(payer.address)).toBe(100n * ETHER)
      expect(await chain.balanceOf(actor('nobody').address)).toBe(0n)
      const { payer: pays, haveWei, needWei } = await chain.costs()
      expect([pays === null || pays === payer.address, haveWei >= needWei]).toEqual([true, true])
      await bench.close()
    })

    it('closed, it takes nothing more', async () => {
      const { bench, chain, batch, reader } = await start()
      await bench.close()
      expect(await failureOf(chain.submit(batch(1)))).toBe('closed')
      expect(await failureOf(chain.blocksAfter(reader.last()))).toBe('closed')
      expect(chain.status()).toMatchObject({ type: 'down', failure: 'closed' })
    })
  })
}
