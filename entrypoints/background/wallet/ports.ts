/**
 * What the wallet needs of the browser, narrow enough to be plain objects in a test. `browser.ts` binds them.
 */
import type { Clock, Entropy } from '../../../runtime/ports.ts'
import type { KdfParams } from './vault.ts'

/** One storage area. Values are JSON; a write of one key is atomic and has been accepted when it resolves. */
export type KeyValueArea = {
  /** undefined when the key was never written. */
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<void>
  remove(key: string): Promise<void>
}

export type Alarms = {
  /** Replaces an alarm of the same name. It may ring late, never early, and survives the worker's death. */
  create(name: string, whenMs: number): Promise<void>
  clear(name: string): Promise<void>
}

export type WalletPorts = {
  /** Survives restarts; holds nothing that is secret in clear. */
  readonly local: KeyValueArea
  /** Memory of the running browser, for trusted contexts only; gone when the browser exits. */
  readonly session: KeyValueArea
  readonly alarms: Alarms
  readonly clock: Clock
  readonly entropy: Entropy
  /** The cost of new vaults, and the one that cheaper vaults are raised to. */
  readonly kdf: KdfParams
}
