/**
 * A chain of no contracts: the J-adapter's interface over plain arithmetic, one block per submission, shared by all
 * actors as a public chain is. It keeps the promises of `JAdapter` (idempotent by entity and nonce, blocks in order,
 * absolute values in events) and trusts every hanko. Like a public
 * chain it leaves out blocks in which nothing happened, except the newest.
 */
import { AbiCoder } from 'ethers'
import { type JAdapter, JAdapterError, type JSubmission, type TestChain } from '../../runtime/jadapter/types.ts'
import { BATCH_TYPE, batchHash } from '../../runtime/jurisdiction/batch.ts'
import type { JBatchTx, JBlock, JEvent, JReplica, JTx } from '../../runtime/jurisdiction/types.ts'
import { equalBytes, word } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { Address, EntityId, TokenId } from '../../runtime/lib/units.ts'

/** To whom, which token, how much. */
type Transfer = readonly [string, bigint, bigint]

type Pair = { readonly collateral: bigint; readonly ondelta: bigint }
type State = {
  readonly reserves: Map<string, bigint>
  readonly pairs: Map<string, Pair>
  readonly nonces: Map<string, number>
  /** Per token, everything that ever came in. */
  readonly minted: Map<number, bigint>
}

const blockHash = (height: number, seconds: number) => taggedHash('sim-block', word(height), word(seconds))

export const chainReplica = (startSeconds: number): JReplica => ({
  name: 'sim',
  terms: { chainId: 31_337n, depository: `0x${'d0'.repeat(20)}` as Address },
  tokens: [1, 2].map((id) => ({
    tokenId: id as TokenId,
    symbol: `T${id}`,
    decimals: 6,
    address: `0x${`0${id}`.repeat(20)}` as Address,
  })),
  height: 0,
  blockHash: blockHash(0, startSeconds),
  timestampSeconds: startSeconds,
  confirmations: 1,
  blockSeconds: 1,
  isTest: true,
})

const reserveKey = (entityId: string, tokenId: number): string => `${entityId}/${tokenId}`

/** What the batch does, or null when a reserve does not have it. */
const execute = (state: State, jTx: JBatchTx): { readonly state: State; readonly events: readonly JEvent[] } | null => {
  const [{ reserveToReserve, reserveToCollateral }] = AbiCoder.defaultAbiCoder().decode([BATCH_TYPE], jTx.bytes)
  const reserves = new Map(state.reserves)
  const pairs = new Map(state.pairs)
  const events: JEvent[] = []
  const add = (entityId: EntityId, tokenId: TokenId, amount: bigint): boolean => {
    const left = (reserves.get(reserveKey(entityId, tokenId)) ?? 0n) + amount
    reserves.set(reserveKey(entityId, tokenId), left)
    events.push({ type: 'reserve_updated', entityId, tokenId, amount: left })
    return left >= 0n
  }
  for (const [to, id, amount] of reserveToReserve as readonly Transfer[]) {
    const tokenId = Number(id) as TokenId
    if (!add(jTx.entityId, tokenId, -amount) || !add(to as EntityId, tokenId, amount)) return null
  }
  for (const [counterparty, id, amount] of reserveToCollateral as readonly Transfer[]) {
    const tokenId = Number(id) as TokenId
    if (!add(jTx.entityId, tokenId, -amount)) return null
    const [left, right] = [jTx.entityId, counterparty as EntityId].sort() as [EntityId, EntityId]
    const key = `${left}/${right}/${tokenId}`
    const before = pairs.get(key) ?? { collateral: 0n, ondelta: 0n }
    const after = {
      collateral: before.collateral + amount,
      ondelta: before.ondelta + (left === jTx.entityId ? amount : 0n),
    }
    pairs.set(key, after)
    events.push({ type: 'account_settled', left, right, tokenId, ...after, epoch: 0, nonce: 0 })
  }
  events.push({ type: 'batch_processed', entityId: jTx.entityId, nonce: jTx.nonce, batchHash: batchHash(jTx.bytes) })
  return { state: { ...state, reserves, pairs, nonces: new Map(state.nonces).set(jTx.entityId, jTx.nonce) }, events }
}

export type SimChain = JAdapter & {
  readonly testChain: TestChain
  /** Reserves and collateral of a token, which must be what was ever minted of it. */
  holdings(tokenId: number): { readonly held: bigint; readonly minted: bigint }
}

