/** The chain's own word: reserves, accounts and debts by its events alone, whatever any runtime makes of them. */
import type { JAdapter } from '../../../runtime/jadapter/types.ts'
import type { JEvent } from '../../../runtime/jurisdiction/types.ts'
import type { EntityId, TokenId } from '../../../runtime/lib/units.ts'

type Position = { readonly collateral: bigint; readonly ondelta: bigint }
type Owed = {
  readonly debtor: EntityId
  readonly creditor: EntityId
  readonly tokenId: TokenId
  readonly amount: bigint
}

export type Book = {
  readonly reserve: (entityId: EntityId, tokenId: TokenId) => bigint
  readonly collateral: (one: EntityId, other: EntityId, tokenId: TokenId) => bigint
  readonly epoch: (one: EntityId, other: EntityId) => number
  /** Oldest first. */
  readonly debts: readonly Owed[]
  /** Reserves and collateral of a token together. */
  readonly held: (tokenId: TokenId) => bigint
  readonly events: readonly JEvent[]
}

const pairKey = (one: EntityId, other: EntityId): string => (one < other ? `${one}/${other}` : `${other}/${one}`)

export const createBook = (chain: JAdapter): { readonly read: () => Promise<Book> } => {
  const reserves = new Map<string, bigint>()
  const positions = new Map<string, Position>()
  const epochs = new Map<string, number>()
  const debts = new Map<string, Owed>()
  const events: JEvent[] = []
  let last = { height: chain.genesis.height, hash: chain.genesis.blockHash }

  const note = (event: JEvent): void => {
    events.push(event)
    if (event.type === 'reserve_updated') reserves.set(`${event.entityId}/${event.tokenId}`, event.amount)
    if (event.type === 'account_settled') {
      const { collateral, ondelta } = event
      positions.set(`${pairKey(event.left, event.right)}/${event.tokenId}`, { collateral, ondelta })
    }
    if (event.type === 'dispute_finalized') epochs.set(pairKey(event.left, event.right), event.epoch)
    if (event.type !== 'debt_created' && event.type !== 'debt_enforced') return
    const { debtor, creditor, tokenId, debtId } = event
    const key = `${debtor}/${tokenId}/${debtId.toString().padStart(9, '0')}`
    const amount = event.type === 'debt_created' ? event.amount : event.remaining
    if (amount === 0n) debts.delete(key)
    else debts.set(key, { debtor, creditor, tokenId, amount })
  }
  const sumOf = (amounts: Iterable<readonly [string, bigint]>, tokenId: TokenId): bigint => {
    let sum = 0n
    for (const [key, amount] of amounts) if (key.endsWith(`/${tokenId}`)) sum += amount
    return sum
  }
  const read = async (): Promise<Book> => {
    for (;;) {
      const blocks = await chain.blocksAfter(last)
      for (const block of blocks) for (const event of block.events) note(event)
      const newest = blocks.at(-1)
      if (newest === undefined) break
      last = { height: newest.height, hash: newest.hash }
    }
    const collaterals = () => [...positions].map(([key, { collateral }]) => [key, collateral] as const)
    return {
      reserve: (entityId, tokenId) => reserves.get(`${entityId}/${tokenId}`) ?? 0n,
      collateral: (one, other, tokenId) => positions.get(`${pairKey(one, other)}/${tokenId}`)?.collateral ?? 0n,
      epoch: (one, other) => epochs.get(pairKey(one, other)) ?? 0,
      debts: [...debts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, owed]) => owed),
      held: (tokenId) => sumOf(reserves, tokenId) + sumOf(collaterals(), tokenId),
      events,
    }
  }
  return { read }
}
