/** What a refused input must leave behind: nothing. */
import { expect } from 'vitest'
import type { RuntimeInput } from '../../runtime/types.ts'
import type { World } from './world.ts'

/** One bad input in a tick of its own: the named error, the same state, no frame and not a byte out. */
export const expectRefusal = (world: World, input: RuntimeInput, rejection: unknown): void => {
  const root = world.root()
  const { env } = world
  const before = env()
  const { frame, outcomes, outputs, events } = world.tick([input])
  expect(outcomes).toEqual([{ type: 'rejected', rejection }])
  expect([frame, outputs, events]).toEqual([null, { parcels: [], resends: [], jTxs: [], observe: [] }, []])
  expect(env()).toBe(before)
  expect(world.root()).toBe(root)
}
