/** Chains that fail: said to be down and asked again, while everything that needs no chain goes on. */
import { describe, expect, test } from 'vitest'
import { createChains } from '../../runtime/chains.ts'
import { emptyEnv } from '../../runtime/frame.ts'
import { type JAdapter, JAdapterError, type JAdapterFailure } from '../../runtime/jadapter/types.ts'
import type { JBlock, JTx } from '../../runtime/jurisdiction/types.ts'
import { word } from '../../runtime/lib/bytes.ts'
import type { ChainStatus } from '../../runtime/radapter/health.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import type { RuntimeRejection } from '../../runtime/types.ts'
import { manualTime, quiet } from '../support/manual-time.ts'
import { startTown } from '../support/running.ts'
import { paperChain, START_MS, TUSD } from '../support/world.ts'

const NAME = paperChain.name
const block = (height: number): JBlock => ({
  height,
  hash: word(height),
  previousHash: word(height - 1),
  timestampSeconds: START_MS / 1_000 + height,
  events: [],
})
const batch = (nonce: number): JTx =>
  ({
    type: 'batch',
    jurisdiction: NAME,
    entityId: `0x${'11'.repeat(32)}` as never,
    nonce,
    bytes: word(nonce),
    hanko: word(nonce),
    sender: null,
  }) as JTx

