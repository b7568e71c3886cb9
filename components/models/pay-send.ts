/**
 * Sending a payment and waiting for its end.
 *
 * What moves money is drawn up once: pressing Pay now makes a command with its own id, keeps it with the draft, and
 * only then sends it. Every further try (lost line, worker death, reopened page, second press after an unclear
 * answer) sends that same command. Nothing is shown as done that the host has not committed.
 */
import { batch } from '@preact/signals'
import type { ActivityEntry, PendingPayment, Quote } from '../../runtime/radapter/types.ts'
import { DRAFT_LIFETIME_MS, decodeDraft, type PayCommand } from './drafts.ts'
import type { Paying, PayState } from './pay-state.ts'
import { refusalOf } from './refused.ts'
import { pause, until, untilAnswered } from './reliable.ts'
import type { Ui } from './ui.ts'

export type PaySendActions = {
  payNow(): Promise<void>
  /** Asks for a payment under way to be given up; how it ended shows as for any other. */
  cancel(): Promise<void>
  /** Looks at a payment that began elsewhere. */
  follow(pending: PendingPayment): void
  /** Reads the draft, and goes on with a command that had been pressed. @returns undo */
  start(): () => void
}

const isSame = (command: PayCommand, quote: Quote, from: string): boolean =>
  command.from === from &&
  command.to === (quote.invoice ?? quote.to) &&
  command.tokenId === quote.tokenId &&
  command.amount === quote.amount &&
  command.memo === quote.memo &&
  command.maxFee === quote.fee

/** What was reviewed is what is paid: the recipient's id, not the name that was typed. */
const commandFor = (quote: Quote, from: string, now: number): PayCommand => ({
  commandId: crypto.randomUUID(),
  from,
  to: quote.invoice ?? quote.to,
  toLabel: quote.toLabel,
  tokenId: quote.tokenId,
  amount: quote.amount,
  memo: quote.memo,
  maxFee: quote.fee,
  startedAt: now,
})

const end = (state: PayState, paying: Paying, entry: ActivityEntry): void => {
  const isOurs = paying.command !== null
  if (isOurs && entry.status === 'sent') state.forget()
  else if (isOurs) void state.keep(null)
  batch(() => {
    state.cancelling.value = false
    state.refusal.value = null
    state.step.value = { type: 'ended', entry, quote: paying.quote }
  })
}

/** Asks after the payment at every new frame, until it has ended or nobody looks any more. */
const watch = async ({ session }: Ui, state: PayState, paymentId: string): Promise<void> => {
  const shown = (): Paying | null => {
    const { value } = state.step
    return state.isOpen.value && value.type === 'paying' && value.paymentId === paymentId ? value : null
  }
  for (let paying = shown(); paying !== null; paying = shown()) {
    const seen = session.frameView.peek()
    const params = { from: paying.inHand.from, paymentId }
    const answer = await untilAnswered(
      session,
      () => session.rpc('pay.get', params),
      () => shown() !== null,
    )
    if (answer.type === 'ok' && answer.value.status !== 'pending') {
      const still = shown()
      if (still !== null) end(state, still, answer.value)
      return
    }
    // No frame need follow a question that failed.
    if (answer.type === 'error') await pause()
    else await until(() => session.frameView.value !== seen || shown() === null)
  }
}

const send = async (ui: Ui, state: PayState, command: PayCommand, quote: Quote | null): Promise<void> => {
  const { startedAt, toLabel, ...params } = command
  const { from, tokenId, amount } = command
  const paying: Paying = {
    type: 'paying',
    inHand: { from, toLabel, tokenId, amount, startedAt },
    command,
    quote,
    paymentId: null,
  }
  // The review is left at once, so that a second press finds nothing to press.
  batch(() => {
    state.refusal.value = null
    state.step.value = paying
  })
  await state.keep(command)
  const goesOn = (): boolean => state.isOpen.peek() && state.now() - startedAt < DRAFT_LIFETIME_MS
  const answer = await untilAnswered(ui.session, () => ui.session.rpc('pay.send', params), goesOn)
  if (answer.type === 'ok') {
    const { paymentId } = answer.value
    state.step.value = { ...paying, paymentId }
    return watch(ui, state, paymentId)
  }
  if (!state.isOpen.peek()) return
  // After a refusal, or too late to send it again, the next press is a new command. Anything else is unclear: it stays.
  const isFinal = answer.error.code === 'E_REJECTED' || !goesOn()
  if (isFinal) await state.keep(null)
  const words = await refusalOf(answer.error, true, state.wordsContext())
  batch(() => {
    state.refusal.value = words
    state.step.value = isFinal || quote === null ? { type: 'form' } : { type: 'review', quote }
  })
}

const cancel = async ({ session }: Ui, state: PayState): Promise<void> => {
  const at = state.step.peek()
  if (at.type !== 'paying' || at.paymentId === null || state.cancelling.peek()) return
  state.cancelling.value = true
  const params = { commandId: crypto.randomUUID(), from: at.inHand.from, paymentId: at.paymentId }
  const answer = await untilAnswered(
    session,
    () => session.rpc('pay.cancel', params),
    () => state.step.peek() === at,
  )
  const words = answer.type === 'ok' ? null : await refusalOf(answer.error, true, state.wordsContext())
  if (words === null || state.step.peek() !== at) return
  batch(() => {
    state.cancelling.value = false
    state.refusal.value = words
  })
}

export const createPaySend = (ui: Ui, state: PayState): PaySendActions => ({
  cancel: () => cancel(ui, state),
  payNow: async () => {
    const at = state.step.peek()
    const from = ui.session.entity.peek()?.entityId
    if (at.type !== 'review' || from === undefined) return
    const before = state.draft.peek()?.command ?? null
    const again = before !== null && isSame(before, at.quote, from)
    await send(ui, state, again ? before : commandFor(at.quote, from, state.now()), at.quote)
  },
  follow: ({ paymentId, toLabel, tokenId, amount, startedAt }) => {
    const at = state.step.peek()
    const from = ui.session.entity.peek()?.entityId
    if (from === undefined || (at.type === 'paying' && at.paymentId === paymentId)) return
    const inHand = { from, toLabel, tokenId, amount, startedAt }
    state.step.value = { type: 'paying', inHand, command: null, quote: null, paymentId }
    void watch(ui, state, paymentId)
  },
  start: () => {
    state.isOpen.value = true
    const resume = (saved: unknown): void => {
      const draft = decodeDraft(saved, state.now())
      const { to, amount, memo } = state.form.peek()
      const isUntouched = to + amount + memo === '' && state.step.peek().type === 'form'
      if (draft === null || !isUntouched || !state.isOpen.peek()) return
      batch(() => {
        state.draft.value = draft
        state.form.value = draft.form
      })
      if (draft.command !== null) void send(ui, state, draft.command, null)
    }
    // A draft that cannot be read is none.
    ui.host.drafts.load().then(resume, () => undefined)
    return () => {
      state.isOpen.value = false
    }
  },
})
