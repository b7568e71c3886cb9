/** Sites that were let in: who they are, what each was given, and taking it back. Only for whoever may also give. */

export type SiteView = {
  /** Scheme, host and port, as the browser says them. */
  readonly origin: string
  /** When the owner first answered it (ms). */
  readonly firstSeen: number
  /** When it last asked for something and was served (ms), to the minute. */
  readonly lastUsed: number
  /** What it sees now, 0x-hex; none in another runtime than the one it was let in to. */
  readonly addresses: readonly string[]
  /** What its permission names. */
  readonly runtimeId: string
  readonly entityId: string
  readonly chainId: bigint
}

export type SiteMethods = {
  /** Every connected site, the last used first. */
  'sites.list': { params: Record<string, never>; result: { sites: readonly SiteView[] } }
  /** `origin` is the site in the tab that is looked at, if it is connected; null otherwise. */
  'sites.here': { params: Record<string, never>; result: { origin: string | null; connected: number } }
  /** Answers once it is written; the site's pages are told at the same moment. One that is not connected stays so. */
  'sites.revoke': { params: { origin: string }; result: Record<string, never> }
}
