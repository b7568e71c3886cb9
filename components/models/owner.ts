/** What only the owner may do, each after the password or a typed word: see the phrase, change the password, reset. */
import { batch, type ReadonlySignal, signal } from '@preact/signals'
import { passwordFault } from './password.ts'
import { tryOnce } from './reliable.ts'
import type { Ui } from './ui.ts'
import { wordsOfWallet } from './unlock.ts'

/** The same in every language: a word that nobody types by accident. */
export const RESET_WORD = 'RESET'

export type OwnerField = 'password' | 'next' | 'confirm' | 'word'
export type OwnerFault = { readonly field: OwnerField; readonly message: string }

export type OwnerModel = {
  readonly busy: ReadonlySignal<boolean>
  /** A new object each time, so that its field takes the focus again. */
  readonly fault: ReadonlySignal<OwnerFault | null>
  /** The phrase, while it is shown. */
  readonly words: ReadonlySignal<readonly string[] | null>
  readonly isChanged: ReadonlySignal<boolean>
  reveal(password: string): Promise<void>
  /** Puts the phrase out of sight. */
  conceal(): void
  change(typed: { readonly password: string; readonly next: string; readonly confirm: string }): Promise<void>
  /** What follows shows by itself: a browser without a wallet. */
  reset(word: string): Promise<void>
}

export const createOwner = ({ session, text }: Ui): OwnerModel => {
  const busy = signal(false)
  const fault = signal<OwnerFault | null>(null)
  const words = signal<readonly string[] | null>(null)
  const isChanged = signal(false)
  const refuse = (field: OwnerField, message: string): void => {
    fault.value = { field, message }
  }
  /** @param field what a refusal is about */
  const call = async <T>(field: OwnerField, ask: () => Promise<T>, take: (answer: T) => void): Promise<void> => {
    if (busy.peek()) return
    batch(() => {
      busy.value = true
      fault.value = null
    })
    const outcome = await tryOnce(session, ask)
    batch(() => {
      busy.value = false
      if (outcome.type === 'ok') take(outcome.value)
      else refuse(field, wordsOfWallet(outcome.error, text))
    })
  }
  return {
    busy,
    fault,
    words,
    isChanged,
    reveal: (password) =>
      call(
        'password',
        () => session.rpc('wallet.revealPhrase', { password }),
        (answer) => {
          words.value = answer.words
        },
      ),
    conceal: () => {
      words.value = null
    },
    change: async ({ password, next, confirm }) => {
      const wrong = passwordFault(next, confirm)
      if (wrong === 'short') return refuse('next', text('password.short'))
      if (wrong === 'mismatch') return refuse('confirm', text('password.mismatch'))
      await call(
        'password',
        () => session.rpc('wallet.changePassword', { password, next }),
        () => {
          isChanged.value = true
        },
      )
    },
    reset: async (word) => {
      if (word.trim() !== RESET_WORD) return refuse('word', text('reset.notConfirmed', { word: RESET_WORD }))
      await call(
        'word',
        () => session.rpc('wallet.reset', { confirmation: RESET_WORD }),
        () => undefined,
      )
    },
  }
}
