/**
 * A runtime out of a file: choose it, its password if it has one, wait while every frame is executed again, then see what
 * it is before it becomes anything. Browsers close a popup when a file is chosen, so this opens as a tab.
 */
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { wordsOfFile } from '../../models/file-words.ts'
import { createImport, type ImportModel, type StagedRuntime } from '../../models/files.ts'
import { useEscape } from '../../models/hooks.ts'
import { ENGLISH_FILES } from '../../models/text-en-files.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { Facts } from '../../primitives/Facts.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Status } from '../../primitives/Status.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import screen from '../popup/Screen.module.css'
import styles from './Files.module.css'
import { Working } from './Working.tsx'

const Chooser = ({
  model,
  look,
  label,
}: {
  readonly model: ImportModel
  readonly look: 'filled' | 'plain'
  readonly label: string
}) => {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        class={styles.hidden}
        type="file"
        accept=".xln"
        aria-label={label}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? []
          // Emptied, so that the same file can be chosen again.
          event.currentTarget.value = ''
          if (file !== undefined) void model.choose(file)
        }}
      />
      <Button look={look} wide onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  )
}

const Asking = ({ model }: { readonly model: ImportModel }) => {
  const ui = useUi()
  const { text } = ui
  const errorId = useId()
  const state = model.state.value
  const problem = state.type === 'asking' ? state.problem : null
  return (
    <>
      <p class={screen.muted}>{text('files.importLead')}</p>
      {model.fileName.value !== '' && (
        <p class={styles.long}>
          {text('files.chosen')}: {model.fileName.value}
        </p>
      )}
      <div class={screen.refusal}>{problem !== null && <Alert id={errorId}>{wordsOfFile(ui, problem)}</Alert>}</div>
      <div class={screen.actions}>
        <Chooser
          model={model}
          look="filled"
          label={text(model.fileName.value === '' ? 'files.choose' : 'files.chooseOther')}
        />
      </div>
    </>
  )
}

const AskPassword = ({ model }: { readonly model: ImportModel }) => {
  const ui = useUi()
  const { text } = ui
  const errorId = useId()
  const [password, setPassword] = useState('')
  const state = model.state.value
  const refused = state.type === 'password' ? state.refused : null
  const submit = (event: Event): void => {
    event.preventDefault()
    void model.open(password)
  }
  return (
    <form class={screen.form} onSubmit={submit}>
      <p class={screen.muted}>{text('files.sealedLead')}</p>
      <p class={styles.long}>
        {text('files.chosen')}: {model.fileName.value}
      </p>
      <TextField
        label={text('password.label')}
        kind="password"
        value={password}
        autoComplete="off"
        onInput={setPassword}
        invalid={refused !== null}
        errorId={errorId}
        first
        focusOn={refused}
      />
      <div class={screen.refusal}>{refused !== null && <Alert id={errorId}>{wordsOfFile(ui, refused)}</Alert>}</div>
      <div class={screen.actions}>
        <Button type="submit" look="filled" wide disabled={password === ''}>
          {text('files.open')}
        </Button>
        <Chooser model={model} look="plain" label={text('files.chooseOther')} />
      </div>
    </form>
  )
}

const Summary = ({ staged }: { readonly staged: StagedRuntime }) => {
  const { text, format } = useUi()
  const { header, height, ownEntityIds, chainIds } = staged
  return (
    <Facts
      facts={[
        { name: text('files.name'), value: header.label },
        { name: text('files.height'), value: format.count(height) },
        { name: text('files.last'), value: format.fullMoment(header.timestampMs) },
        { name: text('files.exportedAt'), value: format.fullMoment(header.writtenMs) },
        { name: text('files.chains'), value: format.list(chainIds.map(String)) },
        {
          name: text('files.entities'),
          value:
            ownEntityIds.length === 0
              ? text('files.noEntities')
              : ownEntityIds.map((entityId) => <EntityId key={entityId} id={entityId} name={header.label} />),
          long: true,
        },
      ]}
    />
  )
}

const Verified = ({ model, staged }: { readonly model: ImportModel; readonly staged: StagedRuntime }) => {
  const { text } = useUi()
  const isOver = model.state.value.type === 'handed_over'
  return (
    <>
      <Status>{isOver ? text('files.added', { name: staged.header.label }) : text('files.verified')}</Status>
      <Summary staged={staged} />
      {!isOver && (
        <div class={screen.actions}>
          <Button look="filled" wide onClick={() => void model.accept()}>
            {text('files.add')}
          </Button>
          <Button wide onClick={model.reset}>
            {text('files.cancel')}
          </Button>
        </div>
      )}
    </>
  )
}

type Props = {
  /** The database is nobody's leftover any more: whoever is told makes a runtime of it. */
  readonly onVerified: (staged: StagedRuntime) => void
  readonly onLeave?: () => void
}

export const ImportRuntime = ({ onVerified, onLeave }: Props) => {
  const { text, host } = useUi(ENGLISH_FILES)
  const told = useRef(onVerified)
  told.current = onVerified
  const model = useMemo(() => createImport(host.files, (staged) => told.current(staged)), [host])
  useEffect(() => model.leave, [model])
  useEscape(onLeave ?? (() => undefined))
  const state = model.state.value
  return (
    <main class={screen.screen}>
      <PageHead title={text('files.importHeading')} onBack={onLeave} takesFocus={state.type !== 'password'} />
      {state.type === 'asking' && <Asking model={model} />}
      {state.type === 'password' && <AskPassword model={model} />}
      {state.type === 'working' && <Working progress={state.progress} onCancel={model.cancel} />}
      {(state.type === 'verified' || state.type === 'handed_over') && <Verified model={model} staged={state.staged} />}
    </main>
  )
}
