/**
 * Every step the world can take: two sides, each honest or not, time, and the chain.
 *
 * Contract: an honest side follows `party.ts`. A byzantine one may sign anything at any time, so it needs no state: each
 * valid frame, acknowledgement and seal may arrive from it at any moment, or never; and it may take to the chain
 * whatever an honest side ever signed. Between two honest sides only what was really signed arrives: lost, late, twice
 * or out of order. An honest side notices late what happens on the chain, but before a window ends.
 */
import {
  type Agreed,
  type Chain,
  counterDispute,
  execute,
  finalizeDispute,
  fund,
  lapse,
  type Proof,
  positionOf,
  startDispute,
  wrongOf,
} from './court.ts'
import type { Emit } from './explore.ts'
import { describeFrame, type Head, type Ledgers, type Step } from './ledger.ts'
import { agreedOf, ancestor, newestProof, type Parties, type Party, type Signature } from './party.ts'
import { otherSide, type Scheme, SIDES, type Side } from './scheme.ts'

export type World = {
  /** Null is a byzantine side. */
  readonly LEFT: Party | null
  readonly RIGHT: Party | null
  readonly chain: Chain
}
export type Bounds = {
  /** The greatest height of each epoch; there are as many epochs as entries. */
  readonly heights: readonly number[]
  /** Settlements that may be agreed in an epoch. */
  readonly settlements: number
  /** What was signed in an epoch that is over stays in the world, and is tried again. */
  readonly keepsOldSignatures: boolean
}
export type Setting = {
  readonly scheme: Scheme
  readonly bounds: Bounds
  readonly ledgers: Ledgers
  readonly parties: Parties
}

const withParty = (world: World, party: Party): World => ({ ...world, [party.side]: party })
const honest = (world: World): readonly Party[] => SIDES.flatMap((side) => world[side] ?? [])
const proofLabel = (proof: Proof): string => `nonce ${proof.nonce}, offdelta ${proof.offdelta}`

/** Frames that the chain must bear out: what it says by now, and that a validity is over. */
const stepsByChain = (head: Head, chain: Chain, scheme: Scheme): readonly Step[] => {
  if (head.epoch !== chain.epoch) return []
  const claims = chain.history.flatMap((position, at): readonly Step[] =>
    at > head.ledger.claimed ? [{ type: 'claim', at, position }] : [],
  )
  const agreed = agreedOf(head, scheme)
  if (agreed === null) return claims
  const isOver = chain.lapsed > agreed.serial && positionOf(chain).nonce < agreed.nonce
  return isOver || !scheme.releasesPastValidity ? [...claims, { type: 'lapse' }] : claims
}

const isBorneOut = (frame: Head, chain: Chain, scheme: Scheme): boolean => {
  if (frame.parent === null || (frame.step?.type !== 'claim' && frame.step?.type !== 'lapse')) return true
  const { step } = frame
  return stepsByChain(frame.parent, chain, scheme).some(
    (known) => known.type === step.type && (known.type !== 'claim' || step.type !== 'claim' || known.at === step.at),
  )
}

const nextFrames = (setting: Setting, head: Head, author: Side, chain: Chain): readonly Head[] => {
  const { ledgers, bounds, scheme } = setting
  if (head.height >= (bounds.heights[head.epoch] ?? 0)) return []
  const steps = [...ledgers.steps(head, author), ...stepsByChain(head, chain, scheme)]
  return steps
    .filter((step) => step.type !== 'propose' || head.ledger.settled < bounds.settlements)
    .map((step) => ledgers.append(head, author, step))
}

/** All frames a side ever proposed in its epoch: the pending one, the committed ones, and those it abandoned. */
const proposalsOf = ({ signed, side }: Party): readonly Head[] =>
  signed.flatMap((signature) =>
    signature.type === 'proof' && !signature.seals && signature.head.author === side && signature.head.parent !== null
      ? [signature.head]
      : [],
  )

