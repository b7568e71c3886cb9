/** Conversations with a server: pushes and their back-pressure, locks, the past, and a runtime that is starting. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RuntimeHost } from '../../../runtime/host.ts'
import { seatOf } from '../../../runtime/radapter/served.ts'
import type { RpcMethods } from '../../../runtime/radapter/types.ts'
import { quiet } from '../../support/manual-time.ts'
import { type RawClient, rawClient } from '../../support/raw-client.ts'
import { type Running, startTown } from '../../support/running.ts'
import { type ServedTown, serveTown } from '../../support/served.ts'
import { TUSD, usd } from '../../support/world.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let served: ServedTown
beforeEach(async () => {
  running = await town.fork()
  served = serveTown(running)
})

/** Something that is committed. */
const invoice = (commandId: string): RpcMethods['invoice.create']['params'] => ({
  commandId,
  entityId: running.id('You'),
  tokenId: TUSD,
  amount: null,
  memo: '',
  expirySeconds: 60,
})
const payment = (commandId: string, amount = usd(1)): RpcMethods['pay.send']['params'] => ({
  commandId,
  from: running.id('You'),
  to: 'Bob',
  tokenId: TUSD,
  amount,
  memo: '',
  maxFee: usd(1),
})
const connect = (options: Parameters<typeof rawClient>[1] = {}): RawClient => rawClient(served.server, options)

