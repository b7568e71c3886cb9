/**
 * A chain as a runtime records it before it has followed it: asked of a node once, when the chain is chosen.
 *
 * Contract: the newest final block is where following begins; what happened before it is not told. Tokens are taken by
 * number, because anyone may register any contract as one.
 */
import type { JReplica, Token } from '../jurisdiction/types.ts'
import { fromUtf8, toBigInt, toHex } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import { isReadable } from '../lib/text.ts'
import type { Address, TokenId } from '../lib/units.ts'
import type { Scheduler } from '../ports.ts'
import { malformed } from './answers.ts'
import { checkCode } from './code.ts'
import { type ContractCode, DEPOSITORY, encodeCall, TEST_TOKEN } from './contracts.ts'
import { createNode, type OpenEndpoint, type RpcNode } from './node.ts'
import { JAdapterError } from './types.ts'

export type SurveyOptions = Pick<JReplica, 'name' | 'confirmations' | 'blockSeconds' | 'isTest'> & {
  readonly url: string
  readonly open: OpenEndpoint
  /** Our own contracts, to compare the chain's with. */
  readonly code: () => Promise<ContractCode>
  readonly schedule: Scheduler
  readonly chainId: bigint
  readonly depository: Address
  readonly tokenIds: readonly TokenId[]
}

const DECIMALS_LIMIT = 77n
const WORD = 32

const ask = async (node: RpcNode, to: Address, data: Uint8Array): Promise<Uint8Array> => {
  const called = await node.call({ to, data })
  return called.type === 'returned' ? called.value : malformed(`nothing of a contract at ${to}`)
}

const symbolOf = (answer: Uint8Array): string => {
  try {
    const [symbol] = TEST_TOKEN.abi.decodeFunctionResult('symbol', answer)
    return typeof symbol === 'string' ? symbol : malformed('no symbol')
  } catch {
    // Tokens older than ERC-20's final text answer with 32 bytes.
    return fromUtf8(answer.slice(0, WORD)).replace(/\0+$/, '')
  }
}

const tokenOf = async (node: RpcNode, depository: Address, tokenId: TokenId): Promise<Token> => {
  const found = await ask(node, depository, encodeCall(DEPOSITORY, 'tokenOf', [tokenId]))
  const address = toHex(found.slice(WORD - 20, WORD)) as string as Address
  if (toBigInt(found) === 0n) throw new JAdapterError('refused', `The Depository has no token ${tokenId}.`)
  const symbol = symbolOf(await ask(node, address, encodeCall(TEST_TOKEN, 'symbol', [])))
  const decimals = toBigInt((await ask(node, address, encodeCall(TEST_TOKEN, 'decimals', []))).slice(0, WORD))
  const isShort = new TextEncoder().encode(symbol).length <= LIMITS.symbolBytes
  if (!isReadable(symbol) || !isShort || decimals > DECIMALS_LIMIT)
    return malformed(`a token ${tokenId} that cannot be`)
  return { tokenId, symbol, decimals: Number(decimals), address }
}

/** @throws JAdapterError when the node cannot be reached, or this is not the chain that was chosen. */
export const surveyChain = async (options: SurveyOptions): Promise<JReplica> => {
  const { name, confirmations, blockSeconds, isTest, chainId, depository } = options
  const node = createNode(options.open(options.url), options)
  try {
    const actual = await node.chainId()
    if (actual !== chainId)
      throw new JAdapterError('wrong_chain', `${node.host} serves chain ${actual}, and this is chain ${chainId}.`)
    await checkCode(node, depository, await options.code())
    const newest = (await node.header('latest')) ?? malformed('no newest block')
    const final = await node.header(Math.max(newest.height - confirmations + 1, 0))
    if (final === null) return malformed('no final block')
    const tokens: Token[] = []
    for (const tokenId of options.tokenIds) tokens.push(await tokenOf(node, depository, tokenId))
    return {
      name,
      terms: { chainId, depository },
      tokens,
      height: final.height,
      blockHash: final.hash,
      timestampSeconds: final.timestampSeconds,
      confirmations,
      blockSeconds,
      isTest,
    }
  } finally {
    node.close()
  }
}
