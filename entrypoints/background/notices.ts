/**
 * Tells the owner of money that arrives while nobody looks. Only what arrives from now on is news: a restart tells
 * nothing twice. Whether and how it is said is the caller's business.
 */
import type { RuntimeHost } from '../../runtime/host.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import type { ActivityRecord } from '../../runtime/radapter/activity-record.ts'
import { at } from '../../runtime/radapter/sequence.ts'

/** @returns to call with the runtime there is, or with null when there is none. */
export const createNotices = (tell: (received: ActivityRecord) => void): ((host: RuntimeHost | null) => void) => {
  let followed: RuntimeHost | null = null
  let stop = (): unknown => undefined
  const seen = new Map<EntityId, number>()

  const look = (host: RuntimeHost, isFirst: boolean): void => {
    const { eReplicas } = host.env()
    for (const [entityId, { records }] of host.activity().byEntity) {
      const from = seen.get(entityId) ?? 0
      seen.set(entityId, records.size)
      if (isFirst || eReplicas.get(entityId)?.state.isOwn !== true) continue
      for (let place = from; place < records.size; place++) {
        const record = at(records, place)
        if (record?.entry.kind === 'payment_in' && record.entry.status === 'received') tell(record)
      }
    }
  }
  return (host) => {
    if (host === followed) return
    stop()
    followed = host
    seen.clear()
    if (host === null) return
    look(host, true)
    stop = host.onChange(() => look(host, false))
  }
}
