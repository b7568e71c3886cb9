/**
 * The first minute: a phrase shown and asked back, or one typed in; then a password.
 *
 * The phrase belongs to the host, which hands out the same draft to every welcome tab until a wallet exists; it is
 * held here only while it is shown and asked back.
 */
import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { WireError } from '../../runtime/radapter/types.ts'
import { drawDistinct, passwordFault, suggestPassword } from './password.ts'
import { type Outcome, tryOnce } from './reliable.ts'
import type { Ui } from './ui.ts'

export type WelcomeStep = 'choose' | 'phrase' | 'quiz' | 'password' | 'import' | 'ready'
export type FieldFault = { readonly field: string; readonly message: string }

export type WelcomeModel = {
  readonly step: ReadonlySignal<WelcomeStep>
  /** null until it is revealed. */
  readonly words: ReadonlySignal<readonly string[] | null>
  /** Which words are asked for, 1-based and in order. */
  readonly asked: ReadonlySignal<readonly number[]>
  readonly busy: ReadonlySignal<boolean>
  readonly faults: ReadonlySignal<readonly FieldFault[]>
  readonly suggestion: ReadonlySignal<string | null>
  choose(step: 'phrase' | 'import'): void
  reveal(): Promise<void>
  toQuiz(): void
  answer(answers: readonly string[]): void
  create(password: string, confirmation: string): Promise<void>
  /** With a good phrase and no password yet, answers `'password'`: that field is next. */
  importPhrase(phrase: string, password: string, confirmation: string): Promise<'password' | 'answered'>
  suggest(): Promise<void>
  back(): void
}

const ASKED_WORDS = 3
const PREVIOUS: { readonly [S in WelcomeStep]: WelcomeStep } = {
  choose: 'choose',
  phrase: 'choose',
  quiz: 'phrase',
  password: 'quiz',
  import: 'choose',
  ready: 'ready',
}

const sameWord = (typed: string | undefined, word: string | undefined): boolean =>
  word !== undefined && typed?.trim().toLowerCase() === word

type State = {
  readonly step: Signal<WelcomeStep>
  readonly words: Signal<readonly string[] | null>
  readonly asked: Signal<readonly number[]>
  readonly busy: Signal<boolean>
  readonly faults: Signal<readonly FieldFault[]>
  readonly suggestion: Signal<string | null>
}

const go = (state: State, next: WelcomeStep): void => {
  batch(() => {
    state.faults.value = []
    state.step.value = next
  })
}

/** What was shown for writing down is not kept a moment longer than it is needed. */
const finish = (state: State): void => {
  batch(() => {
    state.words.value = null
    state.suggestion.value = null
    go(state, 'ready')
  })
}

const call = async <T>({ session, text }: Ui, state: State, ask: () => Promise<T>): Promise<Outcome<T>> => {
  batch(() => {
    state.busy.value = true
    state.faults.value = []
  })
  const outcome = await tryOnce(session, ask)
  batch(() => {
    state.busy.value = false
    if (outcome.type === 'error')
      state.faults.value = [{ field: '', message: text('welcome.failed', { message: outcome.error.message }) }]
  })
  return outcome
}

const passwordFaults = ({ text }: Ui, password: string, confirmation: string): readonly FieldFault[] => {
  const fault = passwordFault(password, confirmation)
  if (fault === null) return []
  return fault === 'short'
    ? [{ field: 'password', message: text('password.short') }]
    : [{ field: 'confirm', message: text('password.mismatch') }]
}

const reveal = async (ui: Ui, state: State): Promise<void> => {
  const outcome = await call(ui, state, () => ui.session.rpc('wallet.draftPhrase', {}))
  if (outcome.type === 'ok') state.words.value = outcome.value.words
}

