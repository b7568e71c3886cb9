/**
 * `npm run bench`: what a payment, a start and a build cost, each beside a floor measured in the same minutes.
 *
 *   node --expose-gc .ci/run-ts.mjs tests/bench/main.ts              everything
 *   node --expose-gc .ci/run-ts.mjs tests/bench/main.ts node replay  some parts
 *   node .ci/run-ts.mjs tests/bench/main.ts profile [count]          where the time of a payment goes
 *
 * Writes each part into tests/bench/results.json in the place of what it was, and makes tests/bench/table.md of all.
 * Prints one line of JSON for each result. A result whose cold replay misses the recorded root, or that left
 * something pending, is INVALID, and so is the run: its exit status is 1.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { measureActivity } from './activity.ts'
import { findChromium, measureInBrowser } from './browser.ts'
import { cryptoTimes } from './crypto-times.ts'
import { measureEncoding } from './encoding.ts'
import { measureExtension } from './extension.ts'
import type { Result } from './measure.ts'
import { measureMillion } from './million.ts'
import { createFileGround, fsyncMicroseconds, memoryGround } from './node-ground.ts'
import { measurePayments } from './payments.ts'
import { printProfile } from './profile.ts'
import { measureReplay, recordHistory } from './replay.ts'
import { type Env, jsonLine, markdownTable } from './report.ts'
import { measureSizes } from './sizes.ts'
import { measureStorage } from './storage.ts'

const PACKAGE = fileURLToPath(new URL('../../package.json', import.meta.url))
const README = fileURLToPath(new URL('../../README.md', import.meta.url))
const TABLE = fileURLToPath(new URL('./table.md', import.meta.url))
const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url))
/** Journals belong on the disk the sources are on; a temporary folder may lie in memory. */
const SCRATCH = fileURLToPath(new URL('../../.output/bench', import.meta.url))

const DEFAULT_PROFILED = 40

type Report = (result: Result) => void
type Part = (report: Report, env: (more: Env) => void) => Promise<void>

/** Whose speed and size count for most of what is measured. */
const WATCHED = ['@noble/secp256k1', '@noble/curves', '@noble/hashes', 'dexie', 'preact']

const versionsOf = async (): Promise<Env> => {
  const read: unknown = JSON.parse(await readFile(PACKAGE, 'utf8'))
  const { dependencies } = read as { readonly dependencies: { readonly [name: string]: string } }
  return Object.fromEntries(WATCHED.map((name) => [name, dependencies[name] ?? 'absent']))
}

const envOf = async (): Promise<Env> => {
  const times = cryptoTimes()
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    load: loadavg()[0] ?? 0,
    'fsync p50 µs': Math.round(await fsyncMicroseconds(SCRATCH)),
    'sign µs': times.signMicroseconds,
    'recover µs': times.recoverMicroseconds,
    ...(await versionsOf()),
  }
}

const PARTS: { readonly [name: string]: Part } = {
  node: async (report) => {
    await measurePayments(memoryGround, report)
    const { ground, remove } = await createFileGround(SCRATCH)
    await measurePayments(ground, report)
    await remove()
  },
  browser: async (report, env) => {
    const { results, times, version } = await measureInBrowser(findChromium())
    env({
      chromium: version,
      'sign µs, Chromium': times.signMicroseconds,
      'recover µs, Chromium': times.recoverMicroseconds,
    })
    for (const result of results) report(result)
  },
  extension: (report) => measureExtension(findChromium(), report),
  sizes: async (report) => {
    for (const result of measureSizes()) report(result)
  },
  activity: (report) => measureActivity(report),
  storage: (report) => measureStorage(SCRATCH, report),
  replay: async (report) => {
    const history = await recordHistory()
    report(await measureReplay(history))
    for (const result of await measureEncoding(history)) report(result)
  },
  // Last: what it leaves in memory would slow the others.
  million: (report) => measureMillion(SCRATCH, report),
}

/** By part, in their order. */
type Kept = { readonly results: { readonly [part: string]: readonly Result[] }; readonly env: Env }

const runParts = async (names: readonly string[]): Promise<Kept> => {
  const results: { [part: string]: readonly Result[] } = {}
  let env = await envOf()
  for (const name of names) {
    const part = PARTS[name]
    if (part === undefined) throw new Error(`no part ${name}; there are ${Object.keys(PARTS).join(', ')}`)
    const found: Result[] = []
    const report: Report = (result) => {
      found.push(result)
      console.log(jsonLine(result, env))
      if (result.invalid !== null) console.log(`INVALID: ${result.name}: ${result.invalid}`)
    }
    await part(report, (more) => {
      env = { ...env, ...more }
    })
    results[name] = found
  }
  return { results, env }
}

const readKept = async (): Promise<Kept> =>
  JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{"results":{},"env":{}}')) as Kept

/** To its own file, and between the marks of README, which quotes it. */
const publish = async (table: string): Promise<void> => {
  await writeFile(TABLE, table)
  const readme = await readFile(README, 'utf8')
  const quoted = `<!-- bench -->\n\n${table}\n<!-- /bench -->`
  await writeFile(
    README,
    readme.replace(/<!-- bench -->[\s\S]*<!-- \/bench -->/, () => quoted),
  )
}

const bench = async (names: readonly string[]): Promise<void> => {
  const run = await runParts(names.length === 0 ? Object.keys(PARTS) : names)
  const before = await readKept()
  const kept: Kept = { results: { ...before.results, ...run.results }, env: { ...before.env, ...run.env } }
  const table = markdownTable(
    Object.keys(PARTS).flatMap((name) => kept.results[name] ?? []),
    kept.env,
  )
  await writeFile(RESULTS, `${JSON.stringify(kept, null, 1)}\n`)
  await publish(table)
  console.log(`\n${table}`)
  if (Object.values(run.results).some((part) => part.some(({ invalid }) => invalid !== null))) process.exitCode = 1
}

const [first, ...rest] = process.argv.slice(2)
if (first === 'profile') await printProfile(Number(rest[0] ?? DEFAULT_PROFILED))
else await bench(first === undefined ? [] : [first, ...rest])
