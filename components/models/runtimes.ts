/** The runtimes of this wallet as the switcher shows them, and the words of what is refused there. */
import type { HostStatus } from '../../runtime/radapter/types.ts'
import { type MoreWords, row } from './words.ts'

/** What of a runtime cannot be trusted, and its copy no more than it. */
const UNSOUND = ['log_damaged', 'replay_differs', 'foreign_history', 'newer_version']

/** What a copy of the runtime that is shown will be: a world of its own, or something to look at. */
export const copyOf = ({ runtimes, runtimeId, reason }: HostStatus): 'fork' | 'snapshot' => {
  const isLocal = runtimes.some(({ id, kind }) => id === runtimeId && kind === 'local')
  return isLocal && !UNSOUND.includes(reason?.type ?? '') ? 'fork' : 'snapshot'
}

export const RUNTIME_WORDS: MoreWords = {
  rows: {
    runtime_name_taken: row('why.runtime_name_taken', 'next.otherName', 'name'),
    too_many_runtimes: row('why.too_many_runtimes', 'next.deleteRuntime'),
    unknown_runtime: row('why.unknown_runtime', 'next.reload'),
    wrong_confirmation: row('why.wrong_confirmation', 'next.typeName', 'name'),
    last_runtime: row('why.last_runtime', 'next.createFirst'),
    runtime_not_open: row('why.runtime_not_open', 'next.reload'),
    clone_payments: row('why.clone_payments', 'next.cloneLater'),
    clone_chain: row('why.clone_chain', 'next.cloneLater'),
    clone_dispute: row('why.clone_dispute', 'next.cloneLater'),
  },
  haveNeed: {},
}
