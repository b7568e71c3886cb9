/** Every state of the world around the wallet, as a page says it: what no real input brings about is looked at here. */
import type { Trouble } from '../../models/trouble.ts'
import { TroubleNotice, TroubleScreen } from '../Trouble.tsx'
import styles from './Gallery.module.css'
import { PEOPLE } from './samples.ts'

/** When it began, in all samples. */
const SINCE_MS = Date.UTC(2026, 4, 4, 12, 0, 0)

const down = (reason: Extract<Trouble, { type: 'chain_down' }>['status']['reason']): Trouble => ({
  type: 'chain_down',
  name: 'simnet',
  status: { type: 'down', sinceMs: SINCE_MS, reason },
})
const silent = (count: number): Trouble => ({
  type: 'unreachable',
  peers: PEOPLE.slice(0, count).map(({ id, name }) => ({ entityId: id, label: name, sinceMs: SINCE_MS })),
})

const NOTICES: readonly Trouble[] = [
  { type: 'halted', reason: { type: 'fault', detail: 'I-RCPAN: Δ is outside of its limits' } },
  { type: 'read_only', reason: null },
  { type: 'full' },
  down('unreachable'),
  down('refused'),
  down('untrusted'),
  down('stopped'),
  down('storage_full'),
  silent(1),
  silent(3),
  { type: 'short' },
  { type: 'update' },
]
const SCREENS: readonly Trouble[] = [
  { type: 'gone', name: 'Jamaica' },
  { type: 'gone', name: null },
  { type: 'full' },
  { type: 'halted', reason: { type: 'held_elsewhere', name: 'Simnet' } },
  { type: 'read_only', reason: { type: 'held_silent', name: 'Simnet' } },
  { type: 'read_only', reason: { type: 'database_missing' } },
]

export const States = ({ name, look }: { readonly name: string; readonly look: string | undefined }) => (
  <section class={`${styles.side} ${look}`} aria-label={name}>
    <h1>{name}</h1>
    {NOTICES.map((trouble, index) => (
      <TroubleNotice key={index} trouble={trouble} />
    ))}
    {SCREENS.map((trouble, index) => (
      <TroubleScreen key={index} trouble={trouble} onLook={() => undefined} />
    ))}
  </section>
)
