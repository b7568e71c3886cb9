/**
 * Which sites know this wallet. A permission names the origin, and what it was given for: runtime, entity and chain;
 * another runtime is not rebound to it. A site whose permission was taken away is still known, as one that was seen.
 *
 *     local   provider.sites
 */
import * as v from 'valibot'
import type { KeyValueArea } from '../wallet/ports.ts'

const ROW = 'provider.sites'
/** The longest unused go first, those without a permission before the others. */
const MAX_SITES = 1_000
/** A use is written down at most this often for each site. */
const USE_STEP_MS = 60_000

const chainId = v.pipe(v.string(), v.regex(/^\d{1,78}$/))
const grantSchema = v.strictObject({ runtimeId: v.string(), entityId: v.string(), chainId })
const siteSchema = v.strictObject({
  origin: v.string(),
  /** First answered by the owner. */
  firstMs: v.number(),
  /** Last answered by the owner, or last served under its permission. */
  lastMs: v.number(),
  grant: v.nullable(grantSchema),
})
/** As earlier versions wrote them. */
const oldSchema = v.pipe(
  v.strictObject({ origin: v.string(), atMs: v.number(), grant: v.nullable(grantSchema) }),
  v.transform(({ origin, atMs, grant }) => ({ origin, firstMs: atMs, lastMs: atMs, grant })),
)
const rowSchema = v.array(v.union([siteSchema, oldSchema]))

type Site = v.InferOutput<typeof siteSchema>
export type Grant = v.InferOutput<typeof grantSchema>
export type Granted = Site & { readonly grant: Grant }

export type Permissions = {
  /** True when the owner has answered this origin before. */
  isKnown(origin: string): boolean
  grantOf(origin: string): Grant | null
  /** Sites with a permission, the last used first. */
  granted(): readonly Granted[]
  /** Written when it resolves. @param grant null leaves what was granted. */
  note(origins: readonly string[], nowMs: number, grant: Grant | null): Promise<void>
  /** A site with a permission was served. */
  used(origin: string, nowMs: number): Promise<void>
  /** Takes the permission away; written when it resolves. */
  revoke(origin: string): Promise<void>
  /** With the wallet that the sites knew. */
  forget(): Promise<void>
}

const hasGrant = (site: Site): site is Granted => site.grant !== null
const byUse = (a: Site, b: Site): number => b.lastMs - a.lastMs
const kept = (sites: readonly Site[]): readonly Site[] =>
  [...sites].sort((a, b) => Number(hasGrant(b)) - Number(hasGrant(a)) || byUse(a, b)).slice(0, MAX_SITES)

export const openPermissions = async (area: KeyValueArea): Promise<Permissions> => {
  const read = v.safeParse(rowSchema, await area.get(ROW))
  // What cannot be read grants nothing.
  let sites: readonly Site[] = read.success ? read.output : []
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const run = turn.then(change)
    turn = run.catch(() => undefined)
    return run
  }
  const siteOf = (origin: string): Site | undefined => sites.find((site) => site.origin === origin)
  const put = async (changed: readonly Site[]): Promise<void> => {
    const next = kept([...changed, ...sites.filter(({ origin }) => !changed.some((site) => site.origin === origin))])
    await area.set(ROW, next)
    sites = next
  }
  const isWorthNoting = (site: Site | undefined, nowMs: number): site is Granted =>
    // A clock that was set back is believed.
    site !== undefined && hasGrant(site) && Math.abs(nowMs - site.lastMs) >= USE_STEP_MS
  return {
    isKnown: (origin) => siteOf(origin) !== undefined,
    grantOf: (origin) => siteOf(origin)?.grant ?? null,
    granted: () => sites.filter(hasGrant).sort(byUse),
    note: (origins, nowMs, grant) =>
      inTurn(() =>
        put(
          origins.map((origin) => {
            const known = siteOf(origin)
            return {
              origin,
              firstMs: known?.firstMs ?? nowMs,
              lastMs: nowMs,
              grant: grant ?? known?.grant ?? null,
            }
          }),
        ),
      ),
    used: async (origin, nowMs) => {
      if (!isWorthNoting(siteOf(origin), nowMs)) return
      await inTurn(async () => {
        const site = siteOf(origin)
        if (isWorthNoting(site, nowMs)) await put([{ ...site, lastMs: nowMs }])
      })
    },
    revoke: (origin) =>
      inTurn(async () => {
        const site = siteOf(origin)
        if (site !== undefined && hasGrant(site)) await put([{ ...site, grant: null }])
      }),
    forget: () =>
      inTurn(async () => {
        await area.remove(ROW)
        sites = []
      }),
  }
}
