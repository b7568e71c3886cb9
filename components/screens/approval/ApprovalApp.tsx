/** The approval window: who asks, for what, what it does, and the owner's word. Esc rejects; nothing approves by itself. */
import { useEffect, useMemo } from 'preact/hooks'
import { type ApprovalModel, type ApprovalPorts, createApproval, type Question } from '../../models/approval.ts'
import { useEscape } from '../../models/hooks.ts'
import { ENGLISH_APPROVAL } from '../../models/text-en-approval.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Page } from '../Page.tsx'
import styles from './Approval.module.css'
import { Connect } from './Connect.tsx'
import { Payment, useHeadline } from './Payment.tsx'
import { Who } from './Who.tsx'

const SYSTEM: ApprovalPorts = {
  schedule: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

const Nothing = () => {
  const { text } = useUi()
  return (
    <main class={styles.screen}>
      <PageHead title={text('approval.none')} />
      <p class={styles.muted}>{text('approval.noneText')}</p>
    </main>
  )
}

const Words = ({ model }: { readonly model: ApprovalModel }) => {
  const { text } = useUi()
  const isBusy = model.isBusy.value
  // A key that is still held down from elsewhere is no word.
  const ignoreHeld = (event: KeyboardEvent): void => {
    if (event.repeat) event.preventDefault()
  }
  return (
    <div class={styles.actions}>
      <Button
        look="filled"
        wide
        disabled={!model.isArmed.value}
        onKeyDown={ignoreHeld}
        onClick={() => void model.approve()}
      >
        {text('approval.approve')}
      </Button>
      <div class={styles.pair}>
        <Button wide disabled={isBusy} aria-keyshortcuts="Escape" onClick={() => void model.reject()}>
          {text('approval.reject')}
        </Button>
        <Button wide disabled={isBusy} onClick={() => void model.rejectAll()}>
          {text('approval.rejectAll')}
        </Button>
      </div>
    </div>
  )
}

const Asked = ({ model, question }: { readonly model: ApprovalModel; readonly question: Question }) => {
  const { text } = useUi()
  const quote = model.quote.value
  const total = model.total.value
  const refusal = model.refusal.value
  const title = useHeadline(question.request, quote)
  useEscape(() => void model.reject())
  return (
    <main class={styles.screen}>
      <div class={styles.top}>
        <PageHead key={question.id} title={title} />
        {total > 1 && <p class={styles.position}>{text('approval.position', { index: '1', total: String(total) })}</p>}
      </div>
      <Who origin={question.origin} seenBefore={question.seenBefore} />
      {question.request.type === 'connect' ? (
        <Connect address={question.request.address} />
      ) : (
        <Payment request={question.request} quote={quote} isRefused={refusal !== null} />
      )}
      {refusal !== null && <Alert>{refusal}</Alert>}
      <span class={styles.gap} />
      <Words model={model} />
    </main>
  )
}

const Inside = ({ model }: { readonly model: ApprovalModel }) => {
  useUi(ENGLISH_APPROVAL)
  useEffect(() => {
    const stop = model.start()
    addEventListener('resize', model.disturb)
    document.addEventListener('visibilitychange', model.disturb)
    return () => {
      stop()
      removeEventListener('resize', model.disturb)
      document.removeEventListener('visibilitychange', model.disturb)
    }
  }, [model])
  const question = model.question.value
  return question === null ? <Nothing /> : <Asked model={model} question={question} />
}

export const ApprovalApp = ({ ui, ports = SYSTEM }: { readonly ui: Ui; readonly ports?: ApprovalPorts }) => {
  const model = useMemo(() => createApproval(ui, ports), [ui, ports])
  return (
    <Page ui={ui}>
      <Inside model={model} />
    </Page>
  )
}
