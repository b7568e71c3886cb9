/** The compiled contracts, as ethers reads and writes their calls, logs and errors (Contract ABI specification). */
import { Interface } from 'ethers'
import wallet from '../../contracts/artifacts/wallet.json' with { type: 'json' }
import { type Bytes, concat, fromHex } from '../lib/bytes.ts'

export type Compiled = {
  readonly abi: Interface
  /** Base64; decoded where a chain is born, which is once. */
  readonly bytecode: string
}

const compiled = ({ abi, bytecode }: { readonly abi: readonly string[]; readonly bytecode: string }): Compiled => ({
  abi: new Interface(abi),
  bytecode,
})

export const ENTITY_PROVIDER: Compiled = compiled(wallet.EntityProvider)
export const DELTA_TRANSFORMER: Compiled = compiled(wallet.DeltaTransformer)
export const DEPOSITORY: Compiled = compiled(wallet.Depository)
export const TEST_TOKEN: Compiled = compiled(wallet.TestToken)

export const encodeCall = ({ abi }: Compiled, name: string, args: readonly unknown[]): Bytes =>
  fromHex(abi.encodeFunctionData(name, args))

export const creationCode = ({ bytecode }: Compiled): Bytes =>
  Uint8Array.from(atob(bytecode), (character) => character.charCodeAt(0))

export const encodeDeployment = (contract: Compiled, args: readonly unknown[]): Bytes =>
  concat(creationCode(contract), fromHex(contract.abi.encodeDeploy(args)))
