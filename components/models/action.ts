/**
 * One thing that is asked of the host by a press: under way until it is answered, then done or refused in words. The
 * command's id is drawn at the press and goes with every try, so that one press does one thing.
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { refusalOf } from './refused.ts'
import { untilAnswered } from './reliable.ts'
import { type Ui, useUi } from './ui.ts'
import type { MoreWords, Words } from './words.ts'

export type Action = {
  readonly busy: ReadonlySignal<boolean>
  /** A new object each time, so that its field takes the focus again. */
  readonly refusal: ReadonlySignal<Words | null>
  /** Does nothing while another press is under way. @param tokenId what amounts of a refusal are in */
  run<T>(ask: (commandId: string) => Promise<T>, done: (answer: T) => void, tokenId?: number): Promise<void>
  refuse(words: Words): void
  /** Forgets the refusal, and the answer of what is under way. */
  reset(): void
}

const createAction = ({ session, text, format }: Ui, more: MoreWords | undefined): Action => {
  const current = signal<string | null>(null)
  const busy = signal(false)
  const refusal = signal<Words | null>(null)
  const set = (id: string | null, words: Words | null): void =>
    batch(() => {
      current.value = id
      busy.value = id !== null
      refusal.value = words
    })
  return {
    busy,
    refusal,
    run: async (ask, done, tokenId) => {
      if (current.peek() !== null) return
      const commandId = crypto.randomUUID()
      set(commandId, null)
      const isWaiting = (): boolean => current.peek() === commandId
      const answer = await untilAnswered(session, () => ask(commandId), isWaiting)
      if (!isWaiting()) return
      const context = { text, format, tokens: session.tokens.peek(), tokenId: tokenId ?? null, ...(more && { more }) }
      const words = answer.type === 'ok' ? null : await refusalOf(answer.error, false, context)
      if (!isWaiting()) return
      set(null, words)
      if (answer.type === 'ok') done(answer.value)
    },
    refuse: (words) => {
      refusal.value = words
    },
    reset: () => set(null, null),
  }
}

/** One for as long as the component stands. @param more words for what only it can be refused */
export const useAction = (more?: MoreWords): Action => {
  const ui = useUi()
  return useMemo(() => createAction(ui, more), [ui, more])
}
