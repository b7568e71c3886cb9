/**
 * A J-adapter over Anvil as a `Bench`. Polls run by a manual clock, so the adapter looks at the chain when the test says
 * so; blocks are made one by one.
 */

import { DEPOSITORY, encodeCall, TEST_TOKEN } from '../../runtime/jadapter/contracts.ts'
import { DEPLOYER_ADDRESS, DEPOSITORY_ADDRESS, GENESIS_TOKENS } from '../../runtime/jadapter/genesis.ts'
import type { OpenEndpoint } from '../../runtime/jadapter/node.ts'
import { openEndpoint } from '../../runtime/jadapter/rpc.ts'
import { openRpcChain } from '../../runtime/jadapter/rpc-chain.ts'
import { surveyChain } from '../../runtime/jadapter/survey.ts'
import type { GasSigner, JAdapter, JSubmission } from '../../runtime/jadapter/types.ts'
import type { JReplica } from '../../runtime/jurisdiction/types.ts'
import { word } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import type { Scheduler } from '../../runtime/ports.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { ANVIL_CHAIN_ID, type Anvil } from './anvil.ts'
import type { Bench } from './chain-bench.ts'
import { contractCode } from './contract-code.ts'
import { type ManualTime, manualTime } from './manual-time.ts'

/** Short, so that moving the clock on by one does not make any question late. */
export const BLOCK_SECONDS = 2
/** Against an endless loop only: how many it takes depends on who is how fast. */
const LOOKS = 100_000
const POLL_MS = BLOCK_SECONDS * 1_000

export type RpcBench = Bench & {
  readonly anvil: Anvil
  readonly time: ManualTime
  readonly disk: MemoryDisk
  readonly confirmations: number
  /** Makes blocks, and has the adapter look at the chain after each. */
  readonly mine: (blocks?: number) => Promise<void>
  /** Has the adapter look at the chain. */
  readonly look: () => Promise<void>
  /** Resolves once something that was submitted waits in the node. */
  readonly waiting: (count?: number) => Promise<void>
  /** Another process opens the chain with what is on this disk. */
  readonly openOn: (disk: MemoryDisk) => Promise<RpcBench>
}

export type RpcBenchOptions = {
  readonly anvil: Anvil
  readonly signers: readonly GasSigner[]
  readonly confirmations?: number
  /** By default Anvil's own. */
  readonly urls?: readonly [string] | readonly [string, string]
  readonly open?: OpenEndpoint
}

/** Real time runs only where a node must not hang for ever, which none of these does. */
const neverLate: Scheduler = () => () => undefined

export const surveyAnvil = (anvil: Anvil, confirmations: number): Promise<JReplica> =>
  surveyChain({
    code: contractCode,
    url: anvil.url,
    open: openEndpoint,
    schedule: neverLate,
    name: 'anvil',
    chainId: ANVIL_CHAIN_ID,
    depository: DEPOSITORY_ADDRESS,
    tokenIds: GENESIS_TOKENS.map(({ tokenId }) => tokenId),
    confirmations,
    blockSeconds: BLOCK_SECONDS,
    isTest: true,
  })

const pool = async (anvil: Anvil): Promise<number> => {
  const { pending, queued } = await anvil.rpc<{ pending: string; queued: string }>('txpool_status')
  return Number(pending) + Number(queued)
}

const benchOf = (
  parts: RpcBenchOptions & {
    readonly chain: JAdapter
    readonly time: ManualTime
    readonly disk: RpcBench['disk']
    readonly confirmations: number
    readonly openOn: RpcBench['openOn']
  },
): RpcBench => {
  const { anvil, chain, time, confirmations, disk, openOn } = parts
  const look = async (): Promise<void> => {
    time.advance(POLL_MS)
    // Asked behind the look, so done after it.
    await chain.balanceOf(DEPLOYER_ADDRESS).catch(() => null)
  }
  const mine = async (blocks = 1): Promise<void> => {
    for (let i = 0; i < blocks; i++) {
      await anvil.mine()
      await look()
    }
  }
  const waiting = async (count = 1): Promise<void> => {
    for (let left = LOOKS; (await pool(anvil)) < count; left--) {
      if (left === 0) throw new Error(`${count} transactions do not come`)
      await look()
    }
  }
  const finish: Bench['finish'] = async (work) => {
    let isDone = false
    const mark = (): void => {
      isDone = true
    }
    work.then(mark, mark)
    for (let left = LOOKS; !isDone; left--) {
      if (left === 0) throw new Error('the chain does not come to an end with it')
      // What there is to do about it now comes first.
      await look()
      if (!isDone) await mine()
    }
    return work
  }
  const token = (tokenId: TokenId) => GENESIS_TOKENS.find((known) => known.tokenId === tokenId)?.address ?? null
  const gift: JSubmission = { type: 'duplicate' }
  const faucet: Bench['faucet'] = {
    fund: async ({ entityId, tokenId, amount }) => {
      await anvil.fromDeployer(token(tokenId), encodeCall(TEST_TOKEN, 'mint', [DEPLOYER_ADDRESS, amount]))
      await anvil.fromDeployer(DEPOSITORY_ADDRESS, encodeCall(DEPOSITORY, 'deposit', [entityId, tokenId, amount]))
      await mine(confirmations)
      return gift
    },
    fundEther: async ({ address, amountWei }) => {
      await anvil.rpc('anvil_setBalance', address, `0x${amountWei.toString(16)}`)
      return gift
    },
    fundToken: async ({ address, tokenId, amount }) => {
      await anvil.fromDeployer(token(tokenId), encodeCall(TEST_TOKEN, 'mint', [address, amount]))
      await mine(confirmations)
      return gift
    },
  }
  const now = async (): Promise<number> =>
    Number((await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', 'latest', false)).timestamp)
  return {
    ...parts,
    faucet,
    finish,
    mine,
    look,
    waiting,
    now,
    pass: async (seconds) => {
      await anvil.rpc('evm_setNextBlockTimestamp', (await now()) + seconds)
      await mine(confirmations)
    },
    reopen: () => openOn(disk),
    close: chain.close,
  }
}

export const openRpcBench = async (options: RpcBenchOptions): Promise<RpcBench> => {
  const { anvil, confirmations = 3, urls = [anvil.url], open = openEndpoint } = options
  const replica = await surveyAnvil(anvil, confirmations)
  const time = manualTime(0)
  let drawn = 0
  const openOn = async (disk: MemoryDisk): Promise<RpcBench> => {
    const store = memoryStore(disk)
    const chain = await openRpcChain({
      code: contractCode,
      replica,
      urls,
      open,
      store,
      epoch: await store.claimEpoch(),
      schedule: time.schedule,
      entropy: { draw: () => taggedHash('rpc-bench', word(drawn++)) },
      signers: () => options.signers,
    })
    return benchOf({ ...options, chain, time, disk, confirmations, openOn })
  }
  return openOn(createMemoryDisk())
}
