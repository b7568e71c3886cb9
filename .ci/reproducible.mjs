/**
 * Builds once more and compares with the build that is there: the same sources must give the same bytes.
 *
 *   node .ci/reproducible.mjs     prints one digest; exit 1 and the differing files otherwise
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUILD, filesOf } from './zip.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** @returns {Map<string, string>} SHA-256 by file */
const digests = () =>
  new Map(
    filesOf(BUILD).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(BUILD, name)))
        .digest('hex'),
    ]),
  )

const before = digests()
const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules/wxt/bin/wxt.mjs'), 'build'], {
  cwd: ROOT,
  stdio: ['ignore', 'ignore', 'inherit'],
})
const after = digests()
const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
  (name) => before.get(name) !== after.get(name),
)
for (const name of differing) console.log(`${name} differs between two builds`)
if (status === 0 && differing.length === 0) {
  const all = createHash('sha256')
  for (const [name, digest] of after) all.update(`${digest}  ${name}\n`)
  console.log(`${after.size} files, the same in two builds: sha256 ${all.digest('hex')}`)
} else {
  process.exitCode = 1
}
