/** The carrier over an extension port, whose ends behave as the browser’s do. */
import { describe, expect, test } from 'vitest'
import { createPin } from '../../../runtime/radapter/pin.ts'
import { portAdapter, portConnection } from '../../../runtime/radapter/port.ts'
import { manualTime, quiet } from '../../support/manual-time.ts'
import { type PortEnd, portPair } from '../../support/port-pair.ts'
import { startEmpty } from '../../support/running.ts'
import { serveTown } from '../../support/served.ts'

describe('portConnection', () => {
  test('what arrives before anybody listens -- is kept, in order', async () => {
    const [near, far] = portPair()
    const connection = portConnection(near)
    far.postMessage('one')
    far.postMessage('two')
    await quiet()
    const heard: unknown[] = []
    connection.onMessage((message) => heard.push(message))
    far.postMessage('three')
    await quiet()
    expect(heard).toEqual(['one', 'two', 'three'])
  })

  test('the other side is gone -- told once, also to who asks late; sending does nothing', () => {
    const [near, far] = portPair()
    const connection = portConnection(near)
    far.disconnect()
    let told = 0
    connection.onClose(() => told++)
    connection.send('x')
    connection.close()
    expect(told).toBe(1)
  })

  test('gone without a word -- the next text finds out', () => {
    const [near] = portPair()
    const dead = {
      ...near,
      postMessage: () => {
        throw new Error('Attempting to use a disconnected port object')
      },
    }
    const connection = portConnection(dead)
    let told = 0
    connection.onClose(() => told++)
    expect(() => connection.send('x')).not.toThrow()
    expect(told).toBe(1)
  })

  test('closed here -- both sides are told, once', () => {
    const [near, far] = portPair()
    const [mine, theirs] = [portConnection(near), portConnection(far)]
    const told: string[] = []
    mine.onClose(() => told.push('mine'))
    theirs.onClose(() => told.push('theirs'))
    mine.close()
    mine.close()
    expect(told.sort()).toEqual(['mine', 'theirs'])
    expect(near.isOpen()).toBe(false)
  })
})

describe('portAdapter', () => {
  test('a page and its worker -- views and answers; a worker that dies is called again at once', async () => {
    const running = await startEmpty()
    const served = serveTown(running)
    const time = manualTime(0)
    const ends: PortEnd[] = []
    const asked: (string | null)[] = []
    const adapter = portAdapter(
      (runtimeId) => {
        const [page, worker] = portPair()
        asked.push(runtimeId)
        ends.push(worker)
        served.server.accept(portConnection(worker))
        return page
      },
      createPin(null),
      { ports: { clock: time.clock, schedule: time.schedule, random: () => 0 } },
    )
    const heights: number[] = []
    adapter.onFrame(({ height }) => heights.push(height))
    await adapter.connect()
    expect(adapter.mode).toBe('rpc')
    await quiet()
    ends[0]?.disconnect()
    time.advance(0)
    await quiet()
    expect(adapter.status).toBe('connected')
    // Whichever was the current one: it comes back to that, and to no other.
    expect(asked).toEqual([null, 'simnet'])
    expect(heights).toEqual([running.host.env().height, running.host.env().height])
    expect(await adapter.getCheckpoints()).toEqual([])
    adapter.disconnect()
    expect(ends[1]?.isOpen()).toBe(false)
  })
})
