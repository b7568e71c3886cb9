/** When locks are looked at by our own clock: ours for their expiry, those towards us for the last moment to collect. */
import { TIMING } from '../lib/limits.ts'
import type { EntityId } from '../lib/units.ts'
import type { Wake } from './types.ts'

/** Looked at once the expiry is surely in the past by our clock. */
export const lockWake = (lock: { readonly expirySeconds: number }, key: string): Wake => ({
  atMs: (lock.expirySeconds + 1) * 1_000,
  kind: 'lock_expiry',
  id: key,
})

/** When a preimage must go on chain if its payer still has not acknowledged it. */
export const revealWake = (lock: { readonly expirySeconds: number }, from: EntityId, key: string): Wake => ({
  atMs: Math.max(lock.expirySeconds - TIMING.inclusionReserveSeconds, 0) * 1_000,
  kind: 'lock_reveal',
  id: `${from}/${key}`,
})
