/**
 * The wallet's rows in storage, each read through a decoder: storage is outside, and what comes from it is `unknown`.
 *
 *     local     wallet.vault        the encrypted vault, hex
 *     local     wallet.tries        wrong-password back-off
 *     local     wallet.autoLock     minutes
 *     session   wallet.draft        entropy of a phrase being written down, hex
 *     session   wallet.key          the vault's DEK and the time it is to go
 *     session   view.<page>         what a page last showed; written by the page, removed with the key
 *
 * Contract: absent and unreadable are different answers. A vault that is there but unreadable is still a wallet,
 * never "no wallet".
 */
import * as v from 'valibot'
import { type Bytes, EMPTY, fromHex, toHex } from '../../../runtime/lib/bytes.ts'
import { distrusted, NO_TRIES, type Tries } from './backoff.ts'
import type { KeyValueArea } from './ports.ts'

export const AUTO_LOCK_DEFAULT_MINUTES = 15
export const AUTO_LOCK_MIN_MINUTES = 1
export const AUTO_LOCK_MAX_MINUTES = 1440

const VAULT = 'wallet.vault'
const TRIES = 'wallet.tries'
const AUTO_LOCK = 'wallet.autoLock'
const DRAFT = 'wallet.draft'
const KEY = 'wallet.key'
/** What pages remember of their last view; to be gone when the key is. */
const VIEWS = ['view.popup', 'view.sidepanel', 'view.welcome']

const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
const Hex = v.pipe(v.string(), v.regex(/^0x([0-9a-f]{2})*$/), v.transform(fromHex))
const TriesRow = v.strictObject({ failures: Count, notBeforeMs: Count, seenMs: Count })
const AutoLockRow = v.pipe(Count, v.minValue(AUTO_LOCK_MIN_MINUTES), v.maxValue(AUTO_LOCK_MAX_MINUTES))
const DraftRow = v.pipe(Hex, v.length(16))
const KeyRow = v.strictObject({ dek: v.pipe(Hex, v.length(32)), deadlineMs: Count })

/** The DEK while the wallet is unlocked. */
export type SessionKey = { readonly dek: Bytes; readonly deadlineMs: number }

const orNull = <const S extends v.GenericSchema>(schema: S, row: unknown): v.InferOutput<S> | null => {
  const parsed = v.safeParse(schema, row)
  return parsed.success ? parsed.output : null
}

export const isAutoLockMinutes = (minutes: number): boolean => v.is(AutoLockRow, minutes)

/** null: there is no wallet. No bytes: there is one, and it cannot be read. */
export const readVault = async (local: KeyValueArea): Promise<Bytes | null> => {
  const row = await local.get(VAULT)
  return row === undefined ? null : (orNull(Hex, row) ?? EMPTY)
}
export const writeVault = (local: KeyValueArea, vault: Bytes): Promise<void> => local.set(VAULT, toHex(vault))

export const removeVault = (local: KeyValueArea): Promise<void> => local.remove(VAULT)

export const readTries = async (local: KeyValueArea, nowMs: number): Promise<Tries> => {
  const row = await local.get(TRIES)
  return row === undefined ? NO_TRIES : (orNull(TriesRow, row) ?? distrusted(nowMs))
}
export const writeTries = (local: KeyValueArea, tries: Tries): Promise<void> => local.set(TRIES, tries)

export const readAutoLock = async (local: KeyValueArea): Promise<number> =>
  orNull(AutoLockRow, await local.get(AUTO_LOCK)) ?? AUTO_LOCK_DEFAULT_MINUTES
export const writeAutoLock = (local: KeyValueArea, minutes: number): Promise<void> => local.set(AUTO_LOCK, minutes)

export const readDraft = async (session: KeyValueArea): Promise<Bytes | null> =>
  orNull(DraftRow, await session.get(DRAFT))
export const writeDraft = (session: KeyValueArea, entropy: Bytes): Promise<void> => session.set(DRAFT, toHex(entropy))
export const removeDraft = (session: KeyValueArea): Promise<void> => session.remove(DRAFT)

export const readKey = async (session: KeyValueArea): Promise<SessionKey | null> =>
  orNull(KeyRow, await session.get(KEY))
export const writeKey = (session: KeyValueArea, key: SessionKey): Promise<void> =>
  session.set(KEY, { dek: toHex(key.dek), deadlineMs: key.deadlineMs })
export const removeKey = async (session: KeyValueArea): Promise<void> => {
  await session.remove(KEY)
  for (const view of VIEWS) await session.remove(view)
}