const frameMoves = (setting: Setting, world: World, party: Party, emit: Emit<World>): void => {
  const { parties, scheme } = setting
  const { side, head, pending, frozen } = party
  const peer = world[otherSide(side)]
  if (!frozen && pending === null) {
    for (const next of nextFrames(setting, head, side, world.chain))
      emit(`propose: ${side} sends ${describeFrame(next)}`, withParty(world, parties.propose(party, next)))
  }
  const frames = peer === null ? nextFrames(setting, head, otherSide(side), world.chain) : proposalsOf(peer)
  for (const frame of frames) {
    const verdict = parties.receive(party, frame, isBorneOut(frame, world.chain, scheme))
    if (verdict.type === 'fault') emit(`fault: ${side} accuses its peer of ${describeFrame(frame)}`, world)
    if (verdict.type !== 'accepted') continue
    const kind = pending === null ? 'accept' : 'collide'
    const drops = pending === null ? '' : `, drops its own ${describeFrame(pending)}`
    emit(
      `${kind} ${frame.step?.type}: ${side} commits ${describeFrame(frame)} of ${frame.author}${drops}`,
      withParty(world, verdict.party),
    )
  }
  const acknowledged = pending !== null && (peer === null || ancestor(peer.head, pending.height) === pending)
  if (acknowledged)
    emit(
      `ack ${pending.step?.type}: ${side} commits its ${describeFrame(pending)}`,
      withParty(world, parties.acknowledged(party)),
    )
}

const sealMoves = (setting: Setting, world: World, party: Party, emit: Emit<World>): void => {
  const { parties, scheme } = setting
  const { side, head } = party
  const peer = world[otherSide(side)]
  const agreed = agreedOf(head, scheme)
  if (agreed === null) return
  const later = head.id === agreed.head ? '' : ' late'
  const sealed = parties.sealProof(party)
  if (sealed) emit(`seal proof${later}: ${side} signs the proof for after its settlement`, withParty(world, sealed))
  const signed = parties.signSettlement(party)
  if (signed) emit(`sign${later}: ${side} signs settlement ${agreed.nonce}`, withParty(world, signed))

  const { seal, signature } = parties.expects(party)
  const sent = (wanted: Signature | null): boolean => wanted !== null && (peer === null || peer.signed.includes(wanted))
  if (!party.gotProof && sent(seal))
    emit(
      `get proof: ${side} holds the proof for afterwards`,
      withParty(world, parties.change(party, { gotProof: true })),
    )
  if (peer !== null && !party.gotSignature && sent(signature)) {
    const got = parties.change(party, { gotSignature: true })
    emit(`get signature: ${side} holds the settlement's signature`, withParty(world, got))
  }
}

const reopened = (setting: Setting, party: Party, chain: Chain): Party => {
  const { ledgers, parties, bounds } = setting
  const head = ledgers.root(chain.epoch, 0, chain.history[0] ?? positionOf(chain))
  const kept = bounds.keepsOldSignatures ? party.signed : []
  const { side, funding } = party
  const next = parties.create({ side, head, base: chain.reserves[side] }, kept)
  return funding === null || funding.landed ? next : parties.change(next, { funding })
}

const privateMoves = (setting: Setting, world: World, party: Party, emit: Emit<World>): void => {
  const { parties, scheme, bounds } = setting
  const { side, frozen, head, funding } = party
  const { chain } = world
  if (head.epoch < chain.epoch) {
    if (chain.epoch < bounds.heights.length)
      emit(`reopen: ${side} starts epoch ${chain.epoch}`, withParty(world, reopened(setting, party, chain)))
    return
  }
  if (frozen) return
  const why = chain.dispute === null ? 'freeze' : 'notice'
  emit(`${why}: ${side} signs nothing more`, withParty(world, parties.change(party, { frozen: true })))
  const secured = newestProof(party, scheme) !== null || !scheme.fundsBehindProof
  if (head.epoch > 0 && funding === null && secured && chain.reserves[side] > 0) {
    const submitted = parties.change(party, { funding: { epoch: head.epoch, landed: false } })
    emit(`submit funding: ${side} for epoch ${head.epoch}`, withParty(world, submitted))
  }
}

