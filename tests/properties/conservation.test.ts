/**
 * Money in one account: random legal and illegal transactions, proposed by either side at any time, messages delayed,
 * repeated and crossing, and a chain that is funded and settled on meanwhile. Signatures are cheap here; what they
 * protect is tested elsewhere.
 */

import { describe, expect, test } from 'vitest'
import { applyAccountTx } from '../../runtime/account/apply.ts'
import { positionOf } from '../../runtime/account/delta.ts'
import { accountStateRoot } from '../../runtime/account/frame.ts'
import { checkAccount, checkAccountStep } from '../../runtime/account/invariants.ts'
import { deltaKey } from '../../runtime/account/keys.ts'
import { settlementDigest, settlementNonce } from '../../runtime/account/proof.ts'
import { sealedSettlement } from '../../runtime/account/seal.ts'
import { type AccountContext, decodeAccountMessage, enqueue, flush, receive } from '../../runtime/account/step.ts'
import type {
  AccountEvent,
  AccountReplica,
  AccountState,
  AccountTx,
  JClaim,
  SettlementDiff,
} from '../../runtime/account/types.ts'
import { type Bytes, concat, equalBytes, toHex, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak, taggedHash } from '../../runtime/lib/hash.ts'
import { max, type TokenId } from '../../runtime/lib/units.ts'
import { NOW_MS, NOW_SECONDS, openSide, other, type SideName, terms } from '../runtime/account/pair.ts'
import { fc } from '../support/property.ts'

const TOKENS = [1 as TokenId, 2 as TokenId] as const
/** The chain's time stands still: a settlement that was good until before it can be given up, the others be done. */
const CHAIN_SECONDS = NOW_SECONDS + 5
const preimage = (n: number): Bytes => keccak(utf8(`p${n}`))
const token = fc.constantFrom(...TOKENS, 3 as TokenId)
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 1n, max: 60n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, -1n, 2n ** 128n, 2n ** 128n - 1n) },
)
const secret = fc.nat(5)
const expirySeconds = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: CHAIN_SECONDS + 1, max: NOW_SECONDS + 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, NOW_SECONDS, NOW_SECONDS + 15 * 86_400) },
)
const outcome = fc.oneof(
  { weight: 3, arbitrary: secret.map((n) => ({ type: 'secret' as const, preimage: preimage(n) })) },
  { weight: 1, arbitrary: fc.constant({ type: 'error' as const, reason: 'no' }) },
)
const moved = fc.bigInt({ min: -40n, max: 40n })
const settlementTx: fc.Arbitrary<AccountTx> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('settle_propose' as const),
      diffs: fc
        .uniqueArray(fc.record({ tokenId: token, leftDiff: moved, rightDiff: moved }), {
          minLength: 1,
          maxLength: 2,
          selector: ({ tokenId }) => tokenId,
        })
        .map((diffs) => diffs.sort((a, b) => a.tokenId - b.tokenId)),
      validUntil: fc.integer({ min: NOW_SECONDS + 1, max: CHAIN_SECONDS + 5 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ type: 'settle_approve' as const }) },
  { weight: 2, arbitrary: fc.constant({ type: 'settle_reject' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('request_collateral' as const), tokenId: token, amount }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('rebalance_policy' as const),
      tokenId: token,
      softLimit: fc.option(amount),
    }),
  },
)
const accountTx: fc.Arbitrary<AccountTx> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('add_delta' as const), tokenId: token }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('set_credit_limit' as const), tokenId: token, limit: amount }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('direct_payment' as const),
      tokenId: token,
      amount,
      memo: fc.constant(''),
    }),
  },
  {
    weight: 6,
    arbitrary: fc
      .record({
        type: fc.constant('htlc_lock' as const),
        n: secret,
        part: fc.nat(1),
        tokenId: token,
        amount,
        expirySeconds,
      })
      .map(({ n, ...lock }) => ({ ...lock, hashlock: keccak(preimage(n)), envelope: new Uint8Array(0) })),
  },
  {
    weight: 6,
    arbitrary: fc
      .record({ type: fc.constant('htlc_resolve' as const), n: secret, part: fc.nat(1), outcome })
      .map(({ n, ...resolve }) => ({ ...resolve, hashlock: keccak(preimage(n)) })),
  },
  { weight: 8, arbitrary: settlementTx },
)
const anyTx: fc.Arbitrary<AccountTx> = fc.oneof(
  { weight: 12, arbitrary: accountTx },
  {
    weight: 2,
    arbitrary: fc.record({ jHeight: fc.integer({ min: 1, max: 9 }), tokenId: token }).map(({ jHeight, tokenId }) => ({
      type: 'j_event_claim' as const,
      jHeight,
      blockHash: keccak(utf8(`b${jHeight}`)),
      events: [{ tokenId, collateral: BigInt(jHeight) * 10n, ondelta: BigInt(jHeight) * 10n }],
      // Of the settlements that the first frames could approve.
      nonce: jHeight < 5 ? 0 : 6,
    })),
  },
)

