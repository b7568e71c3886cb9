/**
 * The simulator's share of every test run: as many seeds as fit into its time, and the proof that a run is a function
 * of its seed. Three variables make it do something else:
 *
 *   SIM_SEED=7      that seed alone, as a failure tells to
 *   SIM_MINUTES=60  a soak: seed after seed for so long
 *   SIM_FROM=1000   the first seed
 */
import { expect, it, vi } from 'vitest'
import { createCasts } from './cast.ts'
import { FAULTS } from './faults.ts'
import { runSeeds } from './run-seeds.ts'
import { simulate } from './simulate.ts'

vi.mock('@noble/curves/ed25519.js', async (original) => {
  const { fastX25519 } = await import('./fast-crypto.ts')
  return { ...(await original<object>()), x25519: fastX25519 }
})
vi.mock('@noble/hashes/sha3.js', async (original) => {
  const { fastKeccak } = await import('./fast-crypto.ts')
  return { ...(await original<object>()), keccak_256: fastKeccak }
})

const { SIM_SEED, SIM_MINUTES, SIM_FROM } = process.env
const EVENTS = 1_000
/** Seconds of one core. */
const SHARE_SECONDS = 80
const casts = createCasts('fake')

const plan =
  SIM_SEED !== undefined
    ? { from: Number(SIM_SEED), atLeast: 1, atMost: 1, seconds: 0 }
    : SIM_MINUTES !== undefined
      ? { from: Number(SIM_FROM ?? 1), atLeast: 1, atMost: Number.MAX_SAFE_INTEGER, seconds: Number(SIM_MINUTES) * 60 }
      : { from: Number(SIM_FROM ?? 1), atLeast: 45, atMost: 300, seconds: SHARE_SECONDS }

it('every rule holds under every fault', { timeout: (plan.seconds * 20 + 1_200) * 1_000 }, async () => {
  const total = await runSeeds(plan, (seed) => simulate(seed, { events: EVENTS, casts }))
  console.log(total.report)
  if (total.seeds < 45) return
  const unmet = [...FAULTS, 'settlement done'].filter((name) => !total.counters.has(name))
  expect(unmet, 'what never happened').toEqual([])
})

it('the same seed gives the same transcript, byte for byte', { timeout: 300_000 }, async () => {
  for (const seed of [3, 4]) {
    const first = await simulate(seed, { events: 500, casts })
    const again = await simulate(seed, { events: 500, casts })
    expect(again).toEqual(first)
  }
})
