/** The state of paying: one form, one step, one reason why it cannot go on. Changed by pay-form.ts and pay-send.ts. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { parseAmount } from '../../runtime/lib/amount.ts'
import type { ActivityEntry, PendingPayment, Quote, TokenView } from '../../runtime/radapter/types.ts'
import { encodeDraft, type PayCommand, type PayDraft, type PayForm } from './drafts.ts'
import type { Ui } from './ui.ts'
import type { Words, WordsContext } from './words.ts'

/** A payment under way, as the screen speaks of it. */
export type InHand = {
  readonly from: string
  readonly toLabel: string
  readonly tokenId: number
  readonly amount: bigint
  readonly startedAt: number
}

export type Paying = {
  readonly type: 'paying'
  readonly inHand: InHand
  /** The command that was pressed here; null when only looking at a payment that began elsewhere. */
  readonly command: PayCommand | null
  readonly quote: Quote | null
  /** null until the host has committed it. */
  readonly paymentId: string | null
}

export type PayStep =
  | { readonly type: 'form' }
  | { readonly type: 'quoting' }
  | { readonly type: 'review'; readonly quote: Quote }
  | Paying
  | { readonly type: 'ended'; readonly entry: ActivityEntry; readonly quote: Quote | null }

export type PayState = {
  readonly form: Signal<PayForm>
  readonly step: Signal<PayStep>
  readonly refusal: Signal<Words | null>
  readonly cancelling: Signal<boolean>
  readonly draft: Signal<PayDraft | null>
  /** False once the page is closed: nothing new is started then. */
  readonly isOpen: Signal<boolean>
  readonly token: ReadonlySignal<TokenView | null>
  /** As it was last heard; see pay-limit.ts. */
  readonly limit: Signal<{ readonly tokenId: number; readonly amount: bigint } | null>
  /** The most that one payment in the chosen token can carry; null until it is known. */
  readonly canPay: ReadonlySignal<bigint | null>
  /** The amount as it is read; null when the text is none (yet). */
  readonly parsed: ReadonlySignal<bigint | null>
  readonly pending: ReadonlySignal<PendingPayment | null>
  readonly now: () => number
  wordsContext(): WordsContext
  /** Saves the form and, once Pay now was pressed, its command. */
  keep(command: PayCommand | null): Promise<void>
  /** After success: nothing is left to restore. */
  forget(): void
}

export const EMPTY_FORM = { to: '', amount: '', memo: '' }

export const createPayState = ({ session, host, text, format }: Ui, now: () => number): PayState => {
  const form = signal<PayForm>({ ...EMPTY_FORM, tokenId: 0 })
  const step = signal<PayStep>({ type: 'form' })
  const draft = signal<PayDraft | null>(null)
  const token = computed(
    () => session.tokens.value.find(({ tokenId }) => tokenId === form.value.tokenId) ?? session.tokens.value[0] ?? null,
  )
  const limit: PayState['limit'] = signal(null)
  const canPay = computed(() => (limit.value?.tokenId === token.value?.tokenId ? (limit.value?.amount ?? null) : null))
  const parsed = computed(() => {
    if (token.value === null) return null
    const read = parseAmount(form.value.amount, token.value.decimals, format.decimalSign)
    return read.type === 'ok' ? read.amount : null
  })
  const pending = computed(() => {
    const { value } = step
    if (value.type !== 'paying' || value.paymentId === null) return null
    return session.entity.value?.pendingPayments.find(({ paymentId }) => paymentId === value.paymentId) ?? null
  })
  return {
    form,
    step,
    draft,
    token,
    limit,
    canPay,
    parsed,
    pending,
    now,
    refusal: signal<Words | null>(null),
    cancelling: signal(false),
    isOpen: signal(false),
    wordsContext: () => ({ text, format, tokens: session.tokens.peek(), tokenId: token.peek()?.tokenId ?? null }),
    keep: (command) => {
      draft.value = { form: form.peek(), command, savedAt: now() }
      // A draft that cannot be kept is no reason not to pay; it only would not survive closing the page.
      return host.drafts.save(encodeDraft(draft.value)).catch(() => undefined)
    },
    forget: () => {
      batch(() => {
        draft.value = null
        form.value = { ...EMPTY_FORM, tokenId: form.peek().tokenId }
      })
      host.drafts.clear().catch(() => undefined)
    },
  }
}
