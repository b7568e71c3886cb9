/** Nodes that are away, lie, or are somebody else's: refused in words, believed in nothing, and asked again. */
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openEndpoint } from '../../../runtime/jadapter/rpc.ts'
import type { JAdapterFailure, LinkStatus } from '../../../runtime/jadapter/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { actor, pair, TUSD } from '../../contracts/world.ts'
import { type Anvil, deployedAnvils, startDeployed } from '../../support/anvil.ts'
import { follow, payer, reserveIn, signerOf } from '../../support/chain-bench.ts'
import { openRpcBench, type RpcBench } from '../../support/rpc-bench.ts'
import {
  always,
  honest,
  type Liar,
  lyingAbout,
  openRpcProxy,
  openWire,
  type RpcProxy,
  type Trick,
} from '../../support/rpc-proxy.ts'
import { failureOf } from './suite.ts'

const [left] = pair('alice', 'bob')
const CONFIRMATIONS = 2

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const nodes = deployedAnvils()
afterAll(nodes.close)

const lent = async (work: Promise<Anvil>): Promise<Anvil> => {
  const anvil = await work
  closing.push(anvil.stop)
  return anvil
}
const node = (): Promise<Anvil> => lent(nodes.take())
/** One of another chain, or with another past. */
const strangeNode = (options: Parameters<typeof startDeployed>[0]): Promise<Anvil> => lent(startDeployed(options))
const proxyOf = async (anvil: Anvil): Promise<RpcProxy> => {
  const proxy = await openRpcProxy(anvil.url)
  closing.push(proxy.close)
  return proxy
}
const benchOf = async (anvil: Anvil, urls: readonly [string] | readonly [string, string]): Promise<RpcBench> => {
  const bench = await openRpcBench({ anvil, urls, confirmations: CONFIRMATIONS, signers: [signerOf(payer)] })
  closing.push(bench.close)
  return bench
}

/** The pause before the next attempt, and then the attempt. */
const comeBack = async (bench: RpcBench): Promise<LinkStatus> => {
  if (bench.chain.status().type === 'up') return bench.chain.status()
  bench.time.advance(present(bench.time.nextInMs(), 'it is tried again'))
  await bench.chain.balanceOf(payer.address).catch(() => null)
  return bench.chain.status()
}

/** A chain read through a proxy, on which LEFT has 1,000 tUSD that were told of. */
const start = async () => {
  const anvil = await node()
  const proxy = await proxyOf(anvil)
  const bench = await benchOf(anvil, [proxy.url])
  const reader = follow(bench.chain)
  await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 1_000n })
  await reader.pull()
  return { anvil, proxy, bench, chain: bench.chain, reader }
}

/** From the lie on nothing is told; told the truth again, everything is. */
const lieAndRecover = async (lie: Liar, isLost = false): Promise<LinkStatus> => {
  const { anvil, proxy, bench, chain, reader } = await start()
  proxy.lie = isLost ? always({ type: 'drop' }) : lie
  await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 500n })
  // So that it has to walk back to what it knows.
  await anvil.mine(3)
  await failureOf(reader.pull())
  proxy.lie = lie
  // Whatever it was noticed by, it is the same when it is tried again.
  const status = await comeBack(bench)
  expect(await failureOf(chain.blocksAfter(reader.last()))).toBe(status.type === 'up' ? null : status.failure)
  expect(
    reserveIn(
      reader.blocks().flatMap(({ events }) => events),
      left.entityId,
      TUSD,
    ),
  ).toBe(1_000n)
  proxy.lie = honest
  expect(await comeBack(bench)).toEqual({ type: 'up' })
  expect(reserveIn(await reader.events(), left.entityId, TUSD)).toBe(1_500n)
  return status
}

type Log = { address: string; removed: boolean; blockNumber: string; logIndex: string; blockHash: string; data: string }
type Block = { number: string; hash: string; parentHash: string; timestamp: string }
const logs = (change: (log: Log) => Partial<Log>): Liar =>
  lyingAbout('eth_getLogs', (result: readonly Log[]) => result.map((log) => ({ ...log, ...change(log) })))
const blocks = (change: (block: Block) => Partial<Block>): Liar => {
  const lie = (block: Block | null): Block | null => (block === null ? null : { ...block, ...change(block) })
  const byNumber = lyingAbout('eth_getBlockByNumber', lie)
  const byHash = lyingAbout('eth_getBlockByHash', lie)
  return (question, truth) => byNumber(question, truth) ?? byHash(question, truth)
}
const OTHER_HASH = `0x${'ab'.repeat(32)}`
const text = (words: string, status?: number): Liar =>
  always({ type: 'text', text: words, ...(status === undefined ? {} : { status }) })

/** A sentence, without anything of ours in it. */
const WORDS = /^[A-Z0-9a-z][^{}[\]]*[a-z0-9.]$/

