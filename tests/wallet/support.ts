/** A browser small enough to hold in one object: storage areas, alarms and a clock that moves when told. */

import { FREE_TRIES } from '../../entrypoints/background/wallet/backoff.ts'
import type { WalletRejection } from '../../entrypoints/background/wallet/errors.ts'
import type { Alarms, KeyValueArea, WalletPorts } from '../../entrypoints/background/wallet/ports.ts'
import { WalletSession } from '../../entrypoints/background/wallet/session.ts'
import type { KdfParams } from '../../entrypoints/background/wallet/vault.ts'
import { word } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { Entropy } from '../../runtime/ports.ts'

/** The cheapest accepted cost, to keep tests fast. */
export const CHEAP_KDF: KdfParams = { memoryKiB: 19_456, passes: 2, lanes: 1 }
export const PASSWORD = 'correct horse battery'
export const WRONG = 'wrong horse battery'
export const START_MS = 1_700_000_000_000
export const MINUTE_MS = 60_000

export const seededEntropy = (seed: number): Entropy => {
  let drawn = 0
  return { draw: () => taggedHash('test entropy', word(seed), word(drawn++)) }
}

/** Keeps JSON text, as the browser does, so nothing is shared by reference. */
export type MemoryArea = KeyValueArea & {
  readonly rows: Map<string, string>
  /** Every write so far, in order. */
  readonly written: (readonly [key: string, row: string])[]
  failNextSet: boolean
}
const memoryArea = (): MemoryArea => {
  const rows = new Map<string, string>()
  const written: (readonly [string, string])[] = []
  const area: MemoryArea = {
    rows,
    written,
    failNextSet: false,
    get: (key) => {
      const row = rows.get(key)
      return Promise.resolve(row === undefined ? undefined : JSON.parse(row))
    },
    set: (key, value) => {
      if (area.failNextSet) {
        area.failNextSet = false
        return Promise.reject(new Error('quota exceeded'))
      }
      rows.set(key, JSON.stringify(value))
      written.push([key, JSON.stringify(value)])
      return Promise.resolve()
    },
    remove: (key) => {
      rows.delete(key)
      return Promise.resolve()
    },
  }
  return area
}

export type Browser = WalletPorts & {
  readonly local: MemoryArea
  readonly session: MemoryArea
  readonly ringing: Map<string, number>
  /** A new worker over the same browser. */
  startWorker(): Promise<WalletSession>
  /** Session memory and alarms are gone; the disk stays. */
  restart(): void
  advance(ms: number): void
}

export const createBrowser = (seed = 1, kdf = CHEAP_KDF): Browser => {
  let nowMs = START_MS
  const ringing = new Map<string, number>()
  const alarms: Alarms = {
    create: (name, whenMs) => {
      ringing.set(name, whenMs)
      return Promise.resolve()
    },
    clear: (name) => {
      ringing.delete(name)
      return Promise.resolve()
    },
  }
  const browser: Browser = {
    local: memoryArea(),
    session: memoryArea(),
    alarms,
    ringing,
    clock: { now: () => nowMs },
    entropy: seededEntropy(seed),
    kdf,
    startWorker: () => WalletSession.open(browser),
    restart: () => {
      browser.session.rows.clear()
      ringing.clear()
    },
    advance: (ms) => {
      nowMs += ms
    },
  }
  return browser
}

const made = async () => {
  const browser = createBrowser()
  const wallet = await browser.startWorker()
  const draft = await wallet.draftPhrase()
  if (draft.type !== 'ok') throw new Error(draft.rejection.type)
  const created = await wallet.create(PASSWORD)
  if (created.type !== 'ok') throw new Error(created.rejection.type)
  return { browser, words: draft.value.words }
}
const FIRST = made()

/**
 * A browser with an unlocked wallet in it, a worker over it, and the words of its phrase. The costly making happens
 * once a file; everybody gets a copy of the browser it happened in.
 */
export const createdWallet = async () => {
  const { browser: first, words } = await FIRST
  const browser = createBrowser()
  for (const area of ['local', 'session'] as const) {
    for (const [key, row] of first[area].rows) browser[area].rows.set(key, row)
  }
  for (const [name, whenMs] of first.ringing) browser.ringing.set(name, whenMs)
  return { browser, wallet: await browser.startWorker(), words }
}

export const DONE = { type: 'ok', value: null }
export const refused = (rejection: WalletRejection) => ({ type: 'rejected', rejection })
export const addressOf = (wallet: WalletSession) => wallet.keyring?.key({ type: 'address', index: 0 }).address

/** Wrong passwords until the next one has to wait; too short ones, which cost no hashing. */
export const useUpTries = async (wallet: WalletSession) => {
  for (let i = 0; i < FREE_TRIES; i++) await wallet.unlock('too short')
}
