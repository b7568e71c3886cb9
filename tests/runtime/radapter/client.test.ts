/** The adapter: one life over many connections, and one payment whatever happens to them. */
import { parse, stringify } from 'devalue'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { embeddedAdapter } from '../../../runtime/radapter/embedded.ts'
import { RAdapterError } from '../../../runtime/radapter/errors.ts'
import { DEFAULT_VIEW, type FrameView, type RpcMethods } from '../../../runtime/radapter/types.ts'
import { type CutLine, cutLine } from '../../support/cut-line.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { type ServedTown, serveTown } from '../../support/served.ts'
import { TUSD, usd } from '../../support/world.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let served: ServedTown
let wire: CutLine
beforeEach(async () => {
  running = await town.fork()
  served = serveTown(running)
  wire = cutLine(served)
})

const payment = (commandId: string): RpcMethods['pay.send']['params'] => ({
  commandId,
  from: running.id('You'),
  to: 'Bob',
  tokenId: TUSD,
  amount: usd(1),
  memo: '',
  maxFee: usd(1),
})
const paid = (): number => running.host.activity().byEntity.get(running.id('Bob'))?.records.size ?? 0
const errorOf = async (asked: Promise<unknown>) => {
  const outcome = await asked.catch((error: unknown) => error)
  return outcome instanceof RAdapterError ? outcome.error : `not an error of the adapter: ${String(outcome)}`
}

describe('connected', () => {
  test('connect -- resolves with the host\u2019s status; the view asked for before comes', async () => {
    wire.adapter.setView({ ...DEFAULT_VIEW, selectedEntityId: running.id('You') })
    expect([wire.adapter.status, wire.adapter.currentHeight]).toEqual(['disconnected', 0])
    await wire.adapter.connect()
    await quiet()
    expect(wire.adapter.status).toBe('connected')
    expect(wire.statuses).toEqual(['connecting', 'connected'])
    expect(wire.hostStatuses).toMatchObject([{ wallet: 'unlocked' }])
    expect(wire.frames).toMatchObject([{ selectedEntity: { label: 'You' } }])
    expect(wire.adapter.currentHeight).toBe(running.host.env().height)
    await wire.adapter.connect()
    expect(wire.dials).toHaveLength(1)
  })

  test('rpc -- answers, and commits what it asks for', async () => {
    await wire.adapter.connect()
    const { height, paymentId } = await wire.adapter.rpc('pay.send', payment('a'))
    await quiet()
    expect(height).toBeLessThan(running.host.env().height)
    expect(await wire.adapter.rpc('pay.get', { from: running.id('You'), paymentId })).toMatchObject({
      status: 'sent',
      amount: usd(1),
    })
    expect(wire.frames.at(-1)?.height).toBe(running.host.env().height)
  })

  test('a refusal -- an error of the adapter with its typed reason', async () => {
    await wire.adapter.connect()
    expect(await errorOf(wire.adapter.rpc('pay.send', { ...payment('a'), amount: usd(500) }))).toMatchObject({
      code: 'E_REJECTED',
      reason: { type: 'over_capacity', have: usd(100) },
    })
  })

  test('more than a message holds -- refused here, nothing is sent', async () => {
    await wire.adapter.connect()
    const before = paid()
    expect(await errorOf(wire.adapter.rpc('pay.send', { ...payment('a'), memo: 'x'.repeat(1_048_576) }))).toMatchObject(
      { code: 'E_TOO_LARGE' },
    )
    expect(paid()).toBe(before)
  })

  test('getFrameAt -- five are kept for the present view; another view, role, or a lock, forgets them', async () => {
    await wire.adapter.connect()
    let asked = 0
    wire.carries = (text) => {
      if (text.includes('get_frame_at')) asked++
      return true
    }
    for (const height of [1, 2, 3, 4, 5, 1, 5, 3]) expect((await wire.adapter.getFrameAt(height)).height).toBe(height)
    expect(asked).toBe(5)
    await wire.adapter.getFrameAt(6)
    await wire.adapter.getFrameAt(2)
    expect(asked).toBe(7)
    wire.adapter.setView({ ...DEFAULT_VIEW, selectedEntityId: running.id('Hub') })
    expect((await wire.adapter.getFrameAt(6)).selectedEntity?.label).toBe('Hub')
    expect(asked).toBe(8)
    served.set({ runtime: 'read-only' })
    await quiet()
    expect((await wire.adapter.getFrameAt(6)).role).toBe('reader')
    expect(asked).toBe(9)
    served.set({ wallet: 'locked' })
    await quiet()
    expect(await errorOf(wire.adapter.getFrameAt(6))).toMatchObject({ code: 'E_WALLET_LOCKED' })
  })

  test('a frame of the past that comes after the view has changed -- is given, and not kept', async () => {
    await wire.adapter.connect()
    const asked = wire.adapter.getFrameAt(3)
    wire.adapter.setView({ ...DEFAULT_VIEW, selectedEntityId: running.id('Bob') })
    expect((await asked).selectedEntity).toBeNull()
    expect((await wire.adapter.getFrameAt(3)).selectedEntity?.label).toBe('Bob')
  })

  test('getCheckpoints -- those of the runtime', async () => {
    await wire.adapter.connect()
    expect(await wire.adapter.getCheckpoints()).toEqual([])
    expect(await wire.adapter.getRetained()).toEqual({ oldestHeight: 1, checkpoints: [] })
  })

  test('listeners taken off -- hear nothing more', async () => {
    let heard = 0
    const stop = wire.adapter.onFrame(() => heard++)
    await wire.adapter.connect()
    await quiet()
    stop()
    await wire.adapter.rpc('pay.send', payment('a'))
    await quiet()
    expect(heard).toBe(1)
  })
})

