/**
 * A family of cases: how one is drawn, what the reference says, and what the other side does.
 *
 * Contract: a seed gives the same cases everywhere; REFERENCE_SEED replaces it. The first difference is told with its
 * case, so that it can be kept.
 */
import { expect } from 'vitest'
import { createRandom, type Random } from '../simulation/random.ts'

export type Family<Case> = {
  readonly name: string
  readonly draw: (random: Random, at: number) => Case
  /** Anything plain; the two answers are compared as text. */
  readonly expected: (drawn: Case) => unknown
  readonly actual: (drawn: Case) => unknown
}
export type Compared = {
  readonly cases: number
  readonly differences: number
  readonly first: string | null
  /** How many different answers there were: cases that all end alike compare nothing. */
  readonly answers: number
}

export const SEED = Number(process.env.REFERENCE_SEED ?? 20_260_101)
export const CASES = 10_000
/** Enough for a mutant. */
export const FEW = 100
/** Milliseconds for a test on a busy machine; nothing here waits. */
export const PATIENCE = 600_000

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)) ?? 'undefined'

export const compare = async <Case>(family: Family<Case>, cases: number = CASES): Promise<Compared> => {
  const random = createRandom(SEED, family.name)
  const answers = new Set<string>()
  let differences = 0
  let first: string | null = null
  for (let at = 0; at < cases; at += 1) {
    const drawn = family.draw(random, at)
    const expected = asText(family.expected(drawn))
    const actual = asText(await family.actual(drawn))
    answers.add(expected)
    if (expected === actual) continue
    differences += 1
    first ??= `case ${at}: ${asText(drawn)}\n  reference ${expected}\n  here      ${actual}`
  }
  process.stdout.write(`reference, ${family.name}: ${cases} cases from seed ${SEED}, ${differences} differences\n`)
  return { cases, differences, first, answers: answers.size }
}

export const equal = ({ differences, first }: Compared): void => {
  expect(first).toBeNull()
  expect(differences).toBe(0)
}
