/**
 * The compiled contracts in a bare EVM: no blocks, no fees, the second as the caller says.
 *
 * Contract: `call` keeps what the call changed unless it reverts. Signatures are taken for granted where the provider is
 * a contract that agrees to everything: a single STOP. The real EntityProvider is there, too, for who may sign.
 */
import { createBlock } from '@ethereumjs/block'
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { SimpleStateManager } from '@ethereumjs/statemanager'
import { type Address, createAddressFromString, ecrecover } from '@ethereumjs/util'
import { createVM } from '@ethereumjs/vm'
import { Interface, type InterfaceAbi, type LogDescription } from 'ethers'
import { fromHex, toHex } from '../../runtime/lib/bytes.ts'
import type { Hex } from './words.ts'

export const CHAIN_ID = 31_337
const GAS = 1_000_000_000n
const CALLER = createAddressFromString(`0x${'ca'.repeat(20)}`)
const AGREES_TO_ALL = createAddressFromString(`0x${'a9'.repeat(20)}`)
const STOP = Uint8Array.of(0)

type Artifact = { readonly abi: InterfaceAbi; readonly bytecode: string }
/** Null when it reverted. */
export type Answer = { readonly data: Uint8Array; readonly events: readonly LogDescription[] } | null

/** What the EVM recovers by, each signature once: tests hand in the same ones again and again. */
const rememberingRecover = (): typeof ecrecover => {
  const known = new Map<string, Uint8Array | null>()
  const recovered = (...signature: Parameters<typeof ecrecover>): Uint8Array | null => {
    try {
      return ecrecover(...signature)
    } catch {
      return null
    }
  }
  return (hash, v, r, s) => {
    const key = `${toHex(hash)}${v}${toHex(r)}${toHex(s)}`
    const signer = known.has(key) ? (known.get(key) ?? null) : recovered(hash, v, r, s)
    known.set(key, signer)
    if (signer === null) throw new Error('nobody signed this')
    return signer
  }
}

export const openEvm = async () => {
  const customCrypto = { ecrecover: rememberingRecover() }
  const common = createCustomCommon({ chainId: CHAIN_ID }, Mainnet, { hardfork: Hardfork.Cancun, customCrypto })
  // Asked for every byte of code, again with every call.
  const active = new Map<number, boolean>()
  const isActive = common.isActivatedEIP.bind(common)
  common.isActivatedEIP = (eip) => {
    const known = active.get(eip) ?? isActive(eip)
    active.set(eip, known)
    return known
  }
  const vm = await createVM({ common, stateManager: new SimpleStateManager({ common }) })
  await vm.evm.stateManager.putCode(AGREES_TO_ALL, STOP)

  /** Making a block costs more than many a call. */
  const blocks = new Map<bigint, ReturnType<typeof createBlock>>()
  const blockAt = (timestamp: bigint) => {
    const block = blocks.get(timestamp) ?? createBlock({ header: { timestamp } }, { common })
    blocks.clear()
    blocks.set(timestamp, block)
    return block
  }
  const run = async (request: { readonly to?: Address; readonly data: Uint8Array; readonly now?: bigint }) => {
    const { now = 1_000n, ...rest } = request
    const result = await vm.evm.runCall({ ...rest, caller: CALLER, gasLimit: GAS, block: blockAt(now) })
    vm.evm.journal.cleanJournal()
    return result
  }

  const contract = async ({ abi, bytecode }: Artifact, ...args: readonly unknown[]) => {
    const names = new Interface(abi)
    const code = fromHex(bytecode + names.encodeDeploy(args).slice(2))
    const { createdAddress } = await run({ data: code })
    if (createdAddress === undefined) throw new Error('not deployed')
    const call = async (name: string, given: readonly unknown[], now?: bigint): Promise<Answer> => {
      const data = fromHex(names.encodeFunctionData(name, given))
      const { execResult } = await run({ to: createdAddress, data, ...(now === undefined ? {} : { now }) })
      if (execResult.exceptionError !== undefined) {
        // Anything but a refusal is a fault of the test.
        if (execResult.exceptionError.error !== 'revert') throw new Error(execResult.exceptionError.error)
        return null
      }
      const events = (execResult.logs ?? []).flatMap(([address, topics, log]) => {
        const isOwn = toHex(address) === createdAddress.toString()
        const read = isOwn ? names.parseLog({ topics: topics.map(toHex), data: toHex(log) }) : null
        return read === null ? [] : [read]
      })
      return { data: execResult.returnValue, events }
    }
    return {
      address: createdAddress.toString() as Hex,
      call,
      /** What a call answers, which must not revert. */
      read: async (name: string, ...given: readonly unknown[]): Promise<readonly unknown[]> => {
        const answer = await call(name, given)
        if (answer === null) throw new Error(`${name} reverts`)
        return [...names.decodeFunctionResult(name, answer.data)]
      },
    }
  }
  /** What happened since the last mark is forgotten. The state manager copies what it has with every call: keep it small. */
  const mark = () => vm.stateManager.checkpoint()
  const forget = async () => {
    await vm.stateManager.revert()
    await mark()
  }
  return { contract, mark, forget, caller: CALLER.toString() as Hex, agreesToAll: AGREES_TO_ALL.toString() as Hex }
}
