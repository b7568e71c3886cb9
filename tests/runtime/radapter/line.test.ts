/** How a line comes back: at once after a good connection, with growing pauses after bad ones. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_VIEW } from '../../../runtime/radapter/types.ts'
import { type CutLine, cutLine } from '../../support/cut-line.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { type ServedTown, serveTown } from '../../support/served.ts'

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

describe('a lost connection', () => {
  test('that had held -- is opened again at once, with the view it had', async () => {
    wire.adapter.setView({ ...DEFAULT_VIEW, selectedEntityId: running.id('You') })
    await wire.adapter.connect()
    wire.time.advance(60_000)
    await wire.cut()
    expect(wire.dials).toEqual([0, 60_000])
    expect(wire.statuses).toEqual(['connecting', 'connected', 'connecting', 'connected'])
    expect(wire.frames.at(-1)).toMatchObject({ selectedEntity: { label: 'You' } })
  })

  test('the first time, however short it held -- at once; then with growing pauses', async () => {
    await wire.adapter.connect()
    await wire.cut()
    expect(wire.dials).toEqual([0, 0])
    await wire.cut()
    expect([wire.adapter.status, wire.time.nextInMs()]).toEqual(['disconnected', 2_000])
  })

  test('nobody there -- 1 s, then twice as long each time, up to 30 s', async () => {
    wire.lets = 'refused'
    const connecting = wire.adapter.connect()
    const pauses: (number | null)[] = []
    for (let i = 0; i < 8; i++) {
      const pause = wire.time.nextInMs()
      pauses.push(pause)
      wire.time.advance(pause ?? 0)
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    expect(wire.adapter.status).toBe('disconnected')
    wire.lets = 'through'
    wire.time.advance(30_000)
    await connecting
    expect(wire.adapter.status).toBe('connected')
    // It holds: the next loss begins anew.
    wire.time.advance(5_000)
    await wire.cut()
    expect(wire.adapter.status).toBe('connected')
  })

  test('with the luck of the draw -- a pause is at least half as long', () => {
    const lucky = cutLine(served, () => 0.999)
    lucky.lets = 'refused'
    void lucky.adapter.connect()
    expect(lucky.time.nextInMs()).toBeCloseTo(500.5)
  })

  test('somebody there who says nothing -- given up after 3 s, and tried again', async () => {
    wire.lets = 'silent'
    void wire.adapter.connect()
    expect(wire.time.nextInMs()).toBe(3_000)
    wire.time.advance(3_000)
    expect(wire.adapter.status).toBe('disconnected')
    wire.lets = 'through'
    wire.time.advance(1_000)
    await quiet()
    expect(wire.adapter.status).toBe('connected')
  })
})
