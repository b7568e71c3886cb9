/**
 * The lock: none → (create, import) → unlocked ⇄ locked.
 *
 * Contract:
 * - The vault's data key lives in the browser's session memory alone, so unlocking survives the worker's death and
 *   ends with the browser. A session opened over the same storage areas carries on where the last one stopped.
 * - Auto-lock is an alarm *and* a stored deadline: the deadline is looked at whenever a session opens, the alarm rings
 *   or somebody asks, because an alarm can be late or lost. It is never further away than the chosen minutes, whatever
 *   the clock says.
 * - Past the deadline the session is locked to everybody at once: no keyring is given out and no worker comes back
 *   to it. The keys of whoever holds them already work until `expire`, so that a payment under way can end.
 * - A try is counted durably before it is judged, so that killing the worker gives no free ones.
 * - A wallet is made by `create` and `import` alone, only where none exists, and forgotten by `reset` alone.
 * - Calls are carried out one after another; a refusal changes nothing but the count of tries.
 */
import { type Bytes, EMPTY } from '../../../runtime/lib/bytes.ts'
import { anchored, failedOnce, NO_TRIES, type Tries, triesLeft } from './backoff.ts'
import { type Outcome, ok, type Rejected, rejected } from './errors.ts'
import { createKeyring, type Keyring } from './keyring.ts'
import { passwordBytes } from './password.ts'
import { drawPhrase, parsePhrase, seedOf, wordsOf } from './phrase.ts'
import type { WalletPorts } from './ports.ts'
import * as rows from './rows.ts'
import { entropyOf, type Opened, openVault, parseVault, raisedKdf, sealVault, type Vault } from './vault.ts'

/** The alarm whose ringing the background hands to `onAlarm`. */
export const AUTO_LOCK_ALARM = 'wallet.autoLock'
const MINUTE_MS = 60_000
/** What the owner types to forget a wallet; the same in every language. */
const RESET_WORD = 'RESET'

export type WalletState = {
  readonly wallet: 'none' | 'locked' | 'unlocked'
  /** No password is tried before this time (ms); 0 when none has to wait. */
  readonly unlockNotBefore: number
  readonly autoLockMinutes: number
}
export type WalletListener = (state: WalletState) => void

const DONE: Outcome<null> = ok(null)

export class WalletSession {
  readonly #ports: WalletPorts
  readonly #listeners = new Set<WalletListener>()
  #queue: Promise<unknown> = Promise.resolve()
  #hasVault = false
  #open: { readonly keyring: Keyring; readonly deadlineMs: number } | null = null
  #tries: Tries = NO_TRIES
  #autoLockMinutes: number = rows.AUTO_LOCK_DEFAULT_MINUTES
  #announced: WalletState = this.state

  private constructor(ports: WalletPorts) {
    this.#ports = ports
  }

  /** Reads what is stored; nothing may be answered before it resolves. */
  static async open(ports: WalletPorts): Promise<WalletSession> {
    const session = new WalletSession(ports)
    await session.#load()
    return session
  }