describe('at a new connection is refused, and believed again once it is who it was', () => {
  it.each<readonly [string, JAdapterFailure, Liar]>([
    ['another chain id', 'wrong_chain', lyingAbout('eth_chainId', () => '0x1')],
    ['another first block', 'wrong_genesis', blocks(({ number }) => (number === '0x0' ? { hash: OTHER_HASH } : {}))],
    ['nothing where the Depository was', 'no_contract', lyingAbout('eth_getCode', () => '0x')],
    [
      'another contract in its place',
      'wrong_contract',
      lyingAbout('eth_getCode', (code: string) => `${code.slice(0, -2)}00`),
    ],
  ])('%s -- %s', async (_, failure, lie) => {
    const status = await lieAndRecover(lie, true)
    expect(status).toMatchObject({ type: 'refused', failure, message: expect.stringMatching(WORDS) })
  })
})

describe('is refused, and believed again once it tells the truth', () => {
  it.each<readonly [string, JAdapterFailure, Liar]>([
    ['logs of another contract', 'malformed', logs(() => ({ address: actor('token').address }))],
    ['logs of blocks that are gone', 'malformed', logs(() => ({ removed: true }))],
    ['logs of blocks nobody asked about', 'malformed', logs(() => ({ blockNumber: '0x1' }))],
    ['logs of another block of that height', 'unlinked', logs(() => ({ blockHash: OTHER_HASH }))],
    ['a log twice', 'malformed', lyingAbout('eth_getLogs', (result: readonly Log[]) => [...result, ...result])],
    ['events that are none', 'malformed', logs(() => ({ data: '0x12' }))],
    ['blocks that do not hang together', 'unlinked', blocks(() => ({ parentHash: OTHER_HASH }))],
    [
      'blocks of another number',
      'unlinked',
      lyingAbout('eth_getBlockByHash', (block: Block) => ({ ...block, number: '0x2' })),
    ],
    ['a time that runs back', 'unlinked', blocks(({ number }) => (Number(number) > 11 ? { timestamp: '0x1' } : {}))],
    ['a block without a number', 'malformed', blocks(() => ({ number: '' }))],
    ['nonsense', 'malformed', text('<html>Sign in</html>')],
    ['an answer to another question', 'malformed', text('{"jsonrpc":"2.0","id":-1,"result":"0x1"}')],
    ['null', 'malformed', text('null')],
    ['an answer without one', 'malformed', lyingAbout('eth_getLogs', () => undefined)],
  ])('%s -- %s', async (_, failure, lie) => {
    const status = await lieAndRecover(lie)
    expect(status).toMatchObject({ type: 'refused', failure, message: expect.stringMatching(WORDS) })
  })
})

describe('is down, and up again once it answers', () => {
  it.each<readonly [string, JAdapterFailure, Liar]>([
    ['a connection that is dropped', 'unreachable', always({ type: 'drop' })],
    ['503', 'unreachable', text('later', 503)],
    ['429', 'rate_limited', text('slow down', 429)],
    ['a limit that is exceeded', 'rate_limited', always(errorOf(-32_005, 'limit exceeded'))],
    ['an error', 'node_error', always(errorOf(-32_603, 'internal error'))],
  ])('%s -- %s', async (_, failure, lie) => {
    expect(await lieAndRecover(lie)).toMatchObject({ type: 'down', failure })
  })

  it('no answer at all -- given up after ten seconds', async () => {
    const { proxy, bench, chain, reader } = await start()
    proxy.lie = always({ type: 'silence' })
    proxy.asked.length = 0
    const pulling = failureOf(reader.pull())
    await waitUntil(() => proxy.asked.length > 0)
    bench.time.advance(9_999)
    expect(chain.status()).toEqual({ type: 'up' })
    bench.time.advance(1)
    expect(await pulling).toBe('unreachable')
    expect(chain.status()).toMatchObject({ type: 'down', failure: 'unreachable' })
  })

  it('a socket that is cut -- every question in it ends at once', async () => {
    const anvil = await node()
    const wire = await openWire(Number(new URL(anvil.url).port))
    closing.push(wire.close)
    const bench = await benchOf(anvil, [`ws://127.0.0.1:${wire.port}`])
    const reader = follow(bench.chain)
    await reader.pull()
    wire.mute()
    const asking = failureOf(bench.chain.balanceOf(payer.address))
    wire.cut()
    expect(await asking).toBe('unreachable')
    expect(bench.chain.status()).toMatchObject({ type: 'down', failure: 'unreachable' })
    await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 7n })
    expect(await comeBack(bench)).toEqual({ type: 'up' })
    expect(reserveIn(await reader.events(), left.entityId, TUSD)).toBe(7n)
  })

  it('is asked again after 1, 2, 4 … 30 seconds, less up to a quarter', async () => {
    const { proxy, bench } = await start()
    proxy.lie = always({ type: 'drop' })
    await failureOf(bench.chain.balanceOf(payer.address))
    for (const longest of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const wait = present(bench.time.nextInMs(), 'it is tried again')
      expect([wait <= longest, wait > longest * 0.75]).toEqual([true, true])
      await comeBack(bench)
    }
  })
})

