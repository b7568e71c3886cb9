/**
 * The Depository under a stateful fuzzer: handlers in any order, and after every call money is conserved and held, nonces
 * only rise, debts are paid oldest first, judgments are made once, and what must be refused is, for what is wrong with it.
 * Bugs planted on purpose are caught by the rule they break, so that green means something.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fuzz } from './forge/forge.ts'

const TIMEOUT_MS = 900_000
const HANDLERS = 33
const LEAST_SUCCESSES = 1_000
const PLANTED = new URL('planted/', import.meta.url)

it(
  'holds every rule, each handler having done its work a thousand times',
  async () => {
    const { failure, output, counters } = await fuzz({ runs: 37, depth: 500, fuzzers: 'First|Second', optimizer: true })
    expect(failure, output).toBeNull()
    const successes = counters.map(({ handler, calls, reverts }) => [handler, calls - reverts] as const)
    process.stdout.write(successes.map(([handler, count]) => `${`${count}`.padStart(8)}  ${handler}\n`).join(''))
    expect(successes.filter(([, count]) => count < LEAST_SUCCESSES)).toEqual([])
    expect(successes.length).toBe(HANDLERS)
  },
  TIMEOUT_MS,
)

describe('catches', () => {
  const patches = readdirSync(PLANTED).map(
    (name) => [name.replace('.patch', ''), readFileSync(new URL(name, PLANTED), 'utf8')] as const,
  )
  it.concurrent.each(patches)(
    '%s',
    async (name, patch) => {
      const rule = /^# rule: (.+)\n/.exec(patch)?.[1] ?? 'the patch names no rule'
      const { failure } = await fuzz({ runs: 12, depth: 150, fuzzers: 'First', optimizer: false, patch })
      process.stdout.write(`${name}: ${failure}\n`)
      expect(failure).toMatch(new RegExp(`^${rule}: `))
    },
    TIMEOUT_MS,
  )
})
