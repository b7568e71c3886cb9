/**
 * Asking to be paid: an invoice as a link and a QR code that turns to Paid by itself, or a link that can be paid many
 * times.
 */
import { useId } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import { createReceive, type ReceiveModel } from '../../models/receive.ts'
import { ENGLISH_RECEIVE } from '../../models/text-en-receive.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { CopyButton } from '../../primitives/CopyButton.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { Figure } from '../../primitives/Figure.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Qr } from '../../primitives/Qr.tsx'
import { Select } from '../../primitives/Select.tsx'
import { Status } from '../../primitives/Status.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import styles from './Receive.module.css'
import screen from './Screen.module.css'

/** A longer amount does not fit its field in the large type. */
const LARGE_CHARACTERS = 12

const Form = ({ receive }: { readonly receive: ReceiveModel }) => {
  const { session, text } = useUi()
  const { amount, memo } = receive.form.value
  const refusal = receive.refusal.value
  const entity = session.entity.value
  const errorId = useId()
  const hintId = useId()
  const submit = (event: Event): void => {
    event.preventDefault()
    void receive.create()
  }
  return (
    <form class={screen.form} onSubmit={submit}>
      <div class={screen.pair}>
        <TextField
          label={text('receive.amount')}
          value={amount}
          inputMode="decimal"
          large={amount.length <= LARGE_CHARACTERS}
          onInput={(value) => receive.edit({ amount: value })}
          invalid={refusal?.field === 'amount'}
          errorId={errorId}
          describedBy={hintId}
          first
          focusOn={refusal?.field === 'amount' ? refusal : null}
        />
        <Select
          label={text('pay.token')}
          value={receive.token.value?.tokenId ?? 0}
          options={session.tokens.value.map(({ tokenId, symbol }) => ({ value: tokenId, label: symbol }))}
          onChange={(tokenId) => receive.edit({ tokenId })}
        />
      </div>
      <p id={hintId} class={screen.hint}>
        {text('receive.amountHint')}
      </p>
      <TextField
        label={text('receive.memo')}
        value={memo}
        hint={text('receive.memoHint')}
        onInput={(value) => receive.edit({ memo: value })}
        invalid={refusal?.field === 'memo'}
        errorId={errorId}
      />
      <div>
        <Toggle
          label={text('receive.reusable')}
          checked={receive.isReusable.value}
          onChange={(isReusable) => receive.edit({ isReusable })}
        />
        {entity !== null && (
          <div class={styles.id}>
            <p class={screen.small}>{text('receive.yourId')}</p>
            <EntityId id={entity.entityId} name={entity.label} />
          </div>
        )}
      </div>
      <div class={screen.refusal}>{refusal !== null && <Alert id={errorId}>{inOneLine(refusal)}</Alert>}</div>
      <div class={screen.actions}>
        <Button type="submit" look="filled" wide disabled={receive.busy.value || session.isReadOnly.value}>
          {text(receive.isReusable.value ? 'receive.createLink' : 'receive.create')}
        </Button>
      </div>
    </form>
  )
}

const InvoiceStatus = ({ receive }: { readonly receive: ReceiveModel }) => {
  const { text, format } = useUi()
  const invoice = receive.invoice.value
  if (invoice?.status === 'paid')
    return (
      <Status name={text('receive.paid')}>
        <p class={styles.paid}>{text('receive.paid')}</p>
      </Status>
    )
  if (receive.isReusable.value)
    return (
      <Status>
        <p>{text('receive.linkMade')}</p>
        <p class={screen.muted}>{text('receive.linkUse')}</p>
      </Status>
    )
  const time = invoice === null ? '' : format.moment(invoice.expirySeconds * 1_000, Date.now())
  return (
    <Status>
      <p>
        {invoice === null
          ? text('receive.made')
          : text(invoice.status === 'expired' ? 'receive.expired' : 'receive.open')}
      </p>
      {invoice?.status === 'open' && <p class={screen.muted}>{text('receive.until', { time })}</p>}
    </Status>
  )
}

/** Where the system can pass a text on. */
const Share = ({ link }: { readonly link: string }) => {
  const { text } = useUi()
  // Absent in some browsers, whatever the types say.
  if (!('share' in navigator)) return null
  // Whoever closes the sheet again has shared nothing, and sees that.
  const share = (): void => void navigator.share({ text: link }).catch(() => undefined)
  return <Button onClick={share}>{text('receive.share')}</Button>
}

const Made = ({ receive, link }: { readonly receive: ReceiveModel; readonly link: string }) => {
  const { session, text } = useUi()
  const invoice = receive.invoice.value
  const asked = receive.asked.value
  const isReusable = receive.isReusable.value
  const isPaid = invoice?.status === 'paid'
  return (
    <div class={`${screen.form} ${styles.made}`}>
      {asked !== null && asked.amount !== null && (
        <Figure value={asked.amount} token={session.tokenOf(asked.tokenId)} />
      )}
      <InvoiceStatus receive={receive} />
      <div class={isPaid ? styles.used : undefined}>
        <Qr value={link} label={text(isReusable ? 'receive.linkQr' : 'receive.qr')} />
      </div>
      <TextField label={text(isReusable ? 'receive.link' : 'receive.invoice')} value={link} mono readOnly />
      <div class={`${screen.actions} ${styles.two}`}>
        <CopyButton value={link} label={text('receive.copyLink')} />
        <Share link={link} />
        <Button look={isPaid ? 'filled' : 'plain'} onClick={receive.another}>
          {text(isReusable ? 'receive.anotherLink' : 'receive.another')}
        </Button>
      </div>
    </div>
  )
}

type Props = {
  /** Filled in by the screen when it finds nothing there. */
  readonly held: { current: ReceiveModel | null }
  readonly onLeave: () => void
}

export const Receive = ({ held, onLeave }: Props) => {
  const ui = useUi(ENGLISH_RECEIVE)
  const { text } = ui
  held.current ??= createReceive(ui)
  const receive = held.current
  const link = receive.link.value
  useEscape(onLeave)
  return (
    <main class={screen.screen}>
      <PageHead
        key={link}
        title={text('receive.heading')}
        onBack={onLeave}
        takesFocus={link !== null}
        isSmall={link !== null}
      />
      {link === null ? <Form receive={receive} /> : <Made receive={receive} link={link} />}
    </main>
  )
}
