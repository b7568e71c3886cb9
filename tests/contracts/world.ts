/** A fresh embedded chain on a memory disk, and actors with keys of their own. Deterministic. */

import { getCreateAddress, Interface, type InterfaceAbi } from 'ethers'
import { openEmbeddedChain } from '../../runtime/jadapter/embedded.ts'
import { readRevert } from '../../runtime/jadapter/revert.ts'
import type { JSubmission, RevertReason } from '../../runtime/jadapter/types.ts'
import { batchDigest, encodeBatch, encodeHanko } from '../../runtime/jurisdiction/batch.ts'
import { type Board, boardId, boardOfOne } from '../../runtime/jurisdiction/board.ts'
import {
  EMPTY_BATCH,
  type JBatch,
  type JBatchTx,
  type JEvent,
  type JurisdictionTerms,
} from '../../runtime/jurisdiction/types.ts'
import { type Bytes, concat, EMPTY, fromHex, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { addressOf, sign } from '../../runtime/lib/secp.ts'
import { type Address, byCodePoint, type EntityId, type TokenId } from '../../runtime/lib/units.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { contractCode } from '../support/contract-code.ts'

export const CHAIN_ID = 31_337n
export const TUSD = 1 as TokenId
export const TETH = 2 as TokenId

export type Actor = {
  readonly secretKey: Bytes
  readonly address: Address
  readonly board: Board
  readonly entityId: EntityId
}

export const actor = (name: string): Actor => {
  const secretKey = keccak(utf8(name))
  const address = addressOf(secretKey)
  const board = boardOfOne(address)
  return { secretKey, address, board, entityId: boardId(board) }
}

/** Two actors, the one with the lower entity id first. */
export const pair = (one: string, other: string): readonly [Actor, Actor] => {
  const [left, right] = [actor(one), actor(other)].sort((a, b) => byCodePoint(a.entityId, b.entityId))
  if (left === undefined || right === undefined) throw new Error('two actors are two')
  return [left, right]
}

/** A clock that stands still until it is told otherwise. */
export const manualClock = (seconds: number) => {
  let now = seconds
  return {
    now: () => now * 1_000,
    set: (next: number) => {
      now = next
    },
  }
}

/** A disk on which a chain has just been born; copies of it save every test a deployment. */
const bornDisk: Promise<MemoryDisk> = (async () => {
  const disk = createMemoryDisk()
  const store = memoryStore(disk)
  const epoch = await store.claimEpoch()
  await openEmbeddedChain({
    code: contractCode,
    name: 'simnet',
    chainId: CHAIN_ID,
    store,
    epoch,
    clock: manualClock(1_000),
  })
  return disk
})()

const copyOfBornDisk = async (): Promise<MemoryDisk> => {
  const { rows, epoch } = await bornDisk
  return { rows: new Map(rows), epoch }
}

export const openWorld = async (options: { readonly disk?: MemoryDisk; readonly chainId?: bigint } = {}) => {
  const disk = options.disk ?? (await copyOfBornDisk())
  const store = memoryStore(disk)
  const epoch = await store.claimEpoch()
  const clock = manualClock(1_000)
  const chain = await openEmbeddedChain({
    code: contractCode,
    name: 'simnet',
    chainId: options.chainId ?? CHAIN_ID,
    store,
    epoch,
    clock,
  })
  return { chain, disk, store, epoch, clock }
}
export type World = Awaited<ReturnType<typeof openWorld>>
export type Chain = World['chain']

/** One actor's signature as its entity's. */
export const hankoOf = ({ board, address, secretKey }: Actor, digest: Bytes): Bytes =>
  encodeHanko(board, [{ address, signature: sign(secretKey, digest) }])

export const signBatch = (
  terms: JurisdictionTerms,
  signer: Actor,
  tx: { readonly nonce: number; readonly batch?: Partial<JBatch>; readonly bytes?: Bytes },
): JBatchTx => {
  const bytes = tx.bytes ?? encodeBatch(signer.entityId, { ...EMPTY_BATCH, ...tx.batch })
  const digest = batchDigest({ ...terms, entityId: signer.entityId, nonce: tx.nonce, batch: bytes })
  const hanko = hankoOf(signer, digest)
  return {
    type: 'batch',
    sender: null,
    jurisdiction: 'simnet',
    entityId: signer.entityId,
    nonce: tx.nonce,
    bytes,
    hanko,
  }
}

export const eventsOf = (submission: JSubmission): readonly JEvent[] => {
  if (submission.type !== 'included') throw new Error(`not included: ${JSON.stringify(submission)}`)
  return submission.events
}

/** A contract as a test calls it. */
export const contractAt = (chain: Chain, address: Address, abi: InterfaceAbi) => {
  const contract = new Interface(abi)
  const encode = (name: string, args: readonly unknown[]): Bytes => fromHex(contract.encodeFunctionData(name, args))
  return {
    address,
    encode,
    call: async (name: string, ...args: readonly unknown[]): Promise<readonly unknown[]> => {
      const called = await chain.call({ to: address, data: encode(name, args) })
      if (called.type === 'reverted') throw new Error(`${name} reverts: ${readRevert(called.revert).name}`)
      return contract.decodeFunctionResult(name, called.data)
    },
    /** Why the call reverts; null when it does not. */
    refusal: async (name: string, ...args: readonly unknown[]): Promise<RevertReason | null> => {
      const called = await chain.call({ to: address, data: encode(name, args) })
      if (called.type === 'returned') return null
      const error = called.revert.data.length === 0 ? null : contract.parseError(called.revert.data)
      if (error === null) return readRevert(called.revert)
      const params = error.fragment.inputs.map((input, i) => [input.name, error.args[i] as string | bigint])
      return { name: error.name, params: Object.fromEntries(params) }
    },
  }
}

/** Deploys from an actor's own key, the nonce-th transaction it sends. */
export const deploy = async (
  chain: Chain,
  deployer: Actor,
  artifact: { readonly abi: InterfaceAbi; readonly bytecode: string },
  options: { readonly nonce?: number; readonly args?: readonly unknown[] } = {},
) => {
  const { nonce = 0, args = [] } = options
  if (nonce === 0) await chain.fundEther({ address: deployer.address, amountWei: 10n ** 18n })
  const data = concat(fromHex(artifact.bytecode), fromHex(new Interface(artifact.abi).encodeDeploy(args)))
  const deployed = await chain.transact([{ from: deployer.secretKey, to: null, data, valueWei: 0n }])
  if (deployed.type !== 'included') throw new Error(`deployment: ${JSON.stringify(deployed)}`)
  const address = getCreateAddress({ from: deployer.address, nonce }).toLowerCase() as string as Address
  return contractAt(chain, address, artifact.abi)
}

export const transactAs = (chain: Chain, sender: Actor, to: Address, data: Bytes = EMPTY) =>
  chain.transact([{ from: sender.secretKey, to, data, valueWei: 0n }])
