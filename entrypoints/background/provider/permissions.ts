/**
 * Which sites know this wallet. A permission names the origin, and what it was given for: runtime, entity and chain;
 * another runtime is not rebound to it.
 *
 *     local   provider.sites
 */
import * as v from 'valibot'
import type { KeyValueArea } from '../wallet/ports.ts'

const ROW = 'provider.sites'
/** The longest unused go first, those without a permission before the others. */
const MAX_SITES = 1_000

const grantSchema = v.strictObject({ runtimeId: v.string(), entityId: v.string(), chainId: v.string() })
const siteSchema = v.strictObject({
  origin: v.string(),
  /** Last answered by the owner. */
  atMs: v.number(),
  grant: v.nullable(grantSchema),
})
type Site = v.InferOutput<typeof siteSchema>
export type Grant = v.InferOutput<typeof grantSchema>

export type Permissions = {
  /** True when the owner has answered this origin before. */
  isKnown(origin: string): boolean
  grantOf(origin: string): Grant | null
  /** Written when it resolves. @param grant null leaves what was granted. */
  note(origins: readonly string[], atMs: number, grant: Grant | null): Promise<void>
  /** With the wallet that the sites knew. */
  forget(): Promise<void>
}

const kept = (sites: readonly Site[]): readonly Site[] =>
  [...sites].sort((a, b) => Number(b.grant !== null) - Number(a.grant !== null) || b.atMs - a.atMs).slice(0, MAX_SITES)

export const openPermissions = async (area: KeyValueArea): Promise<Permissions> => {
  const read = v.safeParse(v.array(siteSchema), await area.get(ROW))
  // What cannot be read grants nothing.
  let sites: readonly Site[] = read.success ? read.output : []
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const run = turn.then(change)
    turn = run.catch(() => undefined)
    return run
  }
  const siteOf = (origin: string): Site | undefined => sites.find((site) => site.origin === origin)
  return {
    isKnown: (origin) => siteOf(origin) !== undefined,
    grantOf: (origin) => siteOf(origin)?.grant ?? null,
    note: (origins, atMs, grant) =>
      inTurn(async () => {
        const noted = origins.map((origin) => ({ origin, atMs, grant: grant ?? siteOf(origin)?.grant ?? null }))
        const next = kept([...noted, ...sites.filter(({ origin }) => !origins.includes(origin))])
        await area.set(ROW, next)
        sites = next
      }),
    forget: () =>
      inTurn(async () => {
        await area.remove(ROW)
        sites = []
      }),
  }
}
