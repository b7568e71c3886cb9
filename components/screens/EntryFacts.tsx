/** What every account of one entry begins with: who, how much, when, why it failed, and what its preimage proves. */
import type { ComponentChildren } from 'preact'
import type { ActivityEntry, PaymentProof } from '../../runtime/radapter/types.ts'
import { directionOf, titleOf } from '../models/activity.ts'
import { wordsOfFailure } from '../models/refusals.ts'
import type { PlainKey } from '../models/text.ts'
import { type Ui, useUi } from '../models/ui.ts'
import { inOneLine } from '../models/words.ts'
import { Amount } from '../primitives/Amount.tsx'
import { EntityId } from '../primitives/EntityId.tsx'
import { type Fact, Facts } from '../primitives/Facts.tsx'
import { LongId } from '../primitives/LongId.tsx'
import styles from './EntryFacts.module.css'

const Who = ({ entry }: { readonly entry: ActivityEntry }) => {
  const { text } = useUi()
  const name = titleOf(entry, text)
  return (
    <span class={styles.who}>
      <span>{name}</span>
      {entry.counterpartyId !== '' && <EntityId id={entry.counterpartyId} name={name} />}
    </span>
  )
}

export const longFact = (name: string, value: string, copyLabel: string): Fact => ({
  name,
  value: <LongId value={value} label={copyLabel} />,
  long: true,
})

/** Nothing where there is no proof. */
export const proofFacts = (proof: PaymentProof | null, text: Ui['text']): readonly Fact[] =>
  proof === null
    ? []
    : [
        longFact(text('receipt.paymentId'), proof.paymentId, text('receipt.copyPaymentId')),
        longFact(text('receipt.preimage'), proof.preimage, text('receipt.copyPreimage')),
      ]

/** Why the chain, or the other side, did not do it. */
const WHY: { readonly [failure: string]: PlainKey } = {
  settlement_refused: 'activity.refused',
  settlement_expired: 'activity.expired',
  account_judged: 'activity.overtaken',
}

type Props = {
  readonly entry: ActivityEntry
  /** False where the reason of a failure already stands beside it. */
  readonly explains?: boolean
  /** Between the money and the time. */
  readonly facts?: readonly Fact[]
  /** Below everything. */
  readonly children?: ComponentChildren
}

export const EntryFacts = ({ entry, explains = true, facts = [], children }: Props) => {
  const { session, text, format } = useUi()
  const token = session.tokenOf(entry.tokenId)
  const { proof } = entry
  const isOut = directionOf(entry) !== 'in'
  const isPayment = entry.kind === 'payment_out' || entry.kind === 'payment_in'
  const shown: readonly Fact[] = [
    { name: isOut ? text('receipt.to') : text('receipt.from'), value: <Who entry={entry} /> },
    { name: text('receipt.amount'), value: <Amount value={entry.amount} token={token} precision="exact" /> },
    { name: text('receipt.fee'), value: <Amount value={entry.fee} token={token} precision="exact" /> },
    ...facts,
    { name: text('receipt.time'), value: format.fullMoment(entry.timestamp) },
    ...(entry.memo === '' ? [] : [{ name: text('receipt.memo'), value: entry.memo }]),
  ]
  const context = { text, format, tokens: session.tokens.value, tokenId: entry.tokenId }
  return (
    <section class={styles.entry} aria-label={text('receipt.region')}>
      {explains && entry.failure !== '' && (
        <p>
          {isPayment
            ? inOneLine(wordsOfFailure(entry.failure, context))
            : text(WHY[entry.failure] ?? 'activity.chainRefused')}
        </p>
      )}
      <Facts facts={shown} />
      {proof !== null && <p class={styles.note}>{proof.isProof ? text('receipt.proof') : text('receipt.noProof')}</p>}
      {children}
    </section>
  )
}
