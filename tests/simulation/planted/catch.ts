/**
 * Runs the simulator over a tree with a planted bug until a rule speaks. Each patch begins with the rules that may, so
 * that one which has gone deaf is not excused by another:
 *
 *   # rule: 4-htlc | halt I-COLLECT      this rule, or a halt by this invariant
 *   # from: 90                           forty seeds from this one on, for a bug that few of them meet; by default 1
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { plant } from './plant.ts'

type Simulator = Pick<typeof import('../simulate.ts'), 'simulate'> & Pick<typeof import('../cast.ts'), 'createCasts'>

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const MOST_SEEDS = 40
const EVENTS = 1_000

export const patchText = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

/** Names of the patches to the protocol core, or to what surrounds it. */
export const patchesOf = (part: 'core' | 'edges'): readonly string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.patch'))
    .filter(
      (name) => /^\+\+\+ b\/runtime\/(account|entity|jurisdiction)\//m.test(patchText(name)) === (part === 'core'),
    )

const load = async (folder: string): Promise<Simulator> => {
  const at = (file: string) => join(folder, 'tests/simulation', file)
  const run = await import(/* @vite-ignore */ at('simulate.ts'))
  const cast = await import(/* @vite-ignore */ at('cast.ts'))
  return { simulate: run.simulate, createCasts: cast.createCasts }
}

export type Caught = {
  readonly rule: string
  readonly seeds: number
  readonly detail: string
  /** The patch names the rule. */
  readonly isExpected: boolean
}

const isNamed = (patch: string, rule: string, message: string): boolean => {
  const named = /^# rule: (.+)\n/.exec(patch)?.[1]
  if (named === undefined) throw new Error('the patch names no rule')
  return named.split(' | ').some((one) => {
    const [name, invariant] = one.split(' ')
    return name === rule && (invariant === undefined || message.includes(` ${invariant}: `))
  })
}

/** Null when none of the forty seeds noticed. */
export const catchBug = async (name: string): Promise<Caught | null> => {
  const patch = patchText(name)
  const { folder, clear } = plant(patch)
  try {
    const { simulate, createCasts } = await load(folder)
    const casts = createCasts('fake')
    const from = Number(/^# from: (\d+)$/m.exec(patch)?.[1] ?? 1)
    for (let seed = from; seed < from + MOST_SEEDS; seed++) {
      const failure = await simulate(seed, { events: EVENTS, casts }).then(
        () => null,
        (error: unknown) => error,
      )
      if (failure === null) continue
      // The copy has a class of its own: known by its name.
      if (!(failure instanceof Error) || failure.name !== 'SimulationFailure' || !('rule' in failure)) throw failure
      const rule = String(failure.rule)
      const detail = (failure.message.split('\n')[0] ?? '').slice(0, 160)
      return { rule, seeds: seed - from + 1, detail, isExpected: isNamed(patch, rule, failure.message) }
    }
    return null
  } finally {
    clear()
  }
}
