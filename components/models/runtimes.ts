/** The runtimes of this wallet as the switcher shows them, and the words of what is refused there. */
import { type MoreWords, row } from './words.ts'

export const RUNTIME_WORDS: MoreWords = {
  rows: {
    runtime_name_taken: row('why.runtime_name_taken', 'next.otherName', 'name'),
    too_many_runtimes: row('why.too_many_runtimes', 'next.deleteRuntime'),
    unknown_runtime: row('why.unknown_runtime', 'next.reload'),
    wrong_confirmation: row('why.wrong_confirmation', 'next.typeName', 'name'),
    last_runtime: row('why.last_runtime', 'next.createFirst'),
    runtime_not_open: row('why.runtime_not_open', 'next.reload'),
  },
  haveNeed: {},
}
