/**
 * A chain of no contracts: the J-adapter's interface over plain arithmetic, one block per submission, shared by all
 * actors as a public chain is. It keeps the promises of `JAdapter` (idempotent by entity and nonce, blocks in order,
 * absolute values in events) and trusts every hanko. There are transfers, collateral and settlements, and no court. Like a
 * public chain it leaves out blocks in which nothing happened, except the newest.
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
/** Token, into LEFT's reserve, into RIGHT's, into the account. */
type Diff = readonly [bigint, bigint, bigint, bigint]
/** LEFT, RIGHT, nonce, last second, what moves. */
type Settling = readonly [string, string, bigint, bigint, readonly Diff[]]

type Pair = { readonly collateral: bigint; readonly ondelta: bigint }
type State = {
  readonly reserves: Map<string, bigint>
  readonly pairs: Map<string, Pair>
  /** Of the last settlement of each pair. */
  readonly settled: Map<string, number>
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

/** What the batch does in this second, or null when a reserve does not have it or a settlement is not taken. */
const execute = (
  state: State,
  jTx: JBatchTx,
  nowSeconds: number,
): { readonly state: State; readonly events: readonly JEvent[] } | null => {
  const [{ reserveToReserve, reserveToCollateral, settlements }] = AbiCoder.defaultAbiCoder().decode(
    [BATCH_TYPE],
    jTx.bytes,
  )
  const [reserves, pairs, settled] = [new Map(state.reserves), new Map(state.pairs), new Map(state.settled)]
  const events: JEvent[] = []
  const add = (entityId: EntityId, tokenId: TokenId, amount: bigint): boolean => {
    const left = (reserves.get(reserveKey(entityId, tokenId)) ?? 0n) + amount
    reserves.set(reserveKey(entityId, tokenId), left)
    events.push({ type: 'reserve_updated', entityId, tokenId, amount: left })
    return left >= 0n
  }
  /** @returns false when there would be less than nothing in the account. */
  const move = (left: EntityId, right: EntityId, tokenId: TokenId, change: Pair): boolean => {
    const key = `${left}/${right}/${tokenId}`
    const before = pairs.get(key) ?? { collateral: 0n, ondelta: 0n }
    const after = { collateral: before.collateral + change.collateral, ondelta: before.ondelta + change.ondelta }
    pairs.set(key, after)
    const nonce = settled.get(`${left}/${right}`) ?? 0
    events.push({ type: 'account_settled', left, right, tokenId, ...after, epoch: 0, nonce })
    return after.collateral >= 0n
  }
  for (const [to, id, amount] of reserveToReserve as readonly Transfer[]) {
    const tokenId = Number(id) as TokenId
    if (!add(jTx.entityId, tokenId, -amount) || !add(to as EntityId, tokenId, amount)) return null
  }
  for (const [one, other, nonce, validUntil, diffs] of settlements as readonly Settling[]) {
    const [left, right] = [one as EntityId, other as EntityId]
    const key = `${left}/${right}`
    if (BigInt(nowSeconds) > validUntil || nonce <= BigInt(settled.get(key) ?? 0)) return null
    settled.set(key, Number(nonce))
    for (const [id, leftDiff, rightDiff, collateral] of diffs) {
      const tokenId = Number(id) as TokenId
      const isBalanced = leftDiff + rightDiff + collateral === 0n
      if (!isBalanced || !move(left, right, tokenId, { collateral, ondelta: -leftDiff })) return null
      if (!add(left, tokenId, leftDiff) || !add(right, tokenId, rightDiff)) return null
    }
  }
  for (const [counterparty, id, amount] of reserveToCollateral as readonly Transfer[]) {
    const tokenId = Number(id) as TokenId
    if (!add(jTx.entityId, tokenId, -amount)) return null
    const [left, right] = [jTx.entityId, counterparty as EntityId].sort() as [EntityId, EntityId]
    move(left, right, tokenId, { collateral: amount, ondelta: left === jTx.entityId ? amount : 0n })
  }
  events.push({ type: 'batch_processed', entityId: jTx.entityId, nonce: jTx.nonce, batchHash: batchHash(jTx.bytes) })
  const nonces = new Map(state.nonces).set(jTx.entityId, jTx.nonce)
  return { state: { ...state, reserves, pairs, settled, nonces }, events }
}

export type SimChain = JAdapter & {
  readonly testChain: TestChain
  /** Reserves and collateral of a token, which must be what was ever minted of it. */
  holdings(tokenId: number): { readonly held: bigint; readonly minted: bigint }
  /** What is in an account. */
  readonly pair: (left: string, right: string, tokenId: number) => Pair
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
  let state: State = { reserves: new Map(), pairs: new Map(), settled: new Map(), nonces: new Map(), minted: new Map() }
  const blocks: JBlock[] = []
  const listeners = new Set<() => void>()
  const tip = () => blocks.at(-1) ?? { height: 0, hash: genesis.blockHash, timestampSeconds: genesis.timestampSeconds }
  const seconds = () => Math.floor(nowMs() / 1_000)
  const nextSeconds = () => Math.max(tip().timestampSeconds + 1, seconds())
  const seal = (events: readonly JEvent[]): JBlock => {
    const parent = tip()
    const timestampSeconds = nextSeconds()
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
    const done = jTx.nonce === nonce + 1 ? execute(state, jTx, nextSeconds()) : null
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
    pair: (left, right, tokenId) => state.pairs.get(`${left}/${right}/${tokenId}`) ?? { collateral: 0n, ondelta: 0n },
  }
}
