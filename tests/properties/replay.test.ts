/**
 * Random commands over three to five entities, the senseless ones included: nothing throws, every tick replays from its
 * record to the same root and is restored from its rows (world-checks.ts), and in the end nobody holds anything, all
 * balances add up, and the whole history replays to the same roots.
 */

import { describe, expect, test } from 'vitest'
import { positionOf } from '../../runtime/account/delta.ts'
import { decode, encode } from '../../runtime/codec/schema.ts'
import { invoiceCodec } from '../../runtime/entity/codec.ts'
import type { EntityTx, Invoice } from '../../runtime/entity/types.ts'
import { emptyEnv, runtimeFrameCodec, runtimeRoot } from '../../runtime/frame.ts'
import type { JEvent } from '../../runtime/jurisdiction/types.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import { byCodePoint, type EntityId, type TokenId } from '../../runtime/lib/units.ts'
import { replayOracle } from '../../runtime/oracle.ts'
import { stepRuntime } from '../../runtime/step.ts'
import { cheapOracles } from '../support/cheap-oracle.ts'
import { fc } from '../support/property.ts'
import { createWorld, paymentIdOf, TUSD, testPolicy, usd, type World } from '../support/world.ts'
import { type CheckTick, checkMostly, checkRestore } from '../support/world-checks.ts'

const NAMES = ['alice', 'hub', 'bob', 'erin', 'carol']

type Command = {
  readonly type: 'command'
  readonly by: number
  readonly kind: (typeof KINDS)[number]
  readonly to: number
  readonly amount: bigint
  readonly memo: string
  readonly tokenId: TokenId
  readonly maxFee: bigint
  /** Which payment id, invoice or expiry. */
  readonly n: number
}
type Act =
  | Command
  /** Money from outside into a reserve, and some of it into an account. */
  | { readonly type: 'chain'; readonly by: number; readonly to: number; readonly amount: bigint }
  | { readonly type: 'tick'; readonly afterMs: number }

const KINDS = [
  'open_account',
  'set_credit_limit',
  'direct_payment',
  'direct_payment',
  'pay',
  'pay',
  'pay',
  'pay_invoice',
  'create_invoice',
  'reserve_to_collateral',
  'reserve_to_reserve',
  'cancel_payment',
] as const

const mostly = <T>(usual: fc.Arbitrary<T>, odd: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
const who = fc.nat(4)
const dollars = fc.integer({ min: 1, max: 40 }).map(usd)
const command: fc.Arbitrary<Command> = fc.record({
  type: fc.constant('command' as const),
  by: who,
  kind: fc.constantFrom(...KINDS),
  to: who,
  amount: mostly(dollars, [0n, -1n, 2n ** 128n, usd(1_000_000)]),
  memo: mostly(fc.constantFrom('', 'tea', 'чай'), ['\ud800', '\u202e', 'x'.repeat(300)]),
  tokenId: mostly(fc.constant<TokenId>(TUSD), [0, 2, 1.5, -1, 2 ** 40] as readonly number[] as readonly TokenId[]),
  maxFee: mostly(fc.constant(usd(1)), [0n, -1n, 2n ** 130n]),
  n: fc.nat(30),
})
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 10, arbitrary: command },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('chain' as const), by: who, to: who, amount: dollars }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('tick' as const), afterMs: fc.constantFrom(0, 1, 500, 11_000, 700_000) }),
  },
)

const txOf = (world: World, invoices: readonly Invoice[], command: Command): EntityTx => {
  const { kind, amount, memo, tokenId, maxFee, n } = command
  const counterparty = world.id(NAMES[command.to % NAMES.length] ?? 'alice')
  const paymentId = paymentIdOf(n)
  switch (kind) {
    case 'open_account':
      return { type: kind, counterparty, tokenId, creditLimit: amount }
    case 'set_credit_limit':
      return { type: kind, counterparty, tokenId, limit: amount }
    case 'direct_payment':
      return { type: kind, counterparty, tokenId, amount, memo }
    case 'pay':
      return {
        type: kind,
        paymentId,
        to: counterparty,
        invoice: null,
        offerId: null,
        payee: null,
        tokenId,
        amount,
        memo,
        maxFee,
      }
    case 'pay_invoice': {
      const invoice = invoices[n % Math.max(invoices.length, 1)] ?? null
      const to = invoice?.terms.payee.entityId ?? counterparty
      return {
        type: 'pay',
        paymentId,
        to,
        invoice,
        offerId: null,
        payee: null,
        tokenId,
        amount: invoice?.terms.amount ?? amount,
        memo,
        maxFee,
      }
    }
    case 'create_invoice': {
      const expirySeconds = Math.floor(world.nowMs() / 1_000) + n * 200 - 100
      return { type: kind, tokenId, amount: n % 3 === 0 ? null : amount, memo, expirySeconds }
    }
    case 'reserve_to_collateral':
      return { type: kind, counterparty, tokenId, amount }
    case 'reserve_to_reserve':
      return { type: kind, to: counterparty, tokenId, amount }
    case 'cancel_payment':
      return { type: kind, paymentId }
  }
}

/** The n-th of the entities that live here. */
const resident = (world: World, n: number): string => {
  const names = [...world.env().eReplicas.keys()].map(world.nameOf)
  return names[n % names.length] ?? 'alice'
}

/** What the chain has paid into the pair so far: collateral and ondelta grow alike when LEFT pays, else collateral alone. */
type Vault = Map<string, { collateral: bigint; ondelta: bigint }>

