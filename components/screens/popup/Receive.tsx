/**
 * Asking to be paid: an invoice as a link and a QR code that turns to Paid by itself, or a link that can be paid many
 * times; the links made before, and the owner's address.
 */
import { useId, useState } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import { createReceive, type ReceiveModel } from '../../models/receive.ts'
import { ENGLISH_RECEIVE } from '../../models/text-en-receive.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { CopyButton } from '../../primitives/CopyButton.tsx'
import { Figure } from '../../primitives/Figure.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Qr } from '../../primitives/Qr.tsx'
import { Select } from '../../primitives/Select.tsx'
import { Status } from '../../primitives/Status.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import { OwnAddress } from './OwnAddress.tsx'
import { OwnOffers } from './OwnOffers.tsx'
import styles from './Receive.module.css'
import screen from './Screen.module.css'
import { Share } from './Share.tsx'

/** A longer amount does not fit its field in the large type. */
const LARGE_CHARACTERS = 12

type Part = 'address' | 'offers'

type FormProps = { readonly receive: ReceiveModel; readonly onOpen: (part: Part) => void }

const Form = ({ receive, onOpen }: FormProps) => {
  const { session, text } = useUi()
  const { amount, memo } = receive.form.value
  const refusal = receive.refusal.value
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
        <div class={styles.parts}>
          <Button look="quiet" onClick={() => onOpen('offers')}>
            {text('receive.offers')}
          </Button>
          <Button look="quiet" onClick={() => onOpen('address')}>
            {text('receive.address')}
          </Button>
        </div>
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
        <Share value={link} />
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

const Asking = ({ receive, onOpen, onLeave }: FormProps & { readonly onLeave: () => void }) => {
  const { text } = useUi()
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
      {link === null ? <Form receive={receive} onOpen={onOpen} /> : <Made receive={receive} link={link} />}
    </main>
  )
}

export const Receive = ({ held, onLeave }: Props) => {
  const ui = useUi(ENGLISH_RECEIVE)
  const [part, setPart] = useState<Part | null>(null)
  held.current ??= createReceive(ui)
  const entity = ui.session.entity.value
  const back = (): void => setPart(null)
  if (part === 'address' && entity !== null) return <OwnAddress entity={entity} onLeave={back} />
  if (part === 'offers') return <OwnOffers onLeave={back} />
  return <Asking receive={held.current} onOpen={setPart} onLeave={onLeave} />
}
