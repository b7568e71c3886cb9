/** One entry of the history in full; ids, hashes and the frames that carried it lie under Details. */
import { useState } from 'preact/hooks'
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { directionOf, titleOf } from '../models/activity.ts'
import { tryOnce } from '../models/reliable.ts'
import { useUi } from '../models/ui.ts'
import { inOneLine, wordsOfFailure } from '../models/words.ts'
import { Amount } from '../primitives/Amount.tsx'
import { Disclosure } from '../primitives/Disclosure.tsx'
import { EntityId } from '../primitives/EntityId.tsx'
import { type Fact, Facts } from '../primitives/Facts.tsx'
import { LongId } from '../primitives/LongId.tsx'
import styles from './ActivityDetail.module.css'

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

const Hashes = ({ hashes }: { readonly hashes: readonly string[] | null }) => {
  const { text } = useUi()
  if (hashes === null) return <>{text('common.loading')}</>
  if (hashes.length === 0) return <>{text('activity.noFrames')}</>
  return (
    <ul>
      {hashes.map((hash) => (
        <li key={hash}>
          <LongId value={hash} label={text('activity.copyFrame')} />
        </li>
      ))}
    </ul>
  )
}

const Deep = ({ entry }: { readonly entry: ActivityEntry }) => {
  const { session, text, format } = useUi()
  const [hashes, setHashes] = useState<readonly string[] | null>(null)
  const { proof } = entry
  const load = async (): Promise<void> => {
    const entityId = session.entity.peek()?.entityId ?? ''
    const answer = await tryOnce(session, () => session.rpc('activity.detail', { entityId, id: entry.id }))
    setHashes(answer.type === 'ok' ? answer.value.frameHashes : [])
  }
  const long = (name: string, value: string, label: string): Fact => ({
    name,
    value: <LongId value={value} label={label} />,
    long: true,
  })
  const facts: readonly (Fact | null)[] = [
    proof && long(text('receipt.paymentId'), proof.paymentId, text('receipt.copyPaymentId')),
    proof && long(text('receipt.preimage'), proof.preimage, text('receipt.copyPreimage')),
    proof && long(text('activity.hashlock'), proof.hashlock, text('activity.copyHashlock')),
    { name: text('receipt.height'), value: format.count(entry.height) },
    { name: text('activity.frames'), value: <Hashes hashes={hashes} />, long: true },
  ]
  return (
    <Disclosure summary={text('common.details')} onOpen={() => void load()}>
      <Facts facts={facts.filter((fact) => fact !== null)} />
    </Disclosure>
  )
}

export const ActivityDetail = ({ entry }: { readonly entry: ActivityEntry }) => {
  const { session, text, format } = useUi()
  const token = session.tokenOf(entry.tokenId)
  const { proof } = entry
  const isOut = directionOf(entry) !== 'in'
  const facts: readonly (Fact | null)[] = [
    { name: isOut ? text('receipt.to') : text('receipt.from'), value: <Who entry={entry} /> },
    { name: text('receipt.amount'), value: <Amount value={entry.amount} token={token} precision="exact" /> },
    { name: text('receipt.fee'), value: <Amount value={entry.fee} token={token} precision="exact" /> },
    { name: text('receipt.time'), value: format.fullMoment(entry.timestamp) },
    entry.memo === '' ? null : { name: text('receipt.memo'), value: entry.memo },
  ]
  const context = { text, format, tokens: session.tokens.value, tokenId: entry.tokenId }
  return (
    <section class={styles.detail} aria-label={text('receipt.region')}>
      {entry.failure !== '' && <p>{inOneLine(wordsOfFailure(entry.failure, context))}</p>}
      <Facts facts={facts.filter((fact) => fact !== null)} />
      {proof !== null && <p class={styles.note}>{proof.isProof ? text('receipt.proof') : text('receipt.noProof')}</p>}
      <Deep entry={entry} />
    </section>
  )
}
