/** Asking to be paid: a form, and what is made from it: an invoice, whose status comes from the view, or a link for many payments. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import { parseAmount } from '../../runtime/lib/amount.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import type { InvoiceView, TokenView } from '../../runtime/radapter/types.ts'
import { wordsOfError } from './refusals.ts'
import { untilAnswered } from './reliable.ts'
import type { Ui } from './ui.ts'
import { type Words, wordsOfAmount } from './words.ts'

type Form = {
  readonly amount: string
  readonly memo: string
  readonly tokenId: number | null
  readonly isReusable: boolean
}

type Asked = { readonly amount: bigint | null; readonly tokenId: number }

export type ReceiveModel = {
  readonly form: ReadonlySignal<Form>
  readonly token: ReadonlySignal<TokenView | null>
  readonly refusal: ReadonlySignal<Words | null>
  readonly busy: ReadonlySignal<boolean>
  readonly link: ReadonlySignal<string | null>
  /** What was made asks for it; `amount` is null where the payer chooses. */
  readonly asked: ReadonlySignal<Asked | null>
  /** True of a link that can be paid many times, and of a form that asks for one. */
  readonly isReusable: ReadonlySignal<boolean>
  /** The invoice as the host has it; null until the view shows it. */
  readonly invoice: ReadonlySignal<InvoiceView | null>
  edit(patch: Partial<Form>): void
  create(): Promise<void>
  another(): void
}

/** An invoice nobody paid in a day is forgotten by both sides. */
const INVOICE_LIFETIME_SECONDS = 86_400

/** `invoiceId` is null of a link that can be paid many times. */
type Made = Asked & { readonly invoiceId: string | null; readonly link: string }

export const createReceive = ({ session, text, format }: Ui): ReceiveModel => {
  const form = signal<Form>({ amount: '', memo: '', tokenId: null, isReusable: false })
  const refusal = signal<Words | null>(null)
  const made = signal<Made | null>(null)
  /** Drawn at the first press and kept until it is answered, so that one press makes one invoice. */
  const command = signal<string | null>(null)
  const token = computed(
    () => session.tokens.value.find(({ tokenId }) => tokenId === form.value.tokenId) ?? session.tokens.value[0] ?? null,
  )
  const invoice = computed(
    () => session.entity.value?.invoices.find(({ invoiceId }) => invoiceId === made.value?.invoiceId) ?? null,
  )

  const readAmount = (chosen: TokenView): bigint | null | Words => {
    const { amount, memo } = form.peek()
    const read = parseAmount(amount, chosen.decimals, format.decimalSign)
    const context = { text, format, tokens: session.tokens.peek(), tokenId: chosen.tokenId }
    if (new TextEncoder().encode(memo).length > LIMITS.memoBytes)
      return { what: text('field.memo.long'), moved: '', next: '', field: 'memo' }
    if (read.type === 'ok') return read.amount
    if (read.reason.type === 'empty') return null
    return { what: wordsOfAmount(read.reason, chosen.symbol, context), moved: '', next: '', field: 'amount' }
  }

  const create = async (): Promise<void> => {
    const chosen = token.peek()
    const entityId = session.entity.peek()?.entityId
    if (chosen === null || entityId === undefined || command.peek() !== null) return
    const amount = readAmount(chosen)
    if (amount !== null && typeof amount === 'object') {
      refusal.value = amount
      return
    }
    const commandId = crypto.randomUUID()
    batch(() => {
      refusal.value = null
      command.value = commandId
    })
    const { tokenId } = chosen
    const { memo, isReusable } = form.peek()
    const params = { commandId, entityId, tokenId, amount, memo }
    const ask = async (): Promise<Made> => {
      const { link, invoiceId } = isReusable
        ? { ...(await session.rpc('offer.create', params)), invoiceId: null }
        : await session.rpc('invoice.create', { ...params, expirySeconds: INVOICE_LIFETIME_SECONDS })
      return { link, invoiceId, amount, tokenId }
    }
    const isWaiting = (): boolean => command.peek() === commandId
    const answer = await untilAnswered(session, ask, isWaiting)
    if (!isWaiting()) return
    const context = { text, format, tokens: session.tokens.peek(), tokenId }
    batch(() => {
      command.value = null
      if (answer.type === 'ok') made.value = answer.value
      else refusal.value = wordsOfError(answer.error, false, context)
    })
  }

  return {
    form,
    token,
    refusal,
    invoice,
    asked: made,
    isReusable: computed(() => (made.value === null ? form.value.isReusable : made.value.invoiceId === null)),
    create,
    busy: computed(() => command.value !== null),
    link: computed(() => made.value?.link ?? null),
    edit: (patch) => {
      batch(() => {
        form.value = { ...form.peek(), ...patch }
        refusal.value = null
      })
    },
    another: () => {
      batch(() => {
        made.value = null
        command.value = null
        form.value = { ...form.peek(), amount: '', memo: '' }
      })
    },
  }
}
