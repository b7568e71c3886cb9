/** The artifacts in the tree are what the sources compile to, and every contract can be deployed. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { Interface } from 'ethers'
import { expect, it } from 'vitest'

const SIZE_LIMIT_BYTES = 24_576
const folder = new URL('../../contracts/artifacts/', import.meta.url)
const script = new URL('../../contracts/compile.mjs', import.meta.url).pathname

it('are current', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--check'])
  expect(stdout).toContain('Depository: ')
}, 60_000)

it('are below the size limit of EIP-170 and carry code', () => {
  const names = readdirSync(folder)
  expect(names).toEqual([
    'DeltaTransformer.json',
    'Depository.json',
    'EntityProvider.json',
    'HostileToken.json',
    'TestToken.json',
    'wallet.json',
  ])
  for (const name of names.filter((one) => one !== 'wallet.json')) {
    const artifact = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(artifact.deployedBytecodeSize).toBeLessThanOrEqual(SIZE_LIMIT_BYTES)
    expect(artifact.bytecode).toMatch(/^0x[0-9a-f]{1000,}$/)
    expect(artifact.sourceHash).toMatch(/^0x[0-9a-f]{64}$/)
  }
})

it('say the same to the wallet, in fewer bytes', () => {
  const wallet = JSON.parse(readFileSync(new URL('wallet.json', folder), 'utf8'))
  expect(Object.keys(wallet)).toEqual(['DeltaTransformer', 'Depository', 'EntityProvider', 'TestToken'])
  for (const [name, { abi, bytecode }] of Object.entries<{ abi: readonly string[]; bytecode: string }>(wallet)) {
    const artifact = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
    expect(`0x${Buffer.from(bytecode, 'base64').toString('hex')}`).toBe(artifact.bytecode)
    expect(new Interface(abi).format(true)).toEqual(new Interface(artifact.abi).format(true))
  }
})
