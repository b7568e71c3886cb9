/**
 * What the frames of one epoch add up to: a chain of frames, each with the ledger it leads to.
 *
 * Contract: heads are interned, so that two of them are the same object exactly when they stand for the same frames; a
 * frame is valid or not by the agreed ledger alone, as both sides must judge it alike. One token, no credit limits:
 * whatever is not behind collateral is lost, which is the strictest court there is. One unit is the smallest and the
 * only payment.
 */
import type { Side } from './scheme.ts'

/** What the chain says about the pair at one moment of an epoch. */
export type Position = { readonly collateral: number; readonly ondelta: number; readonly nonce: number }

/** `out` takes one unit from the initiator's part into its reserve, `in` is the way back, `trade` buys it from the other. */
export type SettlementKind = 'out' | 'in' | 'trade'
export type Terms = { readonly initiator: Side; readonly kind: SettlementKind }
type Settlement = Terms & {
  /** How many were agreed before it in this epoch; validity ends in this order. */
  readonly serial: number
  readonly approval: { readonly height: number; readonly author: Side; readonly head: number } | null
}

export type Step =
  /** The first frame of an epoch; it moves nothing. */
  | { readonly type: 'open' }
  | { readonly type: 'pay' }
  | ({ readonly type: 'propose' } & Terms)
  | { readonly type: 'approve'; readonly pays: boolean }
  | { readonly type: 'claim'; readonly at: number; readonly position: Position }
  | { readonly type: 'lapse' }

export type Ledger = {
  readonly offdelta: number
  readonly collateral: number
  readonly ondelta: number
  /** Index of the chain's position that both claimed last. */
  readonly claimed: number
  readonly settled: number
  readonly settlement: Settlement | null
}
export type Head = {
  readonly id: number
  readonly epoch: number
  readonly height: number
  readonly parent: Head | null
  readonly author: Side
  readonly step: Step | null
  readonly ledger: Ledger
}
export type Diffs = { readonly left: number; readonly right: number; readonly collateral: number }

export const diffsOf = ({ initiator, kind }: Terms): Diffs => {
  const left = initiator === 'LEFT'
  if (kind === 'trade') return { left: left ? 1 : -1, right: left ? -1 : 1, collateral: 0 }
  const diff = kind === 'out' ? 1 : -1
  return { left: left ? diff : 0, right: left ? 0 : diff, collateral: -diff }
}

const heldFor = ({ settlement }: Ledger, side: Side): number => {
  if (settlement === null || settlement.approval === null) return 0
  const diffs = diffsOf(settlement)
  return Math.max(0, side === 'LEFT' ? diffs.left : diffs.right)
}

/** What a side can still pay; `holds` false is a side that forgot what it agreed to take out. */
export const capacityOf = (ledger: Ledger, side: Side, holds: boolean): number => {
  const claim = ledger.ondelta + ledger.offdelta
  const own = side === 'LEFT' ? claim : ledger.collateral - claim
  return own - (holds ? heldFor(ledger, side) : 0)
}

const paid = (ledger: Ledger, author: Side): Ledger => ({
  ...ledger,
  offdelta: ledger.offdelta + (author === 'LEFT' ? -1 : 1),
})

/** May this side approve what the other proposed? Both must be able to give what the settlement takes. */
const approvable = (ledger: Ledger, author: Side, holds: boolean): boolean => {
  const { settlement } = ledger
  if (settlement === null || settlement.approval !== null || settlement.initiator === author) return false
  const diffs = diffsOf(settlement)
  return capacityOf(ledger, 'LEFT', holds) >= diffs.left && capacityOf(ledger, 'RIGHT', holds) >= diffs.right
}

