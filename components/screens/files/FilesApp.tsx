/** Runtimes into files and out of them, on a page of their own; `#import` and `#export` say which. */
import { useRef, useState } from 'preact/hooks'
import { useAction } from '../../models/action.ts'
import { importedOf } from '../../models/adopt.ts'
import type { StagedRuntime } from '../../models/files.ts'
import { RUNTIME_WORDS } from '../../models/runtimes.ts'
import { ENGLISH_RUNTIMES } from '../../models/text-en-runtimes.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Dialog } from '../../primitives/Dialog.tsx'
import { Page } from '../Page.tsx'
import runtimes from '../runtimes/Runtimes.module.css'
import { ExportRuntime } from './ExportRuntime.tsx'
import { ImportRuntime } from './ImportRuntime.tsx'

type Choice = 'replace' | 'copy' | null
/** The one of the same keys, and by how many frames the file ends earlier. */
type Here = { readonly name: string; readonly behindBy: number | null }

const Export = () => {
  const { session } = useUi()
  const status = session.hostStatus.value
  const listing = status?.runtimes.find(({ id }) => id === status.runtimeId)
  return listing === undefined ? null : <ExportRuntime runtime={{ runtimeId: listing.id, name: listing.name }} />
}

/** What was proven becomes a runtime of this wallet; where one of the same keys is here, the owner says which it is to be. */
const Import = () => {
  const { session, host, text } = useUi(ENGLISH_RUNTIMES)
  const adopting = useAction(RUNTIME_WORDS)
  const staged = useRef<StagedRuntime | null>(null)
  const [here, setHere] = useState<Here | null>(null)
  const discard = (): void => {
    const { current } = staged
    staged.current = null
    // What is left of it lies there until the wallet is reset; nothing else is touched.
    if (current !== null)
      void host
        .files()
        .then((files) => files.discard(current.stagingName))
        .catch(() => undefined)
  }
  const adopt = (choice: Choice): void => {
    const imported = staged.current === null ? null : importedOf(staged.current)
    if (imported === null) return
    void adopting.run(
      async (commandId) => {
        const made = await session.rpc('runtime.adopt', { commandId, imported, choice })
        if (made.id !== null) await session.rpc('runtime.select', { id: made.id })
        return made
      },
      (made) => {
        if (made.id !== null) host.showRuntime(made.id)
        else if (made.here !== null) setHere({ name: made.here, behindBy: made.behindBy })
      },
    )
  }
  const leave = (): void => {
    setHere(null)
    discard()
  }
  const refusal = adopting.refusal.value !== null && <Alert>{inOneLine(adopting.refusal.value)}</Alert>
  return (
    <>
      <ImportRuntime
        onVerified={(found) => {
          staged.current = found
          adopt(null)
        }}
      />
      {here === null && refusal}
      {here !== null && (
        <Dialog title={text('adopt.title', { name: here.name })} onClose={leave}>
          <p>{text('adopt.lead', { name: here.name })}</p>
          {here.behindBy !== null && <p>{text('adopt.behind', { name: here.name, count: here.behindBy })}</p>}
          {refusal}
          <div class={runtimes.actions}>
            <Button look="filled" wide disabled={adopting.busy.value} onClick={() => adopt('copy')}>
              {text('adopt.copy')}
            </Button>
            <Button look="danger" wide disabled={adopting.busy.value} onClick={() => adopt('replace')}>
              {text('adopt.replace', { name: here.name })}
            </Button>
            <Button look="quiet" wide onClick={leave}>
              {text('runtimes.cancel')}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  )
}

export const FilesApp = ({ ui }: { readonly ui: Ui }) => (
  <Page ui={ui} needsView={false}>
    {location.hash === '#export' ? <Export /> : <Import />}
  </Page>
)
