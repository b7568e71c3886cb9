/**
 * A runtime as a file: what the page's entrypoint supplies, and the two models behind its screens. The heavy work (the
 * copy, the packing, the replay) is fetched when it is first asked for and runs in this page.
 *
 * Contract: one thing at a time; what is given up, refused or left leaves nothing behind.
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals'
import { passwordFault } from './password.ts'

export type FileProblem =
  | { readonly type: 'empty' }
  | { readonly type: 'not_xln' }
  | { readonly type: 'truncated'; readonly at: number; readonly of: number | null }
  | { readonly type: 'trailing_bytes'; readonly at: number }
  | { readonly type: 'damaged'; readonly at: number }
  | { readonly type: 'password_needed' }
  | { readonly type: 'sealed' }
  | { readonly type: 'hostile_kdf' }
  | { readonly type: 'foreign_version'; readonly version: number; readonly supported: number }
  | { readonly type: 'newer_schema'; readonly version: number; readonly supported: number }
  | { readonly type: 'oversized'; readonly bytes: number; readonly limit: number }
  | { readonly type: 'bomb'; readonly limit: number }
  | { readonly type: 'malformed'; readonly at: number; readonly detail: string }
  | { readonly type: 'replay_differs'; readonly height: number }
  | { readonly type: 'chain_damaged' }
  | { readonly type: 'header_differs'; readonly detail: string }
  | { readonly type: 'no_room'; readonly need: number; readonly have: number | null }
  | { readonly type: 'storage'; readonly detail: string }
  | { readonly type: 'file_gone' }

export type ExportRefusal =
  | { readonly type: 'nothing_here' }
  | { readonly type: 'log_damaged'; readonly height: number }
  | { readonly type: 'password_unusable' }
  | { readonly type: 'storage'; readonly detail: string }

/** What a file turned out to be. It lies in a database of its own, verified, and is nobody's yet. */
export type StagedRuntime = {
  readonly stagingName: string
  readonly header: {
    readonly runtimeId: string
    readonly label: string
    readonly writtenMs: number
    readonly timestampMs: number
    readonly config: string
  }
  readonly height: number
  readonly recordHash: string
  readonly ownEntityIds: readonly string[]
  readonly chainIds: readonly bigint[]
}

/** Bytes, or frames while replaying; `total` is null where it is not known yet. */
export type FileProgress = {
  readonly phase: 'reading' | 'packing' | 'unlocking' | 'replaying'
  readonly done: number
  readonly total: number | null
}

type Work = { readonly onProgress: (progress: FileProgress) => void; readonly signal: AbortSignal }
type Refused<P> = { readonly type: 'refused'; readonly problem: P } | { readonly type: 'cancelled' }

/** Which runtime, and how it is called. */
export type ExportedRuntime = {
  readonly runtimeId: string
  readonly name: string
}

/** Supplied by the entrypoint. A rejection is a failure nobody foresaw, such as code that could not be fetched. */
export type FilesPort = {
  readonly write: (
    options: Work & ExportedRuntime & { readonly password: string | null },
  ) => Promise<
    | { readonly type: 'written'; readonly file: Blob; readonly header: { readonly height: number } }
    | Refused<ExportRefusal>
  >
  readonly read: (
    options: Work & { readonly file: Blob; readonly password: string | null },
  ) => Promise<{ readonly type: 'verified'; readonly staged: StagedRuntime } | Refused<FileProblem>>
  /** It becomes a runtime. */
  readonly keep: (stagingName: string) => Promise<void>
  readonly discard: (stagingName: string) => Promise<void>
}

export type PasswordField = 'password' | 'confirm'
export type ExportState =
  | {
      readonly type: 'asking'
      readonly fault: { readonly field: PasswordField; readonly why: 'short' | 'mismatch' } | null
    }
  | { readonly type: 'working'; readonly progress: FileProgress }
  | {
      readonly type: 'written'
      readonly url: string
      readonly name: string
      readonly bytes: number
      readonly height: number
    }
  | { readonly type: 'refused'; readonly problem: ExportRefusal }

const failureOf = (error: unknown): { readonly type: 'storage'; readonly detail: string } => ({
  type: 'storage',
  detail: error instanceof Error ? error.message : String(error),
})

/** Letters and digits of a name, the day and the height: files of one runtime sort by age. */
export const fileName = (name: string, height: number, nowMs: number): string => {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return [plain === '' ? 'runtime' : plain, new Date(nowMs).toISOString().slice(0, 10), `${height}.xln`].join('-')
}

export type ExportModel = {
  readonly state: ReadonlySignal<ExportState>
  /** @param typed null: no password */
  run(typed: { readonly password: string; readonly confirm: string } | null): Promise<void>
  cancel(): void
  /** Stops what is under way, and lets go of the file. */
  leave(): void
}