const included = ({ height, hash, events }: JBlock): JSubmission => ({
  type: 'included',
  height,
  events,
  txHashes: [hash],
})

const holdingsOf = (state: State, tokenId: number): { held: bigint; minted: bigint } => {
  let held = 0n
  for (const [key, amount] of state.reserves) if (key.endsWith(`/${tokenId}`)) held += amount
  for (const [key, { collateral }] of state.pairs) if (key.endsWith(`/${tokenId}`)) held += collateral
  return { held, minted: state.minted.get(tokenId) ?? 0n }
}

export const createSimChain = (nowMs: () => number): SimChain => {
  const genesis = chainReplica(Math.floor(nowMs() / 1_000))
  let state: State = { reserves: new Map(), pairs: new Map(), nonces: new Map(), minted: new Map() }
  const blocks: JBlock[] = []
  const listeners = new Set<() => void>()
  const tip = () => blocks.at(-1) ?? { height: 0, hash: genesis.blockHash, timestampSeconds: genesis.timestampSeconds }
  const seconds = () => Math.floor(nowMs() / 1_000)
  const seal = (events: readonly JEvent[]): JBlock => {
    const parent = tip()
    const timestampSeconds = Math.max(parent.timestampSeconds + 1, seconds())
    const height = parent.height + 1
    const block = {
      height,
      hash: blockHash(height, timestampSeconds),
      previousHash: parent.hash,
      timestampSeconds,
      events,
    }
    blocks.push(block)
    for (const listener of [...listeners]) listener()
    return block
  }
  const submit = (jTx: JTx): JSubmission => {
    if (jTx.type !== 'batch') return { type: 'reverted', reason: { name: 'NoCourt', params: {} } }
    const nonce = state.nonces.get(jTx.entityId) ?? 0
    if (jTx.nonce <= nonce) return { type: 'duplicate' }
    const done = jTx.nonce === nonce + 1 ? execute(state, jTx) : null
    if (done === null) return { type: 'reverted', reason: { name: 'InsufficientReserve', params: {} } }
    state = done.state
    const block = seal(done.events)
    return included(block)
  }
  const fund: TestChain['fund'] = ({ entityId, tokenId, amount }) => {
    const key = reserveKey(entityId, tokenId)
    const total = (state.reserves.get(key) ?? 0n) + amount
    state = { ...state, reserves: new Map(state.reserves).set(key, total) }
    state.minted.set(tokenId, (state.minted.get(tokenId) ?? 0n) + amount)
    const block = seal([{ type: 'reserve_updated', entityId, tokenId, amount: total }])
    return Promise.resolve(included(block))
  }
  // The chain's own clock decides, whatever the caller's shows.
  const mine: TestChain['mine'] = (nowSeconds) =>
    Promise.resolve(tip().timestampSeconds < Math.min(nowSeconds, seconds()) ? seal([]) : null)
  return {
    name: genesis.name,
    chainId: genesis.terms.chainId,
    terms: genesis.terms,
    tokens: genesis.tokens,
    genesis,
    height: () => tip().height,
    submit: (jTx) => Promise.resolve(submit(jTx)),
    status: () => ({ type: 'up' }),
    blocksAfter: async (last, limit = 256) => {
      const known = last ?? { height: 0, hash: genesis.blockHash }
      const held = known.height === 0 ? genesis.blockHash : blocks[known.height - 1]?.hash
      if (held === undefined || !equalBytes(held, known.hash))
        throw new JAdapterError('reorged_too_deep', `no such block ${known.height}`)
      const told: JBlock[] = []
      for (const block of blocks.slice(known.height))
        if (told.length < limit && (block.events.length > 0 || block === blocks.at(-1)))
          told.push({ ...block, previousHash: told.at(-1)?.hash ?? known.hash })
      return told
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    observe: async (nowSeconds) => {
      await mine(nowSeconds)
    },
    balanceOf: () => Promise.resolve(0n),
    tokenBalanceOf: () => Promise.resolve(0n),
    costs: () => Promise.resolve({ payer: null, haveWei: 0n, needWei: 0n }),
    testChain: {
      mine,
      fund,
      fundEther: () => Promise.resolve({ type: 'duplicate' }),
      fundToken: () => Promise.resolve({ type: 'duplicate' }),
    },
    close: () => Promise.resolve(),
    holdings: (tokenId) => holdingsOf(state, tokenId),
  }
}
