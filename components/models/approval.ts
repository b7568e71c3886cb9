/**
 * The approval window: one question at a time, what it would do, and the owner's word.
 *
 * Contract: what is agreed to is what was on screen, and only after it has stood there unchanged for half a second. A
 * word given here is given for now: a lock takes it back, even when it was still on its way to the worker.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { HostStatus, Quote, WireError } from '../../runtime/radapter/types.ts'
import { refusalOf } from './refused.ts'
import { untilAnswered } from './reliable.ts'
import type { Ui } from './ui.ts'
import { wireErrorOf } from './wire.ts'
import { inOneLine } from './words.ts'

export type Question = HostStatus['approvals'][number]

export type ApprovalPorts = { readonly schedule: (delayMs: number, run: () => void) => () => void }

export type ApprovalModel = {
  readonly question: ReadonlySignal<Question | null>
  readonly total: ReadonlySignal<number>
  /** Of the question at hand; null until it is known, or where nothing is paid. */
  readonly quote: ReadonlySignal<Quote | null>
  /** Why it cannot be paid, or why the word was not taken; in words. */
  readonly refusal: ReadonlySignal<string | null>
  /** True while Approve would agree to exactly what is on screen. */
  readonly isArmed: ReadonlySignal<boolean>
  readonly isBusy: ReadonlySignal<boolean>
  approve(): Promise<void>
  reject(): Promise<void>
  rejectAll(): Promise<void>
  /** What is on screen was moved or uncovered: it has to stand still again. */
  disturb(): void
  /** @returns undo */
  start(): () => void
}

const INERT_MS = 500

type Shown = { readonly id: string; readonly quote: Quote | null; readonly refusal: string | null }
const NOTHING: Shown = { id: '', quote: null, refusal: null }

/** Everything that is on screen and would be agreed to, or would move the button. */
const faceOf = (question: Question | null, total: number, { quote, refusal }: Shown): string =>
  JSON.stringify([question, total, quote, refusal], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )

export const createApproval = (ui: Ui, { schedule }: ApprovalPorts): ApprovalModel => {
  const { session, text } = ui
  const waiting = computed(() => session.hostStatus.value?.approvals ?? [])
  const question = computed(() => waiting.value[0] ?? null)
  const total = computed(() => waiting.value.length)
  const shown = signal<Shown>(NOTHING)
  const current = computed(() => (shown.value.id === question.value?.id ? shown.value : NOTHING))
  const face = computed(() => faceOf(question.value, total.value, current.value))
  const isStill = signal(false)
  const isBusy = signal(false)
  const isDecidable = computed(() => {
    const { value } = question
    if (value === null || session.isReadOnly.value) return false
    return value.request.type === 'connect' ? value.request.address !== '' : current.value.quote !== null
  })

  const wordsOf = async (error: WireError, isSent: boolean): Promise<string> => {
    if (error.reason?.type === 'approval_changed') return text('approval.changed')
    const tokenId = current.peek().quote?.tokenId ?? null
    const context = { text, format: ui.format, tokens: session.tokens.peek(), tokenId }
    return inOneLine(await refusalOf(error, isSent, context))
  }
  const ask = async ({ id, request }: Question): Promise<void> => {
    if (request.type !== 'pay') return
    const next = await session.rpc('approvals.quote', { id }).then(
      (quote): Shown => ({ id, quote, refusal: null }),
      async (thrown): Promise<Shown | null> => {
        const error = wireErrorOf(thrown)
        // What will be known later is asked again at the next change.
        return error.code === 'E_REJECTED' ? { id, quote: null, refusal: await wordsOf(error, false) } : null
      },
    )
    if (next !== null && question.peek()?.id === id) shown.value = next
  }

  let settle: (() => void) | null = null
  const disturb = (): void => {
    isStill.value = false
    settle?.()
    settle = schedule(INERT_MS, () => {
      isStill.value = true
    })
  }
  /** One word at a time; what it changes on screen comes with the host's next status. */
  const say = async (act: () => Promise<void>): Promise<void> => {
    if (isBusy.peek()) return
    isBusy.value = true
    await act()
    isBusy.value = false
  }
  const refuse = (call: () => Promise<unknown>): Promise<void> =>
    say(async () => {
      const answer = await untilAnswered(session, call, () => true)
      if (answer.type === 'error')
        shown.value = { ...current.peek(), refusal: text('approval.rejectFailed', { message: answer.error.message }) }
    })
  const approve = async (): Promise<void> => {
    const at = question.peek()
    const { quote } = current.peek()
    if (at === null || !isStill.peek() || !isDecidable.peek()) return
    const terms = quote === null ? null : { to: quote.to, amount: quote.amount, fee: quote.fee }
    const mayGoOn = { value: true }
    const unlisten = effect(() => {
      if (session.hostStatus.value?.wallet !== 'unlocked') mayGoOn.value = false
    })
    await say(async () => {
      const answer = await untilAnswered(
        session,
        () => session.rpc('approvals.approve', { id: at.id, terms }),
        () => mayGoOn.value,
      )
      if (answer.type === 'ok') return
      const refusal = await wordsOf(answer.error, true)
      if (mayGoOn.value && question.peek()?.id === at.id) shown.value = { id: at.id, quote: null, refusal }
    })
    unlisten()
  }
  return {
    question,
    total,
    quote: computed(() => current.value.quote),
    refusal: computed(() => current.value.refusal),
    isArmed: computed(() => isStill.value && isDecidable.value && !isBusy.value),
    isBusy,
    approve,
    reject: () => {
      const id = question.peek()?.id
      return id === undefined ? Promise.resolve() : refuse(() => session.rpc('approvals.reject', { id }))
    },
    rejectAll: () => refuse(() => session.rpc('approvals.rejectAll', {})),
    disturb,
    start: () => {
      const stops = [
        effect(() => {
          // Asked again whenever the committed state has moved on.
          const height = session.frameView.value?.height
          if (question.value !== null && height !== undefined) void ask(question.value)
        }),
        effect(() => {
          if (face.value !== '') batch(disturb)
        }),
      ]
      return () => {
        for (const stop of stops) stop()
        settle?.()
      }
    },
  }
}
