/** The canary of one runtime in `storage.local`: outside the database, so that a database gone back in time shows. */
import { browser } from 'wxt/browser'
import type { Canary } from '../../runtime/ports.ts'
import { parseCanaryMark } from '../../runtime/storage/canary.ts'

/** Something is stored and it is not a mark: as alarming as a mark that disagrees. */
export class CanaryUnreadable extends Error {
  override readonly name = 'CanaryUnreadable'
  readonly retryable = false
}

export const localCanary = (runtimeId: string): Canary => {
  const key = `canary.${runtimeId}`
  return {
    read: async () => {
      const read = parseCanaryMark((await browser.storage.local.get(key))[key])
      if (read.type === 'malformed') throw new CanaryUnreadable(`the high-water mark of ${runtimeId} is unreadable`)
      return read.type === 'ok' ? read.mark : null
    },
    write: (mark) => browser.storage.local.set({ [key]: mark }),
  }
}
