/** One entry of the history in full; ids, hashes and the frames that carried it lie under Details. */
import { useState } from 'preact/hooks'
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { tryOnce } from '../models/reliable.ts'
import { useUi } from '../models/ui.ts'
import { Disclosure } from '../primitives/Disclosure.tsx'
import { type Fact, Facts } from '../primitives/Facts.tsx'
import { LongId } from '../primitives/LongId.tsx'
import { EntryFacts, longFact, proofFacts } from './EntryFacts.tsx'

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
  const facts: readonly Fact[] = [
    ...proofFacts(proof, text),
    ...(proof === null ? [] : [longFact(text('activity.hashlock'), proof.hashlock, text('activity.copyHashlock'))]),
    { name: text('receipt.height'), value: format.count(entry.height) },
    { name: text('activity.frames'), value: <Hashes hashes={hashes} />, long: true },
  ]
  return (
    <Disclosure summary={text('common.details')} onOpen={() => void load()}>
      <Facts facts={facts} />
    </Disclosure>
  )
}

export const ActivityDetail = ({ entry }: { readonly entry: ActivityEntry }) => (
  <EntryFacts entry={entry}>
    <Deep entry={entry} />
  </EntryFacts>
)
