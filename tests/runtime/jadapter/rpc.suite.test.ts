/** The JSON-RPC adapter does what every J-adapter does, over HTTP and over WebSocket, against a real node. */
import { afterAll, afterEach } from 'vitest'
import type { GasSigner } from '../../../runtime/jadapter/types.ts'
import { type Anvil, deployedAnvils } from '../../support/anvil.ts'
import { openRpcBench } from '../../support/rpc-bench.ts'
import { adapterSuite } from './suite.ts'

const nodes = deployedAnvils()
const lent: Anvil[] = []
const fresh = async (): Promise<Anvil> => {
  const anvil = await nodes.take()
  lent.push(anvil)
  return anvil
}
afterEach(async () => {
  for (const anvil of lent.splice(0)) await anvil.stop()
})
afterAll(nodes.close)

adapterSuite('http', async (signers: readonly GasSigner[]) => openRpcBench({ anvil: await fresh(), signers }))

adapterSuite('websocket', async (signers: readonly GasSigner[]) => {
  const anvil = await fresh()
  return openRpcBench({ anvil, signers, urls: [anvil.wsUrl] })
})
