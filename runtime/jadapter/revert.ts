/**
 * Reverts, decoded: the custom errors of all contracts here, and Solidity's own `Error(string)` and `Panic(uint256)`.
 * Pure.
 */
import { type Bytes, toHex } from '../lib/bytes.ts'
import { DELTA_TRANSFORMER, DEPOSITORY, ENTITY_PROVIDER, TEST_TOKEN } from './contracts.ts'
import type { RevertReason } from './types.ts'

/** What stopped an execution: the bytes a contract reverted with, and the EVM's own word for it. */
export type Revert = { readonly data: Bytes; readonly error: string }

const textOf = (value: unknown): string | bigint => (typeof value === 'bigint' ? value : String(value))

/** ethers knows the two errors of Solidity itself, but not by the names of their only parameters. */
const BUILTIN: { readonly [error: string]: string } = { Error: 'message', Panic: 'code' }

const parse = (data: string): RevertReason | null => {
  for (const { abi } of [DEPOSITORY, ENTITY_PROVIDER, DELTA_TRANSFORMER, TEST_TOKEN]) {
    const error = abi.parseError(data)
    if (error === null) continue
    const params = error.fragment.inputs.map((input, i) => [
      input.name || (BUILTIN[error.name] ?? `${i}`),
      textOf(error.args[i]),
    ])
    return { name: error.name, params: Object.fromEntries(params) }
  }
  return null
}

export const readRevert = ({ data, error }: Revert): RevertReason => {
  if (data.length === 0) return { name: 'NoReason', params: { error } }
  const unknown = { name: 'Unknown', params: { data: toHex(data) } }
  try {
    return parse(toHex(data)) ?? unknown
  } catch {
    // The selector of a known error before bytes that are not its parameters: any contract may revert with anything.
    return unknown
  }
}
