/** A contract that only a test needs, compiled where it is needed, as contracts/compile.mjs compiles the others. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { InterfaceAbi } from 'ethers'

type Solc = {
  readonly compile: (
    input: string,
    callbacks: { readonly import: (path: string) => { readonly contents: string } },
  ) => string
}
type Output = {
  readonly errors?: readonly { readonly formattedMessage: string }[]
  readonly contracts?: {
    readonly [path: string]: {
      readonly [name: string]: {
        readonly abi: InterfaceAbi
        readonly evm: { readonly bytecode: { readonly object: string } }
      }
    }
  }
}

const SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: 'cancun',
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
}
const ROOT = new URL('../../', import.meta.url)

/** @param path from the root of the repository, to a file that is named like its contract. */
export const compiled = (path: string): { readonly abi: InterfaceAbi; readonly bytecode: string } => {
  const solc = createRequire(import.meta.url)('solc') as Solc
  const contents = (at: string): string => readFileSync(new URL(at, ROOT), 'utf8')
  const input = { language: 'Solidity', sources: { [path]: { content: contents(path) } }, settings: SETTINGS }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (at) => ({ contents: contents(at) }) }),
  ) as Output
  const name = path.slice(path.lastIndexOf('/') + 1, -'.sol'.length)
  const contract = output.contracts?.[path]?.[name]
  if (contract === undefined) throw new Error(output.errors?.map((error) => error.formattedMessage).join('\n') ?? path)
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` }
}
