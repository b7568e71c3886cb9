/** The time machine's model: which height is asked for, when, and which answer is shown. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { dotsOf } from '../../components/models/dots.ts'
import { createSession } from '../../components/models/session.ts'
import { createTimeMachine } from '../../components/models/time-machine.ts'
import type { ErrorCode } from '../../runtime/radapter/error-code.ts'
import { RAdapterError } from '../../runtime/radapter/errors.ts'
import type { FrameView } from '../../runtime/radapter/types.ts'
import { createFakeAdapter, type PastCall } from '../support/fake-radapter.ts'
import { frame, host, IDS, NOW } from '../support/fixture-frames.ts'

const NEWEST = 100
const pastFrame = (height: number, patch: Partial<FrameView> = {}): FrameView => ({
  ...frame({ height, timestamp: NOW - (NEWEST - height) * 1_000 }),
  live: false,
  ...patch,
})
const refusal = (code: ErrorCode): RAdapterError => new RAdapterError({ code, message: '', retryable: false })
const everyFifth = Array.from({ length: 20 }, (_, i) => ({ height: 5 * (i + 1), timestamp: NOW }))

type Waiting = PastCall & { readonly give: (view: FrameView) => void; readonly refuse: (code: ErrorCode) => void }

/** All that was asked is answered: promises settle in turns, none of which waits for time. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

const open = async (checkpoints = everyFifth, oldestHeight = 1) => {
  const adapter = createFakeAdapter({ host: host(), frame: frame({ height: NEWEST }) })
  adapter.keep(checkpoints, oldestHeight)
  const session = createSession(adapter)
  const stops = [session.start()]
  const time = createTimeMachine(session)
  stops.push(time.start())
  onTestFinished(() => {
    for (const stop of stops.reverse()) stop()
  })
  await settled()
  const asked = (): readonly number[] => adapter.pastCalls.map(({ height }) => height)
  const shown = (): readonly [number, boolean] => {
    const view = session.frameView.peek()
    return [view?.height ?? 0, view?.live ?? false]
  }
  return { adapter, session, time, asked, shown, stop: () => stops.pop()?.() }
}

/** Every question waits until it is answered by hand. */
const openSlow = async () => {
  const opened = await open([])
  const waiting: Waiting[] = []
  opened.adapter.answerPast(
    (call) =>
      new Promise((give, fail) => {
        waiting.push({ ...call, give, refuse: (code) => fail(refusal(code)) })
      }),
  )
  const give = async (index: number, patch: Partial<FrameView> = {}): Promise<void> => {
    const question = waiting[index]
    question?.give(pastFrame(question.height, patch))
    await settled()
  }
  return { ...opened, waiting, give }
}

const openFast = async (checkpoints = everyFifth, oldestHeight = 1) => {
  const opened = await open(checkpoints, oldestHeight)
  opened.adapter.answerPast(({ height }) => pastFrame(height))
  return opened
}

describe('a height', () => {
  test('is asked for, shown in place of the present, and said to be past', async () => {
    const { session, time, shown } = await openFast([])
    expect([time.height.value, shown(), session.isReadOnly.value]).toEqual([null, [NEWEST, true], false])
    time.goTo(40)
    expect([time.height.value, time.isSeeking.value, shown()]).toEqual([40, true, [NEWEST, true]])
    await settled()
    expect([time.height.value, time.isSeeking.value, shown()]).toEqual([40, false, [40, false]])
    expect([session.isReadOnly.value, session.present.value?.height]).toEqual([true, NEWEST])
  })

  test('the present goes on behind it, and is there again at once', async () => {
    const { adapter, time, shown } = await openFast([])
    time.goTo(40)
    await settled()
    adapter.push(frame({ height: 103 }))
    expect([shown(), time.newest.value]).toEqual([[40, false], 103])
    time.live()
    expect([time.height.value, shown()]).toEqual([null, [103, true]])
  })

  test('is brought into range; the newest is the present', async () => {
    const { time, asked } = await openFast([])
    time.goTo(-7)
    await settled()
    expect([time.height.value, asked()]).toEqual([1, [1]])
    time.goTo(NEWEST)
    expect(time.height.value).toBe(null)
    time.stepBy(1)
    time.goTo(NEWEST + 50)
    await settled()
    expect([time.height.value, asked()]).toEqual([null, [1]])
  })

  test('step by step: one back from the present, and forth into it again', async () => {
    const { time, shown } = await openFast([])
    time.stepBy(-1)
    await settled()
    expect(shown()).toEqual([NEWEST - 1, false])
    time.stepBy(1)
    expect(shown()).toEqual([NEWEST, true])
  })
})