/** A chain that answers, or throws what it is told to; it keeps what it was asked. */
const paper = () => {
  const asked: string[] = []
  const listeners = new Set<() => void>()
  const blocks: JBlock[] = []
  const chain = {
    /** What is thrown at every question, or at those of one kind. */
    fails: null as { readonly error: unknown; readonly only?: string } | null,
    asked,
    make: () => {
      const made = block(blocks.length + 1)
      blocks.push(made)
      for (const listener of listeners) listener()
    },
  }
  const ask = (what: string): void => {
    asked.push(what)
    if (chain.fails !== null && what.startsWith(chain.fails.only ?? '')) throw chain.fails.error
  }
  const { tokens, terms } = paperChain
  const adapter: JAdapter = {
    name: NAME,
    chainId: terms.chainId,
    terms,
    tokens,
    genesis: paperChain,
    height: () => blocks.length,
    submit: async (tx) => {
      ask(`submit ${'nonce' in tx ? tx.nonce : tx.type}`)
      return { type: 'duplicate' }
    },
    blocksAfter: async (last) => {
      ask('blocks')
      return blocks.filter((made) => made.height > (last?.height ?? 0))
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    observe: async () => ask('observe'),
    status: () => ({ type: 'up' }),
    balanceOf: () => Promise.resolve(0n),
    tokenBalanceOf: () => Promise.resolve(0n),
    costs: () => Promise.resolve({ payer: null, haveWei: 0n, needWei: 0n }),
    testChain: null,
    close: () => Promise.resolve(),
  }
  return { chain, adapter }
}

const unreachable = new JAdapterError('refused', 'not today')

/** The chains alone, over a runtime that takes every block. */
const setUp = async (rejection: RuntimeRejection | null = null) => {
  const { chain, adapter } = paper()
  const taken: number[] = []
  const time = manualTime(START_MS)
  const changes: ChainStatus[] = []
  const failures: unknown[] = []
  const chains = createChains(
    { clock: time.clock, schedule: time.schedule, chains: new Map([[NAME, adapter]]) },
    {
      env: () => {
        const env = emptyEnv('test', 'Simnet')
        return { ...env, jReplicas: env.jReplicas.set(NAME, { ...paperChain, height: taken.length }) }
      },
      submit: async (input) => {
        if (rejection !== null) return { type: 'rejected', rejection }
        if (input.type === 'j_block') taken.push(input.block.height)
        return { type: 'applied', height: taken.length, answer: { type: 'done' } }
      },
      onChange: () => changes.push(chains.status(NAME)),
      onFailure: (error) => failures.push(error),
    },
  )
  chains.start()
  await quiet()
  const pass = async (ms: number): Promise<void> => {
    time.advance(ms)
    await quiet()
  }
  const clear = (): readonly string[] => chain.asked.splice(0)
  clear()
  return { chain, chains, taken, changes, failures, pass, clear }
}

const UP: ChainStatus = { type: 'up' }

describe('a chain that fails', () => {
  test.each<[JAdapterFailure, string]>([
    ['refused', 'refused'],
    ['malformed', 'untrusted'],
    ['corrupt', 'untrusted'],
    ['foreign', 'untrusted'],
    ['failed', 'stopped'],
    ['closed', 'stopped'],
  ])('%s -- down, as %s', async (type, reason) => {
    const { chain, chains, failures } = await setUp()
    chain.fails = { error: new JAdapterError(type, 'no') }
    chain.make()
    await quiet()
    expect([chains.status(NAME), failures]).toEqual([{ type: 'down', sinceMs: START_MS, reason }, []])
  })

  test.each([
    ['quota', 'storage_full'],
    ['io', 'stopped'],
  ] as const)('for the disk below it says %s -- down, as %s', async (type, reason) => {
    const { chain, chains, failures } = await setUp()
    chain.fails = { error: new StoreError(type, 'no') }
    chain.make()
    await quiet()
    expect([chains.status(NAME), failures]).toEqual([{ type: 'down', sinceMs: START_MS, reason }, []])
  })

  test('for a reason that is not its own -- the runtime hears of it, and nobody tries again', async () => {
    const { chain, chains, failures, pass, clear } = await setUp()
    const fenced = new StoreError('fenced', 'another writer')
    chain.fails = { error: fenced }
    chain.make()
    await quiet()
    clear()
    await pass(600_000)
    expect([chains.status(NAME), failures, clear()]).toEqual([UP, [fenced], []])
  })

  test('is asked again after 1, 2, 4 … at most 60 seconds; down since the first; told of at each change, once', async () => {
    const { chain, chains, taken, changes, pass, clear } = await setUp()
    chain.fails = { error: unreachable }
    chain.make()
    await quiet()
    clear()
    const waits = [1, 2, 4, 8, 16, 32, 60, 60]
    for (const seconds of waits) {
      await pass(seconds * 1_000 - 1)
      expect(clear()).toEqual([])
      await pass(1)
      expect(clear()).toEqual(['blocks'])
    }
    chain.fails = null
    await pass(60_000)
    expect([chains.status(NAME), taken, changes]).toEqual([
      UP,
      [1],
      [{ type: 'down', sinceMs: START_MS, reason: 'refused' }, UP],
    ])
  })

  test('asked by hand -- at once, and from then on as if it had never failed', async () => {
    const { chain, chains, pass, clear } = await setUp()
    chain.fails = { error: unreachable }
    chain.make()
    await quiet()
    await pass(1_000)
    clear()
    chain.fails = null
    chains.retry()
    await quiet()
    expect([clear(), chains.status(NAME)]).toEqual([['blocks', 'blocks'], UP])
    chains.retry()
    await pass(600_000)
    expect(clear()).toEqual([])
  })
})

describe('what a chain was asked for while it was down', () => {
  test('goes when it is back, each once and in order: transactions, then the block at the present time', async () => {
    const { chain, chains, pass, clear } = await setUp()
    chain.fails = { error: unreachable }
    chains.submit(batch(1))
    await quiet()
    chains.submit(batch(2))
    chains.observe(NAME)
    await quiet()
    clear()
    chain.fails = null
    await pass(1_000)
    expect(clear()).toEqual(['blocks', 'submit 1', 'submit 2', 'observe'])
    await pass(600_000)
    expect(clear()).toEqual([])
  })

  test('one that is refused keeps no other from going, and is tried again', async () => {
    const { chain, chains, pass, clear } = await setUp()
    chain.fails = { error: unreachable, only: 'submit 1' }
    chains.submit(batch(1))
    chains.submit(batch(2))
    await quiet()
    expect(clear()).toEqual(['blocks', 'submit 1', 'submit 2', 'blocks'])
    expect(chains.status(NAME)).toEqual({ type: 'down', sinceMs: START_MS, reason: 'refused' })
    chain.fails = null
    await pass(1_000)
    expect([clear(), chains.status(NAME)]).toEqual([['blocks', 'submit 1'], UP])
  })

  test('a chain whose blocks the runtime cannot take is not believed', async () => {
    const { chain, chains, failures } = await setUp({ type: 'unknown_jurisdiction', name: NAME })
    chain.make()
    await quiet()
    expect([chains.status(NAME), failures]).toEqual([{ type: 'down', sinceMs: START_MS, reason: 'untrusted' }, []])
  })

  test('stopped -- nothing is asked any more', async () => {
    const { chain, chains, pass, clear } = await setUp()
    chain.fails = { error: unreachable }
    chain.make()
    await quiet()
    clear()
    chains.stop()
    chains.retry()
    chain.make()
    await pass(600_000)
    expect(clear()).toEqual([])
  })
})

test('while its chain is down a runtime goes on paying, and says so to whoever listens', async () => {
  const { chain, adapter } = paper()
  chain.fails = { error: new JAdapterError('failed', 'gone') }
  const { host, run, id, time } = await startTown({ chains: new Map([[NAME, adapter]]) })
  chain.make()
  await quiet()
  expect(host.chainStatus(NAME)).toEqual({ type: 'down', sinceMs: START_MS, reason: 'stopped' })
  const { height } = host.env()
  await run('You', { type: 'direct_payment', counterparty: id('Hub'), tokenId: TUSD, amount: 1n, memo: '' })
  expect([host.halted(), host.env().height > height]).toEqual([null, true])
  const told: string[] = []
  host.onChange(() => told.push(host.chainStatus(NAME).type))
  chain.fails = null
  host.retry()
  await quiet()
  expect([host.chainStatus(NAME), told.at(-1)]).toEqual([UP, 'up'])
  time.advance(0)
  await host.stop()
})
