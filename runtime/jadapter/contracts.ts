/** The compiled contracts, as ethers reads and writes their calls, logs and errors (Contract ABI specification). */
import { Interface, type InterfaceAbi } from 'ethers'
import transformerArtifact from '../../contracts/artifacts/DeltaTransformer.json' with { type: 'json' }
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import providerArtifact from '../../contracts/artifacts/EntityProvider.json' with { type: 'json' }
import tokenArtifact from '../../contracts/artifacts/TestToken.json' with { type: 'json' }
import { type Bytes, concat, fromHex } from '../lib/bytes.ts'

export type Compiled = { readonly abi: Interface; readonly bytecode: Bytes }

const compiled = (artifact: { readonly abi: InterfaceAbi; readonly bytecode: string }): Compiled => ({
  abi: new Interface(artifact.abi),
  bytecode: fromHex(artifact.bytecode),
})

export const ENTITY_PROVIDER: Compiled = compiled(providerArtifact)
export const DELTA_TRANSFORMER: Compiled = compiled(transformerArtifact)
export const DEPOSITORY: Compiled = compiled(depositoryArtifact)
export const TEST_TOKEN: Compiled = compiled(tokenArtifact)

export const encodeCall = ({ abi }: Compiled, name: string, args: readonly unknown[]): Bytes =>
  fromHex(abi.encodeFunctionData(name, args))

export const encodeDeployment = ({ abi, bytecode }: Compiled, args: readonly unknown[]): Bytes =>
  concat(bytecode, fromHex(abi.encodeDeploy(args)))
