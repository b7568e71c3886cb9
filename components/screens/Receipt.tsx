/** What is left of a payment: who, how much, and the proof. Ids in full, because here they are the point. */
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { directionOf, titleOf } from '../models/activity.ts'
import { useUi } from '../models/ui.ts'
import { inOneLine, wordsOfFailure } from '../models/words.ts'
import { Amount } from '../primitives/Amount.tsx'
import { EntityId } from '../primitives/EntityId.tsx'
import { type Fact, Facts } from '../primitives/Facts.tsx'
import { LongId } from '../primitives/LongId.tsx'
import styles from './Receipt.module.css'

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

type Props = {
  readonly entry: ActivityEntry
  /** False where the reason of a failure already stands beside it. */
  readonly explains?: boolean
}

export const Receipt = ({ entry, explains = true }: Props) => {
  const { session, text, format } = useUi()
  const token = session.tokenOf(entry.tokenId)
  const { proof } = entry
  const isOut = directionOf(entry) !== 'in'
  const facts: readonly (Fact | null)[] = [
    { name: isOut ? text('receipt.to') : text('receipt.from'), value: <Who entry={entry} /> },
    { name: text('receipt.amount'), value: <Amount value={entry.amount} token={token} precision="exact" /> },
    { name: text('receipt.fee'), value: <Amount value={entry.fee} token={token} precision="exact" /> },
    proof && {
      name: text('receipt.paymentId'),
      value: <LongId value={proof.paymentId} label={text('receipt.copyPaymentId')} />,
      long: true,
    },
    proof && {
      name: text('receipt.preimage'),
      value: <LongId value={proof.preimage} label={text('receipt.copyPreimage')} />,
      long: true,
    },
    { name: text('receipt.height'), value: format.count(entry.height) },
    { name: text('receipt.time'), value: format.fullMoment(entry.timestamp) },
    entry.memo === '' ? null : { name: text('receipt.memo'), value: entry.memo },
  ]
  const context = { text, format, tokens: session.tokens.value, tokenId: entry.tokenId }
  return (
    <section class={styles.receipt} aria-label={text('receipt.region')}>
      {explains && entry.failure !== '' && <p>{inOneLine(wordsOfFailure(entry.failure, context))}</p>}
      <Facts facts={facts.filter((fact) => fact !== null)} />
      {proof !== null && <p class={styles.note}>{proof.isProof ? text('receipt.proof') : text('receipt.noProof')}</p>}
    </section>
  )
}
