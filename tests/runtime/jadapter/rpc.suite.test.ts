/** The JSON-RPC adapter does what every J-adapter does, over HTTP and over WebSocket, against a real node. */
import { afterAll, afterEach } from 'vitest'
import type { GasSigner } from '../../../runtime/jadapter/types.ts'
import { type Anvil, deployContracts, startAnvil } from '../../support/anvil.ts'
import { openRpcBench } from '../../support/rpc-bench.ts'
import { adapterSuite } from './suite.ts'

const nodes: Promise<Anvil>[] = []
const fresh = async (): Promise<Anvil> => {
  const node = startAnvil()
  nodes.push(node)
  const anvil = await node
  await deployContracts(anvil)
  return anvil
}
const stopAll = async (): Promise<void> => {
  for (const node of nodes.splice(0)) await (await node).stop()
}
afterEach(stopAll)
afterAll(stopAll)

adapterSuite('http', async (signers: readonly GasSigner[]) => openRpcBench({ anvil: await fresh(), signers }))

adapterSuite('websocket', async (signers: readonly GasSigner[]) => {
  const anvil = await fresh()
  return openRpcBench({ anvil, signers, urls: [anvil.wsUrl] })
})
