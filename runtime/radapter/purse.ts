/** The owner's own address on chain: what lies there can be deposited, and pays for what the chain is asked. */
import type { JReplica } from '../jurisdiction/types.ts'
import type { Address, TokenId } from '../lib/units.ts'
import { refuse } from './arguments.ts'
import { RAdapterError, walletLocked } from './errors.ts'

/** What of a chain (a J-adapter) is asked about an address. */
export type PurseChain = {
  readonly tokenBalanceOf: (holding: { readonly address: Address; readonly tokenId: TokenId }) => Promise<bigint>
  /** In wei. `payer` is null where nobody pays for anything. */
  readonly costs: () => Promise<{
    readonly payer: Address | null
    readonly haveWei: bigint
    readonly needWei: bigint
  }>
}

export type Purse = {
  /** Null while the wallet is locked. */
  readonly address: () => Address | null
  /** By jurisdiction name; null for one that is not reached from here. */
  readonly chain: (name: string) => PurseChain | null
}

export const NO_PURSE: Purse = { address: () => null, chain: () => null }

/** @throws RAdapterError when the wallet is locked. */
export const ownAddress = (purse: Purse): Address => {
  const address = purse.address()
  if (address !== null) return address
  throw new RAdapterError(walletLocked)
}

/** What of each token lies at the address. @throws RAdapterError when the chain does not answer: nothing is known then. */
export const holdingsOf = async (
  purse: Purse,
  { name, tokens }: Pick<JReplica, 'name' | 'tokens'>,
  address: Address,
): Promise<readonly { readonly tokenId: TokenId; readonly amount: bigint }[]> => {
  const chain = purse.chain(name)
  if (chain === null) return refuse({ type: 'chain_unreachable' })
  const ask = async (tokenId: TokenId) => ({ tokenId, amount: await chain.tokenBalanceOf({ address, tokenId }) })
  return Promise.all(tokens.map(({ tokenId }) => ask(tokenId))).catch(() => refuse({ type: 'chain_unreachable' }))
}

/** What defending everything could cost, and what lies ready for it; null where nobody pays, or the chain is silent. */
export const gasOf = async (
  purse: Purse,
  name: string,
): Promise<{ readonly have: bigint; readonly need: bigint } | null> => {
  const costs = await purse
    .chain(name)
    ?.costs()
    .catch(() => null)
  return costs?.payer == null ? null : { have: costs.haveWei, need: costs.needWei }
}

/**
 * What the chain is asked for of one's own free will never takes the fees that a defence may need.
 * @throws RAdapterError 'gas_reserve'
 */
export const keepGas = async (purse: Purse, name: string): Promise<void> => {
  const gas = await gasOf(purse, name)
  if (gas !== null && gas.have <= gas.need) refuse({ type: 'gas_reserve', ...gas })
}
