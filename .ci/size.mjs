/**
 * Holds the build to its size budget, `.ci/size.json`, in raw bytes; a budget is only ever lowered.
 *
 *   node .ci/size.mjs     prints the table; exit 1 when something is over budget or has none
 *
 * An entry weighs itself and every script and style it loads at start, fonts and pictures aside.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { BUILD, filesOf, zipOf } from './zip.mjs'

/** @type {{ entries: Record<string, number>, zip: number }} */
const BUDGET = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'size.json'), 'utf8'))

const HTML_REFERENCE = /(?:src|href)="(\/[^"]+\.(?:js|css))"/g
/** Static imports of minified ES modules: `from"./x.js"`, `import"./x.js"`. */
const JS_REFERENCE = /(?:from|import)\s*"(\.[^"]+\.js)"/g

/** @param {string} name @param {string} text */
const referencesOf = (name, text) => {
  if (name.endsWith('.html')) return [...text.matchAll(HTML_REFERENCE)].map(([, path]) => String(path).slice(1))
  if (name.endsWith('.js'))
    return [...text.matchAll(JS_REFERENCE)].map(([, path]) => posix.join(posix.dirname(name), String(path)))
  return []
}

/** @returns {readonly string[]} the entry and everything it loads at start */
const loadedBy = (/** @type {string} */ entry) => {
  const seen = new Set([entry])
  for (const name of seen) {
    for (const reference of referencesOf(name, readFileSync(join(BUILD, name), 'utf8'))) seen.add(reference)
  }
  return [...seen]
}

const entriesOf = () =>
  filesOf(BUILD).filter((name) => /^[^/]+\.(html|js)$/.test(name) || name.startsWith('content-scripts/'))

const rows = entriesOf().map((name) => {
  const contents = loadedBy(name).map((file) => readFileSync(join(BUILD, file)))
  const sum = (/** @type {readonly Buffer[]} */ buffers) => buffers.reduce((total, { length }) => total + length, 0)
  return {
    name,
    bytes: sum(contents),
    gzip: sum(contents.map((content) => gzipSync(content))),
    budget: BUDGET.entries[name],
  }
})
const archive = zipOf(BUILD).length
rows.push({ name: 'zip', bytes: archive, gzip: archive, budget: BUDGET.zip })

const kilobytes = (/** @type {number} */ bytes) => (bytes / 1000).toFixed(1).padStart(9)
console.log(`${'kB'.padEnd(20)}      raw     gzip   budget`)
let isOver = false
for (const { name, bytes, gzip, budget } of rows) {
  const verdict = budget === undefined ? 'has no budget' : bytes > budget ? 'over budget' : ''
  if (verdict !== '') isOver = true
  console.log(`${name.padEnd(20)}${kilobytes(bytes)}${kilobytes(gzip)}${kilobytes(budget ?? 0)}  ${verdict}`.trimEnd())
}
for (const name of Object.keys(BUDGET.entries)) {
  if (rows.some((row) => row.name === name)) continue
  isOver = true
  console.log(`${name.padEnd(20)} is in the budget but not in the build`)
}
process.exitCode = isOver ? 1 : 0