export const createExport = (files: () => Promise<FilesPort>, runtime: ExportedRuntime): ExportModel => {
  const state = signal<ExportState>({ type: 'asking', fault: null })
  let work = new AbortController()
  const write = async (password: string | null): Promise<ExportState> => {
    const onProgress = (progress: FileProgress): void => {
      if (!signalOf.aborted) state.value = { type: 'working', progress }
    }
    const { signal: signalOf } = work
    const outcome = await (await files()).write({ ...runtime, password, onProgress, signal: signalOf })
    if (outcome.type === 'refused') return outcome
    if (outcome.type === 'cancelled' || signalOf.aborted) return { type: 'asking', fault: null }
    const { file, header } = outcome
    const name = fileName(runtime.name, header.height, Date.now())
    return { type: 'written', url: URL.createObjectURL(file), name, bytes: file.size, height: header.height }
  }
  const forget = (): void => {
    const last = state.peek()
    if (last.type === 'written') URL.revokeObjectURL(last.url)
  }
  return {
    state,
    run: async (typed) => {
      if (state.peek().type === 'working') return
      const why = typed === null ? null : passwordFault(typed.password, typed.confirm)
      if (why !== null) {
        state.value = { type: 'asking', fault: { field: why === 'short' ? 'password' : 'confirm', why } }
        return
      }
      forget()
      work = new AbortController()
      state.value = { type: 'working', progress: { phase: 'reading', done: 0, total: null } }
      state.value = await write(typed?.password ?? null).catch(
        (error: unknown): ExportState => ({ type: 'refused', problem: failureOf(error) }),
      )
    },
    cancel: () => work.abort(),
    leave: () => {
      work.abort()
      forget()
    },
  }
}

export type ImportState =
  | { readonly type: 'asking'; readonly problem: FileProblem | null }
  /** The file is under a password; `isWrong` after one that did not open it, as a new object each time. */
  | { readonly type: 'password'; readonly refused: { readonly type: 'sealed' } | null }
  | { readonly type: 'working'; readonly progress: FileProgress }
  | { readonly type: 'verified'; readonly staged: StagedRuntime }
  | { readonly type: 'handed_over'; readonly staged: StagedRuntime }

export type ImportModel = {
  readonly state: ReadonlySignal<ImportState>
  readonly fileName: ReadonlySignal<string>
  choose(file: File): Promise<void>
  open(password: string): Promise<void>
  cancel(): void
  /** What was verified becomes a runtime; then `onVerified` is told. */
  accept(): Promise<void>
  /** Back to choosing a file. */
  reset(): void
  /** Stops what is under way, and removes what nobody took. */
  leave(): void
}

export const createImport = (
  files: () => Promise<FilesPort>,
  onVerified: (staged: StagedRuntime) => void,
): ImportModel => {
  const state = signal<ImportState>({ type: 'asking', problem: null })
  const fileName = signal('')
  let chosen: File | null = null
  let work = new AbortController()
  const discard = async ({ stagingName }: StagedRuntime): Promise<void> => (await files()).discard(stagingName)
  const drop = (): void => {
    work.abort()
    const last = state.peek()
    // A failure leaves a database that the next import sweeps away.
    if (last.type === 'verified') void discard(last.staged).catch(() => undefined)
  }
  const read = async (file: File, password: string | null): Promise<ImportState> => {
    const { signal: signalOf } = work
    const onProgress = (progress: FileProgress): void => {
      if (!signalOf.aborted) state.value = { type: 'working', progress }
    }
    const outcome = await (await files()).read({ file, password, onProgress, signal: signalOf })
    if (outcome.type === 'verified') {
      if (!signalOf.aborted) return outcome
      await discard(outcome.staged)
      return { type: 'asking', problem: null }
    }
    if (outcome.type === 'cancelled' || signalOf.aborted) return { type: 'asking', problem: null }
    if (outcome.problem.type === 'password_needed') return { type: 'password', refused: null }
    return outcome.problem.type === 'sealed'
      ? { type: 'password', refused: { type: 'sealed' } }
      : { type: 'asking', problem: outcome.problem }
  }
  const run = async (file: File, password: string | null): Promise<void> => {
    if (state.peek().type === 'working') return
    drop()
    work = new AbortController()
    state.value = { type: 'working', progress: { phase: 'unlocking', done: 0, total: null } }
    state.value = await read(file, password).catch(
      (error: unknown): ImportState => ({ type: 'asking', problem: failureOf(error) }),
    )
  }
  return {
    state,
    fileName,
    choose: async (file) => {
      chosen = file
      fileName.value = file.name
      await run(file, null)
    },
    open: async (password) => {
      if (chosen !== null) await run(chosen, password)
    },
    cancel: () => work.abort(),
    accept: async () => {
      const last = state.peek()
      if (last.type !== 'verified') return
      try {
        await (await files()).keep(last.staged.stagingName)
      } catch (error) {
        state.value = { type: 'asking', problem: failureOf(error) }
        return
      }
      state.value = { type: 'handed_over', staged: last.staged }
      onVerified(last.staged)
    },
    reset: () =>
      batch(() => {
        drop()
        chosen = null
        fileName.value = ''
        state.value = { type: 'asking', problem: null }
      }),
    leave: drop,
  }
}
