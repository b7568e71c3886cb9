/**
 * What happens to a Depository, drawn at random one action after the other; small sums, so that they run out.
 *
 * Contract: an action is drawn from the reference's state, so that most of what happens is allowed, and what decides
 * something (a window's last second, a reserve's last unit, the next nonce) is met from both sides.
 */
import type { Random } from '../simulation/random.ts'
import { spendable } from './bank.ts'
import { BOUNDS } from './bounds.ts'
import type { ProofBody } from './clauses.ts'
import {
  accountOf,
  argue,
  bankOf,
  counter,
  type Depository,
  deadlineOf,
  deposit,
  enforceDebts,
  finalize,
  finalizeAgreed,
  type Operation,
  ORDER,
  positionOf,
  processBatch,
  reveal,
  type Sides,
} from './depository.ts'
import { hex, many, near } from './draw.ts'
import { greatest } from './money.ts'
import { type Hex, keccak } from './words.ts'

export type Action = { readonly now: bigint } & (
  | { readonly type: 'deposit'; readonly to: number; readonly tokenId: bigint; readonly amount: bigint }
  | { readonly type: 'batch'; readonly by: number; readonly nonce: bigint; readonly operations: readonly Operation[] }
  | { readonly type: 'reveal'; readonly preimage: Hex }
  | ({ readonly type: 'counter'; readonly nonce: bigint; readonly body: ProofBody } & Sides)
  | ({ readonly type: 'argue'; readonly byLeft: boolean; readonly given: Hex } & Sides)
  | ({ readonly type: 'finalize' } & Sides)
  | ({ readonly type: 'agree' } & Sides)
  | { readonly type: 'enforce'; readonly debtor: number; readonly tokenId: bigint; readonly most: bigint }
)

/** The last one is not registered: there are only debts in it. */
export const TOKENS: readonly bigint[] = [1n, 2n, 3n]
const HELD: readonly bigint[] = [1n, 2n]

/** Null where the reference refuses. */
export const happen = (state: Depository, action: Action): Depository | null => {
  switch (action.type) {
    case 'deposit':
      return deposit(state, action.to, action.tokenId, action.amount)
    case 'batch':
      return processBatch(state, action)
    case 'reveal':
      return reveal(state, keccak(action.preimage), action.now)
    case 'counter':
      return counter(state, action, action)
    case 'argue':
      return argue(state, action, action)
    case 'finalize':
      return finalize(state, action, action.now)
    case 'agree':
      return finalizeAgreed(state, action)
    case 'enforce':
      return enforceDebts(state, action.debtor, action.tokenId, action.most)
  }
}

const small = (random: Random, most = 60): bigint => BigInt(random.between(0, most))
const rarely = (random: Random): boolean => random.chance(0.02)

/** Up to what there is, often all of it, now and then more. */
const partOf = (random: Random, all: bigint): bigint => {
  if (rarely(random)) return random.pick([0n, all + 1n, BOUNDS.amount, BOUNDS.amount + 1n])
  return random.chance(0.3) || all === 0n ? all : 1n + (small(random, 1_000) % all)
}

const drawBody = (random: Random, preimages: readonly Hex[], now: bigint): ProofBody => {
  const ids = TOKENS.filter(() => random.chance(0.6))
  const tokens = ids.map((tokenId) => ({
    tokenId,
    offdelta: small(random) - 30n,
    leftAllowance: small(random, 20),
    rightAllowance: small(random, 20),
  }))
  const clauses = ids.length === 0 || random.chance(0.5) ? 0 : 2
  const byLeft = (): bigint => BigInt(random.between(0, 1))
  return {
    leftResponseSeconds: random.pick([0n, 5n, 50n, 50n, BOUNDS.responseSeconds + 1n]),
    rightResponseSeconds: random.pick([0n, 5n, 50n, 50n]),
    tokens: rarely(random) ? [...tokens].reverse() : tokens,
    htlcs: many(random, clauses, (part) => ({
      tokenId: random.pick(ids),
      amount: small(random, 30),
      byLeft: byLeft(),
      expirySeconds: random.pick([0n, now, now + 5n, now + 60n, now + BOUNDS.lockSeconds + 9n]),
      hashlock: keccak(random.pick(preimages)),
      part: BigInt(part),
    })),
    swaps: many(random, clauses, () => ({
      offerId: hex(random, 32),
      byLeft: byLeft(),
      giveTokenId: random.pick(ids),
      giveAmount: small(random, 20),
      wantTokenId: random.pick(ids),
      wantAmount: small(random, 20),
    })),
  }
}

