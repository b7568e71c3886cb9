/** Whoever reads the interfaces is told about everything in them: each function, event and error has a notice. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'

type Item = { readonly type: string; readonly name?: string }
type Documented = { readonly abi: readonly Item[]; readonly userdoc: { readonly [kind: string]: object | undefined } }
type Solc = {
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string
}

const require = createRequire(import.meta.url)
const solc: Solc = require('solc')
const ROOT = new URL('../../', import.meta.url)
const KINDS: { readonly [type: string]: string } = { function: 'methods', event: 'events', error: 'errors' }

const contents = (path: string): string =>
  readFileSync(new URL(path.startsWith('@') ? `node_modules/${path}` : path, ROOT), 'utf8')

it.each(['IDepository', 'IDeltaTransformer', 'IEntityProvider'])('%s', (name) => {
  const path = `contracts/interfaces/${name}.sol`
  const input = {
    language: 'Solidity',
    sources: { [path]: { content: contents(path) } },
    settings: { outputSelection: { [path]: { [name]: ['abi', 'userdoc'] } } },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: (at) => ({ contents: contents(at) }) }))
  const { abi, userdoc }: Documented = output.contracts[path][name]
  const documented = Object.entries(KINDS).flatMap(([type, kind]) =>
    Object.keys(userdoc[kind] ?? {}).map((signature) => `${type} ${signature.split('(')[0]}`),
  )
  expect(documented.sort()).toEqual(abi.map(({ type, name: item }) => `${type} ${item}`).sort())
})
