/**
 * A runtime into a file: what is in it and what is not, a password or the risk of none, and the file to save. A link is
 * what saves: it works in any page of the extension, and can be pressed again.
 */
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import { sizeOf, wordsOfExport } from '../../models/file-words.ts'
import { createExport, type ExportedRuntime, type ExportModel, type PasswordField } from '../../models/files.ts'
import { useEscape } from '../../models/hooks.ts'
import { suggestPassword } from '../../models/password.ts'
import { ENGLISH_FILES } from '../../models/text-en-files.ts'
import { ENGLISH_OWNER } from '../../models/text-en-owner.ts'
import { ENGLISH_WELCOME } from '../../models/text-en-welcome.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Status } from '../../primitives/Status.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import screen from '../popup/Screen.module.css'
import styles from './Files.module.css'
import { Working } from './Working.tsx'

const Content = () => {
  const { text } = useUi()
  return (
    <ul class={styles.list}>
      <li>{text('files.in')}</li>
      <li>{text('files.notIn')}</li>
    </ul>
  )
}

type Typed = { readonly password: string; readonly confirm: string }
type Fault = { readonly field: PasswordField; readonly why: 'short' | 'mismatch' } | null

const Passwords = ({
  typed,
  fault,
  errorId,
  onChange,
}: {
  readonly typed: Typed
  readonly fault: Fault
  readonly errorId: string
  readonly onChange: (typed: Typed) => void
}) => {
  const { text } = useUi()
  const [isShown, setIsShown] = useState(false)
  const [suggestion, setSuggestion] = useState<string | null>(null)
  const field = (name: PasswordField) => ({
    kind: isShown ? ('text' as const) : ('password' as const),
    value: typed[name],
    autoComplete: 'new-password',
    onInput: (value: string) => onChange({ ...typed, [name]: value }),
    invalid: fault?.field === name,
    errorId,
    focusOn: fault?.field === name ? fault : null,
  })
  return (
    <>
      <TextField label={text('password.label')} hint={text('password.hint')} {...field('password')} />
      <TextField label={text('password.confirm')} {...field('confirm')} />
      <div class={styles.row}>
        <Button look="quiet" aria-pressed={isShown} onClick={() => setIsShown(!isShown)}>
          {text('password.reveal')}
        </Button>
        <Button look="quiet" onClick={() => void suggestPassword().then(setSuggestion)}>
          {text('password.suggest')}
        </Button>
      </div>
      {suggestion !== null && (
        <div class={styles.suggestion}>
          <p>{text('password.suggested')}</p>
          <p>{suggestion}</p>
        </div>
      )}
      <p class={screen.muted}>{text('files.keep')}</p>
    </>
  )
}

const Form = ({ model }: { readonly model: ExportModel }) => {
  const ui = useUi()
  const { text } = ui
  const errorId = useId()
  const [isProtected, setProtected] = useState(true)
  const [typed, setTyped] = useState<Typed>({ password: '', confirm: '' })
  const state = model.state.value
  const fault = state.type === 'asking' && isProtected ? state.fault : null
  const submit = (event: Event): void => {
    event.preventDefault()
    void model.run(isProtected ? typed : null)
  }
  return (
    <form class={screen.form} onSubmit={submit}>
      <p class={screen.muted}>{text('files.exportLead')}</p>
      <Content />
      <Toggle label={text('files.protect')} checked={isProtected} onChange={setProtected} />
      {isProtected ? (
        <Passwords typed={typed} fault={fault} errorId={errorId} onChange={setTyped} />
      ) : (
        <Alert tone="caution">{text('files.unprotected')}</Alert>
      )}
      <div class={screen.refusal}>
        {fault !== null && (
          <Alert id={errorId}>{text(fault.why === 'short' ? 'password.short' : 'password.mismatch')}</Alert>
        )}
        {state.type === 'refused' && <Alert id={errorId}>{wordsOfExport(ui, state.problem)}</Alert>}
      </div>
      <div class={screen.actions}>
        <Button type="submit" look="filled" wide>
          {text('files.write')}
        </Button>
      </div>
    </form>
  )
}

const Ready = ({ model, onAgain }: { readonly model: ExportModel; readonly onAgain: () => void }) => {
  const ui = useUi()
  const { text, format } = ui
  const state = model.state.value
  if (state.type !== 'written') return null
  return (
    <>
      <Status>
        <span>{text('files.written', { size: sizeOf(ui, state.bytes), height: format.count(state.height) })}</span>
        <span class={styles.long}>{state.name}</span>
      </Status>
      <p class={screen.muted}>{text('files.saveHint')}</p>
      <div class={screen.actions}>
        <SaveLink url={state.url} name={state.name} />
        <Button wide onClick={onAgain}>
          {text('files.writeAgain')}
        </Button>
      </div>
    </>
  )
}

const SaveLink = ({ url, name }: { readonly url: string; readonly name: string }) => {
  const { text } = useUi()
  const save = (): void => {
    const link = document.createElement('a')
    link.href = url
    link.download = name
    link.click()
  }
  return (
    <Button look="filled" wide onClick={save}>
      {text('files.save')}
    </Button>
  )
}

type Props = {
  readonly runtime: ExportedRuntime
  readonly onLeave?: () => void
}

export const ExportRuntime = ({ runtime, onLeave }: Props) => {
  const { text, host } = useUi(ENGLISH_FILES)
  useUi(ENGLISH_OWNER)
  useUi(ENGLISH_WELCOME)
  const { runtimeId, name } = runtime
  const model = useMemo(() => createExport(host.files, { runtimeId, name }), [host, runtimeId, name])
  const [isAsked, setAsked] = useState(false)
  useEffect(() => model.leave, [model])
  useEscape(onLeave ?? (() => undefined))
  const state = model.state.value
  const isReady = state.type === 'written' && !isAsked
  useEffect(() => setAsked(false), [state])
  return (
    <main class={screen.screen}>
      <PageHead title={text('files.exportHeading', { name })} onBack={onLeave} />
      {state.type === 'working' ? (
        <Working progress={state.progress} onCancel={model.cancel} />
      ) : isReady ? (
        <Ready model={model} onAgain={() => setAsked(true)} />
      ) : (
        <Form model={model} />
      )}
    </main>
  )
}
