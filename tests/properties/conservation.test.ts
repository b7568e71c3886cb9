/**
 * Money in one account: random legal and illegal transactions, proposed by either side at any time, messages delayed,
 * repeated and crossing. Signatures are cheap here; what they protect is tested elsewhere.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyAccountTx } from '../../runtime/account/apply.ts'
import { positionOf } from '../../runtime/account/delta.ts'
import { accountStateRoot } from '../../runtime/account/frame.ts'
import { checkAccount, checkAccountStep } from '../../runtime/account/invariants.ts'
import { deltaKey } from '../../runtime/account/keys.ts'
import { type AccountContext, decodeAccountMessage, enqueue, flush, receive } from '../../runtime/account/step.ts'
import type { AccountEvent, AccountReplica, AccountState, AccountTx } from '../../runtime/account/types.ts'
import { type Bytes, concat, equalBytes, toHex, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak, taggedHash } from '../../runtime/lib/hash.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { NOW_MS, NOW_SECONDS, openSide, other, type SideName, terms } from '../runtime/account/pair.ts'

const TOKENS = [1 as TokenId, 2 as TokenId] as const
const preimage = (n: number): Bytes => keccak(utf8(`p${n}`))
const token = fc.constantFrom(...TOKENS, 3 as TokenId)
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 1n, max: 60n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, -1n, 2n ** 128n, 2n ** 128n - 1n) },
)
const secret = fc.nat(5)
const expirySeconds = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: NOW_SECONDS + 1, max: NOW_SECONDS + 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, NOW_SECONDS, NOW_SECONDS + 15 * 86_400) },
)
const outcome = fc.oneof(
  { weight: 3, arbitrary: secret.map((n) => ({ type: 'secret' as const, preimage: preimage(n) })) },
  { weight: 1, arbitrary: fc.constant({ type: 'error' as const, reason: 'no' }) },
)
const tx: fc.Arbitrary<AccountTx> = fc.oneof(
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
  {
    weight: 2,
    arbitrary: fc.record({ jHeight: fc.integer({ min: 1, max: 9 }), tokenId: token }).map(({ jHeight, tokenId }) => ({
      type: 'j_event_claim' as const,
      jHeight,
      blockHash: keccak(utf8(`b${jHeight}`)),
      events: [{ tokenId, collateral: BigInt(jHeight) * 10n, ondelta: BigInt(jHeight) * 10n }],
      nonce: 0,
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
        const applied = applyAccountTx(next, setup, { byLeft, timestampMs: NOW_MS })
        if (applied.type === 'applied') next = applied.state
      }
  return next
}

describe('transactions', () => {
  test('a legal one is booked, an illegal one leaves everything as it was; RCPAN is never left any further', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ tx, byLeft: fc.boolean(), seconds: fc.nat(60) }), { maxLength: 60 }),
        (steps) => {
          let state = opened(openSide('left').state)
          const book: Book = new Map()
          for (const step of steps) {
            const root = toHex(accountStateRoot(state))
            const timestampMs = NOW_MS + step.seconds * 1_000
            const applied = applyAccountTx(state, step.tx, { byLeft: step.byLeft, timestampMs })
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
  | { readonly type: 'flush'; readonly side: SideName }
  | { readonly type: 'deliver'; readonly to: SideName; readonly at: number }
  | { readonly type: 'repeat'; readonly to: SideName; readonly at: number }
const side = fc.constantFrom<SideName>('left', 'right')
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('queue' as const), side, tx }) },
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
  }
}

const cheapSeal = (name: SideName, digest: Bytes): Bytes => {
  const half = taggedHash(name, digest)
  return concat(half, half, Uint8Array.of(27))
}
const contextOf = (name: SideName): AccountContext => ({
  nowMs: NOW_MS,
  jHeight: 1,
  jSeconds: NOW_SECONDS,
  revealedAt: () => null,
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

const play = (table: Table, move: Move): void => {
  if (move.type === 'flush') flushSide(table, move.side)
  if (move.type === 'queue') {
    const before = table.replicas[move.side]
    const queued = enqueue(before, move.tx, NOW_MS)
    if (queued.type === 'queued') table.replicas[move.side] = queued.replica
  }
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
      }),
      { numRuns: 150 },
    )
  })
})
