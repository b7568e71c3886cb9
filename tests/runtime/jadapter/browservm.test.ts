/**
 * The machine: a function of its arguments, and the same EVM as the one everybody else runs. The oracle is ethereumjs's
 * own state manager, over a Merkle Patricia trie, fed the same transactions.
 */

import { createBlock } from '@ethereumjs/block'
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { Account, createAddressFromString } from '@ethereumjs/util'
import { buildBlock, createVM } from '@ethereumjs/vm'
import { Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import tokenArtifact from '../../../contracts/artifacts/TestToken.json' with { type: 'json' }
import {
  createMachine,
  type Extended,
  type Machine,
  type Tip,
  type TxRequest,
} from '../../../runtime/jadapter/browservm.ts'
import {
  DEPLOYER_ADDRESS,
  DEPOSITORY_ADDRESS,
  fromDeployer,
  GENESIS_TOKENS,
  genesisTransactions,
} from '../../../runtime/jadapter/genesis.ts'
import { type Bytes, fromHex, toBigInt, toHex, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { keccak } from '../../../runtime/lib/hash.ts'
import type { Address } from '../../../runtime/lib/units.ts'
import { actor, CHAIN_ID } from '../../contracts/world.ts'
import { contractCode } from '../../support/contract-code.ts'

const token = new Interface(tokenArtifact.abi)
const [dollar] = GENESIS_TOKENS
const dollarAddress: Address = dollar?.address ?? DEPOSITORY_ADDRESS
const call = (name: string, args: readonly unknown[]): TxRequest =>
  fromDeployer(dollarAddress, fromHex(token.encodeFunctionData(name, args)))
const bob = actor('bob').address

const field = (header: Bytes, position: number): bigint => {
  const value = RLP.decode(header)[position]
  return value instanceof Uint8Array ? toBigInt(value) : 0n
}
const GAS_USED = 10
const BASE_FEE = 15

/** New slots, changed ones, ones cleared and set again within a transaction or across: every price SSTORE has. */
const story: readonly (readonly TxRequest[])[] = [
  genesisTransactions(await contractCode()),
  [call('mint', [DEPLOYER_ADDRESS, 1_000n])],
  [call('transfer', [bob, 400n]), call('transfer', [bob, 600n])],
  [call('mint', [DEPLOYER_ADDRESS, 5n]), call('approve', [bob, 7n]), call('approve', [bob, 0n])],
  [call('approve', [bob, 0n])],
  [fromDeployer(bob, fromHex(''), 12n)],
]

type Sealed = Extract<Extended, { type: 'sealed' }>

const extended = async (
  machine: Machine,
  parent: Tip,
  timestampSeconds: number,
  transactions: readonly TxRequest[],
) => {
  const result = await machine.extend(parent, { timestampSeconds, transactions })
  if (result.type !== 'sealed') throw new Error(result.type)
  return result
}

const tellStory = async (machine: Machine) => {
  const results: Sealed[] = []
  let tip = machine.before(DEPLOYER_ADDRESS)
  for (const [i, transactions] of story.entries()) {
    const result = await extended(machine, tip, i * 10, transactions)
    results.push(result)
    tip = result.tip
  }
  return results
}

/** The same story on stock parts; what each block cost, and what is left at the end. */
const tellToOracle = async () => {
  const common = createCustomCommon({ name: 'oracle', chainId: Number(CHAIN_ID) }, Mainnet, {
    hardfork: Hardfork.Cancun,
  })
  const stateManager = new MerkleStateManager({ common })
  const sender = createAddressFromString(DEPLOYER_ADDRESS)
  await stateManager.putAccount(sender, new Account(0n, 10n ** 30n))
  const vm = await createVM({ common, stateManager })
  const gas: bigint[] = []
  let nonce = 0n
  let parentHash: Bytes = ZERO_32
  let baseFeePerGas = 1_000_000_000n
  for (const [i, transactions] of story.entries()) {
    const builder = await buildBlock(vm, {
      parentBlock: createBlock({}, { common }),
      headerData: {
        number: i,
        parentHash,
        timestamp: i * 10,
        gasLimit: 30_000_000n,
        baseFeePerGas,
        excessBlobGas: 0n,
        parentBeaconBlockRoot: ZERO_32,
      },
      withdrawals: [],
      blockOpts: { common, putBlockIntoBlockchain: false },
    })
    for (const { to, data, valueWei, from } of transactions) {
      const fields = {
        nonce: nonce++,
        gasLimit: 16_000_000n,
        maxFeePerGas: 1_000_000_000n,
        value: valueWei,
        data,
        chainId: CHAIN_ID,
      }
      const target = to === null ? {} : { to: createAddressFromString(to) }
      await builder.addTransaction(createFeeMarket1559Tx({ ...fields, ...target }, { common }).sign(from as Bytes))
    }
    const { block } = await builder.build()
    gas.push(block.header.gasUsed)
    parentHash = block.hash()
    baseFeePerGas = block.header.calcNextBaseFee()
  }
  return { gas, wei: (await stateManager.getAccount(sender))?.balance, storage: stateManager }
}

describe('machine', () => {
  it('spends the gas, keeps the balances and stores the slots that a stock EVM does', async () => {
    const machine = await createMachine(CHAIN_ID)
    const results = await tellStory(machine)
    const oracle = await tellToOracle()
    expect(results.map(({ tip }) => field(tip.header, GAS_USED))).toEqual(oracle.gas)
    const last = results.at(-1)?.tip ?? machine.before(DEPLOYER_ADDRESS)
    expect(machine.etherOf(last, DEPLOYER_ADDRESS)).toBe(oracle.wei)
    expect(machine.etherOf(last, bob)).toBe(12n)
    let slots = 0
    for (const [key, value] of last.state.entries()) {
      const [kind, address, slot] = key.split('/')
      if (kind !== 's' || slot === undefined) continue
      slots++
      expect(toBigInt(value)).toBe(
        toBigInt(await oracle.storage.getStorage(createAddressFromString(`0x${address}`), fromHex(slot))),
      )
    }
    expect(slots).toBeGreaterThan(10)
  })

  it('is a function of its arguments: the same story gives the same tips, and an old tip can be continued', async () => {
    const one = await tellStory(await createMachine(CHAIN_ID))
    const machine = await createMachine(CHAIN_ID)
    const other = await tellStory(machine)
    expect(other.map(({ tip }) => toHex(tip.hash))).toEqual(one.map(({ tip }) => toHex(tip.hash)))
    const second = other[1]?.tip ?? machine.before(DEPLOYER_ADDRESS)
    const again = await extended(machine, second, 20, story[2] ?? [])
    expect(again.tip.hash).toEqual(one[2]?.tip.hash)
    expect(again.logs).toEqual(one[2]?.logs)
  })

  it('a failing transaction leaves no trace, whatever stood before it in the block', async () => {
    const machine = await createMachine(CHAIN_ID)
    const tips = await tellStory(machine)
    const tip = tips[1]?.tip ?? machine.before(DEPLOYER_ADDRESS)
    const block = { timestampSeconds: 20, transactions: [call('transfer', [bob, 1n]), call('transfer', [bob, 1_000n])] }
    const refused = await machine.extend(tip, block)
    expect(refused).toMatchObject({ type: 'reverted', index: 1 })
    expect((await extended(machine, tip, 20, story[2] ?? [])).tip.hash).toEqual(tips[2]?.tip.hash)
  })

  it('a call is forgotten', async () => {
    const machine = await createMachine(CHAIN_ID)
    const tips = await tellStory(machine)
    const tip = tips[1]?.tip ?? machine.before(DEPLOYER_ADDRESS)
    const approve = {
      from: DEPLOYER_ADDRESS,
      to: dollarAddress,
      data: fromHex(token.encodeFunctionData('approve', [bob, 1n])),
    }
    const root = toHex(tip.state.root())
    expect(await machine.call(tip, approve)).toEqual({ type: 'returned', data: fromHex(`${'0'.repeat(63)}1`) })
    expect(toHex(tip.state.root())).toBe(root)
    expect((await extended(machine, tip, 20, story[2] ?? [])).tip.hash).toEqual(tips[2]?.tip.hash)
  })

  it('keeps the base fee at or below one gwei, and hashes its headers', async () => {
    const machine = await createMachine(CHAIN_ID)
    for (const { tip } of await tellStory(machine)) {
      expect(field(tip.header, BASE_FEE)).toBeLessThanOrEqual(1_000_000_000n)
      expect(field(tip.header, BASE_FEE)).toBeGreaterThan(0n)
      expect(keccak(tip.header)).toEqual(tip.hash)
    }
  })
})
