/** What is wrong with a file, in words, with what to do next; and how far the work is. */
import type { ExportRefusal, FileProblem, FileProgress } from './files.ts'
import type { PlainKey } from './text.ts'
import type { Ui } from './ui.ts'

const PLAIN = {
  empty: 'files.empty',
  not_xln: 'files.notXln',
  password_needed: 'files.passwordNeeded',
  sealed: 'files.sealed',
  hostile_kdf: 'files.hostileKdf',
  chain_damaged: 'files.chainDamaged',
  header_differs: 'files.headerDiffers',
  file_gone: 'files.fileGone',
} as const satisfies { readonly [type in FileProblem['type']]?: PlainKey }

/** Bytes as a person reads them; a kilobyte has 1,000. */
export const sizeOf = ({ text }: Pick<Ui, 'text'>, bytes: number): string =>
  bytes < 1_000_000
    ? text('files.kilobytes', { count: Math.ceil(bytes / 1_000) })
    : text('files.megabytes', { count: Math.round(bytes / 100_000) / 10 })

export const wordsOfFile = (ui: Pick<Ui, 'text' | 'format'>, problem: FileProblem): string => {
  const { text } = ui
  const number = (value: number): string => ui.format.count(value)
  switch (problem.type) {
    case 'truncated':
      return text('files.truncated', { at: number(problem.at) })
    case 'trailing_bytes':
      return text('files.trailing', { at: number(problem.at) })
    case 'damaged':
      return text('files.damaged', { at: number(problem.at) })
    case 'malformed':
      return text('files.malformed', { at: number(problem.at) })
    case 'foreign_version':
    case 'newer_schema':
      return text('files.newer', { version: number(problem.version), supported: number(problem.supported) })
    case 'oversized':
      return text('files.oversized', { limit: sizeOf(ui, problem.limit) })
    case 'bomb':
      return text('files.bomb', { limit: sizeOf(ui, problem.limit) })
    case 'replay_differs':
      return text('files.replayDiffers', { height: number(problem.height) })
    case 'no_room':
      return text('files.noRoom')
    case 'storage':
      return text('files.storage', { detail: problem.detail })
    default:
      return text(PLAIN[problem.type])
  }
}

export const wordsOfExport = ({ text, format }: Pick<Ui, 'text' | 'format'>, refusal: ExportRefusal): string => {
  switch (refusal.type) {
    case 'nothing_here':
      return text('files.nothingHere')
    case 'log_damaged':
      return text('files.logDamaged', { height: format.count(refusal.height) })
    case 'password_unusable':
      return text('files.passwordUnusable')
    case 'storage':
      return text('files.storage', { detail: refusal.detail })
  }
}

const PHASES = {
  reading: 'files.reading',
  packing: 'files.packing',
  unlocking: 'files.unlocking',
} as const satisfies { readonly [phase in FileProgress['phase']]?: PlainKey }

/** "Replaying… frame 812 of 900". */
export const wordsOfProgress = ({ text, format }: Pick<Ui, 'text' | 'format'>, progress: FileProgress): string => {
  const { phase, done, total } = progress
  if (phase !== 'replaying') return text(PHASES[phase])
  return text('files.replaying', { done: format.count(done), total: format.count(total ?? done) })
}
