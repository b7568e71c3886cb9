/** What few look up of an entry: ids, hashes, the frames that carried it, and what it left its entity with. */
import { useEffect, useState } from 'preact/hooks'
import type { ActivityEntry, RpcMethods } from '../../runtime/radapter/types.ts'
import { tryOnce } from '../models/reliable.ts'
import { ENGLISH_ENTRY } from '../models/text-en-entry.ts'
import { useUi } from '../models/ui.ts'
import { Amount } from '../primitives/Amount.tsx'
import { type Fact, Facts } from '../primitives/Facts.tsx'
import { LongId } from '../primitives/LongId.tsx'
import { longFact, proofFacts } from './EntryFacts.tsx'

type Found = Pick<RpcMethods['activity.detail']['result'], 'frameHashes'> & { readonly balance: bigint | null }
const NOTHING: Found = { frameHashes: [], balance: null }

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

/** Fetched with the code, which is when Details are opened first. */
export const EntryDepth = ({ entry }: { readonly entry: ActivityEntry }) => {
  const { session, text, format } = useUi(ENGLISH_ENTRY)
  const [found, setFound] = useState<Found | null>(null)
  const { proof, status } = entry
  const load = async (): Promise<void> => {
    const { height = null, live = true } = session.frameView.peek() ?? {}
    const params = { entityId: session.entity.peek()?.entityId ?? '', id: entry.id, height: live ? null : height }
    const answer = await tryOnce(session, () => session.rpc('activity.detail', params))
    setFound(answer.type === 'ok' ? { ...answer.value, balance: answer.value.entry.balance } : NOTHING)
  }
  // Its end may bring frames and a balance.
  useEffect(() => void load(), [status])
  const balance = found?.balance ?? null
  const facts: readonly Fact[] = [
    ...(balance === null
      ? []
      : [
          {
            name: text('activity.balanceAfter'),
            value: <Amount value={balance} token={session.tokenOf(entry.tokenId)} precision="exact" />,
          },
        ]),
    ...proofFacts(proof, text),
    ...(proof === null ? [] : [longFact(text('activity.hashlock'), proof.hashlock, text('activity.copyHashlock'))]),
    { name: text('receipt.height'), value: format.count(entry.height) },
    { name: text('activity.frames'), value: <Hashes hashes={found?.frameHashes ?? null} />, long: true },
  ]
  return <Facts facts={facts} />
}
