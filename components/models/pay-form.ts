/** Filling in a payment and asking what it would cost. Nothing here moves money. */
import { batch } from '@preact/signals'
import { parseAmount } from '../../runtime/lib/amount.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { DRAFT_LIFETIME_MS, type PayForm } from './drafts.ts'
import { EMPTY_FORM, type PayState } from './pay-state.ts'
import { refusalOf } from './refused.ts'
import { untilAnswered } from './reliable.ts'
import type { Ui } from './ui.ts'
import { type Words, wordsOfAmount } from './words.ts'

export type PayFormActions = {
  /** Shows the form, with the draft if one is alive; a payment under way or its receipt stays as it is. */
  open(): void
  edit(patch: Partial<PayForm>): void
  /** Fills in the most that one payment can carry. */
  fillAll(): void
  /** Asks for a quote; ends at the review, or back at the form with a refusal. */
  review(): Promise<void>
  back(): void
  done(): void
}

type Checked =
  | { readonly type: 'ok'; readonly to: string; readonly amount: bigint; readonly memo: string }
  | { readonly type: 'refused'; readonly what: string; readonly field: NonNullable<Words['field']> }

const check = (ui: Ui, state: PayState): Checked => {
  const { text, format } = ui
  const { to, amount, memo } = state.form.peek()
  const token = state.token.peek()
  const recipient = to.trim()
  if (recipient === '') return { type: 'refused', what: text('field.recipient.empty'), field: 'recipient' }
  // An invoice may name its own amount; zero asks for that one.
  const isLink = /^xln:/i.test(recipient)
  const read = parseAmount(amount, token?.decimals ?? 0, format.decimalSign)
  const isOpenAmount = isLink && amount.trim() === ''
  if (read.type === 'rejected' && !isOpenAmount)
    return {
      type: 'refused',
      what: wordsOfAmount(read.reason, token?.symbol ?? '', state.wordsContext()),
      field: 'amount',
    }
  if (new TextEncoder().encode(memo).length > LIMITS.memoBytes)
    return { type: 'refused', what: text('field.memo.long'), field: 'memo' }
  return { type: 'ok', to: recipient, amount: read.type === 'ok' ? read.amount : 0n, memo }
}

const ask = async (ui: Ui, state: PayState): Promise<void> => {
  const { session } = ui
  const from = session.entity.peek()?.entityId
  const tokenId = state.token.peek()?.tokenId
  if (from === undefined || tokenId === undefined || state.step.peek().type !== 'form') return
  const checked = check(ui, state)
  if (checked.type === 'refused') {
    state.refusal.value = { what: checked.what, moved: '', next: '', field: checked.field }
    return
  }
  batch(() => {
    state.refusal.value = null
    state.step.value = { type: 'quoting' }
  })
  const { to, amount, memo } = checked
  const isAsking = (): boolean => state.isOpen.peek() && state.step.peek().type === 'quoting'
  const answer = await untilAnswered(
    session,
    () => session.rpc('pay.quote', { from, to, amount, tokenId, memo }),
    isAsking,
  )
  const words = answer.type === 'ok' ? null : await refusalOf(answer.error, false, state.wordsContext())
  // Gone back meanwhile: the answer is for nobody.
  if (!isAsking()) return
  batch(() => {
    state.refusal.value = words
    state.step.value = answer.type === 'ok' ? { type: 'review', quote: answer.value } : { type: 'form' }
  })
}

export const createPayForm = (ui: Ui, state: PayState): PayFormActions => {
  const { form, step, refusal, draft } = state
  const edit = (patch: Partial<PayForm>): void => {
    batch(() => {
      form.value = { ...form.peek(), ...patch }
      refusal.value = null
    })
    void state.keep(null)
  }
  return {
    edit,
    review: () => ask(ui, state),
    open: () => {
      if (step.peek().type !== 'form') return
      const kept = draft.peek()
      const isAlive = kept !== null && state.now() - kept.savedAt < DRAFT_LIFETIME_MS
      batch(() => {
        // Why a command that was sent again was refused stands with the form it came from.
        if (!isAlive) refusal.value = null
        form.value = isAlive ? kept.form : { ...EMPTY_FORM, tokenId: ui.session.tokens.peek()[0]?.tokenId ?? 0 }
      })
    },
    fillAll: () => {
      const token = state.token.peek()
      const all = state.canPay.peek()
      if (token !== null && all !== null) edit({ amount: ui.format.field(all, token) })
    },
    back: () => {
      const at = step.peek().type
      if (at === 'review' || at === 'quoting') step.value = { type: 'form' }
    },
    done: () => {
      batch(() => {
        refusal.value = null
        step.value = { type: 'form' }
      })
    },
  }
}
