/**
 * Whether what stands at the Depository's address is our Depository, with our EntityProvider and DeltaTransformer behind
 * it: the very bytes our sources compile to. Another contract could say anything.
 *
 * Contract: the code that a contract leaves on chain is what follows the RETURN and INVALID that end its creation code;
 * in it immutables are words of zeros behind a PUSH32 until they are given. They are not compared: where they lead is.
 */
import { type Bytes, toHex } from '../lib/bytes.ts'
import type { Address } from '../lib/units.ts'
import {
  type Compiled,
  type ContractCode,
  DELTA_TRANSFORMER,
  DEPOSITORY,
  ENTITY_PROVIDER,
  encodeCall,
} from './contracts.ts'
import type { RpcNode } from './node.ts'
import { JAdapterError } from './types.ts'

const PUSH32 = 0x7f
const RETURN = 0xf3
const INVALID = 0xfe
const WORD = 32

/** The code with every immutable blank. */
const templateOf = (creation: Bytes): Bytes => {
  const end = creation.findIndex((byte, i) => byte === RETURN && creation[i + 1] === INVALID)
  return creation.subarray(end + 2)
}

const isBlank = (code: Bytes, from: number): boolean =>
  code[from - 1] === PUSH32 && code.subarray(from, from + WORD).every((byte) => byte === 0)

/** True when `code` is what `creation` leaves on chain, whatever its immutables are. */
export const isCodeOf = (creation: Bytes, code: Bytes): boolean => {
  const template = templateOf(creation)
  if (template.length !== code.length) return false
  for (let i = 0; i < template.length; i++) {
    if (isBlank(template, i)) i += WORD - 1
    else if (template[i] !== code[i]) return false
  }
  return true
}

const checkAt = async (node: RpcNode, address: Address, { name }: Compiled, ours: ContractCode): Promise<void> => {
  const code = await node.code(address)
  if (code.length === 0) throw new JAdapterError('no_contract', `At ${node.host} there is nothing at ${address}.`)
  if (!isCodeOf(ours[name], code))
    throw new JAdapterError('wrong_contract', `At ${node.host} there is no ${name} of ours at ${address}.`)
}

/** @throws JAdapterError 'no_contract', 'wrong_contract' */
export const checkCode = async (node: RpcNode, depository: Address, ours: ContractCode): Promise<void> => {
  await checkAt(node, depository, DEPOSITORY, ours)
  const addressOf = async (getter: string): Promise<Address> => {
    const called = await node.call({ to: depository, data: encodeCall(DEPOSITORY, getter, []) })
    if (called.type === 'returned' && called.value.length === WORD)
      return toHex(called.value.slice(WORD - 20)) as string as Address
    throw new JAdapterError('wrong_contract', `At ${node.host} the Depository does not name its ${getter}.`)
  }
  await checkAt(node, await addressOf('entityProvider'), ENTITY_PROVIDER, ours)
  await checkAt(node, await addressOf('deltaTransformer'), DELTA_TRANSFORMER, ours)
}
