/** The court suite on a real node, over JSON-RPC. */
import { afterEach } from 'vitest'
import { type Anvil, deployContracts, startAnvil } from '../../support/anvil.ts'
import { payer, signerOf } from '../../support/chain-bench.ts'
import { openRpcBench } from '../../support/rpc-bench.ts'
import type { CourtChain } from './court-world.ts'
import { courtSuite } from './suite.ts'

const nodes: Anvil[] = []
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
})

const openRpc = async (): Promise<CourtChain> => {
  const anvil = await startAnvil()
  nodes.push(anvil)
  await deployContracts(anvil)
  const bench = await openRpcBench({ anvil, confirmations: 2, signers: [signerOf(payer)] })
  await bench.faucet.fundEther({ address: payer.address, amountWei: 10n ** 21n })
  return { ...bench, fork: null }
}

courtSuite('rpc', { open: openRpc, isForgetful: false })