/** Offdeltas and holds by the events alone. */
type Book = Map<string, { offdelta: bigint; leftHold: bigint; rightHold: bigint }>
const record = (book: Book, event: AccountEvent): void => {
  const of = (tokenId: TokenId) => {
    const entry = book.get(deltaKey(tokenId)) ?? { offdelta: 0n, leftHold: 0n, rightHold: 0n }
    book.set(deltaKey(tokenId), entry)
    return entry
  }
  if (event.type === 'paid') of(event.tokenId).offdelta += event.byLeft ? -event.amount : event.amount
  if (event.type === 'settlement_approved' || event.type === 'settlement_ended') {
    const isHeld = event.settlement.approvedAtHeight !== null
    for (const { tokenId, leftDiff, rightDiff } of isHeld ? event.settlement.diffs : []) {
      const sign = event.type === 'settlement_approved' ? 1n : -1n
      of(tokenId).leftHold += sign * max(leftDiff, 0n)
      of(tokenId).rightHold += sign * max(rightDiff, 0n)
    }
  }
  if (event.type !== 'locked' && event.type !== 'resolved') return
  const { tokenId, byLeft, amount: locked } = event.lock
  const entry = of(tokenId)
  const held = event.type === 'locked' ? locked : -locked
  if (byLeft) entry.leftHold += held
  else entry.rightHold += held
  if (event.type === 'resolved' && event.outcome.type === 'secret') entry.offdelta += byLeft ? -locked : locked
}

const expectBooked = (state: AccountState, book: Book): void => {
  for (const [key, delta] of state.deltas.entries()) {
    const { offdelta, leftHold, rightHold } = delta
    expect({ offdelta, leftHold, rightHold }, key).toEqual(
      book.get(key) ?? { offdelta: 0n, leftHold: 0n, rightHold: 0n },
    )
    expect(positionOf(delta, true).balance + positionOf(delta, false).balance).toBe(delta.collateral)
  }
}

const opened = (state: AccountState): AccountState => {
  let next = state
  for (const tokenId of TOKENS)
    for (const byLeft of [true, false])
      for (const setup of [
        { type: 'add_delta', tokenId },
        { type: 'set_credit_limit', tokenId, limit: 100n },
      ] as const) {
        const applied = applyAccountTx(next, setup, { byLeft, timestampMs: NOW_MS, height: next.height + 1 })
        if (applied.type === 'applied') next = applied.state
      }
  return next
}

describe('transactions', () => {
  test('a legal one is booked, an illegal one leaves everything as it was; RCPAN is never left any further', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ tx: anyTx, byLeft: fc.boolean(), seconds: fc.nat(60) }), { maxLength: 60 }),
        (steps) => {
          let state = opened(openSide('left').state)
          const book: Book = new Map()
          for (const step of steps) {
            const root = toHex(accountStateRoot(state))
            const timestampMs = NOW_MS + step.seconds * 1_000
            const applied = applyAccountTx(state, step.tx, {
              byLeft: step.byLeft,
              timestampMs,
              height: state.height + 1,
            })
            expect(toHex(accountStateRoot(state)), 'the old state is never touched').toBe(root)
            if (applied.type === 'rejected') continue
            checkAccountStep(state, applied.state)
            state = applied.state
            for (const event of applied.events) record(book, event)
            expectBooked(state, book)
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})

type Move =
  | { readonly type: 'queue'; readonly side: SideName; readonly tx: AccountTx }
  | { readonly type: 'fund'; readonly side: SideName; readonly tokenId: TokenId; readonly amount: bigint }
  | { readonly type: 'settle'; readonly side: SideName }
  | { readonly type: 'watch'; readonly side: SideName }
  | { readonly type: 'flush'; readonly side: SideName }
  | { readonly type: 'deliver'; readonly to: SideName; readonly at: number }
  | { readonly type: 'repeat'; readonly to: SideName; readonly at: number }
const side = fc.constantFrom<SideName>('left', 'right')
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('queue' as const), side, tx: accountTx }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('fund' as const),
      side,
      tokenId: fc.constantFrom(...TOKENS),
      amount: fc.bigInt({ min: 1n, max: 50n }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('settle' as const), side }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('watch' as const), side }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('flush' as const), side }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('deliver' as const), to: side, at: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('repeat' as const), to: side, at: fc.nat() }) },
)

type Table = {
  readonly replicas: Record<SideName, AccountReplica>
  /** On their way to each side; anything in `sent` may come again. */
  readonly wire: Record<SideName, Bytes[]>
  readonly sent: Record<SideName, Bytes[]>
  readonly books: Record<SideName, Book>
  readonly chain: Chain
}

