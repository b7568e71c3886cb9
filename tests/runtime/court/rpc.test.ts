/** The court suite on a real node, over JSON-RPC. */
import { afterAll } from 'vitest'
import type { MemoryDisk } from '../../../runtime/storage/memory.ts'
import { type Anvil, startDeployed } from '../../support/anvil.ts'
import { payer, signerOf } from '../../support/chain-bench.ts'
import { openRpcBench, type RpcBench } from '../../support/rpc-bench.ts'
import type { CourtChain } from './court-world.ts'
import { courtSuite } from './suite.ts'

const nodes: Anvil[] = []
afterAll(async () => {
  for (const node of nodes.splice(0)) await node.stop()
})

const copyOf = ({ rows, epoch }: MemoryDisk): MemoryDisk => ({ rows: new Map(rows), epoch })

/** A node has one chain: its next copy is that of the beginning, and ends the one before. */
const forksOf = (origin: RpcBench): (() => Promise<CourtChain>) => {
  let last = origin
  let begin: (() => Promise<RpcBench>) | null = null
  const remember = async () => {
    const goBack = await origin.anvil.mark()
    const disk = copyOf(origin.disk)
    return async () => {
      await goBack()
      return origin.openOn(copyOf(disk))
    }
  }
  return async () => {
    await last.close()
    begin ??= await remember()
    last = await begin()
    return { ...last, fork: null }
  }
}

const openRpc = async (): Promise<CourtChain> => {
  const anvil = await startDeployed()
  nodes.push(anvil)
  const bench = await openRpcBench({ anvil, confirmations: 2, signers: [signerOf(payer)] })
  await bench.faucet.fundEther({ address: payer.address, amountWei: 10n ** 21n })
  return { ...bench, fork: forksOf(bench) }
}

courtSuite('rpc', { open: openRpc, isForgetful: false })
