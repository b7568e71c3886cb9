/**
 * `npm test`: everything, in the order in which a failure is cheapest to find, stopping at the first stage that fails.
 *
 * The last line of the output is always `N passed, N failed`, alone: unit and browser tests one by one, every other
 * step as one. A skipped test counts as a failed one.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BUILD_STEP, CHECKS, PREPARE, ROOT, runStep } from './checks.mjs'
import { ensureChromium } from './chromium.mjs'

const REPORTS = join(ROOT, '.output', 'reports')
const VITEST_REPORT = join(REPORTS, 'vitest.json')
const PLAYWRIGHT_REPORT = join(REPORTS, 'playwright.json')

/** @typedef {{ readonly passed: number, readonly failed: number }} Count */

/** @param {import('./checks.mjs').Step} step @returns {Promise<Count>} */
const countStep = async (step) => ((await runStep(step)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })

/**
 * A suite by its own report; one that failed without naming a test still counts as one failure.
 * @param {import('./checks.mjs').Step} step
 * @param {{ readonly path: string, readonly env?: Record<string, string>, readonly read: (report: any) => Count }} report
 * @returns {Promise<Count>}
 */
const countSuite = async (step, { path, env, read }) => {
  rmSync(path, { force: true })
  const isGreen = await runStep(step, env)
  try {
    const count = read(JSON.parse(readFileSync(path, 'utf8')))
    return isGreen || count.failed > 0 ? count : { passed: count.passed, failed: 1 }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

const unitTests = () =>
  countSuite(
    {
      name: 'unit tests',
      module: 'node_modules/vitest/vitest.mjs',
      args: [
        'run',
        '--reporter=default',
        '--reporter=json',
        '--reporter=./.ci/still-running.mjs',
        `--outputFile.json=${VITEST_REPORT}`,
      ],
    },
    {
      path: VITEST_REPORT,
      read: ({ numPassedTests, numTotalTests }) => ({ passed: numPassedTests, failed: numTotalTests - numPassedTests }),
    },
  )

const browserTests = () =>
  countSuite(
    { name: 'browser tests', module: 'node_modules/@playwright/test/cli.js', args: ['test', '--reporter=list,json'] },
    {
      path: PLAYWRIGHT_REPORT,
      env: { CHROME_PATH: ensureChromium(), PLAYWRIGHT_JSON_OUTPUT_FILE: PLAYWRIGHT_REPORT },
      read: ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped }),
    },
  )

const STAGES = [
  ...[PREPARE, ...CHECKS].map((step) => () => countStep(step)),
  () => countStep({ name: 'contract artifacts', module: 'contracts/compile.mjs', args: ['--check'] }),
  unitTests,
  () => countStep(BUILD_STEP),
  () => countStep({ name: 'reproducible build', module: '.ci/reproducible.mjs', args: [] }),
  () => countStep({ name: 'size budget', module: '.ci/size.mjs', args: [] }),
  browserTests,
]

mkdirSync(REPORTS, { recursive: true })
let passed = 0
let failed = 0
try {
  for (const stage of STAGES) {
    const count = await stage()
    passed += count.passed
    failed += count.failed
    if (failed > 0) break
  }
} catch (error) {
  console.error(error)
  failed += 1
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
