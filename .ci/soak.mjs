/**
 * `npm run soak`: what `npm test` tries in small, for as long as there is time; each part says under which seeds it ran.
 *
 *   SOAK_MINUTES=60 npm run soak     shared out among the parts; 60 by default
 *
 * Simulation: seed after seed from a number drawn now, with its counters. Properties: under one other seed a round.
 * Browser: 300 raced take-overs and 200 kills of the worker during payments, however long these take.
 */
import { randomInt } from 'node:crypto'
import { BUILD_STEP, PREPARE, runStep } from './checks.mjs'
import { ensureChromium } from './chromium.mjs'

const VITEST = 'node_modules/vitest/vitest.mjs'
const PLAYWRIGHT = 'node_modules/@playwright/test/cli.js'

const minutes = Number(process.env.SOAK_MINUTES ?? 60)
if (!(minutes > 0)) throw new Error('SOAK_MINUTES is a number of minutes above 0')
const third = Math.max(1, Math.round(minutes / 3))

/** @param {import('./checks.mjs').Step} step @param {Record<string, string>} env @returns what has failed */
const part = async (step, env) => {
  const said = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  console.log(`\n── ${said.join(' ')} ${step.args.join(' ')}`)
  return (await runStep(step, env, third + 120)) ? [] : [step.name]
}

const properties = async () => {
  const until = Date.now() + third * 60_000
  const failed = []
  do {
    const from = randomInt(1_000, 2 ** 30)
    const env = { PROPERTY_SEED: String(from), COURT_SEEDS: `${from}-${from + 5}` }
    const args = ['run', 'tests/properties', 'tests/runtime/court/chance.test.ts']
    failed.push(...(await part({ name: 'properties', module: VITEST, args }, env)))
  } while (failed.length === 0 && Date.now() < until)
  return failed
}

const failed = []
if (!(await runStep(PREPARE)) || !(await runStep(BUILD_STEP))) failed.push('build')
else {
  const simulation = { SIM_MINUTES: String(third), SIM_FROM: String(randomInt(1_000, 2 ** 30)) }
  const args = ['run', 'tests/simulation/simulation.test.ts']
  failed.push(...(await part({ name: 'simulation', module: VITEST, args }, simulation)))
  failed.push(...(await properties()))
  const browser = { WRITER_RACES: '300', PAYMENT_KILLS: '200', CHROME_PATH: ensureChromium() }
  const specs = ['test', 'writers.spec.ts', 'journey.spec.ts']
  failed.push(...(await part({ name: 'browser', module: PLAYWRIGHT, args: specs }, browser)))
}
console.log(failed.length === 0 ? '\nNothing was found.' : `\nFailed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