const drawArguments = (random: Random): Hex => {
  const ratios = many(random, 2, () => random.pick(['0000', '4000', '8000', 'ffff']))
  return rarely(random) ? `0x${'ff'.repeat(random.pick([200, 201, 300]))}` : `0x${ratios.join('')}`
}

/** Of the wanted slot, just above the last one or further up. */
const nonceAfter = (random: Random, last: bigint, slots: readonly bigint[]): bigint => {
  if (rarely(random)) return greatest(near(random, random.pick([last, BOUNDS.nonce])), 0n)
  return 4n * (last / 4n + BigInt(random.between(1, 3))) + random.pick(slots)
}
const PROOF_SLOTS = [0n, 1n, 3n]

const drawSettlement = (random: Random, state: Depository, sides: Sides, now: bigint): Operation => {
  const account = accountOf(state, sides)
  const ids = TOKENS.filter((tokenId) => tokenId !== 3n && random.chance(0.7))
  const diffs = (ids.length === 0 ? HELD.slice(0, 1) : ids).map((tokenId) => {
    const purses = bankOf(state, tokenId)
    const { collateral } = positionOf(account, tokenId)
    const give = (side: number): bigint => {
      const purse = purses[side]
      return purse === undefined ? 0n : -partOf(random, spendable(purse))
    }
    const leftDiff = random.chance(0.4) ? give(sides.left) : partOf(random, collateral)
    const rightDiff = random.pick([0n, -leftDiff, give(sides.right), partOf(random, collateral - leftDiff)])
    const off = rarely(random) ? 1n : 0n
    return { tokenId, leftDiff, rightDiff, collateralDiff: off - leftDiff - rightDiff }
  })
  const validUntil = random.chance(0.05) ? near(random, now) : now + 10n
  return {
    type: 'settlement',
    ...sides,
    nonce: nonceAfter(random, account.nonce, [2n]),
    validUntil,
    diffs: rarely(random) ? [...diffs].reverse() : diffs,
  }
}

const sidesWith = (one: number, other: number): Sides => ({ left: Math.min(one, other), right: Math.max(one, other) })

type Place = { readonly preimages: readonly Hex[]; readonly now: bigint }

const drawOperation = (
  random: Random,
  state: Depository,
  by: number,
  { preimages, now, type }: Place & Pick<Operation, 'type'>,
): Operation => {
  const other = (by + random.between(1, state.entities - 1)) % state.entities
  const sides = sidesWith(by, other)
  const has = (token: bigint): bigint => bankOf(state, token)[by]?.reserve ?? 0n
  const tokenId = HELD.find((token) => has(token) > 0n && random.chance(0.7)) ?? random.pick(HELD)
  const purse = bankOf(state, tokenId)[by]
  const amount = (): bigint => partOf(random, purse === undefined ? 0n : spendable(purse))
  const account = accountOf(state, sides)
  switch (type) {
    case 'transfer':
      return { type, to: other, tokenId, amount: amount() }
    case 'settlement':
      return drawSettlement(random, state, sides, now)
    case 'start': {
      const nonce = nonceAfter(random, account.nonce, PROOF_SLOTS)
      const body = drawBody(random, preimages, now)
      return { type, counterparty: other, nonce, body, arguments: drawArguments(random) }
    }
    case 'funding': {
      const epoch = rarely(random) ? account.epoch + 1n : account.epoch
      return { type, counterparty: other, tokenId, amount: amount(), epoch }
    }
    case 'withdrawal':
      return { type, tokenId, amount: random.chance(0.7) ? 1n : amount() }
  }
}

