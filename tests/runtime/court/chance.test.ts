/**
 * The court by lot, on the contracts: nobody loses anything by whatever order things happen in. COURT_SEEDS=from-to tells
 * other stories, as many as wanted.
 */
import { expect, test } from 'vitest'
import { type Counts, tellStory } from './chance.ts'
import { openEmbedded } from './embedded.ts'

const [from = 1, to = 6] = (process.env.COURT_SEEDS ?? '1-6').split('-').map(Number)
const PATIENCE = 60_000 * (to - from + 1)

test(
  'whatever happens, everybody ends with what it began with, and what it was paid',
  async () => {
    const counts = new Map<string, number>()
    const add = (told: Counts): void => {
      for (const [what, often] of Object.entries(told)) counts.set(what, (counts.get(what) ?? 0) + often)
    }
    // Some among runtimes that are started anew after every tick, some with messages in any order.
    for (let seed = from; seed <= to; seed++)
      add(await tellStory({ open: openEmbedded, isForgetful: seed % 4 === 0 }, seed, seed % 3 === 0))
    const all = [...counts].map(([what, often]) => `${what} ${often}`).join(', ')
    process.stdout.write(`court by lot, stories ${from} to ${to}: ${all}\n`)
    expect([...counts].filter(([, often]) => often === 0)).toEqual([])
  },
  PATIENCE,
)
