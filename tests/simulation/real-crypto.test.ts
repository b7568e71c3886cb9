/** A few seeds with real signatures, boxes and hashes, and with contracts executed by the embedded chain. */

import { expect, it } from 'vitest'
import { openEmbeddedChain } from '../../runtime/jadapter/embedded.ts'
import type { Clock } from '../../runtime/ports.ts'
import { contractCode } from '../support/contract-code.ts'
import { createSimDisk } from '../support/sim-disk.ts'
import { createCasts } from './cast.ts'
import { simulate } from './simulate.ts'

const EVENTS = 350
const casts = createCasts('real')

const openChain = async (clock: Clock) => {
  const { store } = createSimDisk().boot()
  return openEmbeddedChain({
    code: contractCode,
    name: 'sim',
    chainId: 31_337n,
    store,
    epoch: await store.claimEpoch(),
    clock,
  })
}

it.each([1, 2])('seed %i -- real keys', { timeout: 300_000 }, async (seed) => {
  const { frames } = await simulate(seed, { events: EVENTS, casts })
  expect(frames).toBeGreaterThan(10)
})

it('seed 3 -- real keys and contracts, twice the same', { timeout: 600_000 }, async () => {
  const first = await simulate(3, { events: EVENTS, casts, openChain })
  expect(first.frames).toBeGreaterThan(10)
  expect(await simulate(3, { events: EVENTS, casts, openChain })).toEqual(first)
})
