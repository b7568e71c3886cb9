/** Heartbeats: a holder that is asked answers with its height; three questions in vain are silence. */
import { describe, expect, test } from 'vitest'
import { acquireWriterLock, type WriterNotice, type WriterPorts, watchWriter } from '../../../runtime/manager/lock.ts'
import { followPulse } from '../../../runtime/manager/pulse.ts'
import { createFakeBrowser, type FakeContext } from '../../support/browser-contexts.ts'
import { manualTime, quiet } from '../../support/manual-time.ts'

const ID = 'simnet'
const WORKER = { instanceId: 'i-1', label: 'background' }
const patient = (context: FakeContext): WriterPorts => ({ ...context, wait: () => new Promise(() => {}) })

const hold = async (context: FakeContext) => {
  const result = await acquireWriterLock(ID, WORKER, patient(context))
  if (result.type !== 'acquired') throw new Error(`expected the lock, got ${result.type}`)
  return result.lease
}

describe('a holder', () => {
  test('asked -- answers everybody with the height it told last; asked nothing, it says nothing', async () => {
    const browser = createFakeBrowser()
    const lease = await hold(browser.context())
    const heard: WriterNotice[] = []
    const watch = watchWriter(ID, browser.context(), (notice) => heard.push(notice))
    await quiet()
    expect(heard).toEqual([{ type: 'held', holder: WORKER }])
    watch.ask()
    await quiet()
    lease.tellFrame(7)
    watch.ask()
    await quiet()
    expect(heard.slice(1)).toEqual([
      { type: 'beat', height: null },
      { type: 'frame', height: 7 },
      { type: 'beat', height: 7 },
    ])
    watch.stop()
  })

  test('that let go -- says nothing more', async () => {
    const browser = createFakeBrowser()
    const lease = await hold(browser.context())
    const heard: string[] = []
    const watch = watchWriter(ID, browser.context(), ({ type }) => heard.push(type))
    await lease.release()
    watch.ask()
    await quiet()
    expect(heard).toEqual(['held', 'released'])
  })
})

describe('followPulse', () => {
  const setUp = () => {
    const time = manualTime(0)
    const asked: number[] = []
    const told: (readonly [atMs: number, isSilent: boolean])[] = []
    const pulse = followPulse({
      ask: () => asked.push(time.clock.now()),
      schedule: time.schedule,
      onSilent: (isSilent) => told.push([time.clock.now(), isSilent]),
    })
    return { time, asked, told, pulse }
  }

  test('an answer each time -- asked every five seconds, and nothing is told', () => {
    const { time, asked, told, pulse } = setUp()
    for (let i = 0; i < 10; i++) {
      pulse.heard()
      time.advance(5_000)
    }
    expect([asked.slice(0, 3), asked.length, told]).toEqual([[0, 5_000, 10_000], 11, []])
  })

  test('three in vain -- silent, said once; heard again, and that is said', () => {
    const { time, told, pulse } = setUp()
    pulse.heard()
    time.advance(19_999)
    expect(told).toEqual([])
    time.advance(60_000)
    expect(told).toEqual([[20_000, true]])
    pulse.heard()
    pulse.heard()
    expect(told.slice(1)).toEqual([[79_999, false]])
    time.advance(20_000)
    expect(told.slice(2)).toEqual([[95_000, true]])
  })

  test('two in vain, then an answer -- counted from the beginning', () => {
    const { time, told, pulse } = setUp()
    time.advance(14_999)
    pulse.heard()
    time.advance(14_999)
    expect(told).toEqual([])
  })

  test('stopped -- nothing is due any more', () => {
    const { time, pulse } = setUp()
    pulse.stop()
    expect(time.nextInMs()).toBe(null)
  })
})