describe('races', () => {
  test('many choices while one answer is awaited -- only the last of them is asked for', async () => {
    const { time, asked, give, shown, waiting } = await openSlow()
    for (const height of [10, 20, 30, 40]) time.goTo(height)
    expect(asked()).toEqual([10])
    await give(0)
    expect([asked(), shown(), time.isSeeking.value]).toEqual([[10, 40], [10, false], true])
    await give(1)
    expect([shown(), time.isSeeking.value, waiting.length]).toEqual([[40, false], false, 2])
  })

  test('an answer that comes after Live -- is not shown', async () => {
    const { time, give, shown } = await openSlow()
    time.goTo(10)
    time.live()
    await give(0)
    expect([shown(), time.height.value, time.isSeeking.value]).toEqual([[NEWEST, true], null, false])
  })

  test('Live and away again before the answer -- it is not shown either, and the new height is asked for', async () => {
    const { time, asked, give, shown } = await openSlow()
    time.goTo(10)
    time.live()
    time.goTo(60)
    await give(0)
    expect([asked(), shown()]).toEqual([
      [10, 60],
      [NEWEST, true],
    ])
    await give(1)
    expect(shown()).toEqual([60, false])
  })

  test('an answer for a view that has changed -- is not shown; the same height is asked for through the new one', async () => {
    const { adapter, session, time, give, shown } = await openSlow()
    time.goTo(10)
    session.look({ accountSortBy: 'counterparty' })
    await give(0)
    expect(shown()).toEqual([NEWEST, true])
    expect(adapter.pastCalls.map(({ height, view }) => [height, view?.accountSortBy])).toEqual([
      [10, 'balance'],
      [10, 'counterparty'],
    ])
    await give(1)
    expect(shown()).toEqual([10, false])
  })

  test('stopped while it is asking -- the present stays', async () => {
    const { time, give, shown, stop } = await openSlow()
    time.goTo(10)
    stop()
    await give(0)
    expect([shown(), time.height.value]).toEqual([[NEWEST, true], null])
  })
})

describe('another view', () => {
  test.each([
    [{ accountSortBy: 'inbound' }],
    [{ accountSortDir: 'asc' }],
    [{ accountPage: 2 }],
    [{ accountPageSize: 50 }],
    [{ tokenId: 2 }],
    [{ selectedEntityId: IDS.hub }],
    [{ selectedAccountId: IDS.hub }],
    [{ activitySearch: 'bob' }],
    [{ activityPage: 3 }],
    [{ activityFilter: 'sent' }],
  ] as const)('%o -- asks for the same height again, after the view was told', async (patch) => {
    const { adapter, session, time, asked } = await openFast([])
    time.goTo(40)
    await settled()
    session.look(patch)
    await settled()
    expect(asked()).toEqual([40, 40])
    expect(adapter.pastCalls.at(-1)?.view).toMatchObject(patch)
  })

  test('in the present -- asks for nothing', async () => {
    const { session, asked } = await openFast()
    session.look({ accountPage: 2 })
    await settled()
    expect(asked()).toEqual([])
  })
})

describe('checkpoints', () => {
  test('on both sides of where one stands are asked for ahead', async () => {
    const { time, asked } = await openFast()
    time.goTo(43)
    await settled()
    expect(asked()).toEqual([43, 40, 45])
    time.goTo(45)
    await settled()
    expect(asked().slice(3)).toEqual([45, 40, 50])
  })

  test('a choice made meanwhile -- what is further ahead is left', async () => {
    const { adapter, time, asked } = await openFast()
    adapter.answerPast(({ height }) => {
      if (height === 40) time.goTo(77)
      return pastFrame(height)
    })
    time.goTo(43)
    await settled()
    expect(asked()).toEqual([43, 40, 77, 75, 80])
  })

  test('one after another, and out at either end', async () => {
    const { time } = await openFast()
    const heights = (directions: readonly ('back' | 'forth')[]): readonly (number | null)[] =>
      directions.map((direction) => {
        time.jump(direction)
        return time.height.peek()
      })
    expect(heights(['back', 'back', 'forth', 'forth'])).toEqual([95, 90, 95, null])
    time.goTo(7)
    expect(heights(['back', 'back', 'back', 'forth'])).toEqual([5, 1, 1, 5])
  })

  test('a log that begins late -- so does the line', async () => {
    const { adapter, time, asked } = await openFast([{ height: 1_500, timestamp: NOW }], 1_500)
    adapter.push(frame({ height: 2_000 }))
    await settled()
    expect(time.oldest.value).toBe(1_500)
    time.goTo(3)
    await settled()
    expect([time.height.value, asked()[0]]).toEqual([1_500, 1_500])
  })

  test('a first checkpoint that came late -- the line begins at the first height all the same', async () => {
    const { time } = await openFast(everyFifth.filter(({ height }) => height >= 80))
    expect(time.oldest.value).toBe(1)
  })

  test('the list is read again when the runtime has grown, and not at every frame', async () => {
    const { adapter, time } = await openFast(everyFifth)
    const more = [...everyFifth, { height: 105, timestamp: NOW }]
    adapter.keep(more)
    for (const height of [101, 102, 103, 105]) adapter.push(frame({ height }))
    await settled()
    expect(time.checkpoints.value).toEqual(everyFifth)
    adapter.push(frame({ height: 106 }))
    await settled()
    expect(time.checkpoints.value).toEqual(more)
  })
})

