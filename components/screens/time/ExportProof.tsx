/** What both sides signed, to be shown to others: saved as a file. */
import { useMemo } from 'preact/hooks'
import type { AccountDetail } from '../../../runtime/radapter/types.ts'
import { createProofExport, type ProofState } from '../../models/proof-export.ts'
import type { PlainKey } from '../../models/text.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'

const WORDS: { readonly [S in ProofState]: PlainKey | null } = {
  idle: null,
  reading: null,
  saved: 'time.proofSaved',
  failed: 'time.proofFailed',
}

type Props = { readonly account: AccountDetail; readonly since: number }

export const ExportProof = ({ account, since }: Props) => {
  const { session, text } = useUi()
  const { height } = account.frames[0] ?? {}
  // What is said is of the frame that is shown.
  const model = useMemo(() => createProofExport(session), [session, account.counterpartyId, height])
  const state = model.state.value
  const words = WORDS[state]
  if (height === undefined) return null
  return (
    <>
      <Button look="quiet" disabled={state === 'reading'} onClick={() => void model.run(account, since)}>
        {text('time.exportProof')}
      </Button>
      <p role="status">{words === null ? '' : text(words)}</p>
    </>
  )
}