const settledBy = (vault: Vault, by: EntityId, counterparty: EntityId, value: bigint): JEvent => {
  const [left = by, right = by] = [by, counterparty].sort(byCodePoint)
  const was = vault.get(left + right) ?? { collateral: 0n, ondelta: 0n }
  const is = { collateral: was.collateral + value, ondelta: was.ondelta + (by === left ? value : 0n) }
  vault.set(left + right, is)
  return { type: 'account_settled', left, right, tokenId: TUSD, ...is, epoch: 0, nonce: 0 }
}

const playChain = (world: World, vault: Vault, { by, to, amount }: Extract<Act, { type: 'chain' }>): void => {
  const [entityId, counterparty] = [by, to].map((n) => world.id(resident(world, n))) as [EntityId, EntityId]
  const account = world.env().eReplicas.get(entityId)?.state.accounts.get(counterparty)
  const reserve: JEvent = { type: 'reserve_updated', entityId, tokenId: TUSD, amount: usd(10_000) }
  const isOpen = account !== undefined && account.state.height > 0
  world.tick([world.mine(isOpen ? [reserve, settledBy(vault, entityId, counterparty, amount)] : [reserve])])
}

const play = (world: World, acts: readonly Act[]): void => {
  const invoices: Invoice[] = []
  const vault: Vault = new Map()
  for (const [i, next] of acts.entries()) {
    if (next.type === 'tick') world.tick([], next.afterMs)
    if (next.type === 'chain') playChain(world, vault, next)
    if (next.type !== 'command') continue
    const { outcomes } = world.tick([world.command(resident(world, next.by), txOf(world, invoices, next), `c${i}`)])
    const answer = outcomes[0]?.type === 'applied' ? outcomes[0].answer : null
    const read = answer?.type === 'invoice' ? decode(invoiceCodec, answer.invoice) : null
    if (read?.type === 'ok') invoices.push(read.value)
  }
}

/** The accounts both of whose sides live here; the others wait for peers that never answer. */
const localAccounts = (world: World) =>
  [...world.env().eReplicas.entries()].flatMap(([id, { state }]) =>
    [...state.accounts.entries()].flatMap(([counterparty, account]) => {
      const twin = world.env().eReplicas.get(counterparty)?.state.accounts.get(id)
      return twin === undefined ? [] : [{ account, twin }]
    }),
  )

/** Time passes until every lock is ended and everybody is quiet. */
const calm = (world: World): void => {
  const isQuiet = () =>
    world.env().queue.length === 0 &&
    [...world.env().eReplicas.values()].every(({ state }) => state.payments.size === 0 && state.lockBook.size === 0) &&
    localAccounts(world).every(({ account }) => account.pending === null && account.state.locks.size === 0)
  for (let left = 120; !isQuiet(); left--) {
    if (left === 0) throw new Error('no end to it')
    if (left % 10 === 0) world.tick([world.mine()], 600_000)
    else world.tick([], 1_000)
  }
}

const expectBooked = (world: World): void => {
  for (const { account, twin } of localAccounts(world)) {
    expect(toHex(twin.state.root)).toBe(toHex(account.state.root))
    for (const delta of account.state.deltas.values()) {
      const [own, theirs] = [positionOf(delta, account.isLeft), positionOf(delta, twin.isLeft)]
      expect(own.balance + theirs.balance).toBe(delta.collateral)
      expect([own.outHold, own.inHold]).toEqual([0n, 0n])
    }
  }
}

const expectHistory = (world: World): void => {
  let env = emptyEnv('test', 'test')
  for (const { step } of world.history) {
    if (step.frame === null) continue
    const read = decode(runtimeFrameCodec, encode(runtimeFrameCodec, step.frame))
    if (read.type !== 'ok') throw new Error(read.reason)
    const { inputs, oracle, ...tick } = read.value
    env = stepRuntime(env, inputs, tick, replayOracle(oracle)).env
    expect(toHex(runtimeRoot(env)), `root at height ${env.height}`).toBe(toHex(runtimeRoot(step.env)))
  }
}

/** Opening is the same every time: it is not checked, and what follows is restored only now and then. */
const startWorld = (count: number): World => {
  const names = NAMES.slice(0, count)
  const entities = Object.fromEntries(names.map((name) => [name, name === 'hub' ? { hubPolicy: testPolicy } : {}]))
  const elsewhere = Object.fromEntries(NAMES.slice(count).map((name) => [name, {}]))
  let isOpen = false
  const check: CheckTick = (tick) => {
    if (isOpen) checkMostly(tick)
  }
  const world = createWorld({ entities, elsewhere, oracle: cheapOracles(names), check })
  for (const name of names) if (name !== 'hub') world.open(name, 'hub', 60)
  world.open('alice', 'bob', 30)
  isOpen = true
  return world
}

describe('random commands', () => {
  test.each([3, 4, 5])('%i entities', (count) => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 10, maxLength: 40 }), (acts) => {
        const world = startWorld(count)
        play(world, acts)
        calm(world)
        checkRestore(world.env())
        expectBooked(world)
        expectHistory(world)
      }),
      { numRuns: 3 },
    )
  })
  test('two runs of the same commands -- every root is the same', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 5, maxLength: 15 }), (acts) => {
        const [one, two] = [startWorld(3), startWorld(3)]
        play(one, acts)
        play(two, acts)
        expect(one.history.map(({ step }) => toHex(runtimeRoot(step.env)))).toEqual(
          two.history.map(({ step }) => toHex(runtimeRoot(step.env))),
        )
      }),
      { numRuns: 2 },
    )
  })
})