  get state(): WalletState {
    const wallet = this.#hasVault ? (this.#isDue() ? 'locked' : 'unlocked') : 'none'
    return { wallet, unlockNotBefore: this.#tries.notBeforeMs, autoLockMinutes: this.#autoLockMinutes }
  }

  /** The keys while unlocked; null otherwise. The same object until the next lock, which wipes it. */
  get keyring(): Keyring | null {
    return this.#isDue() ? null : (this.#open?.keyring ?? null)
  }

  /** Called after every change with the new state; must not throw. @returns unsubscribe. */
  onChange(listener: WalletListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The words to write down. Every caller gets the same ones until a wallet is made or the browser exits. */
  draftPhrase(): Promise<Outcome<{ readonly words: readonly string[] }>> {
    return this.#inTurn(async () => {
      if (await this.#exists()) return rejected({ type: 'wallet_exists' })
      const draft = await rows.readDraft(this.#ports.session)
      if (draft !== null) return ok({ words: wordsOf(draft) })
      const drawn = drawPhrase(this.#ports.entropy)
      await rows.writeDraft(this.#ports.session, drawn)
      return ok({ words: wordsOf(drawn) })
    })
  }

  /** Makes a wallet of the drafted phrase and unlocks it. */
  create(password: string): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      if (await this.#exists()) return rejected({ type: 'wallet_exists' })
      const draft = await rows.readDraft(this.#ports.session)
      return draft === null ? rejected({ type: 'no_draft' }) : this.#install(draft, password)
    })
  }

  /** Makes a wallet of a phrase the owner has and unlocks it. */
  import(phrase: string, password: string): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      if (await this.#exists()) return rejected({ type: 'wallet_exists' })
      const parsed = parsePhrase(phrase)
      return parsed.type === 'ok' ? this.#install(parsed.value, password) : parsed
    })
  }

  /** Right passwords only, unlocked or not. */
  unlock(password: string): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      const stored = await rows.readVault(this.#ports.local)
      if (stored === null) return rejected({ type: 'no_wallet' })
      const parsed = parseVault(stored)
      if (parsed.type === 'rejected') return parsed
      const bytes = passwordBytes(password)
      const tried = await this.#try(parsed.value, bytes.type === 'ok' ? bytes.value : null)
      if (tried.type === 'rejected') return tried
      await this.#begin(tried.value)
      if (bytes.type === 'ok') {
        await this.#raiseCost(parsed.value, tried.value, bytes.value)
        wipe(tried.value, bytes.value)
      }
      return DONE
    })
  }

  /** The words of the phrase, for whoever knows the password; a wrong one counts as it does for `unlock`. */
  revealPhrase(password: string): Promise<Outcome<{ readonly words: readonly string[] }>> {
    return this.#withPassword(password, async ({ entropy }) => ok({ words: wordsOf(entropy) }))
  }

  /** Another password for the same keys. The data key is drawn anew, so what an old copy held opens nothing. */
  changePassword(password: string, next: string): Promise<Outcome<null>> {
    return this.#withPassword(password, async ({ entropy }) => {
      const bytes = passwordBytes(next)
      if (bytes.type === 'rejected') return bytes
      const { local, entropy: random, kdf } = this.#ports
      const opened = { dek: random.draw(), entropy }
      await rows.writeVault(local, await sealVault(opened, { password: bytes.value, kdf, random }))
      await this.#begin(opened)
      for (const secret of [opened.dek, bytes.value]) secret.fill(0)
      return DONE
    })
  }

  /** Forgets the wallet. `forget` removes what else belongs to it, and is done first: until then the wallet is here. */
  reset(confirmation: string, forget: () => Promise<void>): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      if (!(await this.#exists())) return rejected({ type: 'no_wallet' })
      if (confirmation !== RESET_WORD) return rejected({ type: 'reset_not_confirmed' })
      // The runtime first: its last tick may still need the keys.
      await forget()
      await this.#end()
      await this.#setTries(NO_TRIES)
      await rows.removeVault(this.#ports.local)
      this.#hasVault = false
      return DONE
    })
  }

  lock(): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      await this.#end()
      return DONE
    })
  }

  /** Ends the session if its time has come; one that was unlocked anew stays. */
  expire(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isDue()) await this.#end()
    })
  }

  /** Restarts the auto-lock countdown. */
  touch(): Promise<Outcome<null>> {
    return this.#inTurn(() => this.#extend())
  }

  setAutoLock(minutes: number): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      if (!rows.isAutoLockMinutes(minutes)) {
        const { AUTO_LOCK_MIN_MINUTES: min, AUTO_LOCK_MAX_MINUTES: max } = rows
        return rejected({ type: 'auto_lock_out_of_range', minutes, min, max })
      }
      // Whoever finds a locked wallet must not be able to make it stay open for a day.
      if (this.keyring === null) return this.#extend()
      await rows.writeAutoLock(this.#ports.local, minutes)
      this.#autoLockMinutes = minutes
      return this.#extend()
    })
  }

  /** For every alarm that rings. When it is time the session is locked from here on; `expire` then ends it. */
  onAlarm(name: string): Promise<void> {
    return this.#inTurn(async () => {
      if (name !== AUTO_LOCK_ALARM || this.#open === null) return
      if (this.#isDue()) await rows.removeKey(this.#ports.session)
      else await this.#ports.alarms.create(AUTO_LOCK_ALARM, this.#open.deadlineMs)
    })
  }

  /** Runs `use` with what the password opens, and wipes it. */
  #withPassword<T>(password: string, use: (opened: Opened) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.#inTurn(async () => {
      if (this.keyring === null) return rejected({ type: 'wallet_locked' })
      const stored = await rows.readVault(this.#ports.local)
      const parsed = stored === null ? rejected({ type: 'no_wallet' }) : parseVault(stored)
      if (parsed.type === 'rejected') return parsed
      const bytes = passwordBytes(password)
      const tried = await this.#try(parsed.value, bytes.type === 'ok' ? bytes.value : null)
      if (tried.type === 'rejected') return tried
      const outcome = await use(tried.value)
      wipe(tried.value, bytes.type === 'ok' ? bytes.value : EMPTY)
      return outcome
    })
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(task, task).finally(() => this.#announce())
    this.#queue = run
    return run
  }

  #announce(): void {
    const state = this.state
    if (isSameState(state, this.#announced)) return
    this.#announced = state
    for (const listener of this.#listeners) listener(state)
  }

  /** True when there are no keys, or they should be gone by now. */
  #isDue(): boolean {
    return this.#open === null || this.#ports.clock.now() >= this.#open.deadlineMs
  }

  async #load(): Promise<void> {
    const { local, session, clock } = this.#ports
    const stored = await rows.readVault(local)
    this.#hasVault = stored !== null
    this.#tries = await rows.readTries(local, clock.now())
    this.#autoLockMinutes = await rows.readAutoLock(local)
    if (stored === null) await rows.removeKey(session)
    else await this.#resume(stored)
    this.#announced = this.state
  }

  /** Carries on with the key that an earlier worker left in session memory. */
  async #resume(stored: Bytes): Promise<void> {
    const { session, clock } = this.#ports
    await rows.removeDraft(session)
    const key = await rows.readKey(session)
    const vault = parseVault(stored)
    if (key === null || vault.type === 'rejected' || clock.now() >= key.deadlineMs) return this.#end()
    const entropy = await entropyOf(vault.value, key.dek)
    if (entropy === null) return this.#end()
    // A clock set back since would otherwise have put the deadline out of reach.
    const deadlineMs = Math.min(key.deadlineMs, this.#nextDeadline())
    await this.#keep(await keyringOf(entropy), { dek: key.dek, deadlineMs })
  }

  async #exists(): Promise<boolean> {
    this.#hasVault = (await rows.readVault(this.#ports.local)) !== null
    return this.#hasVault
  }

  async #install(entropy: Bytes, password: string): Promise<Outcome<null>> {
    const { local, session, entropy: random, kdf } = this.#ports
    const bytes = passwordBytes(password)
    if (bytes.type === 'rejected') return bytes
    const opened = { dek: random.draw(), entropy }
    const vault = await sealVault(opened, { password: bytes.value, kdf, random })
    await this.#setTries(NO_TRIES)
    await rows.writeVault(local, vault)
    this.#hasVault = true
    await rows.removeDraft(session)
    await this.#begin(opened)
    wipe(opened, bytes.value)
    return DONE
  }

  /** @param password null for one that cannot be anybody's; it costs a try all the same. */
  async #try(vault: Vault, password: Bytes | null): Promise<Outcome<Opened>> {
    const { clock, local } = this.#ports
    const tries = anchored(this.#tries, clock.now())
    if (tries !== this.#tries) await this.#setTries(tries)
    const { notBeforeMs } = tries
    if (clock.now() < notBeforeMs) return rejected({ type: 'too_many_tries', notBeforeMs })
    await rows.writeTries(local, failedOnce(tries, clock.now()))
    const opened = password === null ? null : await openVault(vault, password)
    // The wait starts when the answer is known.
    await this.#setTries(opened === null ? failedOnce(tries, clock.now()) : NO_TRIES)
    return opened === null ? this.#wrongPassword() : ok(opened)
  }

  #wrongPassword(): Rejected {
    const { notBeforeMs } = this.#tries
    return rejected({ type: 'wrong_password', notBeforeMs, triesLeft: triesLeft(this.#tries) })
  }

  async #setTries(tries: Tries): Promise<void> {
    await rows.writeTries(this.#ports.local, tries)
    this.#tries = tries
  }

  async #raiseCost(vault: Vault, opened: Opened, password: Bytes): Promise<void> {
    const { kdf: wanted, entropy: random, local } = this.#ports
    const kdf = raisedKdf(vault.kdf, wanted)
    if (kdf !== null) await rows.writeVault(local, await sealVault(opened, { password, kdf, random }))
  }

  /** Keys already here are kept: whoever holds them was never told of a lock. */
  async #begin({ dek, entropy }: Opened): Promise<void> {
    await this.#keep(this.#open?.keyring ?? (await keyringOf(entropy)), { dek, deadlineMs: this.#nextDeadline() })
  }

  async #keep(keyring: Keyring, key: rows.SessionKey): Promise<void> {
    const { session, alarms } = this.#ports
    await rows.writeKey(session, key)
    await alarms.create(AUTO_LOCK_ALARM, key.deadlineMs)
    this.#open = { keyring, deadlineMs: key.deadlineMs }
  }

  async #extend(): Promise<Outcome<null>> {
    if (!this.#hasVault) return rejected({ type: 'no_wallet' })
    const key = this.#isDue() ? null : await rows.readKey(this.#ports.session)
    if (this.#open === null || key === null) {
      // What is on its way may still need the keys; whoever sees it to its end calls `expire`.
      await rows.removeKey(this.#ports.session)
      return rejected({ type: 'wallet_locked' })
    }
    await this.#keep(this.#open.keyring, { dek: key.dek, deadlineMs: this.#nextDeadline() })
    return DONE
  }

  async #end(): Promise<void> {
    this.#open?.keyring.wipe()
    this.#open = null
    await rows.removeKey(this.#ports.session)
    await this.#ports.alarms.clear(AUTO_LOCK_ALARM)
  }

  #nextDeadline(): number {
    return this.#ports.clock.now() + this.#autoLockMinutes * MINUTE_MS
  }
}

const isSameState = (a: WalletState, b: WalletState): boolean =>
  a.wallet === b.wallet && a.unlockNotBefore === b.unlockNotBefore && a.autoLockMinutes === b.autoLockMinutes

const keyringOf = async (entropy: Bytes): Promise<Keyring> => {
  const seed = await seedOf(entropy)
  const keyring = createKeyring(seed)
  seed.fill(0)
  return keyring
}

const wipe = ({ dek, entropy }: Opened, password: Bytes): void => {
  for (const bytes of [dek, entropy, password]) bytes.fill(0)
}