describe('a lost connection', () => {
  test('a command under way, lost on its way there -- is sent again, and carried out once', async () => {
    await wire.adapter.connect()
    wire.carries = (text) => !text.includes('pay.send')
    const answer = wire.adapter.rpc('pay.send', payment('a'))
    await quiet()
    expect(paid()).toBe(0)
    wire.carries = () => true
    await wire.cut()
    expect(await answer).toMatchObject({ paymentId: expect.stringMatching(/^0x/) })
    await quiet()
    expect(paid()).toBe(1)
  })

  test('a command under way, whose answer was lost -- is sent again, and had been carried out once', async () => {
    await wire.adapter.connect()
    const answer = wire.adapter.rpc('pay.send', payment('a'))
    const cut = wire.cut()
    await cut
    expect((await answer).paymentId).toMatch(/^0x/)
    await quiet()
    expect(paid()).toBe(1)
  })

  test('cut again and again at every moment of a payment -- one payment', async () => {
    await wire.adapter.connect()
    const answer = wire.adapter.rpc('pay.send', payment('a'))
    for (let i = 0; i < 10; i++) {
      for (let turn = 0; turn < i; turn++) await Promise.resolve()
      wire.time.advance(2_000)
      await wire.cut()
    }
    await answer
    await quiet()
    expect(paid()).toBe(1)
    expect((await wire.adapter.rpc('pay.send', payment('a'))).height).toBe((await answer).height)
  })

  test('a worker that died with its runtime -- the command is answered by the next one, once', async () => {
    await wire.adapter.connect()
    const answer = wire.adapter.rpc('pay.send', payment('a'))
    await quiet()
    served.set({ runtime: 'starting' })
    served.put(null)
    const again = wire.adapter.rpc('pay.send', payment('a'))
    const next = wire.adapter.rpc('pay.send', payment('b'))
    await wire.cut()
    running = await running.restart()
    served.put(running.host)
    served.set({ runtime: 'running' })
    await quiet()
    expect(await again).toEqual(await answer)
    expect((await next).height).toBeGreaterThan((await answer).height)
    await quiet()
    expect(paid()).toBe(2)
  })

  test('a read under way -- is asked again', async () => {
    await wire.adapter.connect()
    wire.carries = (text) => !text.includes('get_checkpoints')
    const answer = wire.adapter.getCheckpoints()
    await quiet()
    wire.carries = () => true
    await wire.cut()
    expect(await answer).toEqual([])
  })

  test('asked while there is no connection -- waits for one', async () => {
    wire.lets = 'refused'
    void wire.adapter.connect()
    const answer = wire.adapter.rpc('pay.send', payment('a'))
    wire.lets = 'through'
    wire.time.advance(1_000)
    expect((await answer).paymentId).toMatch(/^0x/)
  })

  test('a wallet being made -- is not made again: the answer is lost, and another look will tell', async () => {
    let made = 0
    served = serveTown(running, {
      'wallet.create': () => {
        made++
        return new Promise(() => undefined)
      },
    })
    wire = cutLine(served)
    const early = errorOf(wire.adapter.rpc('wallet.create', { password: 'x' }))
    await wire.adapter.connect()
    await quiet()
    expect(made).toBe(1)
    await wire.cut()
    expect(await early).toMatchObject({ code: 'E_INTERNAL', retryable: true })
    expect(made).toBe(1)
  })
})

