/**
 * One payment from review to receipt. One component, so that amount and seam stay where they are throughout: the review
 * shows the new position as a ghost, and once the payment is made the seam slides there.
 */
import { Check } from 'lucide'
import { useEffect, useRef } from 'preact/hooks'
import type { ActivityEntry, Quote, TokenView } from '../../../runtime/radapter/types.ts'
import { usePassed } from '../../models/hooks.ts'
import type { PayModel } from '../../models/pay.ts'
import type { Paying, PayStep } from '../../models/pay-state.ts'
import { wordsOfFailure } from '../../models/refusals.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Amount } from '../../primitives/Amount.tsx'
import { Button } from '../../primitives/Button.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import { Figure } from '../../primitives/Figure.tsx'
import { Icon } from '../../primitives/Icon.tsx'
import { Identicon } from '../../primitives/Identicon.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { Status } from '../../primitives/Status.tsx'
import { TokenIcon } from '../../primitives/TokenIcon.tsx'
import { Receipt } from '../Receipt.tsx'
import styles from './Payment.module.css'
import screen from './Screen.module.css'

type Shown = Exclude<PayStep, { readonly type: 'form' | 'quoting' }>
type Ended = Extract<PayStep, { readonly type: 'ended' }>
type Props = { readonly pay: PayModel; readonly step: Shown; readonly onBack: () => void; readonly onDone: () => void }

/** What is quicker than this needs no explanation. */
const EXPLAIN_AFTER_MS = 1_000

const useRoute = (quote: Quote): string => {
  const { text, format } = useUi()
  const through = quote.route.filter(({ entityId }) => entityId !== quote.to).map(({ label }) => label)
  return through.length === 0
    ? text('review.direct', { name: quote.toLabel })
    : text('review.through', { names: format.list(through) })
}

const ReviewFacts = ({ quote, token }: { readonly quote: Quote; readonly token: TokenView }) => {
  const { text } = useUi()
  const route = useRoute(quote)
  const facts: readonly (Fact | null)[] = [
    { name: text('review.fee'), value: <Amount value={quote.fee} token={token} precision="exact" /> },
    { name: text('review.route'), value: route },
    { name: text('review.remaining'), value: <Amount value={quote.remaining} token={token} precision="exact" /> },
    quote.memo === '' ? null : { name: text('review.memo'), value: quote.memo },
  ]
  return <Facts facts={facts.filter((fact) => fact !== null)} />
}

/** Who gets it, under the amount. */
const To = ({ quote }: { readonly quote: Quote }) => {
  const { session, text } = useUi()
  const isKnown = session.frameView.value?.directory.some(({ entityId }) => entityId === quote.to) ?? false
  return (
    <dl class={styles.to}>
      <dt>{text('review.to')}</dt>
      <dd class={styles.who}>
        <Identicon id={quote.to} />
        <span class={styles.name}>{quote.toLabel}</span>
        <EntityId id={quote.to} name={quote.toLabel} />
        {!isKnown && (
          <span class={styles.new} title={text('review.newHint')}>
            {text('review.new')}
          </span>
        )}
      </dd>
    </dl>
  )
}

/** The amount, the same from review to receipt. */
const Head = ({ step }: { readonly step: Shown }) => {
  const { session, text } = useUi()
  const { amount, tokenId } = step.type === 'review' ? step.quote : step.type === 'paying' ? step.inHand : step.entry
  const token = session.tokenOf(tokenId)
  return (
    <dl class={styles.head}>
      <dt class="visually-hidden">{text('review.amount')}</dt>
      <dd>
        <Figure value={amount} token={token} />
        {!session.isKnown(tokenId) && <TokenIcon token={token} isKnown={false} />}
      </dd>
    </dl>
  )
}

const PayNow = ({ pay }: { readonly pay: PayModel }) => {
  const { session, text } = useUi()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.querySelector('button')?.focus(), [])
  // The Enter that asked for the review may still be held down: only a new press pays.
  const ignoreHeld = (event: KeyboardEvent): void => {
    if (event.repeat) event.preventDefault()
  }
  return (
    <div ref={box} class={screen.actions}>
      <Button
        look="filled"
        wide
        disabled={session.isReadOnly.value}
        onKeyDown={ignoreHeld}
        onClick={() => void pay.payNow()}
      >
        {text('review.payNow')}
      </Button>
    </div>
  )
}