/** What the contracts keep of the account, as absolute as they tell it. */
type Chain = {
  readonly reserves: Map<string, bigint>
  readonly positions: Map<TokenId, { readonly collateral: bigint; readonly ondelta: bigint }>
  nonce: number
  readonly blocks: JClaim[]
  /** How many of them each side has seen. */
  readonly seen: Record<SideName, number>
}
const START_RESERVE = 1_000n
const reserveOf = ({ reserves }: Chain, side: SideName, tokenId: TokenId): bigint =>
  reserves.get(`${side}/${tokenId}`) ?? START_RESERVE
const positionAt = ({ positions }: Chain, tokenId: TokenId) => positions.get(tokenId) ?? { collateral: 0n, ondelta: 0n }

/** Moves money out of the account, and tells of it in a block of its own. */
const settleOn = (chain: Chain, diffs: readonly SettlementDiff[], nonce: number): void => {
  chain.nonce = nonce
  for (const { tokenId, leftDiff, rightDiff } of diffs) {
    chain.reserves.set(`left/${tokenId}`, reserveOf(chain, 'left', tokenId) + leftDiff)
    chain.reserves.set(`right/${tokenId}`, reserveOf(chain, 'right', tokenId) + rightDiff)
    const { collateral, ondelta } = positionAt(chain, tokenId)
    const next = { collateral: collateral - leftDiff - rightDiff, ondelta: ondelta - leftDiff }
    expect(next.collateral, 'the contracts never pay more than there is').toBeGreaterThanOrEqual(0n)
    chain.positions.set(tokenId, next)
  }
  const jHeight = chain.blocks.length + 1
  const events = diffs.map(({ tokenId }) => ({ tokenId, ...positionAt(chain, tokenId) }))
  chain.blocks.push({ jHeight, blockHash: keccak(utf8(`block ${jHeight}`)), events, nonce: chain.nonce })
}

const startTable = (): Table => {
  const start = (name: SideName): AccountReplica => {
    const replica = openSide(name)
    const setup = opened(replica.state)
    return { ...replica, state: { ...setup, root: accountStateRoot(setup) } }
  }
  return {
    replicas: { left: start('left'), right: start('right') },
    wire: { left: [], right: [] },
    sent: { left: [], right: [] },
    books: { left: new Map(), right: new Map() },
    chain: { reserves: new Map(), positions: new Map(), nonce: 0, blocks: [], seen: { left: 0, right: 0 } },
  }
}

const cheapSeal = (name: SideName, digest: Bytes): Bytes => {
  const half = taggedHash(name, digest)
  return concat(half, half, Uint8Array.of(27))
}
const contextOf = (name: SideName): AccountContext => ({
  nowMs: NOW_MS,
  jHeight: 1,
  jSeconds: CHAIN_SECONDS,
  revealedAt: () => null,
  floor: 0,
  runtimeHeight: 1,
  seal: (digest) => cheapSeal(name, digest),
  verify: (signer, digest, hanko) => equalBytes(hanko, cheapSeal(signer === terms.left ? 'left' : 'right', digest)),
})

const post = (table: Table, from: SideName, bytes: Bytes | null): void => {
  if (bytes === null) return
  table.wire[other(from)].push(bytes)
  table.sent[other(from)].push(bytes)
}

const flushSide = (table: Table, name: SideName, ack: Parameters<typeof flush>[1] = null): void => {
  const flushed = flush(table.replicas[name], ack, contextOf(name))
  table.replicas[name] = flushed.replica
  post(table, name, flushed.message)
  for (const seal of flushed.seals) post(table, name, seal)
}

/** Hands one message over; a refusal must leave the replica alone. */
const hand = (table: Table, to: SideName, bytes: Bytes): 'taken' | 'later' => {
  const read = decodeAccountMessage(bytes)
  if (read.type !== 'ok') throw new Error(read.reason)
  const before = table.replicas[to]
  const received = receive(before, read.value, contextOf(to))
  if (received.type === 'refused') {
    expect(received.disposition, received.violation.type).not.toBe('dispute')
    return received.disposition === 'retry' ? 'later' : 'taken'
  }
  table.replicas[to] = received.replica
  for (const event of received.events) record(table.books[to], event)
  expectBooked(received.replica.state, table.books[to])
  post(table, to, received.resend)
  if (received.ack !== null) flushSide(table, to, received.ack)
  return 'taken'
}

