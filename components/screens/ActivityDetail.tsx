/** One entry of the history in full; ids, hashes and the frames that carried it lie under Details. */
import { useState } from 'preact/hooks'
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { useUi } from '../models/ui.ts'
import { Disclosure } from '../primitives/Disclosure.tsx'
import { lazy } from '../primitives/lazy.tsx'
import { EntryFacts } from './EntryFacts.tsx'

const EntryDepth = lazy(async () => (await import('./EntryDepth.tsx')).EntryDepth)

export const ActivityDetail = ({ entry }: { readonly entry: ActivityEntry }) => {
  const { text } = useUi()
  const [wasOpened, setWasOpened] = useState(false)
  return (
    <EntryFacts entry={entry}>
      <Disclosure summary={text('common.details')} onOpen={() => setWasOpened(true)}>
        {wasOpened && <EntryDepth entry={entry} />}
      </Disclosure>
    </EntryFacts>
  )
}
