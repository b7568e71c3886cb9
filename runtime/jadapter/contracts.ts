/**
 * The compiled contracts: their interfaces, as ethers reads and writes calls, logs and errors (Contract ABI
 * specification), and their code, which only the birth of a chain and the check of a foreign one need: it is read then.
 */
import { Interface } from 'ethers'
import wallet from '../../contracts/artifacts/wallet.json' with { type: 'json' }
import { type Bytes, concat, fromHex } from '../lib/bytes.ts'
import { JAdapterError } from './types.ts'

export type ContractName = keyof typeof wallet
export type Compiled = { readonly name: ContractName; readonly abi: Interface }

const compiled = (name: ContractName): Compiled => ({ name, abi: new Interface(wallet[name]) })

export const ENTITY_PROVIDER: Compiled = compiled('EntityProvider')
export const DELTA_TRANSFORMER: Compiled = compiled('DeltaTransformer')
export const DEPOSITORY: Compiled = compiled('Depository')
export const TEST_TOKEN: Compiled = compiled('TestToken')

/** What each contract is created with, before its parameters. */
export type ContractCode = { readonly [N in ContractName]: Bytes }

const HEX = /^0x(?:[0-9a-f]{2})+$/

const bytesOf = (text: unknown): Bytes => {
  if (typeof text !== 'string' || !HEX.test(text))
    throw new JAdapterError('corrupt', 'the code of the contracts is damaged')
  return fromHex(text)
}

/** Reads `public/contracts.json`. @throws JAdapterError 'corrupt' when it is something else. */
export const readContractCode = (value: unknown): ContractCode => {
  const named: { readonly [name: string]: unknown } = typeof value === 'object' && value !== null ? { ...value } : {}
  return {
    DeltaTransformer: bytesOf(named.DeltaTransformer),
    Depository: bytesOf(named.Depository),
    EntityProvider: bytesOf(named.EntityProvider),
    TestToken: bytesOf(named.TestToken),
  }
}

export const encodeCall = ({ abi }: Compiled, name: string, args: readonly unknown[]): Bytes =>
  fromHex(abi.encodeFunctionData(name, args))

export const encodeDeployment = (code: ContractCode, { name, abi }: Compiled, args: readonly unknown[]): Bytes =>
  concat(code[name], fromHex(abi.encodeDeploy(args)))
