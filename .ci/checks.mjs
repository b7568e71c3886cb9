/**
 * What can be said about the sources without running them.
 *
 *   node .ci/checks.mjs     runs all, prints one line each; exit 1 when one failed
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** @typedef {{ readonly name: string, readonly module: string, readonly args: readonly string[] }} Step */

/** The types of the pages and of `public/`; everything after it needs them. @type {Step} */
export const PREPARE = { name: 'prepare', module: 'node_modules/wxt/bin/wxt.mjs', args: ['prepare'] }

/** @type {Step} */
export const BUILD_STEP = { name: 'build', module: 'node_modules/wxt/bin/wxt.mjs', args: ['build'] }

/** @type {readonly Step[]} */
export const CHECKS = [
  { name: 'lint and format', module: 'node_modules/@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings'] },
  { name: 'types of the core', module: 'node_modules/typescript/bin/tsc', args: ['-p', 'tsconfig.core.json'] },
  { name: 'types of everything', module: 'node_modules/typescript/bin/tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'dead code', module: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
]

/** @type {Step} */
const TIDY = { name: 'tidy', module: 'node_modules/vitest/vitest.mjs', args: ['run', 'tests/tidy.test.ts'] }

/**
 * Runs a step with this Node, its output going where ours goes.
 * @param {Step} step @param {Record<string, string>} [env]
 */
export const runStep = ({ name, module, args }, env = {}) => {
  console.log(`\n── ${name}`)
  const started = Date.now()
  const { status } = spawnSync(process.execPath, [module, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  console.log(`── ${name}: ${status === 0 ? 'passed' : 'FAILED'}, ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return status === 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const failed = [PREPARE, ...CHECKS, TIDY].filter((step) => !runStep(step))
  console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.map(({ name }) => name).join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}