const toQuiz = (state: State): void => {
  const count = state.words.peek()?.length ?? 0
  if (count < ASKED_WORDS) return
  batch(() => {
    state.asked.value = drawDistinct(ASKED_WORDS, count)
      .map((index) => index + 1)
      .sort((a, b) => a - b)
    go(state, 'quiz')
  })
}

const answer = ({ text, format }: Ui, state: State, answers: readonly string[]): void => {
  const words = state.words.peek() ?? []
  const wrong = state.asked.peek().filter((position, index) => !sameWord(answers[index], words[position - 1]))
  if (wrong.length === 0) {
    go(state, 'password')
    return
  }
  const named = format.list(wrong.map((position) => text('quiz.word', { position: format.count(position) })))
  const message = text('quiz.wrong', { count: wrong.length, words: named })
  state.faults.value = wrong.map((position) => ({ field: `word-${position}`, message }))
}

const create = async (ui: Ui, state: State, password: string, confirmation: string): Promise<void> => {
  if (state.busy.peek()) return
  state.faults.value = passwordFaults(ui, password, confirmation)
  if (state.faults.value.length > 0) return
  const outcome = await call(ui, state, () => ui.session.rpc('wallet.create', { password }))
  if (outcome.type === 'ok') finish(state)
  else if (outcome.error.reason?.type === 'no_draft')
    state.faults.value = [{ field: '', message: ui.text('phrase.gone') }]
}

/** What is wrong with a typed phrase, as exactly as the host says it; null when the phrase is not what failed. */
const phraseFault = ({ text, format }: Ui, { code, reason }: WireError): string | null => {
  if (code !== 'E_REJECTED' && code !== 'E_BAD_REQUEST') return null
  if (reason?.type === 'phrase_word_count' && typeof reason.have === 'number')
    return text('import.wordCount', { count: reason.have })
  if (reason?.type === 'phrase_unknown_word' && typeof reason.position === 'number')
    return text('import.unknownWord', { position: format.count(reason.position), word: String(reason.word) })
  return text('import.badPhrase')
}

type Import = { readonly phrase: string; readonly password: string; readonly confirmation: string }

const importPhrase = async (ui: Ui, state: State, typed: Import): Promise<'password' | 'answered'> => {
  const { phrase, password, confirmation } = typed
  if (state.busy.peek()) return 'answered'
  const checked = await call(ui, state, () => ui.session.rpc('wallet.checkPhrase', { phrase }))
  if (checked.type === 'error') {
    const message = phraseFault(ui, checked.error)
    if (message !== null) state.faults.value = [{ field: 'phrase', message }]
    return 'answered'
  }
  if (password === '' && confirmation === '') return 'password'
  state.faults.value = passwordFaults(ui, password, confirmation)
  if (state.faults.value.length > 0) return 'answered'
  const outcome = await call(ui, state, () => ui.session.rpc('wallet.import', { phrase, password }))
  if (outcome.type === 'ok') finish(state)
  return 'answered'
}

export const createWelcome = (ui: Ui): WelcomeModel => {
  const state: State = {
    step: signal<WelcomeStep>('choose'),
    words: signal<readonly string[] | null>(null),
    asked: signal<readonly number[]>([]),
    busy: signal(false),
    faults: signal<readonly FieldFault[]>([]),
    suggestion: signal<string | null>(null),
  }
  return {
    ...state,
    choose: (step) => go(state, step),
    reveal: () => reveal(ui, state),
    toQuiz: () => toQuiz(state),
    answer: (answers) => answer(ui, state, answers),
    create: (password, confirmation) => create(ui, state, password, confirmation),
    importPhrase: (phrase, password, confirmation) => importPhrase(ui, state, { phrase, password, confirmation }),
    suggest: async () => {
      state.suggestion.value = await suggestPassword()
    },
    back: () => {
      // A phrase that is left is shown anew: the host may have another one by then.
      if (state.step.peek() === 'phrase') state.words.value = null
      go(state, PREVIOUS[state.step.peek()])
    },
  }
}
