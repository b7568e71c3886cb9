/**
 * What can be said about the sources without running them.
 *
 *   node .ci/checks.mjs     runs all, prints one line each; exit 1 when one failed
 */
import { spawn } from 'node:child_process'
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

/** No step takes a third of it; one that has stopped moving shall end as a failure that can be read. */
const LONGEST_STEP_MINUTES = 30

/**
 * Runs a step with this Node, its output going where ours goes; what is still running after so long is killed with
 * everything it has started.
 * @param {Step} step @param {Record<string, string>} [env] @param {number} [minutes]
 * @returns {Promise<boolean>} whether it went well
 */
export const runStep = ({ name, module, args }, env = {}, minutes = LONGEST_STEP_MINUTES) => {
  console.log(`\n── ${name}`)
  const started = Date.now()
  const child = spawn(process.execPath, [module, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    // The leader of a group of its own, so that its children can be ended with it.
    detached: true,
  })
  const endGroup = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')
  const stop = () => {
    endGroup()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  const deadline = setTimeout(() => {
    console.log(`── ${name}: not over after ${minutes} minutes, ended`)
    endGroup()
  }, minutes * 60_000)
  return new Promise((resolve) => {
    const settle = (isGreen) => {
      clearTimeout(deadline)
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, stop)
      console.log(`── ${name}: ${isGreen ? 'passed' : 'FAILED'}, ${((Date.now() - started) / 1000).toFixed(1)} s`)
      resolve(isGreen)
    }
    child.once('error', () => settle(false))
    child.once('exit', (code) => settle(code === 0))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const failed = []
  for (const step of [PREPARE, ...CHECKS, TIDY]) if (!(await runStep(step))) failed.push(step.name)
  console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}