describe('push', () => {
  test('a new client -- the status at once, a view when it says what it looks at', async () => {
    const client = connect()
    await quiet()
    expect(client.statuses()).toMatchObject([{ seq: 1, status: { wallet: 'unlocked', runtime: 'running' } }])
    expect(client.frames()).toEqual([])
    client.look({ selectedEntityId: running.id('You') })
    await quiet()
    expect(client.frames()).toMatchObject([
      { seq: 2, view: { height: running.host.env().height, live: true, selectedEntity: { label: 'You' } } },
    ])
  })

  test('a commit -- a whole new view to everybody, each as it looks at it', async () => {
    const [one, other] = [connect(), connect()]
    one.look({ selectedEntityId: running.id('You') })
    other.look({ selectedEntityId: running.id('Hub') })
    await quiet()
    await one.rpc('invoice.create', invoice('a'))
    expect(one.frames().at(-1)?.view).toMatchObject({
      height: running.host.env().height,
      selectedEntity: { label: 'You', invoices: [{ status: 'open' }] },
    })
    expect(other.frames().at(-1)?.view).toMatchObject({
      height: running.host.env().height,
      selectedEntity: { label: 'Hub', invoices: [] },
    })
  })

  test('looking elsewhere -- the same height again, with a higher number', async () => {
    const client = connect()
    client.look({})
    await quiet()
    client.look({ accountPageSize: 100 })
    await quiet()
    const [first, second] = client.frames()
    expect(second?.view.height).toBe(first?.view.height)
    expect(second?.seq).toBeGreaterThan(first?.seq ?? 0)
  })

  test('a reader that never says it has read -- one view in flight, however much happens', async () => {
    const slow = connect({ acks: false })
    slow.look({ selectedEntityId: running.id('You') })
    await quiet()
    const before = slow.texts.length
    const busy = connect()
    for (let i = 0; i < 5; i++) await busy.rpc('pay.send', payment(`p${i}`))
    served.set({ autoLockMinutes: 5 })
    served.set({ autoLockMinutes: 6 })
    await quiet()
    expect(slow.texts).toHaveLength(before)
    expect([slow.frames().length, slow.statuses().length]).toEqual([1, 1])
  })

  test('catching up -- one view, the latest; not those between', async () => {
    const slow = connect({ acks: false })
    slow.look({ selectedEntityId: running.id('You') })
    await quiet()
    for (let i = 0; i < 3; i++) await connect().rpc('invoice.create', invoice(`i${i}`))
    slow.ack(slow.frames()[0]?.seq ?? 0)
    await quiet()
    expect(slow.frames()).toHaveLength(2)
    expect(slow.frames()[1]?.view).toMatchObject({
      height: running.host.env().height,
      selectedEntity: { invoices: [{}, {}, {}] },
    })
    slow.ack(slow.frames()[1]?.seq ?? 0)
    await quiet()
    expect(slow.frames()).toHaveLength(2)
  })

  test('an acknowledgement of nothing -- refused; one that comes twice is nothing new', async () => {
    const client = connect()
    await quiet()
    expect(await client.error('ack', { seq: 99 })).toMatchObject({ code: 'E_BAD_REQUEST' })
    const count = client.texts.length
    client.ack(1)
    await quiet()
    expect(client.texts).toHaveLength(count)
  })

  test('the wallet is locked -- everybody is told, and sees nothing more until it is unlocked', async () => {
    const client = connect()
    client.look({ selectedEntityId: running.id('You') })
    await quiet()
    served.set({ wallet: 'locked' })
    await running.run('You', {
      type: 'create_invoice',
      tokenId: TUSD,
      amount: null,
      memo: '',
      expirySeconds: running.time.clock.now() / 1_000 + 60,
    })
    client.look({ selectedEntityId: running.id('Hub') })
    await quiet()
    expect(client.statuses().at(-1)?.status.wallet).toBe('locked')
    expect(client.frames()).toHaveLength(1)
    served.set({ wallet: 'unlocked' })
    await quiet()
    expect(client.frames()).toHaveLength(2)
    expect(client.frames()[1]?.view).toMatchObject({
      height: running.host.env().height,
      selectedEntity: { label: 'Hub' },
    })
  })

  test('another runtime -- shown from then on; the old one no more', async () => {
    const client = connect()
    client.look({ selectedEntityId: running.id('You') })
    await quiet()
    const other = await town.fork()
    await other.run('You', {
      type: 'create_invoice',
      tokenId: TUSD,
      amount: null,
      memo: 'here',
      expirySeconds: other.time.clock.now() / 1_000 + 60,
    })
    served.put(other.host)
    await quiet()
    expect(client.frames().at(-1)?.view.selectedEntity?.invoices).toMatchObject([{ memo: 'here' }])
    const count = client.frames().length
    await running.run('You', { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' })
    expect(client.frames()).toHaveLength(count)
  })

  test('none running -- no views, and the status says why', async () => {
    served.set({ runtime: 'starting' })
    served.put(null)
    const client = connect()
    client.look({})
    await quiet()
    expect(client.frames()).toEqual([])
    expect(client.statuses()).toMatchObject([{ status: { runtime: 'starting' } }])
  })

  test('running, halted, read-only -- each view says so, those of the past too', async () => {
    const client = connect()
    client.look({})
    const said = async () => {
      await quiet()
      const past = await client.ask('get_frame_at', { height: 1 })
      const views = [client.frames().at(-1)?.view, past.type === 'get_frame_at' ? past.view : undefined]
      return views.map((view) => [view?.live, view?.runtime, view?.role])
    }
    for (const [runtime, role] of [
      ['running', 'writer'],
      ['halted', 'writer'],
      ['read-only', 'reader'],
    ] as const) {
      served.set({ runtime })
      expect(await said()).toEqual([
        [true, runtime, role],
        [false, runtime, role],
      ])
    }
  })

  test('a chain that is down, peers that do not answer -- in the view of now, and of the past nothing', async () => {
    const down = { type: 'down', sinceMs: 5, reason: 'unreachable' } as const
    const listeners = new Set<() => void>()
    const onChange: RuntimeHost['onChange'] = (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
    const state = { isDown: false }
    served.put({
      ...running.host,
      onChange,
      chainStatus: (name) => (state.isDown && name === 'sim' ? down : { type: 'up' }),
      unreachable: () =>
        new Map(
          state.isDown
            ? [
                [running.id('Hub'), 9],
                [running.id('Bob'), 7],
              ]
            : [],
        ),
    })
    const client = connect()
    client.look({})
    await quiet()
    const said = () => {
      const view = client.frames().at(-1)?.view
      return [view?.jurisdictions[0]?.status, view?.unreachable]
    }
    expect(said()).toEqual([{ type: 'up' }, []])
    state.isDown = true
    for (const tell of listeners) tell()
    await quiet()
    expect(said()).toEqual([
      down,
      [
        { entityId: running.id('Bob'), label: 'Bob', sinceMs: 7 },
        { entityId: running.id('Hub'), label: 'Hub', sinceMs: 9 },
      ],
    ])
    const past = await client.ask('get_frame_at', { height: running.host.env().height - 1 })
    expect(past).toMatchObject({ view: { jurisdictions: [{ status: { type: 'up' } }], unreachable: [] } })
  })

  test('closed -- the clients are gone and nothing is followed any more', async () => {
    const client = connect()
    client.look({})
    await quiet()
    served.server.close()
    served.server.close()
    await quiet()
    expect(client.isClosed()).toBe(true)
    const count = client.texts.length
    served.set({ autoLockMinutes: 1 })
    await running.run('You', { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' })
    expect(client.texts).toHaveLength(count)
  })
})

describe('the past', () => {
  test('a height -- the view as it was, and said to be of the past', async () => {
    const client = connect()
    client.look({ selectedEntityId: running.id('You') })
    const begun = running.host.env().height
    await client.rpc('pay.send', payment('a', usd(3)))
    const before = await client.ask('get_frame_at', { height: begun })
    const after = await client.ask('get_frame_at', { height: running.host.env().height })
    expect(before).toMatchObject({
      view: {
        height: begun,
        live: false,
        selectedEntity: { balances: [{ canSend: usd(100) }, {}] },
        activity: { totalEntries: 0 },
      },
    })
    expect(after).toMatchObject({
      view: {
        live: false,
        selectedEntity: { balances: [{ canSend: usd(97) - 3_100n }, {}] },
        activity: { totalEntries: 1 },
      },
    })
  })

  test('the present through the past -- but for that, the same view with the same root', async () => {
    const client = connect()
    client.look({ selectedEntityId: running.id('You'), selectedAccountId: running.id('Hub') })
    await quiet()
    const past = await client.ask('get_frame_at', { height: running.host.env().height })
    expect(past).toEqual({ type: 'get_frame_at', view: { ...client.frames()[0]?.view, live: false } })
  })

  test('to whoever may not write -- the role is a reader\u2019s, now and then, until the pen is taken', async () => {
    let hasPen = false
    const seat = { ...seatOf('admin'), mayWrite: () => hasPen }
    const roles = async (client: RawClient) => {
      client.look({})
      await quiet()
      const past = await client.ask('get_frame_at', { height: 1 })
      const then = past.type === 'get_frame_at' ? past.view.role : past
      return [client.statuses().at(-1)?.status.control, client.frames().at(-1)?.view.role, then]
    }
    expect(await roles(connect({ access: 'inspect' }))).toEqual(['reader', 'reader', 'reader'])
    const window = connect({ seat })
    expect(await roles(window)).toEqual(['reader', 'reader', 'reader'])
    hasPen = true
    served.tell()
    expect(await roles(window)).toEqual(['writer', 'writer', 'writer'])
  })

  test('the last five looked at -- are not rebuilt', async () => {
    let rebuilt = 0
    const envAt: RuntimeHost['envAt'] = (height) => {
      rebuilt++
      return running.host.envAt(height)
    }
    served.put({ ...running.host, envAt })
    const client = connect()
    for (const height of [1, 2, 3, 4, 5, 1, 2, 5]) await client.ask('get_frame_at', { height })
    expect(rebuilt).toBe(5)
    await client.ask('get_frame_at', { height: 6 })
    await client.ask('get_frame_at', { height: 3 })
    expect(rebuilt).toBe(7)
  })

  test('locked while it was being rebuilt -- no view', async () => {
    const gates: (() => void)[] = []
    served.put({
      ...running.host,
      envAt: async (height) => {
        await new Promise<void>((resolve) => gates.push(resolve))
        return running.host.envAt(height)
      },
    })
    const client = connect()
    client.send('get_frame_at', { height: 1 })
    await quiet()
    served.set({ wallet: 'locked' })
    gates[0]?.()
    await quiet()
    expect(client.answers.at(-1)).toMatchObject({ reply: { type: 'error', error: { code: 'E_WALLET_LOCKED' } } })
  })

  test('checkpoints -- from the index, oldest first', async () => {
    served.put({
      ...running.host,
      retained: async () => ({
        oldestHeight: 7,
        checkpoints: [
          { height: 10, timestampMs: 1 },
          { height: 20, timestampMs: 2 },
        ],
      }),
    })
    expect(await connect().ask('get_checkpoints', {})).toEqual({
      type: 'get_checkpoints',
      oldestHeight: 7,
      checkpoints: [
        { height: 10, timestamp: 1 },
        { height: 20, timestamp: 2 },
      ],
    })
  })
})

describe('while the runtime is starting', () => {
  test('a command -- waits, and is carried out once it runs', async () => {
    served.set({ runtime: 'starting' })
    served.put(null)
    const client = connect()
    const id = client.send('rpc', { method: 'pay.send', params: payment('a') })
    await quiet()
    served.set({ runtime: 'replaying', progress: { done: 1, total: 2 } })
    await quiet()
    const replies = () => client.answers.filter((answer) => answer.type === 'reply' && answer.inReplyTo === id)
    expect(replies()).toEqual([])
    served.put(running.host)
    served.set({ runtime: 'running', progress: null })
    await quiet()
    expect(replies()).toMatchObject([{ reply: { type: 'rpc' } }])
  })

  test('locked instead -- it is refused', async () => {
    served.set({ runtime: 'starting' })
    served.put(null)
    const client = connect()
    client.send('rpc', { method: 'pay.send', params: payment('a') })
    await quiet()
    served.set({ wallet: 'locked', runtime: 'stopped' })
    await quiet()
    expect(client.answers).toContainEqual(
      expect.objectContaining({
        reply: expect.objectContaining({ error: expect.objectContaining({ code: 'E_WALLET_LOCKED' }) }),
      }),
    )
  })
})
