/**
 * Compiles every contract with npm's solc (standard JSON, https://docs.soliditylang.org/en/latest/using-the-compiler.html)
 * and writes `artifacts/<Name>.json`: {contractName, abi, bytecode, deployedBytecodeSize, sourceHash}; and, of those the
 * wallet itself deploys or reads, `artifacts/wallet.json`: {<Name>: signatures in ethers' human-readable form}, which is
 * part of every start of the worker, and `public/contracts.json`: {<Name>: creation code in hex}, which is fetched
 * when a chain is born.
 *
 * The same sources, settings and compiler give the same files, byte for byte: bytecode carries no metadata trailer,
 * `sourceHash` is SHA-256 over compiler version, settings and every source the contract reaches.
 *
 *   node contracts/compile.mjs           write the artifacts
 *   node contracts/compile.mjs --check   write nothing; exit 1 when one is missing, stale or left over
 *
 * Both exit 1 on a warning about our own sources or when a contract exceeds EIP-170.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Interface } from 'ethers'

/**
 * @typedef {{ abi: readonly unknown[], evm: { bytecode: { object: string }, deployedBytecode: { object: string } }, metadata: string }} CompiledContract
 * @typedef {{ errors?: readonly { severity: string, formattedMessage: string, sourceLocation?: { file: string } }[], contracts?: Record<string, Record<string, CompiledContract>> }} CompilerOutput
 * @typedef {{ compile(input: string, callbacks: { import(path: string): { contents: string } | { error: string } }): string, version(): string }} Solc
 */

const SIZE_LIMIT_BYTES = 24_576
const ROOT = dirname(fileURLToPath(import.meta.url))
const ARTIFACTS = join(ROOT, 'artifacts')
const CODE = join(ROOT, '..', 'public', 'contracts.json')
const MODULES = join(ROOT, '..', 'node_modules')
/** What becomes an artifact; everything else is reached by import. */
const CONTRACTS = [
  'DeltaTransformer.sol',
  'Depository.sol',
  'EntityProvider.sol',
  'TestToken.sol',
  'test/HostileToken.sol',
]

const TESTS_ONLY = ['HostileToken']

const SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: 'cancun',
  metadata: { bytecodeHash: 'none', appendCBOR: false },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'metadata'] } },
}

const require = createRequire(import.meta.url)

/** @param {string} path */
const readSource = (path) => readFileSync(join(path.startsWith('@') ? MODULES : join(ROOT, '..'), path), 'utf8')

/** @param {string} path */
const findImport = (path) => {
  try {
    return { contents: readSource(path) }
  } catch (error) {
    return { error: `cannot read ${path}: ${error}` }
  }
}

/**
 * @param {Solc} solc
 * @param {CompiledContract} compiled
 */
const sourceHashOf = (solc, compiled) => {
  const paths = Object.keys(/** @type {{ sources: object }} */ (JSON.parse(compiled.metadata)).sources).sort()
  const hash = createHash('sha256').update(JSON.stringify([solc.version(), SETTINGS]))
  for (const path of paths) hash.update(JSON.stringify([path, readSource(path)]))
  return `0x${hash.digest('hex')}`
}

/** @returns {{ files: Map<string, string>, code: string, problems: string[], summary: string[] }} */
const compile = () => {
  const solc = /** @type {Solc} */ (require('solc'))
  const sources = Object.fromEntries(
    CONTRACTS.map((file) => [`contracts/${file}`, { content: readSource(`contracts/${file}`) }]),
  )
  const input = JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS })
  const output = /** @type {CompilerOutput} */ (JSON.parse(solc.compile(input, { import: findImport })))
  const problems = (output.errors ?? [])
    .filter((error) => error.severity === 'error' || error.sourceLocation?.file.startsWith('@') !== true)
    .map((error) => error.formattedMessage)
  const files = new Map()
  const summary = []
  /** @type {Record<string, readonly string[]>} */
  const wallet = {}
  /** @type {Record<string, string>} */
  const code = {}
  for (const file of CONTRACTS) {
    const name = basename(file, '.sol')
    const compiled = output.contracts?.[`contracts/${file}`]?.[name]
    if (compiled === undefined) continue
    const size = compiled.evm.deployedBytecode.object.length / 2
    if (size > SIZE_LIMIT_BYTES) problems.push(`${name} has ${size} bytes, EIP-170 allows ${SIZE_LIMIT_BYTES}`)
    const artifact = {
      contractName: name,
      abi: compiled.abi,
      bytecode: `0x${compiled.evm.bytecode.object}`,
      deployedBytecodeSize: size,
      sourceHash: sourceHashOf(solc, compiled),
    }
    files.set(`${name}.json`, `${JSON.stringify(artifact, null, 2)}\n`)
    if (!TESTS_ONLY.includes(name)) {
      wallet[name] = new Interface(/** @type {import('ethers').JsonFragment[]} */ (artifact.abi)).format()
      // In hex, which packs into less than base64 does.
      code[name] = artifact.bytecode
    }
    summary.push(`${name}: ${size} of ${SIZE_LIMIT_BYTES} bytes`)
  }
  files.set('wallet.json', `${JSON.stringify(wallet, null, 2)}\n`)
  return { files, code: `${JSON.stringify(code, null, 2)}\n`, problems, summary }
}

/** @param {string} path */
const present = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const { files, code, problems, summary } = compile()
mkdirSync(ARTIFACTS, { recursive: true })
const leftOver = readdirSync(ARTIFACTS).filter((name) => !files.has(name))
if (process.argv.includes('--check')) {
  for (const name of leftOver) problems.push(`artifacts/${name} belongs to no contract`)
  for (const [name, text] of files) {
    if (present(join(ARTIFACTS, name)) !== text)
      problems.push(`artifacts/${name} is stale: run node contracts/compile.mjs`)
  }
  if (present(CODE) !== code) problems.push('public/contracts.json is stale: run node contracts/compile.mjs')
} else if (problems.length === 0) {
  for (const name of leftOver) rmSync(join(ARTIFACTS, name))
  for (const [name, text] of files) writeFileSync(join(ARTIFACTS, name), text)
  writeFileSync(CODE, code)
}
process.stdout.write(`${(problems.length > 0 ? problems : summary).join('\n')}\n`)
process.exitCode = problems.length > 0 ? 1 : 0
