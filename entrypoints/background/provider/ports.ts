/** What the provider needs of the wallet, the runtime and the browser, narrow enough to be plain objects in a test. */
import type { EntityId } from '../../../runtime/lib/units.ts'
import type { Clock, Scheduler } from '../../../runtime/ports.ts'
import type { RuntimeHandlers } from '../../../runtime/radapter/commands.ts'
import type { TokenView } from '../../../runtime/radapter/types.ts'
import type { KeyValueArea } from '../wallet/ports.ts'

type Token = Pick<TokenView, 'tokenId' | 'symbol' | 'decimals'>

/** The owner's own entity in the runtime that runs. */
export type Own = { readonly entityId: EntityId; readonly tokens: readonly Token[] }

export type RuntimePort = Pick<RuntimeHandlers, 'pay.quote' | 'pay.send' | 'pay.get'> & {
  readonly runtimeId: string
  readonly chainId: bigint
  /** Null while nothing may be paid: locked, starting, read-only, halted. */
  own(): Own | null
  /** After each commit, and whenever `own` may have changed. */
  onChange(listener: () => void): void
}

export type WalletPort = {
  isUnlocked(): boolean
  /** 0x-hex, lower case; null while locked. */
  address(): string | null
  onChange(listener: () => void): void
}

/** The one window in which the owner is asked. */
export type ApprovalWindow = {
  /** Opens it, or brings it to the front. */
  show(): Promise<void>
  close(): Promise<void>
  /** `closed` when it had been opened and is no more. */
  state(): Promise<'open' | 'closed' | 'never'>
}

export type ProviderPorts = {
  /** Of the running browser: questions and answers. */
  readonly session: KeyValueArea
  /** Lasting: which sites know this wallet. */
  readonly local: KeyValueArea
  readonly clock: Clock
  readonly schedule: Scheduler
  readonly wallet: WalletPort
  readonly runtime: RuntimePort
  readonly window: ApprovalWindow
  readonly setBadge: (count: number) => void
  /** Tells every page that what it may see could have changed. */
  readonly broadcast: () => void
  /** The site in the tab that is looked at, for the owner's eyes only; null when that cannot be told. */
  readonly activeOrigin: () => Promise<string | null>
}
