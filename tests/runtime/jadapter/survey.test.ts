/** A chain looked at for the first time, and whether its contracts are ours. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isCodeOf } from '../../../runtime/jadapter/code.ts'
import { DEPOSITORY_ADDRESS, ENTITY_PROVIDER_ADDRESS, GENESIS_TOKENS } from '../../../runtime/jadapter/genesis.ts'
import { openEndpoint } from '../../../runtime/jadapter/rpc.ts'
import { type SurveyOptions, surveyChain } from '../../../runtime/jadapter/survey.ts'
import { fromHex } from '../../../runtime/lib/bytes.ts'
import type { Address, TokenId } from '../../../runtime/lib/units.ts'
import { ANVIL_CHAIN_ID, type Anvil, deployContracts, startAnvil } from '../../support/anvil.ts'
import { contractCode } from '../../support/contract-code.ts'
import { failureOf } from './suite.ts'

let anvil: Anvil
beforeEach(async () => {
  anvil = await startAnvil()
})
afterEach(() => anvil.stop())

const survey = (changes: Partial<SurveyOptions> = {}) =>
  surveyChain({
    url: anvil.url,
    open: openEndpoint,
    code: contractCode,
    schedule: () => () => undefined,
    name: 'anvil',
    chainId: ANVIL_CHAIN_ID,
    depository: DEPOSITORY_ADDRESS,
    tokenIds: GENESIS_TOKENS.map(({ tokenId }) => tokenId),
    confirmations: 4,
    blockSeconds: 2,
    isTest: true,
    ...changes,
  })

describe('surveyChain', () => {
  it('begins with the newest final block, and reads the tokens', async () => {
    await deployContracts(anvil)
    await anvil.mine(10)
    const height = (await anvil.height()) - 3
    const block = await anvil.rpc<{ hash: string; timestamp: string }>(
      'eth_getBlockByNumber',
      `0x${height.toString(16)}`,
      false,
    )
    expect(await survey()).toEqual({
      name: 'anvil',
      terms: { chainId: ANVIL_CHAIN_ID, depository: DEPOSITORY_ADDRESS },
      tokens: GENESIS_TOKENS,
      height,
      blockHash: fromHex(block.hash),
      timestampSeconds: Number(block.timestamp),
      confirmations: 4,
      blockSeconds: 2,
      isTest: true,
    })
  })

  it('a chain younger than its confirmations begins with its first block', async () => {
    await deployContracts(anvil)
    expect((await survey({ confirmations: 100 })).height).toBe(0)
  })

  it('another chain, another contract, none, and tokens that are not there are refused', async () => {
    expect(await failureOf(survey())).toBe('no_contract')
    await deployContracts(anvil)
    expect(await failureOf(survey({ chainId: 1n }))).toBe('wrong_chain')
    expect(await failureOf(survey({ depository: ENTITY_PROVIDER_ADDRESS }))).toBe('wrong_contract')
    expect(await failureOf(survey({ tokenIds: [3 as TokenId] }))).toBe('refused')
    expect(await failureOf(survey({ url: 'ftp://127.0.0.1' }))).toBe('refused')
    // Ours, with something else behind it.
    const provider = GENESIS_TOKENS[0]?.address ?? ('' as Address)
    const code = await anvil.rpc<string>('eth_getCode', DEPOSITORY_ADDRESS, 'latest')
    const led = code.replaceAll(ENTITY_PROVIDER_ADDRESS.slice(2), provider.slice(2))
    expect(led).not.toBe(code)
    await anvil.rpc('anvil_setCode', DEPOSITORY_ADDRESS, led)
    expect(await failureOf(survey())).toBe('wrong_contract')
  })
})

describe('isCodeOf', () => {
  it('every byte counts, but those of immutables', async () => {
    await deployContracts(anvil)
    const ours = await contractCode()
    const code = fromHex(await anvil.rpc<string>('eth_getCode', DEPOSITORY_ADDRESS, 'latest'))
    expect(isCodeOf(ours.Depository, code)).toBe(true)
    expect(isCodeOf(ours.EntityProvider, code)).toBe(false)
    expect([isCodeOf(ours.Depository, code.slice(1)), isCodeOf(ours.Depository, code.slice(0, -1))]).toEqual([
      false,
      false,
    ])
    let ignored = 0
    for (let i = 0; i < code.length; i++) if (isCodeOf(ours.Depository, code.with(i, (code[i] ?? 0) ^ 1))) ignored++
    // The two addresses, a word each, wherever they stand.
    expect([ignored % 32, ignored > 0, ignored < 32 * 20]).toEqual([0, true, true])
  })
})
