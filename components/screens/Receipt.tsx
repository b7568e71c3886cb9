/** What is left of a payment: who, how much, and the proof. Ids in full, because here they are the point. */
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { useUi } from '../models/ui.ts'
import { EntryFacts, proofFacts } from './EntryFacts.tsx'

type Props = {
  readonly entry: ActivityEntry
  /** False where the reason of a failure already stands beside it. */
  readonly explains?: boolean
}

export const Receipt = ({ entry, explains = true }: Props) => {
  const { text, format } = useUi()
  const facts = [...proofFacts(entry.proof, text), { name: text('receipt.height'), value: format.count(entry.height) }]
  return <EntryFacts entry={entry} explains={explains} facts={facts} />
}