describe('two nodes', () => {
  const both = async () => {
    const anvil = await node()
    const [one, other] = [await proxyOf(anvil), await proxyOf(anvil)]
    const bench = await benchOf(anvil, [one.url, other.url])
    const reader = follow(bench.chain)
    await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 1_000n })
    await reader.pull()
    return { anvil, one, other, bench, chain: bench.chain, reader }
  }

  it.each<readonly [string, readonly ('one' | 'other')[], Liar]>([
    ['leaves out what happened', ['one', 'other'], lyingAbout('eth_getLogs', () => [])],
    ['tells of other amounts', ['one', 'other'], logs(({ data }) => ({ data: `${data.slice(0, -2)}01` }))],
    [
      'has another block at a height that counts as final',
      ['other'],
      lyingAbout('eth_getBlockByNumber', (block: Block, { params }) =>
        params[0] === 'latest' || params[0] === '0x0' ? block : { ...block, hash: OTHER_HASH },
      ),
    ],
  ])('of which one %s -- neither is believed', async (_, liars, lie) => {
    for (const who of liars) {
      const world = await both()
      const { bench, chain, reader } = world
      world[who].lie = lie
      await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 500n })
      await failureOf(reader.pull())
      expect(await comeBack(bench)).toMatchObject({ type: 'refused', failure: 'endpoints_disagree' })
      expect(
        reserveIn(
          reader.blocks().flatMap(({ events }) => events),
          left.entityId,
          TUSD,
        ),
      ).toBe(1_000n)
      world[who].lie = honest
      expect([await comeBack(bench), chain.status()]).toEqual([{ type: 'up' }, { type: 'up' }])
      expect(reserveIn(await reader.events(), left.entityId, TUSD)).toBe(1_500n)
    }
  })

  it('of which one is behind -- what it has not seen yet is not told, and nothing is wrong', async () => {
    const { anvil, other, bench, chain, reader } = await both()
    const height = await anvil.height()
    const old = await anvil.rpc<Block>('eth_getBlockByNumber', `0x${height.toString(16)}`, false)
    other.lie = lyingAbout('eth_getBlockByNumber', (block: Block, { params }) => (params[0] === 'latest' ? old : block))
    await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 500n })
    expect([await reader.events(), chain.status()]).toEqual([[], { type: 'up' }])
    other.lie = honest
    expect(reserveIn(await reader.events(), left.entityId, TUSD)).toBe(1_500n)
  })

  it('of which one serves another chain -- refused', async () => {
    const [anvil, stranger] = [await node(), await strangeNode({ chainId: 5n })]
    const bench = await benchOf(anvil, [anvil.url, stranger.url])
    expect(await failureOf(bench.chain.balanceOf(payer.address))).toBe('wrong_chain')
  })
})

it('a node that answers for few blocks at a time is asked for few', async () => {
  const { anvil, bench, proxy, reader } = await start()
  await anvil.mine(60)
  proxy.lie = (question, truth) => {
    const [filter] = question.params as readonly { fromBlock: string; toBlock: string }[]
    const isLong = filter !== undefined && Number(filter.toBlock) - Number(filter.fromBlock) >= 20
    const isTooMuch = question.method === 'eth_getLogs' && isLong
    return isTooMuch
      ? errorOf(-32_602, 'query exceeds max block range 20')
      : lyingAbout('', () => null)(question, truth)
  }
  await bench.faucet.fund({ entityId: left.entityId, tokenId: TUSD, amount: 500n })
  expect(reserveIn(await reader.events(), left.entityId, TUSD)).toBe(1_500n)
  expect(bench.chain.status()).toEqual({ type: 'up' })
})

it('a chain that began anew under the same number is not the one that was pinned', async () => {
  const [first, second] = [await node(), await strangeNode({ startSeconds: 1_600_000_000 })]
  let target = first
  const bench = await openRpcBench({
    anvil: first,
    confirmations: CONFIRMATIONS,
    signers: [],
    open: (url) => openEndpoint(url === first.url ? target.url : url),
  })
  closing.push(bench.close)
  expect(await bench.chain.balanceOf(payer.address)).toBe(0n)
  target = second
  await bench.close()
  const again = await bench.reopen()
  closing.push(again.close)
  expect(await failureOf(again.chain.balanceOf(payer.address))).toBe('wrong_genesis')
})

function errorOf(code: number, message: string): Trick {
  return { type: 'answer', answer: { error: { code, message } } }
}
const proxyTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const waitUntil = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await proxyTurn()
}
