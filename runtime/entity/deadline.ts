/**
 * Deadlines by the chain's clock: due once a confirmed block is past them. A wake by our own clock makes the chain be
 * looked at then, so that a deadline is met on a chain that makes blocks only when asked, and after a long sleep.
 */
import { TIMING } from '../lib/limits.ts'
import type { EntityId } from '../lib/units.ts'
import { type EntityContext, type EntityDraft, schedule, unschedule } from './draft.ts'
import type { Deadline, DeadlineKind, EntityState, Wake } from './types.ts'

const deadlineKey = ({ atSeconds, kind, counterparty }: Deadline): string =>
  `${atSeconds.toString().padStart(15, '0')}:${kind}:${counterparty}`

const wakeOf = (deadline: Deadline): Wake => ({
  // One second later it is surely past by a clock that agrees.
  atMs: (deadline.atSeconds + 1) * 1_000,
  kind: 'deadline',
  id: deadlineKey(deadline),
})

export const setDeadline = (draft: EntityDraft, deadline: Deadline): void => {
  const key = deadlineKey(deadline)
  if (draft.state.deadlines.has(key)) return
  draft.state = { ...draft.state, deadlines: draft.state.deadlines.set(key, deadline) }
  schedule(draft, wakeOf(deadline))
}

const drop = (draft: EntityDraft, key: string, deadline: Deadline): void => {
  draft.state = { ...draft.state, deadlines: draft.state.deadlines.delete(key) }
  unschedule(draft, wakeOf(deadline))
}

/** Forgets what was to be done for the account, of this kind or of any. */
export const clearDeadlines = (draft: EntityDraft, counterparty: EntityId, kind: DeadlineKind | null): void => {
  for (const [key, deadline] of draft.state.deadlines.entries()) {
    if (deadline.counterparty !== counterparty || (kind !== null && deadline.kind !== kind)) continue
    drop(draft, key, deadline)
  }
}

/** True when a block of this time has something to do here. */
export const isDue = (state: EntityState, chainSeconds: number): boolean => {
  const first = state.deadlines.first()
  return first !== undefined && first[1].atSeconds < chainSeconds
}

/** Takes out what is due at the confirmed block. */
export const takeDue = (draft: EntityDraft, chainSeconds: number): readonly Deadline[] => {
  const due: Deadline[] = []
  for (const [key, deadline] of draft.state.deadlines.entries()) {
    if (deadline.atSeconds >= chainSeconds) break
    due.push(deadline)
    drop(draft, key, deadline)
  }
  return due
}

/** The wake of a deadline: has the chain look, until a block has come that is late enough. */
export const onDeadlineWake = (draft: EntityDraft, key: string, context: EntityContext): void => {
  if (!draft.state.deadlines.has(key)) return
  draft.outputs.push({ type: 'observe', jurisdiction: context.chain.name })
  schedule(draft, { atMs: context.nowMs + TIMING.expiryRecheckMs, kind: 'deadline', id: key })
}
