/**
 * What an embedded chain is born with: the three settlement contracts, and two worthless tokens of which its deployer
 * mints as many as anybody asks for. The same transactions give the same block 0, so the same chain id gives the same
 * genesis hash.
 *
 * The deployer's key is public on purpose: it exists on embedded chains alone, where everything is free.
 */
import { MaxUint256 } from 'ethers'
import type { Token } from '../jurisdiction/types.ts'
import { type Bytes, utf8 } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { Address, TokenId } from '../lib/units.ts'
import type { TxRequest } from './browservm.ts'
import {
  type ContractCode,
  DELTA_TRANSFORMER,
  DEPOSITORY,
  ENTITY_PROVIDER,
  encodeCall,
  encodeDeployment,
  TEST_TOKEN,
} from './contracts.ts'

const DEPLOYER_KEY: Bytes = keccak(utf8('xln:embedded-chain:deployer:v1'))

// All of them follow from the key and from the order of the transactions below. Written down, and held to that by a
// test, because deriving them costs a cold start 100 ms.
export const DEPLOYER_ADDRESS = '0x99e577c8aa4348b05ab2aef78cdc804e39029f6d' as Address
export const ENTITY_PROVIDER_ADDRESS = '0xfe39c130c4bdf3eaed390d1c3a46eac9156c1737' as Address
export const DELTA_TRANSFORMER_ADDRESS = '0xd3248d8fcfb3d29bdd08d1f44736d46be92b2324' as Address
export const DEPOSITORY_ADDRESS = '0x82c2b49038368a25e9c49fde92493ec9a40fa677' as Address
const TEST_TOKENS = [
  {
    tokenId: 1 as TokenId,
    symbol: 'tUSD',
    name: 'Test dollar',
    decimals: 6,
    address: '0xe2fb2fd8207dcde4d2e6995aa9ce0e1080c8e278' as Address,
  },
  {
    tokenId: 2 as TokenId,
    symbol: 'tETH',
    name: 'Test ether',
    decimals: 18,
    address: '0xe6ee453bc931867dce6d7c7ed26c6b28bf216016' as Address,
  },
] as const
export const GENESIS_TOKENS: readonly Token[] = TEST_TOKENS.map(({ name: _name, ...token }) => token)

/** The deployer pays for everybody here; there is nothing to gain from being it. */
export const fromDeployer = (to: Address | null, data: Bytes, valueWei = 0n): TxRequest => ({
  from: DEPLOYER_KEY,
  to,
  data,
  valueWei,
})

/** In the order that gives the addresses and token numbers above. */
export const genesisTransactions = (code: ContractCode): readonly TxRequest[] => [
  fromDeployer(null, encodeDeployment(code, ENTITY_PROVIDER, [])),
  fromDeployer(null, encodeDeployment(code, DELTA_TRANSFORMER, [])),
  fromDeployer(null, encodeDeployment(code, DEPOSITORY, [ENTITY_PROVIDER_ADDRESS, DELTA_TRANSFORMER_ADDRESS])),
  ...TEST_TOKENS.map(({ name, symbol, decimals }) =>
    fromDeployer(null, encodeDeployment(code, TEST_TOKEN, [name, symbol, decimals])),
  ),
  ...TEST_TOKENS.map(({ address }) =>
    fromDeployer(DEPOSITORY_ADDRESS, encodeCall(DEPOSITORY, 'registerToken', [address])),
  ),
  ...TEST_TOKENS.map(({ address }) =>
    fromDeployer(address, encodeCall(TEST_TOKEN, 'approve', [DEPOSITORY_ADDRESS, MaxUint256])),
  ),
]