const nextLedger = (head: Head, author: Side, step: Step, id: number): Ledger => {
  const { ledger } = head
  switch (step.type) {
    case 'pay':
      return paid(ledger, author)
    case 'propose': {
      const terms = { initiator: step.initiator, kind: step.kind }
      return { ...ledger, settlement: { ...terms, serial: ledger.settled, approval: null } }
    }
    case 'approve': {
      const approval = { height: head.height + 1, author, head: id }
      const settlement = ledger.settlement === null ? null : { ...ledger.settlement, approval }
      const approved = { ...ledger, settlement }
      return step.pays ? paid(approved, author) : approved
    }
    case 'claim': {
      const { collateral, ondelta } = step.position
      return { ...ledger, collateral, ondelta, claimed: step.at }
    }
    case 'open':
    case 'lapse':
      return ledger
  }
}

const released = (ledger: Ledger): Ledger => ({ ...ledger, settlement: null, settled: ledger.settled + 1 })

const stepCode = (step: Step): string => {
  switch (step.type) {
    case 'propose':
      return `propose ${step.initiator} ${step.kind}`
    case 'approve':
      return step.pays ? 'approve and pay' : 'approve'
    case 'claim':
      return `claim ${step.at} ${step.position.collateral} ${step.position.ondelta} ${step.position.nonce}`
    default:
      return step.type
  }
}
export const describeFrame = ({ height, step }: Head): string => `frame ${height}${step ? ` (${stepCode(step)})` : ''}`

export type Ledgers = {
  readonly root: (epoch: number, height: number, position: Position) => Head
  readonly append: (head: Head, author: Side, step: Step) => Head
  /** Frames that need no word from the chain. */
  readonly steps: (head: Head, author: Side) => readonly Step[]
}
export type LedgerOptions = {
  readonly holdsDiffs: boolean
  readonly kinds: readonly SettlementKind[]
  /** Approvals that pay in the same frame, too. */
  readonly combined: boolean
  readonly settlementNonce: (height: number, author: Side) => number
}

export const createLedgers = ({ holdsDiffs, kinds, combined, settlementNonce }: LedgerOptions): Ledgers => {
  const known = new Map<string, Head>()
  const choices = new Map<string, readonly Step[]>()
  const intern = (key: string, make: (id: number) => Head): Head => {
    const existing = known.get(key)
    if (existing !== undefined) return existing
    const head = make(known.size)
    known.set(key, head)
    return head
  }
  const settles = (step: Step, { settlement }: Ledger): boolean => {
    if (step.type === 'lapse') return true
    if (step.type !== 'claim' || settlement === null || settlement.approval === null) return false
    return step.position.nonce >= settlementNonce(settlement.approval.height, settlement.approval.author)
  }
  const possible = (head: Head, author: Side): readonly Step[] => {
    const { ledger } = head
    if (head.height === 0) return [{ type: 'open' }]
    const pays = capacityOf(ledger, author, holdsDiffs) >= 1
    const steps: Step[] = pays ? [{ type: 'pay' }] : []
    if (ledger.settlement === null) for (const kind of kinds) steps.push({ type: 'propose', initiator: author, kind })
    if (approvable(ledger, author, holdsDiffs)) {
      steps.push({ type: 'approve', pays: false })
      const approved = nextLedger(head, author, { type: 'approve', pays: false }, -1)
      if (combined && capacityOf(approved, author, holdsDiffs) >= 1) steps.push({ type: 'approve', pays: true })
    }
    return steps
  }
  return {
    root: (epoch, height, { collateral, ondelta }) =>
      intern(`root ${epoch} ${height} ${collateral} ${ondelta}`, (id) => {
        const ledger = { offdelta: 0, collateral, ondelta, claimed: 0, settled: 0, settlement: null }
        return { id, epoch, height, parent: null, author: 'LEFT', step: null, ledger }
      }),
    append: (head, author, step) =>
      intern(`${head.id} ${author} ${stepCode(step)}`, (id) => {
        const next = nextLedger(head, author, step, id)
        const ledger = settles(step, next) ? released(next) : next
        return { id, epoch: head.epoch, height: head.height + 1, parent: head, author, step, ledger }
      }),
    steps: (head, author) => {
      const key = `${head.id} ${author}`
      const existing = choices.get(key)
      if (existing !== undefined) return existing
      const steps = possible(head, author)
      choices.set(key, steps)
      return steps
    },
  }
}