const Progress = ({ pay, step }: { readonly pay: PayModel; readonly step: Paying }) => {
  const { session, text, format } = useUi()
  const isSlow = usePassed(step.inHand.startedAt + EXPLAIN_AFTER_MS)
  const pending = pay.pending.value
  const token = session.tokenOf(step.inHand.tokenId)
  const { toLabel, amount } = step.inHand
  const names = new Map(session.frameView.value?.directory.map(({ entityId, label }) => [entityId, label]))
  const waitingFor = pending === null ? '' : (names.get(pending.waitingFor) ?? pending.waitingFor)
  const deadline = pending === null ? '' : format.moment(pending.deadlineSeconds * 1_000, Date.now())
  return (
    <>
      <p>{text('paying.sending', { amount: format.money(amount, token, 'exact'), name: toLabel })}</p>
      {isSlow && (
        <>
          <p>{pending === null ? text('paying.pendingPlain') : text('paying.pending', { name: waitingFor })}</p>
          {pending !== null && <p class={screen.muted}>{text('paying.deadline', { time: deadline })}</p>}
          <p class={screen.muted}>{text('paying.mayClose')}</p>
        </>
      )}
    </>
  )
}

const Cancel = ({ pay, step }: { readonly pay: PayModel; readonly step: Paying }) => {
  const { text } = useUi()
  const isSlow = usePassed(step.inHand.startedAt + EXPLAIN_AFTER_MS)
  if (!isSlow || pay.pending.value?.canCancel !== true) return null
  return (
    <div class={screen.actions}>
      <Button wide disabled={pay.cancelling.value} onClick={() => void pay.cancel()}>
        {text(pay.cancelling.value ? 'paying.cancelling' : 'paying.cancel')}
      </Button>
    </div>
  )
}

const Failed = ({ entry }: { readonly entry: ActivityEntry }) => {
  const { session, text, format } = useUi()
  const context = { text, format, tokens: session.tokens.value, tokenId: entry.tokenId }
  return (
    <Alert>
      <p class={styles.strong}>{text('paying.failed')}</p>
      <p>{inOneLine(wordsOfFailure(entry.failure, context))}</p>
    </Alert>
  )
}

const Sent = ({ entry }: { readonly entry: ActivityEntry }) => {
  const { session, text, format } = useUi()
  const amount = format.money(entry.amount, session.tokenOf(entry.tokenId), 'exact')
  return (
    <>
      <p class={styles.sent}>
        <Icon of={Check} />
        {text('paying.sent')}
      </p>
      <p>{text('paying.has', { name: entry.counterpartyLabel, amount })}</p>
    </>
  )
}

/** One live region from the press to the end, so that each change is read out. */
const How = ({ pay, step }: { readonly pay: PayModel; readonly step: Paying | Ended }) => {
  if (step.type === 'ended' && step.entry.status === 'failed') return <Failed entry={step.entry} />
  return <Status>{step.type === 'paying' ? <Progress pay={pay} step={step} /> : <Sent entry={step.entry} />}</Status>
}

const EndActions = ({
  pay,
  step,
  onDone,
}: {
  readonly pay: PayModel
  readonly step: Ended
  readonly onDone: () => void
}) => {
  const { text } = useUi()
  const isFailed = step.entry.status === 'failed'
  return (
    <div class={screen.actions}>
      {isFailed && (
        <Button look="filled" wide onClick={pay.done}>
          {text('paying.again')}
        </Button>
      )}
      <Button look={isFailed ? 'plain' : 'filled'} wide onClick={onDone}>
        {text('paying.done')}
      </Button>
    </div>
  )
}

export const Payment = ({ pay, step, onBack, onDone }: Props) => {
  const { session, text } = useUi()
  const isPaid = step.type === 'ended' && step.entry.status === 'sent'
  const refusal = pay.refusal.value
  const { quote } = step
  return (
    <main class={screen.screen}>
      <PageHead
        key={step.type}
        title={text(step.type === 'review' ? 'review.heading' : 'paying.heading')}
        onBack={onBack}
        takesFocus={step.type !== 'review'}
        isSmall
      />
      <div class={styles.top}>
        <Head step={step} />
        <div class={styles.how}>
          {step.type === 'review' ? <To quote={step.quote} /> : <How pay={pay} step={step} />}
        </div>
      </div>
      {quote !== null && (
        <Seam
          key="seam"
          position={isPaid ? quote.after : quote.before}
          after={isPaid ? undefined : quote.after}
          token={session.tokenOf(quote.tokenId)}
        />
      )}
      {step.type === 'review' && <ReviewFacts quote={step.quote} token={session.tokenOf(step.quote.tokenId)} />}
      {step.type === 'ended' && <Receipt entry={step.entry} explains={false} />}
      {refusal !== null && <Alert>{inOneLine(refusal)}</Alert>}
      {step.type === 'review' && <PayNow pay={pay} />}
      {step.type === 'paying' && <Cancel pay={pay} step={step} />}
      {step.type === 'ended' && <EndActions pay={pay} step={step} onDone={onDone} />}
    </main>
  )
}
