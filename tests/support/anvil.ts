/**
 * Anvil, a real node, started from npm's package; without it every test that needs it fails. It makes blocks only when
 * told to, one second apart, so that nothing depends on how long anything takes.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DEPLOYER_ADDRESS, genesisTransactions } from '../../runtime/jadapter/genesis.ts'
import { type Bytes, toHex } from '../../runtime/lib/bytes.ts'
import type { Address } from '../../runtime/lib/units.ts'
import { contractCode } from './contract-code.ts'

export const ANVIL_CHAIN_ID = 31_337n
const KEEPER = fileURLToPath(new URL('./anvil-keeper.mjs', import.meta.url))
const START_SECONDS = 1_700_000_000
const LISTENING = /Listening on 127\.0\.0\.1:(\d+)/

export type Anvil = {
  readonly url: string
  readonly wsUrl: string
  /** @throws Error with the node's own words. */
  readonly rpc: <T = unknown>(method: string, ...params: readonly unknown[]) => Promise<T>
  readonly mine: (blocks?: number) => Promise<void>
  readonly height: () => Promise<number>
  /** As if the deployer of everything had sent it, in the next block. */
  readonly fromDeployer: (to: Address | null, data: Bytes) => Promise<void>
  /** Remembers the chain as it is, with nothing waiting; what it gives leads back there, as often as it is called. */
  readonly mark: () => Promise<() => Promise<void>>
  readonly stop: () => Promise<void>
}

const started = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = ''
    const hear = (part: Buffer): void => {
      said += part.toString()
      const port = LISTENING.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`anvil has ended with ${code}: ${said}`)))
  })

export const startAnvil = async (
  options: { readonly chainId?: bigint; readonly startSeconds?: number } = {},
): Promise<Anvil> => {
  const flags = ['--port', '0', '--no-mining', '--order', 'fifo', '--hardfork', 'cancun', '--accounts', '1']
  const numbers = [
    '--chain-id',
    `${options.chainId ?? ANVIL_CHAIN_ID}`,
    '--timestamp',
    `${options.startSeconds ?? START_SECONDS}`,
  ]
  const child = spawn(process.execPath, [KEEPER, ...flags, ...numbers], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const port = await started(child)
  child.removeAllListeners('exit')
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`

  const rpc: Anvil['rpc'] = async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const answer = (await response.json()) as { result?: never; error?: { message: string } }
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result as never
  }
  const sendAs = async (from: Address, to: Address | null, data: Bytes): Promise<void> => {
    const gas = '0x1000000'
    await rpc('eth_sendTransaction', { from, gas, data: toHex(data), ...(to === null ? {} : { to }) })
  }
  const mark: Anvil['mark'] = async () => {
    let snapshot = await rpc<string>('evm_snapshot')
    // The next block's price for gas is no part of a snapshot.
    await rpc('evm_mine')
    const next = await rpc<{ baseFeePerGas: string }>('eth_getBlockByNumber', 'latest', false)
    const goBack = async (): Promise<void> => {
      await rpc('anvil_dropAllTransactions')
      if (!(await rpc<boolean>('evm_revert', snapshot))) throw new Error('anvil has lost its snapshot')
      snapshot = await rpc<string>('evm_snapshot')
      await rpc('anvil_setNextBlockBaseFeePerGas', next.baseFeePerGas)
    }
    await goBack()
    return goBack
  }
  await rpc('anvil_setBlockTimestampInterval', 1)
  await rpc('anvil_setBalance', DEPLOYER_ADDRESS, toHex(Uint8Array.from([1, ...new Array(12).fill(0)])))
  await rpc('anvil_impersonateAccount', DEPLOYER_ADDRESS)
  return {
    url,
    wsUrl: `ws://127.0.0.1:${port}`,
    rpc,
    mine: async (blocks = 1) => {
      for (let i = 0; i < blocks; i++) await rpc('evm_mine')
    },
    height: async () => Number(await rpc<string>('eth_blockNumber')),
    fromDeployer: (to, data) => sendAs(DEPLOYER_ADDRESS, to, data),
    mark,
    stop: async () => {
      child.kill()
      await ended
    },
  }
}

/** The settlement contracts and test tokens, at the addresses they have on every embedded chain. */
export const deployContracts = async (anvil: Anvil): Promise<void> => {
  for (const { to, data } of genesisTransactions(await contractCode())) {
    await anvil.fromDeployer(to, data)
    await anvil.mine()
  }
}

export const startDeployed = async (options: Parameters<typeof startAnvil>[0] = {}): Promise<Anvil> => {
  const anvil = await startAnvil(options)
  await deployContracts(anvil)
  return anvil
}

/**
 * Nodes on which nothing but the contracts' deployment has happened, for one test after the other: one that is stopped
 * goes back to that and is given out again. `close` ends them.
 */
export const deployedAnvils = () => {
  const idle: Anvil[] = []
  const all: Anvil[] = []
  const start = async (): Promise<Anvil> => {
    const anvil = await startDeployed()
    all.push(anvil)
    const goBack = await anvil.mark()
    const lent: Anvil = {
      ...anvil,
      stop: async () => {
        await goBack()
        idle.push(lent)
      },
    }
    return lent
  }
  return {
    take: async (): Promise<Anvil> => idle.pop() ?? start(),
    close: async (): Promise<void> => {
      for (const anvil of all.splice(0)) await anvil.stop()
    },
  }
}
