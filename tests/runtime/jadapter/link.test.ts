/** The way to a chain: opened, lost, opened again; nothing is asked of whoever has not shown who it is. */
import { describe, expect, it } from 'vitest'
import { createLink, type Nodes } from '../../../runtime/jadapter/link.ts'
import type { RpcEndpoint } from '../../../runtime/jadapter/node.ts'
import { JAdapterError, type JAdapterFailure } from '../../../runtime/jadapter/types.ts'
import { StoreError } from '../../../runtime/storage/store.ts'
import { manualTime, quiet } from '../../support/manual-time.ts'
import { failureOf } from './suite.ts'

const fail = (type: JAdapterFailure): never => {
  throw new JAdapterError(type, `It is ${type}.`)
}

/** A link to endpoints in memory, whose handshake does what the test says. */
const setUp = (lot = 0) => {
  const time = manualTime(0)
  const opened: { readonly url: string; isClosed: boolean; news: () => void }[] = []
  const state = { shake: async (_nodes: Nodes): Promise<void> => undefined, shakes: 0 }
  const open = (url: string): RpcEndpoint => {
    const endpoint = { url, isClosed: false, news: () => undefined as void }
    opened.push(endpoint)
    return {
      host: url,
      request: async (method) => ({ type: 'result', value: method === 'eth_chainId' ? '0x7' : null }),
      onNews: (listener) => {
        endpoint.news = listener
        return () => undefined
      },
      close: () => {
        endpoint.isClosed = true
      },
    }
  }
  const link = createLink({
    urls: ['one', 'two'],
    open,
    schedule: time.schedule,
    entropy: { draw: () => new Uint8Array(32).fill(lot) },
    handshake: async (nodes) => {
      state.shakes++
      await state.shake(nodes)
    },
  })
  const told: string[] = []
  link.subscribe(() => told.push(link.status().type))
  const ask = () => link.run(async ([node]) => node.chainId())
  return { link, time, opened, state, told, ask }
}

describe('connecting', () => {
  it('is up once the handshake with every node has gone through; until then whoever asks waits', async () => {
    const { link, state, told, ask, opened } = setUp()
    let goOn = (): void => undefined
    state.shake = (nodes) => {
      expect(nodes.map(({ host }) => host)).toEqual(['one', 'two'])
      return new Promise((resolve) => {
        goOn = resolve
      })
    }
    expect(await failureOf(ask())).toBe('unreachable')
    const connecting = link.connect()
    const answer = ask()
    await quiet()
    expect([link.status().type, told]).toEqual(['down', []])
    goOn()
    expect([await answer, link.status(), told]).toEqual([7n, { type: 'up' }, ['up']])
    await connecting
    await link.connect()
    expect([state.shakes, opened.length]).toEqual([1, 2])
  })

  it('news of a node are passed on', async () => {
    const { link, told, opened } = setUp()
    await link.connect()
    opened[1]?.news()
    expect(told).toEqual(['up', 'up'])
  })

  it.each<readonly [JAdapterFailure, 'down' | 'refused']>([
    ['unreachable', 'down'],
    ['rate_limited', 'down'],
    ['node_error', 'down'],
    ['malformed', 'refused'],
    ['wrong_chain', 'refused'],
    ['wrong_genesis', 'refused'],
    ['no_contract', 'refused'],
    ['wrong_contract', 'refused'],
    ['unlinked', 'refused'],
    ['endpoints_disagree', 'refused'],
  ])('a handshake that ends with %s -- %s, its connection closed, tried again', async (failure, type) => {
    const { link, time, opened, state, ask } = setUp()
    state.shake = async () => fail(failure)
    await link.connect()
    expect(link.status()).toEqual({ type, failure, message: `It is ${failure}.` })
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true])
    expect(await failureOf(ask())).toBe(failure)
    state.shake = async () => undefined
    time.advance(1_000)
    await quiet()
    expect([link.status(), await ask()]).toEqual([{ type: 'up' }, 7n])
  })

  it('a handshake that fails for a reason that is nobody’s here -- down, tried again', async () => {
    const { link, time, state } = setUp()
    state.shake = () => Promise.reject(new StoreError('io', 'disk'))
    await link.connect()
    expect(link.status()).toMatchObject({ type: 'down', failure: 'failed' })
    expect(time.nextInMs()).toBe(1_000)
  })
})

describe('losing', () => {
  it('what fails with the node closes it, and the next attempt waits longer each time, by lot', async () => {
    for (const [lot, waits] of [
      [0, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
      [128, [875, 1_750, 3_500, 7_000, 14_000, 26_250, 26_250]],
      [255, [751, 1_502, 3_004, 6_008, 12_016, 22_530, 22_530]],
    ] as const) {
      const { link, time, state, opened } = setUp(lot)
      await link.connect()
      expect(await failureOf(link.run(async () => fail('unreachable')))).toBe('unreachable')
      expect(opened.every(({ isClosed }) => isClosed)).toBe(true)
      state.shake = async () => fail('unreachable')
      for (const wait of waits) {
        expect(time.nextInMs()).toBe(wait)
        time.advance(wait)
        await quiet()
      }
      state.shake = async () => undefined
      time.advance(30_000)
      await quiet()
      expect(link.status()).toEqual({ type: 'up' })
      await failureOf(link.run(async () => fail('rate_limited')))
      // It was up: the count begins anew.
      expect(time.nextInMs()).toBe(waits[0])
    }
  })

  it('what fails for the work’s own reasons changes nothing', async () => {
    const { link, told } = setUp()
    await link.connect()
    for (const failure of ['refused', 'locked', 'unfunded', 'no_signer'] as const)
      expect(await failureOf(link.run(async () => fail(failure)))).toBe(failure)
    await expect(link.run(() => Promise.reject(new StoreError('io', 'disk')))).rejects.toThrow(StoreError)
    expect([link.status(), told]).toEqual([{ type: 'up' }, ['up']])
  })

  it('work on a connection that is gone already does not bring down the next one', async () => {
    const { link, time } = setUp()
    await link.connect()
    let end = (_error: Error): void => undefined
    const old = link.run(
      () =>
        new Promise<void>((_, reject) => {
          end = reject
        }),
    )
    await quiet()
    await failureOf(link.run(async () => fail('unreachable')))
    time.advance(1_000)
    await quiet()
    expect(link.status()).toEqual({ type: 'up' })
    end(new JAdapterError('unreachable', 'late'))
    expect([await failureOf(old), link.status()]).toEqual(['unreachable', { type: 'up' }])
  })

  it('what is final and gone is not tried again', async () => {
    const { link, time } = setUp()
    await link.connect()
    await failureOf(link.run(async () => fail('reorged_too_deep')))
    expect([link.status().type, time.nextInMs()]).toEqual(['refused', null])
  })
})

describe('close', () => {
  it('nothing is tried or told any more; what was being connected is closed', async () => {
    const { link, time, opened, state, told } = setUp()
    let goOn = (): void => undefined
    state.shake = () =>
      new Promise((resolve) => {
        goOn = resolve
      })
    const connecting = link.connect()
    await quiet()
    link.close()
    goOn()
    await connecting
    expect(link.status()).toMatchObject({ type: 'down', failure: 'closed' })
    expect([opened.map(({ isClosed }) => isClosed), time.nextInMs(), told]).toEqual([[true, true], null, ['down']])
    await link.connect()
    expect(opened).toHaveLength(2)
  })
})
