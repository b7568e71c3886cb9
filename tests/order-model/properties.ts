/**
 * What must hold on every way through the world, said of each step.
 *
 * 1 an honest side signs a slot (epoch, nonce) once; 2 no honest side ends a dispute with less than the worst case it
 * had accounted for, nor with a state it neither committed last nor offers; 3 its newest state can always be enforced;
 * 4 no settlement executes twice or after its epoch; 5 epochs and nonces only grow; 6 honest sides agree on every height
 * they share, and never accuse one another.
 */
import { type Chain, createChain, positionOf } from './court.ts'
import type { Model } from './explore.ts'
import { createLedgers, type SettlementKind } from './ledger.ts'
import { type Bounds, type Setting, successors, type World } from './moves.ts'
import { ancestor, createParties, leastOf, newestProof, type Party } from './party.ts'
import { type Scheme, SIDES, type Side } from './scheme.ts'

export type Run = {
  readonly scheme: Scheme
  /** The others are byzantine. */
  readonly honest: readonly Side[]
  readonly bounds: Bounds
  readonly kinds: readonly SettlementKind[]
  readonly combined: boolean
  /** Look at these properties only. */
  readonly only?: readonly number[]
}

const honest = (world: World): readonly Party[] => SIDES.flatMap((side) => world[side] ?? [])

const doubleSigning = (setting: Setting, before: World, after: World): string | null => {
  const found = honest(after).flatMap((party) => {
    const slot = party === before[party.side] ? null : setting.parties.doubleSlot(party)
    return slot === null ? [] : [`1: ${party.side} signs two things in one slot (${slot})`]
  })
  return found[0] ?? null
}

const loss = (before: World, after: World): string | null => {
  if (after.chain.epoch === before.chain.epoch) return null
  const found = honest(before).flatMap((party) => {
    const { side, head, pending } = party
    if (head.epoch !== before.chain.epoch) return []
    const [has, least] = [after.chain.reserves[side], leastOf(party)]
    if (has < least) return [`2: ${side} ends with ${has}, having counted on ${least}`]
    const offdelta = before.chain.dispute?.offdelta
    const own = [head, ...(pending === null ? [] : [pending])].map((at) => at.ledger.offdelta)
    return own.some((known) => known === offdelta)
      ? []
      : [`2: ${side} is judged by offdelta ${offdelta}, not its newest`]
  })
  return found[0] ?? null
}

const share = ({ side }: Party, chain: Chain): number => {
  const { collateral, ondelta } = positionOf(chain)
  return side === 'LEFT' ? ondelta : collateral - ondelta
}

const unenforceable = (setting: Setting, { chain, ...world }: World): string | null => {
  if (chain.dispute !== null) return null
  const found = honest({ chain, ...world }).flatMap((party) => {
    const { side, head } = party
    if (head.epoch !== chain.epoch) return []
    const proof = newestProof(party, setting.scheme)
    if (proof === null) return share(party, chain) > 0 ? [`3: ${side} has collateral and no proof to get it back`] : []
    const { nonce } = positionOf(chain)
    if (proof.nonce <= nonce)
      return [`3: ${side} holds no proof above the pair's nonce ${nonce} (newest ${proof.nonce})`]
    return proof.offdelta === head.ledger.offdelta ? [] : [`3: the best proof of ${side} is not of its newest state`]
  })
  return found[0] ?? null
}

const backwards = (setting: Setting, before: World, after: World): string | null => {
  const [was, is] = [before.chain, after.chain]
  if (is.epoch !== was.epoch)
    return is.epoch === was.epoch + 1 && positionOf(is).nonce === 0 ? null : `5: epoch ${was.epoch} becomes ${is.epoch}`
  if (positionOf(is).nonce < positionOf(was).nonce) return "5: the pair's nonce falls"
  if ((is.dispute?.nonce ?? 0) < (was.dispute?.nonce ?? 0)) return '5: an older proof replaces a newer one'
  const fallen = honest(before).some((party) => {
    const next = after[party.side]
    const newest = (of: Party): number => newestProof(of, setting.scheme)?.nonce ?? 0
    return next !== null && next.head.epoch === party.head.epoch && newest(next) < newest(party)
  })
  return fallen ? '5: a newest proof is older than the one before' : null
}

const disagreement = ({ LEFT, RIGHT }: World): string | null => {
  if (LEFT === null || RIGHT === null || LEFT.head.epoch !== RIGHT.head.epoch) return null
  const [low, high] = LEFT.head.height <= RIGHT.head.height ? [LEFT.head, RIGHT.head] : [RIGHT.head, LEFT.head]
  if (high.height > low.height + 1) return '6: one side is two frames ahead'
  return ancestor(high, low.height) === low ? null : `6: two different frames at height ${low.height}`
}

const wronglySettled = (label: string): string | null =>
  label.startsWith('wrong: ') ? `4: ${label.slice('wrong: '.length)}` : null

const accusation = ({ LEFT, RIGHT }: World, label: string): string | null =>
  label.startsWith('fault: ') && LEFT !== null && RIGHT !== null ? `6: ${label.slice('fault: '.length)}` : null

/** The first property, in their order, that a step breaks. */
const wrongStep = (setting: Setting, only: readonly number[], before: World, label: string, after: World) => {
  const checks = [
    () => doubleSigning(setting, before, after),
    () => loss(before, after),
    () => unenforceable(setting, after),
    () => wronglySettled(label),
    () => backwards(setting, before, after),
    () => accusation(before, label) ?? disagreement(after),
  ]
  for (const [at, check] of checks.entries()) {
    const wrong = only.includes(at + 1) ? check() : null
    if (wrong !== null) return wrong
  }
  return null
}

const ALL = [1, 2, 3, 4, 5, 6]
const START = { collateral: 2, ondelta: 1, nonce: 0 }

export const modelOf = ({ scheme, honest: sides, bounds, kinds, combined, only = ALL }: Run): Model<World> => {
  const { holdsDiffs, settlementNonce } = scheme
  const ledgers = createLedgers({ holdsDiffs, settlementNonce, kinds, combined })
  const parties = createParties(scheme)
  const setting = { scheme, bounds, ledgers, parties }
  const head = ledgers.root(0, 1, START)
  const create = (side: Side): Party | null =>
    sides.includes(side) ? parties.create({ side, head, base: 2 }, []) : null
  const chains = new WeakMap<Chain, string>()
  const keyOf = (chain: Chain): string => {
    const known = chains.get(chain)
    if (known !== undefined) return known
    const { epoch, history, reserves, lapsed, executed, dispute } = chain
    const positions = history.map(({ collateral, ondelta, nonce }) => `${collateral},${ondelta},${nonce}`).join(';')
    const open = dispute === null ? '' : `${dispute.nonce},${dispute.offdelta}`
    const key = `${epoch}|${positions}|${reserves.LEFT},${reserves.RIGHT}|${lapsed}|${executed.join()}|${open}`
    chains.set(chain, key)
    return key
  }
  return {
    start: { LEFT: create('LEFT'), RIGHT: create('RIGHT'), chain: createChain(START, { LEFT: 1, RIGHT: 1 }) },
    key: ({ LEFT, RIGHT, chain }) => `${LEFT?.id}/${RIGHT?.id}/${keyOf(chain)}`,
    successors: (world, emit) => successors(setting, world, emit),
    wrongStep: (before, label, after) => wrongStep(setting, only, before, label, after),
  }
}