/** Settlements that somebody holds with both signatures. */
const executable = (setting: Setting, world: World): readonly Agreed[] => {
  const signed = honest(world).flatMap((party) =>
    party.signed.flatMap((signature) => (signature.type === 'settlement' ? [signature.agreed] : [])),
  )
  const { LEFT, RIGHT } = world
  if (LEFT === null || RIGHT === null) return signed
  const holders = [LEFT, RIGHT].filter(({ gotSignature }) => gotSignature)
  return holders.flatMap((party) => {
    const agreed = agreedOf(party.head, setting.scheme)
    return agreed !== null && signed.filter(({ head }) => head === agreed.head).length === 2 ? [agreed] : []
  })
}

const settlementMoves = (setting: Setting, world: World, emit: Emit<World>): void => {
  const { chain } = world
  const { scheme } = setting
  for (const agreed of executable(setting, world)) {
    const next = execute(chain, agreed, scheme)
    if (next === null) continue
    const wrong = wrongOf(chain, agreed)
    const late = honest(world).some(({ head }) => head.id !== agreed.head) ? ' late' : ''
    emit(wrong === null ? `execute${late}: settlement ${agreed.nonce}` : `wrong: ${wrong}`, { ...world, chain: next })
  }
  const open = honest(world).flatMap(({ head }) => {
    const { settlement } = head.ledger
    return head.epoch === chain.epoch && settlement?.approval ? [settlement.serial] : []
  })
  const next = open[0] === undefined ? null : lapse(chain, open[0])
  if (next !== null) emit('pass: the settlement is no longer valid', { ...world, chain: next })
}

const disputeMoves = (setting: Setting, world: World, emit: Emit<World>): void => {
  const { chain } = world
  const { scheme } = setting
  const toCourt = (who: string, proof: Proof): void => {
    const stale = honest(world).some((party) => proof.nonce < (newestProof(party, scheme)?.nonce ?? 0)) ? ' stale' : ''
    const started = startDispute(chain, proof)
    if (started !== null)
      emit(`start${stale}: ${who} starts a dispute by ${proofLabel(proof)}`, { ...world, chain: started })
    const countered = counterDispute(chain, proof)
    if (countered !== null) emit(`counter: ${who} counters by ${proofLabel(proof)}`, { ...world, chain: countered })
  }
  for (const party of honest(world)) {
    const proof = newestProof(party, scheme)
    if (party.frozen && proof !== null && party.head.epoch === chain.epoch) toCourt(party.side, proof)
    if (world[otherSide(party.side)] !== null) continue
    for (const signature of party.signed)
      if (signature.type === 'proof') toCourt(otherSide(party.side), signature.proof)
  }
  const isHeard = (party: Party): boolean => {
    if (party.head.epoch !== chain.epoch) return true
    return party.frozen && (newestProof(party, scheme)?.nonce ?? 0) <= (chain.dispute?.nonce ?? 0)
  }
  if (scheme.windowIsKept && !honest(world).every(isHeard)) return
  const finalized = finalizeDispute(chain, scheme)
  if (finalized !== null) emit('finalize: the selected proof is carried out', { ...world, chain: finalized })
}

const fundingMoves = (setting: Setting, world: World, emit: Emit<World>): void => {
  for (const party of honest(world)) {
    const { side, funding } = party
    if (funding === null || funding.landed) continue
    const chain = fund(world.chain, side, funding.epoch, setting.scheme)
    if (chain === null) continue
    const landed = setting.parties.change(party, { funding: { ...funding, landed: true } })
    emit(`fund: one unit of ${side} becomes collateral`, withParty({ ...world, chain }, landed))
  }
  for (const side of SIDES) {
    if (world[side] !== null || world.chain.epoch === 0 || positionOf(world.chain).collateral > 0) continue
    const chain = fund(world.chain, side, world.chain.epoch, setting.scheme)
    if (chain !== null) emit(`gift: one unit of ${side} becomes collateral`, { ...world, chain })
  }
}

export const successors = (setting: Setting, world: World, emit: Emit<World>): void => {
  if (world.chain.epoch >= setting.bounds.heights.length) return
  for (const party of honest(world)) {
    frameMoves(setting, world, party, emit)
    sealMoves(setting, world, party, emit)
    privateMoves(setting, world, party, emit)
  }
  settlementMoves(setting, world, emit)
  disputeMoves(setting, world, emit)
  fundingMoves(setting, world, emit)
}
