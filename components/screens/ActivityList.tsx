/**
 * Payments, newest first: one list item each, and its receipt under it when it is opened. The button is named by the
 * counterparty and reaches over the whole row; the rest of the row stays plain text beside it.
 */
import { ArrowDownToLine, ArrowLeftRight, ArrowUpFromLine, type IconNode, Scale } from 'lucide'
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { directionOf, statusOf, titleOf } from '../models/activity.ts'
import { useUi } from '../models/ui.ts'
import { Amount } from '../primitives/Amount.tsx'
import { Icon } from '../primitives/Icon.tsx'
import { Identicon } from '../primitives/Identicon.tsx'
import { lazy } from '../primitives/lazy.tsx'
import styles from './ActivityList.module.css'

const ActivityDetail = lazy(async () => (await import('./ActivityDetail.tsx')).ActivityDetail)

type Props = {
  readonly label: string
  readonly entries: readonly ActivityEntry[]
  readonly openId?: string | null
  readonly onOpen: (id: string) => void
  readonly amountsHidden?: boolean
}

/** What has no counterparty to be recognised by: what has moved between the owner and the chain. */
const ON_CHAIN: { readonly [K in ActivityEntry['kind']]?: IconNode } = {
  deposit: ArrowDownToLine,
  withdrawal: ArrowUpFromLine,
  collateral: ArrowLeftRight,
  settlement: ArrowLeftRight,
  dispute: Scale,
}

const Face = ({ entry }: { readonly entry: ActivityEntry }) => {
  const sign = ON_CHAIN[entry.kind]
  if (sign === undefined) return <Identicon id={entry.counterpartyId} large />
  return (
    <span class={styles.sign}>
      <Icon of={sign} />
    </span>
  )
}

const SIGNS = { in: 'plus', out: 'minus', within: 'none' } as const

type RowProps = {
  readonly entry: ActivityEntry
  readonly isOpen: boolean
  readonly onOpen: () => void
  readonly amountsHidden: boolean
}

const Row = ({ entry, isOpen, onOpen, amountsHidden }: RowProps) => {
  const { session, text, format } = useUi()
  const token = session.tokenOf(entry.tokenId)
  const isDown = entry.status === 'failed'
  return (
    <li class={styles.item}>
      <div class={styles.row}>
        <Face entry={entry} />
        <div class={styles.who}>
          <button type="button" class={styles.name} aria-expanded={isOpen} onClick={onOpen}>
            {titleOf(entry, text)}
          </button>
          <p class={styles.meta}>
            <span class={isDown ? styles.failed : undefined}>{statusOf(entry, text)}</span>{' '}
            <time dateTime={new Date(entry.timestamp).toISOString()} title={format.fullMoment(entry.timestamp)}>
              {format.moment(entry.timestamp, Date.now())}
            </time>
          </p>
        </div>
        <div class={styles.sum}>
          {amountsHidden ? (
            <span>{text('home.hidden')}</span>
          ) : (
            <>
              <span class={isDown ? styles.void : undefined}>
                <Amount value={entry.amount} token={token} sign={SIGNS[directionOf(entry)]} />
              </span>
              {entry.fee > 0n && (
                <p class={styles.meta}>{text('activity.fee', { amount: format.money(entry.fee, token, 'up') })}</p>
              )}
            </>
          )}
        </div>
      </div>
      {isOpen && (
        <div class={styles.detail}>
          <ActivityDetail entry={entry} />
        </div>
      )}
    </li>
  )
}

export const ActivityList = ({ label, entries, openId = null, onOpen, amountsHidden = false }: Props) => (
  <ul aria-label={label} class={styles.list}>
    {entries.map((entry) => (
      <Row
        key={entry.id}
        entry={entry}
        isOpen={entry.id === openId}
        onOpen={() => onOpen(entry.id)}
        amountsHidden={amountsHidden}
      />
    ))}
  </ul>
)
