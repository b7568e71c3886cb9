/**
 * What is wrong with the world around the wallet, if anything: the one thing that matters most now, computed from what
 * the host says. A page says it in words (screens/Trouble.tsx) and offers the one thing that can be done about it.
 */
import type { FrameView, HostStatus, JurisdictionView, Unreachable } from '../../runtime/radapter/types.ts'

export type StopReason = NonNullable<HostStatus['reason']>

export type Down = Extract<JurisdictionView['status'], { readonly type: 'down' }>

export type Trouble =
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
export const isStanding = ({ type }: Trouble): boolean => type === 'full' || type === 'halted' || type === 'read_only'

/** What no new try changes: a copy stays one, and what is not there does not come. */
export const isFinal = (trouble: Trouble): boolean =>
  'reason' in trouble && (trouble.reason?.type === 'snapshot' || trouble.reason?.type === 'unknown_runtime')

const ofHost = (status: HostStatus | null, frame: FrameView | null): Trouble | null => {
  if (status?.runtime === 'halted' && status.storage === 'full') return { type: 'full' }
  const halted = frame?.halted ?? null
  const reason: StopReason | null = halted === null ? (status?.reason ?? null) : { type: 'fault', detail: halted }
  // A frame from before a new start says nothing of what runs now.
  const isOfNow = status === null || status.runtime === 'running'
  if (status?.runtime === 'halted' || (isOfNow && frame !== null && frame.halted !== null))
    return { type: 'halted', reason }
  // Who only looks on because another window writes has nothing to repair.
  const isLookingOn = status?.control === 'reader'
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