/** Hands in what both have sealed, if the chain still takes it. */
const settleIfSealed = ({ replicas, chain }: Table, name: SideName): void => {
  const sealed = sealedSettlement(replicas[name])
  if (sealed === null) return
  const { settlement, seals, left, right } = sealed
  const digest = settlementDigest({ ...settlement, terms, height: seals.height })
  expect([left, right]).toEqual([cheapSeal('left', digest), cheapSeal('right', digest)])
  const nonce = settlementNonce(seals.height)
  const hasReserves = settlement.diffs.every(
    ({ tokenId, leftDiff, rightDiff }) =>
      reserveOf(chain, 'left', tokenId) + leftDiff >= 0n && reserveOf(chain, 'right', tokenId) + rightDiff >= 0n,
  )
  if (nonce > chain.nonce && settlement.validUntil >= CHAIN_SECONDS && hasReserves)
    settleOn(chain, settlement.diffs, nonce)
}

/** The next block it has not seen; what it saw is never refused. */
const watch = ({ replicas, chain }: Table, name: SideName): boolean => {
  const block = chain.blocks[chain.seen[name]]
  if (block === undefined) return false
  const queued = enqueue(replicas[name], { type: 'j_event_claim', ...block }, NOW_MS)
  if (queued.type === 'rejected') throw new Error(`a claim was refused: ${queued.rejection.type}`)
  replicas[name] = queued.replica
  chain.seen[name]++
  return true
}

const play = (table: Table, move: Move): void => {
  if (move.type === 'flush') flushSide(table, move.side)
  if (move.type === 'queue') {
    const before = table.replicas[move.side]
    const queued = enqueue(before, move.tx, NOW_MS)
    if (queued.type === 'queued') table.replicas[move.side] = queued.replica
  }
  const { chain } = table
  if (move.type === 'fund') {
    const { tokenId, amount: put } = move
    const diff = { tokenId, leftDiff: 0n, rightDiff: 0n, [`${move.side}Diff`]: -put }
    if (reserveOf(chain, move.side, tokenId) >= put) settleOn(chain, [diff], chain.nonce)
  }
  if (move.type === 'settle') settleIfSealed(table, move.side)
  if (move.type === 'watch') watch(table, move.side)
  if (move.type === 'repeat') {
    const again = table.sent[move.to][move.at % Math.max(table.sent[move.to].length, 1)]
    if (again !== undefined) hand(table, move.to, again)
  }
  if (move.type === 'deliver') {
    // Not always the oldest: the wire reorders.
    const [bytes] = table.wire[move.to].splice(move.at % Math.max(table.wire[move.to].length, 1), 1)
    if (bytes !== undefined && hand(table, move.to, bytes) === 'later') table.wire[move.to].push(bytes)
  }
}

/** Everything is delivered, and everything queued proposed, until both sides are quiet. */
const calm = (table: Table): void => {
  for (let left = 400; ; left--) {
    if (left === 0) throw new Error('no end to it')
    const busy = (['left', 'right'] as const).filter((name) => {
      if (watch(table, name)) return true
      flushSide(table, name)
      const bytes = table.wire[name].shift()
      if (bytes !== undefined && hand(table, name, bytes) === 'later') table.wire[name].push(bytes)
      const { pending, mempool } = table.replicas[name]
      return bytes !== undefined || pending !== null || mempool.length > 0
    })
    if (busy.length === 0) return
  }
}

describe('two replicas', () => {
  test('however messages cross, repeat and change places, both end at the same state and the same books', () => {
    fc.assert(
      fc.property(fc.array(anyMove, { maxLength: 60 }), (moves) => {
        const table = startTable()
        for (const move of moves) play(table, move)
        calm(table)
        const { left, right } = table.replicas
        expect(toHex(left.state.root)).toBe(toHex(right.state.root))
        expect(toHex(left.state.frameHash)).toBe(toHex(right.state.frameHash))
        expect(left.frames).toEqual(right.frames)
        expect(table.books.left).toEqual(table.books.right)
        for (const replica of [left, right]) if (replica.state.height > 0) checkAccount(replica)
        const { chain } = table
        for (const tokenId of TOKENS) {
          const { collateral, ondelta } = positionAt(chain, tokenId)
          expect(left.state.deltas.get(deltaKey(tokenId))).toMatchObject({ collateral, ondelta })
          const reserves = reserveOf(chain, 'left', tokenId) + reserveOf(chain, 'right', tokenId)
          expect(reserves + collateral).toBe(2n * START_RESERVE)
        }
        expect([left.state.leftClaims, left.state.rightClaims]).toEqual([[], []])
        // What is still open can still be done, and both have sealed it.
        const { settlement } = left.state
        if (settlement?.approvedAtHeight == null) return
        expect(settlementNonce(settlement.approvedAtHeight)).toBeGreaterThan(chain.nonce)
        const isGood = settlement.validUntil >= CHAIN_SECONDS
        expect([sealedSettlement(left) !== null, sealedSettlement(right) !== null]).toEqual([isGood, isGood])
        const hold = ({ seals }: AccountReplica) => seals?.peer.proof !== null && seals?.own.proof !== null
        expect([hold(left), hold(right)]).toEqual([true, true])
      }),
      { numRuns: 150 },
    )
  })
})
