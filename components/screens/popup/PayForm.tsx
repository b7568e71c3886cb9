/** Whom, how much, and a word for them. */
import { useEffect, useId } from 'preact/hooks'
import { useDelayed } from '../../models/hooks.ts'
import type { PayModel } from '../../models/pay.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine, type Words } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Identicon } from '../../primitives/Identicon.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Select } from '../../primitives/Select.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import styles from './Screen.module.css'

type Props = { readonly pay: PayModel; readonly onBack: () => void; readonly onScan: () => void }

/** A route found sooner needs no word. */
const SAY_ASKING_AFTER_MS = 300
/** A longer amount does not fit its field in the large type. */
const LARGE_CHARACTERS = 9
/** More names than this are typed, not picked. */
const PICKS = 5

/** What one payment can carry; and how the amount is read, once it holds a mark that others read differently. */
const useAmountHint = (pay: PayModel): string => {
  const { text, format } = useUi()
  const token = pay.token.value
  const canPay = pay.canPay.value
  if (token === null) return ''
  const parsed = pay.parsed.value
  // One decimal sign of the reader's own says by itself how it is read.
  const isMarked = /\D/.test(pay.form.value.amount.trim().replace(format.decimalSign, ''))
  const reads = parsed !== null && isMarked ? [text('pay.reads', { amount: format.money(parsed, token, 'exact') })] : []
  const upTo = canPay === null ? [] : [text('pay.upTo', { amount: format.money(canPay, token, 'down') })]
  return [...reads, ...upTo].join('. ')
}

const Picks = ({ pay }: { readonly pay: PayModel }) => {
  const { session, text } = useUi()
  const own = session.frameView.value?.entities.filter(({ isOwn }) => isOwn).map(({ entityId }) => entityId) ?? []
  const known = session.frameView.value?.directory.filter(({ entityId }) => !own.includes(entityId)) ?? []
  return (
    <ul aria-label={text('pay.known')} class={styles.picks}>
      {known.slice(0, PICKS).map(({ entityId, label }) => (
        <li key={entityId}>
          <Button look="quiet" onClick={() => pay.edit({ to: label })}>
            <Identicon id={entityId} />
            <span class={styles.pick}>{label}</span>
          </Button>
        </li>
      ))}
    </ul>
  )
}

export const PayForm = ({ pay, onBack, onScan }: Props) => {
  const { session, text } = useUi()
  const { to, amount, memo } = pay.form.value
  const refusal = pay.refusal.value
  const errorId = useId()
  const hintId = useId()
  const hint = useAmountHint(pay)
  const isAsking = pay.step.value.type === 'quoting'
  useEffect(() => pay.followLimit(), [pay])
  const isSlow = useDelayed(isAsking, SAY_ASKING_AFTER_MS)

  const faultOf = (field: Words['field']): Words | null => (refusal?.field === field ? refusal : null)
  const submit = (event: Event): void => {
    event.preventDefault()
    void pay.review()
  }
  return (
    <main class={styles.screen}>
      <PageHead title={text('pay.heading')} onBack={onBack} takesFocus={false} />
      <form class={styles.form} onSubmit={submit}>
        <TextField
          label={text('pay.recipient')}
          value={to}
          onInput={(value) => pay.edit({ to: value })}
          invalid={faultOf('recipient') !== null}
          errorId={errorId}
          first
          focusOn={faultOf('recipient')}
          aside={
            <Button look="quiet" onClick={onScan}>
              {text('scan.open')}
            </Button>
          }
        />
        <Picks pay={pay} />
        <div class={styles.pair}>
          <TextField
            label={text('pay.amount')}
            value={amount}
            inputMode="decimal"
            large={amount.length <= LARGE_CHARACTERS}
            onInput={(value) => pay.edit({ amount: value })}
            invalid={faultOf('amount') !== null}
            errorId={errorId}
            describedBy={hintId}
            focusOn={faultOf('amount')}
            aside={
              <Button look="quiet" onClick={pay.fillAll}>
                {text('pay.max')}
              </Button>
            }
          />
          <Select
            label={text('pay.token')}
            value={pay.token.value?.tokenId ?? 0}
            options={session.tokens.value.map(({ tokenId, symbol }) => ({ value: tokenId, label: symbol }))}
            onChange={(tokenId) => pay.edit({ tokenId })}
          />
        </div>
        <p id={hintId} class={styles.hint}>
          {hint}
        </p>
        <TextField
          label={text('pay.memo')}
          value={memo}
          onInput={(value) => pay.edit({ memo: value })}
          invalid={faultOf('memo') !== null}
          errorId={errorId}
          focusOn={faultOf('memo')}
        />
        <div class={styles.refusal}>{refusal !== null && <Alert id={errorId}>{inOneLine(refusal)}</Alert>}</div>
        <div class={styles.actions}>
          <Button type="submit" look="filled" wide disabled={session.isReadOnly.value || isAsking}>
            {text(isSlow ? 'pay.reviewing' : 'pay.review')}
          </Button>
        </div>
      </form>
    </main>
  )
}
