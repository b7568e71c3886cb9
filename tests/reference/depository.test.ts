/**
 * The Depository against the reference, through stories of deposits, batches, disputes and judgments: after every action
 * the events tell of the reference's money and debts, and what one refuses the other refuses.
 *
 * Signatures are taken for granted on both sides (`signatures.test.ts` has them); that a state is told alike by events
 * and by views is part of the comparison.
 */
import { describe, expect, test } from 'vitest'
import { createRandom } from '../simulation/random.ts'
import { bankOf, type Depository, emptyDepository } from './depository.ts'
import { hex } from './draw.ts'
import { CASES, PATIENCE, SEED } from './family.ts'
import { factsOf, learn, openStage } from './stage.ts'
import { type Action, drawAction, happen } from './story.ts'

const ENTITIES = 4
const ACTIONS_PER_STORY = 120
/** Views are many, and slow; events tell the same after every action. */
const STORIES_PER_VIEW = 4
const stage = await openStage()

const countOf = (action: Action): number => (action.type === 'batch' ? Math.max(1, action.operations.length) : 1)
const asText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part))

type Told = { readonly operations: number; readonly difference: string | null; readonly done: Map<string, number> }

const tell = async (story: number, reference: typeof happen): Promise<Told> => {
  const random = createRandom(SEED, `story ${story}`)
  const entities = Array.from({ length: ENTITIES }, () => hex(random, 32)).sort()
  const preimages = Array.from({ length: 4 }, () => hex(random, 32))
  const facts = new Map<string, string>()
  const done = new Map<string, number>()
  await stage.forget()
  let state: Depository = emptyDepository(ENTITIES)
  let now = 1_000n
  let operations = 0
  for (let at = 0; at < ACTIONS_PER_STORY; at += 1) {
    const action = drawAction(random, state, { preimages, now })
    now = action.now
    operations += countOf(action)
    const expected = reference(state, action)
    const answer = await stage.perform(action, state, entities)
    const outcome = `${action.type} ${expected === null ? 'refused' : 'done'}`
    done.set(outcome, (done.get(outcome) ?? 0) + 1)
    const where = `story ${story}, action ${at} ${asText(action)}`
    if ((answer === null) !== (expected === null)) return { operations, difference: `${where}: ${outcome} here`, done }
    if (answer === null || expected === null) continue
    learn(facts, entities, answer.events)
    const [here, there] = [factsOf(expected), facts].map((known) => asText([...known].sort()))
    if (here !== there) return { operations, difference: `${where}\n  reference ${here}\n  contract  ${there}`, done }
    state = expected
  }
  if (story % STORIES_PER_VIEW !== 0) return { operations, difference: null, done }
  const { seen, expected } = await stage.views(state, entities)
  const difference =
    asText(seen) === asText(expected) ? null : `story ${story}\n  ${asText(expected)}\n  ${asText(seen)}`
  return { operations, difference, done }
}

const KINDS = ['deposit', 'batch', 'reveal', 'counter', 'argue', 'finalize', 'agree', 'enforce']
const REFUSABLE = ['batch', 'counter', 'argue', 'finalize', 'agree']

describe('the Depository', () => {
  test(
    'does what the reference does',
    async () => {
      const done = new Map<string, number>()
      let operations = 0
      let stories = 0
      for (; operations < CASES; stories += 1) {
        const told = await tell(stories, happen)
        expect(told.difference).toBeNull()
        operations += told.operations
        for (const [outcome, count] of told.done) done.set(outcome, (done.get(outcome) ?? 0) + count)
      }
      const counts = [...done].map(([outcome, count]) => `${outcome} ${count}`).join(', ')
      process.stdout.write(
        `reference, Depository: ${operations} operations in ${stories} stories from seed ${SEED}, 0 differences; ${counts}\n`,
      )
      expect(KINDS.filter((type) => (done.get(`${type} done`) ?? 0) < 50)).toEqual([])
      expect(REFUSABLE.filter((type) => (done.get(`${type} refused`) ?? 0) < 50)).toEqual([])
    },
    PATIENCE,
  )
})

const unpaid = (state: Depository, { to, tokenId, amount }: Extract<Action, { type: 'deposit' }>): Depository => {
  const bank = bankOf(state, tokenId).map((purse, at) =>
    at === to ? { ...purse, reserve: purse.reserve + amount } : purse,
  )
  return { ...state, banks: new Map(state.banks).set(tokenId, bank) }
}

/** One rule turned round each: the comparison sees it. */
const MUTANTS: readonly (readonly [string, typeof happen])[] = [
  [
    'what comes in pays no debts',
    (state, action) => (action.type === 'deposit' ? unpaid(state, action) : happen(state, action)),
  ],
  [
    'a judgment comes one second too early',
    (state, action) => happen(state, action.type === 'finalize' ? { ...action, now: action.now + 1n } : action),
  ],
  [
    'a window is one second longer',
    (state, action) => happen(state, action.type === 'counter' ? { ...action, now: action.now - 1n } : action),
  ],
  [
    'a settlement is valid one second longer',
    (state, action) => happen(state, action.type === 'batch' ? { ...action, now: action.now - 1n } : action),
  ],
]

describe('a reference with one rule turned round', () => {
  test.each(MUTANTS)(
    '%s -- differs',
    async (_, mutant) => {
      let difference: string | null = null
      for (let story = 1_000; story < 1_020 && difference === null; story += 1)
        difference = (await tell(story, mutant)).difference
      expect(difference).not.toBeNull()
    },
    PATIENCE,
  )
})