describe('a server that speaks nonsense', () => {
  test('an unreadable answer -- that question fails, the connection stays', async () => {
    await wire.adapter.connect()
    let inReplyTo: unknown = null
    wire.carries = (text) => {
      if (!text.includes('get_checkpoints')) return true
      inReplyTo = parse(text).id
      return false
    }
    const asked = errorOf(wire.adapter.getCheckpoints())
    wire.say(stringify({ v: 1, type: 'get_checkpoints', id: 1, inReplyTo, payload: { checkpoints: 'none' } }))
    expect(await asked).toMatchObject({ code: 'E_INTERNAL' })
    expect(wire.adapter.status).toBe('connected')
  })

  test('an unreadable view -- the connection is given up and made anew', async () => {
    await wire.adapter.connect()
    wire.say(stringify({ v: 1, type: 'frame', id: 1, inReplyTo: null, payload: { height: 1, seq: 1, view: [] } }))
    await quiet()
    wire.time.advance(0)
    await quiet()
    expect(wire.dials).toHaveLength(2)
    expect(wire.adapter.status).toBe('connected')
  })

  test('another version -- what is asked fails with E_VERSION', async () => {
    await wire.adapter.connect()
    wire.carries = (text) => !text.includes('get_checkpoints')
    const asked = errorOf(wire.adapter.getCheckpoints())
    wire.say(stringify({ v: 2, type: 'hello', id: 1, inReplyTo: null, payload: null }))
    expect(await asked).toMatchObject({ code: 'E_VERSION', retryable: false })
  })

  test.each(['', '{', '[1]', stringify(null), stringify({ v: 1 })])('%j -- no exception', async (text) => {
    await wire.adapter.connect()
    expect(() => wire.say(text)).not.toThrow()
  })
})

describe('disconnect', () => {
  test('what is under way fails, nothing is tried any more; connect begins again', async () => {
    wire.lets = 'silent'
    const connecting = errorOf(wire.adapter.connect())
    const asked = errorOf(wire.adapter.getCheckpoints())
    wire.adapter.disconnect()
    expect(await connecting).toMatchObject({ code: 'E_INTERNAL', retryable: true })
    expect(await asked).toMatchObject({ code: 'E_INTERNAL', retryable: true })
    expect([wire.adapter.status, wire.time.nextInMs()]).toEqual(['disconnected', null])
    wire.lets = 'through'
    await wire.adapter.connect()
    expect(wire.adapter.status).toBe('connected')
  })

  test('disconnected for good -- the server has let go of it', async () => {
    await wire.adapter.connect()
    await quiet()
    const before = wire.frames.length
    wire.adapter.disconnect()
    await running.run('You', { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' })
    expect(wire.frames).toHaveLength(before)
  })
})

describe('embedded', () => {
  test('in one process -- the same adapter over the same texts', async () => {
    const adapter = embeddedAdapter(served.server)
    const frames: FrameView[] = []
    adapter.onFrame((frame) => frames.push(frame))
    await adapter.connect()
    await adapter.rpc('pay.send', payment('a'))
    await quiet()
    expect(adapter.mode).toBe('embedded')
    expect(frames.at(-1)?.height).toBe(running.host.env().height)
    adapter.disconnect()
  })
})
