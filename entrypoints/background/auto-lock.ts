/**
 * Locking by itself, in this order: the session says locked, so nothing new is taken; what is on its way arrives, for a
 * minute at most; the runtimes stop; the keys go. Who unlocks in between has unlocked: the rest is not done.
 */
import type { RuntimeHost } from '../../runtime/host.ts'
import { drained } from './drain.ts'
import type { WalletSession } from './wallet/session.ts'

/** Whatever runs. */
export type Unlocked = { hosts(): readonly RuntimeHost[]; stop(): Promise<void> }

/** @returns what to call whenever the session may have become locked; calls that overlap are one. */
export const createAutoLock = (session: WalletSession, runtimes: Unlocked): (() => Promise<void>) => {
  let underWay: Promise<void> | null = null
  const isLocked = (): boolean => session.state.wallet === 'locked'
  const lock = async (): Promise<void> => {
    if (isLocked()) await drained(runtimes.hosts())
    if (isLocked()) await runtimes.stop()
    await session.expire()
  }
  return () => {
    underWay ??= lock().finally(() => {
      underWay = null
    })
    return underWay
  }
}
