/**
 * Forge (https://getfoundry.sh) from npm's package, over a copy of the contracts and of the fuzzer beside this file, with
 * npm's own solc: nothing is downloaded, and without the package every test that needs it fails. A patch plants a bug in
 * the copy. The same sources and numbers make the same calls.
 */
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { applyHunk, readPatch } from '../../simulation/planted/plant.ts'

const require = createRequire(import.meta.url)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CONTRACTS = join(ROOT, 'contracts')
const LEFT_OUT = [join(CONTRACTS, 'artifacts'), join(CONTRACTS, 'test')]
const SOCKET = 'solc.sock'
const FUZZER = fileURLToPath(new URL('.', import.meta.url))

export type Campaign = {
  /** Sequences of calls, each on a fresh chain, of each fuzzer. */
  readonly runs: number
  /** Calls in a sequence; every rule is asked after each. */
  readonly depth: number
  /** The contracts of the two fuzzers there are, or of one. */
  readonly fuzzers: 'First|Second' | 'First'
  /** Compiling takes half as long without; calls take longer. */
  readonly optimizer: boolean
  readonly patch?: string
}
export type Outcome = {
  /** The rule that was seen broken first, or whatever else went wrong; null when every fuzzer came to its end. */
  readonly failure: string | null
  readonly output: string
  readonly counters: readonly Counter[]
}
/** Of one handler: how often it was called, and how often it found nothing to do. */
export type Counter = { readonly handler: string; readonly calls: number; readonly reverts: number }

const solc = require('solc') as { readonly version: () => string; readonly compile: (input: string) => string }

/**
 * Answers `--version` and standard JSON, as a compiler does, by asking this process: the compiler takes half the time
 * once it has compiled before.
 */
const COMPILER = (node: string): string => `#!${node}
const { readFileSync } = require('node:fs')
const { request } = require('node:http')
const version = 'solc\\nVersion: ${solc.version().replace('.Emscripten.clang', '.Linux.g++')}\\n'
if (process.argv.includes('--version')) process.stdout.write(version)
else
  request({ socketPath: __dirname + '/${SOCKET}', method: 'POST' }, (answer) => answer.pipe(process.stdout))
    .end(readFileSync(0))
`

const serveCompiler = async (folder: string): Promise<Server> => {
  const server = createServer((request, response) => {
    text(request).then(
      (input) => response.end(solc.compile(input)),
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
    )
  })
  await new Promise<void>((resolve) => server.listen(join(folder, SOCKET), resolve))
  return server
}

/** Every call draws its numbers from its argument's hash, so a dictionary of values seen would be of no use. */
const CONFIG = ({ runs, depth, optimizer, patch }: Campaign): string => `
[profile.default]
src = "forge"
test = "forge"
libs = ["node_modules"]
remappings = ["@openzeppelin/=node_modules/@openzeppelin/"]
solc = "./solc.cjs"
offline = true
evm_version = "cancun"
optimizer = ${optimizer}
optimizer_runs = 200
bytecode_hash = "none"
cbor_metadata = false

[lint]
lint_on_build = false

[fuzz]
seed = "0x786c6e"

[invariant]
runs = ${runs}
depth = ${depth}
shrink_run_limit = ${patch === undefined ? 500 : 0}
dictionary_weight = 0
include_storage = false
include_push_bytes = false
show_metrics = true
`

const projectOf = (campaign: Campaign): string => {
  const folder = mkdtempSync(join(tmpdir(), 'forge-'))
  cpSync(CONTRACTS, join(folder, 'contracts'), { recursive: true, filter: (path) => !LEFT_OUT.includes(path) })
  cpSync(FUZZER, join(folder, 'forge'), { recursive: true, filter: (path) => extname(path) !== '.ts' })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'solc.cjs'), COMPILER(process.execPath))
  chmodSync(join(folder, 'solc.cjs'), 0o755)
  writeFileSync(join(folder, 'foundry.toml'), CONFIG(campaign))
  for (const hunk of campaign.patch === undefined ? [] : readPatch(campaign.patch)) {
    const path = join(folder, hunk.file)
    writeFileSync(path, applyHunk(readFileSync(path, 'utf8'), hunk))
  }
  return folder
}

const countersIn = (output: string): readonly Counter[] => {
  const sums = new Map<string, Counter>()
  for (const [, handler = '', calls, reverts] of output.matchAll(/^\| Refused +\| (\w+) +\| (\d+) +\| (\d+) +\|/gm)) {
    const sum = sums.get(handler) ?? { handler, calls: 0, reverts: 0 }
    sums.set(handler, { handler, calls: sum.calls + Number(calls), reverts: sum.reverts + Number(reverts) })
  }
  return [...sums.values()]
}

/** By what it says: npm's wrapper of the program keeps its exit code to itself. */
const failureIn = (output: string, { fuzzers }: Campaign): string | null => {
  const broken = /^\[FAIL: (.+?)\]/m.exec(output)?.[1]
  if (broken !== undefined) return broken
  const count = fuzzers.split('|').length
  return output.includes(`${count} tests passed, 0 failed, 0 skipped (${count} total tests)`) ? null : output
}

const run = (folder: string, args: readonly string[]): Promise<string> => {
  const program = require.resolve('@foundry-rs/forge/bin.mjs')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.stderr.on('data', (part: Buffer) => parts.push(part))
    child.on('error', reject)
    child.on('close', () => resolve(Buffer.concat(parts).toString()))
  })
}

export const fuzz = async (campaign: Campaign): Promise<Outcome> => {
  const folder = projectOf(campaign)
  const compiler = await serveCompiler(folder)
  try {
    const output = await run(folder, ['test', '--match-contract', `^(${campaign.fuzzers})$`])
    return { failure: failureIn(output, campaign), output, counters: countersIn(output) }
  } finally {
    compiler.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
