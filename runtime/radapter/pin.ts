/**
 * Which runtime a page is on: the one its address names, or the one that was current when the page first heard of any,
 * and that one from then on. A line that is lost comes back by itself and asks again what was not answered; it must come
 * back to the same world, whatever has been chosen meanwhile.
 */
import type { HostStatus } from './types.ts'

export type Pin = {
  /** Null while it is the current one, whichever that is. */
  readonly id: () => string | null
  readonly to: (runtimeId: string) => void
  /**
   * Tells what the other side says of itself.
   * @returns true when the page has to connect anew: the wallet is gone, and the runtime it was on with it
   */
  readonly heard: (status: Pick<HostStatus, 'wallet' | 'runtimeId'>) => boolean
}

/** @param named by the page's address; null when it names none. */
export const createPin = (named: string | null): Pin => {
  let id = named
  return {
    id: () => id,
    to: (runtimeId) => {
      id ??= runtimeId
    },
    heard: ({ wallet, runtimeId }) => {
      const isGone = wallet === 'none' && id !== named
      if (wallet === 'none') id = named
      else id ??= runtimeId
      return isGone
    },
  }
}