const TYPES: readonly Operation['type'][] = ['settlement', 'settlement', 'start', 'funding', 'funding', ...ORDER]
const BATCH_OPERATIONS = 7

/** Each is drawn from what those before it leave. One that is refused spoils the whole batch: few of them are kept. */
const drawOperations = (random: Random, state: Depository, by: number, place: Place): readonly Operation[] => {
  const types = many(random, BATCH_OPERATIONS, () => random.pick(TYPES))
  const operations: Operation[] = []
  let after = state
  for (const type of [...types].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))) {
    const operation = drawOperation(random, after, by, { ...place, type })
    const alone = { by, now: place.now, nonce: (after.nonces[by] ?? 0n) + 1n, operations: [operation] }
    const next = processBatch(after, alone)
    if (next === null && random.chance(0.9)) continue
    operations.push(operation)
    after = next ?? after
  }
  return operations
}

/** Two entities; mostly two that are before the court. */
const drawSides = (random: Random, state: Depository): Sides => {
  const open = [...state.accounts].flatMap(([key, { dispute }]) => (dispute === null ? [] : [key]))
  const [left = 0, right = 1] = open.length > 0 ? random.pick(open).split('-').map(Number) : []
  if (open.length > 0 && random.chance(0.9)) return { left, right }
  const one = random.between(0, state.entities - 2)
  return { left: one, right: random.between(one + 1, state.entities - 1) }
}

/** Goes on a little, or to about when something ends. */
const drawNow = (random: Random, state: Depository, now: bigint): bigint => {
  const ends = [...state.accounts.values()].flatMap(({ dispute }) =>
    dispute === null ? [] : [dispute.windowEnd, deadlineOf(state, dispute)],
  )
  const next = ends.length > 0 && random.chance(0.08) ? near(random, random.pick(ends)) : now + small(random, 3)
  return next > now ? next : now
}

export const drawAction = (random: Random, state: Depository, place: Place): Action => {
  const now = drawNow(random, state, place.now)
  const sides = drawSides(random, state)
  const { dispute } = accountOf(state, sides)
  const entity = random.between(0, state.entities - 1)
  // Before no court there is little to do but to go on.
  const isIdle = dispute === null && random.chance(0.85)
  switch (isIdle ? random.pick([0, 1, 2, 9, 10, 10, 10, 10, 10, 10]) : random.between(0, 15)) {
    case 0:
    case 1:
      return { type: 'deposit', now, to: entity, tokenId: random.pick(HELD), amount: 1n + small(random, 100) }
    case 2:
      return { type: 'reveal', now, preimage: random.pick(place.preimages) }
    case 3: {
      const body = drawBody(random, place.preimages, now)
      return { type: 'counter', now, ...sides, nonce: nonceAfter(random, dispute?.nonce ?? 0n, PROOF_SLOTS), body }
    }
    case 4:
      return { type: 'argue', now, ...sides, byLeft: random.chance(0.5), given: drawArguments(random) }
    case 5:
    case 6:
    case 7:
      return { type: 'finalize', now, ...sides }
    case 8:
      return { type: 'agree', now, ...sides }
    case 9:
      return { type: 'enforce', now, debtor: entity, tokenId: random.pick(HELD), most: small(random, 3) }
    default: {
      const operations = drawOperations(random, state, entity, { ...place, now })
      const next = (state.nonces[entity] ?? 0n) + 1n
      return {
        type: 'batch',
        now,
        by: entity,
        nonce: rarely(random) ? greatest(near(random, next), 0n) : next,
        operations,
      }
    }
  }
}
