/**
 * What is wrong with the world around the wallet, if anything: the one thing that matters most now, computed from what
 * the host says. A page says it in words (screens/Trouble.tsx) and offers the one thing that can be done about it.
 */
import type { FrameView, HostStatus, JurisdictionView, Unreachable } from '../../runtime/radapter/types.ts'

/** Of a runtime that is there. */
export type StopReason = Exclude<NonNullable<HostStatus['reason']>, { readonly type: 'unknown_runtime' }>

export type Down = Extract<JurisdictionView['status'], { readonly type: 'down' }>

export type Trouble =
  /** This wallet has no runtime of this id. The name is what this page last knew it by, if it ever did. */
  | { readonly type: 'gone'; readonly name: string | null }
  /** No room for the log itself: the runtime has stopped. */
  | { readonly type: 'full' }
  | { readonly type: 'halted'; readonly reason: StopReason | null }
  | { readonly type: 'read_only'; readonly reason: StopReason | null }
  | { readonly type: 'chain_down'; readonly name: string; readonly status: Down }
  | { readonly type: 'unreachable'; readonly peers: readonly Unreachable[] }
  /** No room for a checkpoint: the runtime goes on. */
  | { readonly type: 'short' }
  | { readonly type: 'update' }

/** What stands in the way of everything; the rest is for those who can still act. */
export const isStanding = ({ type }: Trouble): boolean =>
  type === 'gone' || type === 'full' || type === 'halted' || type === 'read_only'

/** What no new try changes: a copy stays one. */
export const isFinal = (trouble: Trouble): boolean => 'reason' in trouble && trouble.reason?.type === 'snapshot'

const ofHost = (status: HostStatus | null, frame: FrameView | null): Trouble | null => {
  const said = status?.reason ?? null
  if (said?.type === 'unknown_runtime')
    return { type: 'gone', name: frame?.runtimeId === status?.runtimeId ? (frame?.runtimeName ?? null) : null }
  if (status?.runtime === 'halted' && status.storage === 'full') return { type: 'full' }
  const halted = frame?.halted ?? null
  const reason: StopReason | null = halted === null ? said : { type: 'fault', detail: halted }
  // A frame from before a new start says nothing of what runs now.
  const isOfNow = status === null || status.runtime === 'running'
  if (status?.runtime === 'halted' || (isOfNow && frame !== null && frame.halted !== null))
    return { type: 'halted', reason }
  // Who only looks on because another window writes has nothing to repair.
  const isLookingOn = (status?.control ?? 'writer') !== 'writer'
  const isReader = status?.runtime === 'running' && frame?.role === 'reader' && !isLookingOn
  if (status?.runtime === 'read-only' || isReader) return { type: 'read_only', reason }
  return null
}

const ofChains = ({ jurisdictions }: FrameView): Trouble | null => {
  for (const { name, status } of jurisdictions) if (status.type === 'down') return { type: 'chain_down', name, status }
  return null
}

/** @returns null when all is well. */
export const troubleOf = (status: HostStatus | null, frame: FrameView | null): Trouble | null => {
  const standing = ofHost(status, frame)
  if (standing !== null) return standing
  const chain = frame === null ? null : ofChains(frame)
  if (chain !== null) return chain
  if (frame !== null && frame.unreachable.length > 0) return { type: 'unreachable', peers: frame.unreachable }
  if (status?.storage === 'short') return { type: 'short' }
  return status?.updateReady === true ? { type: 'update' } : null
}
