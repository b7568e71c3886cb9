/** A move before it is made: from where to where, before and after, what it costs, how long, what can still go wrong. */
import { useEffect, useRef } from 'preact/hooks'
import type { Action } from '../../models/action.ts'
import type { MoveQuote } from '../../models/court.ts'
import type { Draft, MoveSpec } from '../../models/moves.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import { LongId } from '../../primitives/LongId.tsx'
import forms from '../sidepanel/Forms.module.css'
import { ChangeSeams, changeFacts } from './Change.tsx'
import styles from './Court.module.css'

type Address = NonNullable<MoveQuote['address']>

/** Somebody else's address is worth a second look, one never paid before a third. */
const Whose = ({ address }: { readonly address: Address }) => {
  const { text } = useUi()
  if (address.isOwn) return <p class={styles.muted}>{text('withdraw.own')}</p>
  return <Alert tone="caution">{text(address.isKnown ? 'withdraw.known' : 'withdraw.new')}</Alert>
}

type Props = {
  readonly spec: MoveSpec
  readonly draft: Draft
  readonly quote: MoveQuote
  readonly action: Action
  readonly onConfirm: () => void
  readonly onBack: () => void
}

export const MoveReview = ({ spec, draft, quote, action, onConfirm, onBack }: Props) => {
  const ui = useUi()
  const { session, text } = ui
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const { leads, cost, time, wrongs } = spec.review(draft, quote)
  const facts: readonly Fact[] = [
    ...changeFacts(ui, quote),
    { name: text('move.cost'), value: cost },
    { name: text('move.time'), value: time },
  ]
  const { address } = quote
  const refusal = action.refusal.value
  // The Enter that asked for the review may still be held down: only a new press does it.
  const ignoreHeld = (event: KeyboardEvent): void => {
    if (event.repeat) event.preventDefault()
  }
  return (
    <div class={styles.panel}>
      <h3 ref={heading} tabIndex={-1}>
        {text('move.reviewHeading', { what: spec.title })}
      </h3>
      {leads.map((lead) => (
        <p key={lead}>{lead}</p>
      ))}
      {address !== null && <LongId value={address.text} label={text('withdraw.copy')} />}
      {address !== null && <Whose address={address} />}
      <ChangeSeams quote={quote} />
      <Facts facts={facts} />
      <ul class={styles.muted}>
        {wrongs.map((wrong) => (
          <li key={wrong}>{wrong}</li>
        ))}
      </ul>
      {refusal !== null && <Alert>{inOneLine(refusal)}</Alert>}
      <div class={forms.actions}>
        <Button
          look="filled"
          disabled={action.busy.value || session.isReadOnly.value}
          onKeyDown={ignoreHeld}
          onClick={onConfirm}
        >
          {spec.confirm}
        </Button>
        <Button look="quiet" onClick={onBack}>
          {text('move.change')}
        </Button>
      </div>
    </div>
  )
}
