/**
 * What the build weighs, as `.ci/size.mjs` weighs it: each entry with everything it loads at start. The floor is
 * nothing and there is no peer in this repository; the budget is checked elsewhere.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { counted, type Result } from './measure.ts'

const SCRIPT = fileURLToPath(new URL('../../.ci/size.mjs', import.meta.url))
/** `name  raw  gzip  budget` in kB. */
const ROW = /^(\S+)\s+([\d.]+)\s+([\d.]+)\s+[\d.]+/

export const measureSizes = (): readonly Result[] => {
  // Its status says whether the budget is kept, which is not asked here.
  const { stdout } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' })
  const rows = stdout.split('\n').flatMap((line) => {
    const [, name, raw, gzip] = ROW.exec(line) ?? []
    return name === undefined
      ? []
      : [counted(`size of ${name}, gzip`, 'kB', { ours: Number(gzip) }, { raw: Number(raw) })]
  })
  if (rows.length === 0) throw new Error(`${SCRIPT} printed no sizes; is the extension built?`)
  return rows
}