describe('a refusal', () => {
  test('of the first height -- the present stays, and why is told', async () => {
    const { adapter, time, shown } = await open(everyFifth)
    adapter.answerPast(() => Promise.reject(refusal('E_NOT_FOUND')))
    time.goTo(43)
    await settled()
    expect([time.height.value, time.isSeeking.value, shown()]).toEqual([null, false, [NEWEST, true]])
    expect(time.refusal.value).toEqual({ type: 'not_kept', height: 43, nearest: 45 })
  })

  test('of the next -- what is shown stays; the next choice forgets the refusal', async () => {
    const { adapter, time, shown } = await openFast([])
    time.goTo(40)
    await settled()
    adapter.answerPast(({ height }) => (height === 30 ? Promise.reject(refusal('E_NOT_FOUND')) : pastFrame(height)))
    time.goTo(30)
    await settled()
    expect([time.height.value, shown()]).toEqual([40, [40, false]])
    expect(time.refusal.value).toEqual({ type: 'not_kept', height: 30, nearest: null })
    time.goTo(31)
    await settled()
    expect([time.height.value, shown(), time.refusal.value]).toEqual([31, [31, false], null])
  })

  test('of the same height through another view -- the present, since what is shown is of the old view', async () => {
    const { adapter, session, time, shown } = await openFast([])
    time.goTo(40)
    await settled()
    adapter.answerPast(() => Promise.reject(refusal('E_INTERNAL')))
    session.look({ accountPage: 2 })
    await settled()
    expect([time.height.value, shown()]).toEqual([null, [NEWEST, true]])
    expect(time.refusal.value).toEqual({ type: 'failed', height: 40 })
  })

  test('of a choice that was given up -- is not told', async () => {
    const { time, give, shown, waiting } = await openSlow()
    time.goTo(10)
    time.goTo(20)
    waiting[0]?.refuse('E_NOT_FOUND')
    await settled()
    await give(1)
    expect([shown(), time.refusal.value]).toEqual([[20, false], null])
  })

  test.each([
    ['E_RANGE', { type: 'out_of_range', height: 40 }],
    ['E_WALLET_LOCKED', { type: 'locked' }],
    ['E_HALTED', { type: 'failed', height: 40 }],
  ] as const)('%s', async (code, told) => {
    const { adapter, time } = await open([])
    adapter.answerPast(() => Promise.reject(refusal(code)))
    time.goTo(40)
    await settled()
    expect(time.refusal.value).toEqual(told)
  })
})

describe('the present returns by itself', () => {
  test('with a lock', async () => {
    const { adapter, time, shown } = await openFast([])
    time.goTo(40)
    await settled()
    adapter.pushHost(host({ wallet: 'locked' }))
    expect([time.height.value, shown()]).toEqual([null, [NEWEST, true]])
  })

  test('with another runtime', async () => {
    const { adapter, time, shown } = await openFast([])
    time.goTo(40)
    await settled()
    adapter.push(frame({ height: 7, runtimeId: 'another' }))
    expect([time.height.value, shown()]).toEqual([null, [7, true]])
  })
})

describe('dots', () => {
  test('stand where their heights are', () => {
    expect(dotsOf([1, 26, 51, 101], 1, 101)).toEqual([0, 0.25, 0.5, 1])
  })

  test('of many thousands -- no more than can be told apart, from end to end', () => {
    const places = dotsOf(
      Array.from({ length: 20_000 }, (_, i) => 5 * (i + 1)),
      1,
      100_001,
    )
    expect(places.length).toBeLessThanOrEqual(81)
    expect(places.length).toBeGreaterThan(70)
    expect([places[0] ?? 1, places.at(-1) ?? 0].map((place) => Math.round(place * 10) / 10)).toEqual([0, 1])
  })

  test('out of range, or of no range -- none', () => {
    expect([dotsOf([1, 2], 5, 9), dotsOf([5], 5, 5)]).toEqual([[], []])
  })
})
