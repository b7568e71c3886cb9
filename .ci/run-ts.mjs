/**
 * Runs a TypeScript module of this repository in plain Node, through the project's own Vite; no build is written.
 *
 *   node .ci/run-ts.mjs tests/bench/main.ts [arguments]
 *
 * The module sees its arguments as usual in `process.argv` from index 2; what it sets as `process.exitCode` stands.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** @param {string} path relative to the repository */
export const importTs = async (path) => {
  const { module } = await runnerImport(resolve(ROOT, path), { root: ROOT, configFile: false, logLevel: 'error' })
  return module
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path] = process.argv.splice(2, 1)
  if (path === undefined) throw new Error('which module? node .ci/run-ts.mjs <path>')
  await importTs(path)
}
