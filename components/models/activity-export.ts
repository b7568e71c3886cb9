/**
 * History as a file: everything that matches, read part by part, as CSV (RFC 4180) or JSON. Amounts are exact decimal
 * text. In CSV a text that a spreadsheet would take for a formula is led by an apostrophe; amounts are unsigned, with
 * their direction in a column of its own, and so are never one. The balance is what there was after the entry.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { formatAmount } from '../../runtime/lib/amount.ts'
import type { RpcMethods, TokenView } from '../../runtime/radapter/types.ts'
import { directionOf } from './activity.ts'
import { type Outcome, untilAnswered } from './reliable.ts'
import { plainName, type SavedFile, saveFile } from './save-file.ts'
import type { Session } from './session.ts'

type ExportedEntry = RpcMethods['activity.export']['result']['entries'][number]
export type ExportFormat = 'csv' | 'json'

const COLUMNS = [
  'time',
  'status',
  'kind',
  'direction',
  'counterparty',
  'counterpartyId',
  'amount',
  'fee',
  'token',
  'memo',
  'failure',
  'paymentId',
  'hashlock',
  'preimage',
  'height',
  'balance',
] as const
type Row = { readonly [C in (typeof COLUMNS)[number]]: string }

const rowOf = (entry: ExportedEntry, token: TokenView): Row => {
  const exact = (amount: bigint): string =>
    formatAmount(amount, token.decimals, { rounding: 'down', maxDecimals: token.decimals })
  return {
    time: new Date(entry.timestamp).toISOString(),
    status: entry.status,
    kind: entry.kind,
    direction: directionOf(entry),
    counterparty: entry.counterpartyLabel,
    counterpartyId: entry.counterpartyId,
    amount: exact(entry.amount),
    fee: exact(entry.fee),
    token: token.symbol,
    memo: entry.memo,
    failure: entry.failure,
    paymentId: entry.proof?.paymentId ?? '',
    hashlock: entry.proof?.hashlock ?? '',
    preimage: entry.proof?.preimage ?? '',
    height: String(entry.height),
    balance: entry.balance === null ? '' : exact(entry.balance),
  }
}

const FORMULA = /^[=+\-@\t\r]/
const cell = (value: string): string => {
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A balance may be below zero: it is a figure all the same, for it never is anything else. */
const cellOf = (column: keyof Row, value: string): string => (column === 'balance' ? value : cell(value))

const csvOf = (rows: readonly Row[]): string =>
  [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => cellOf(column, row[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('')

export const exportFile = (
  entries: readonly ExportedEntry[],
  {
    format,
    tokenOf,
    name,
  }: {
    readonly format: ExportFormat
    readonly tokenOf: (tokenId: number) => TokenView
    /** Whose history it is. */
    readonly name: string
  },
): SavedFile => {
  const rows = entries.map((entry) => rowOf(entry, tokenOf(entry.tokenId)))
  return {
    name: `${['activity', plainName(name)].filter((part) => part !== '').join('-')}.${format}`,
    type: format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json',
    text: format === 'csv' ? csvOf(rows) : `${JSON.stringify(rows, null, 2)}\n`,
  }
}

export type ExportState =
  | { readonly type: 'idle' }
  | { readonly type: 'reading' }
  | { readonly type: 'saved'; readonly count: number }
  | { readonly type: 'failed' }

export type ActivityExport = {
  readonly state: ReadonlySignal<ExportState>
  run(format: ExportFormat): Promise<void>
}

export const createActivityExport = (session: Session): ActivityExport => {
  const state = signal<ExportState>({ type: 'idle' })
  return {
    state,
    run: async (format) => {
      const entity = session.entity.peek()
      if (entity === null || state.peek().type === 'reading') return
      state.value = { type: 'reading' }
      const { activitySearch, activityFilter, activityTokenId } = session.viewState.peek()
      // In the past, the history as it stood then.
      const { height: shown = null, live = true } = session.frameView.peek() ?? {}
      const height = live ? null : shown
      const entries: ExportedEntry[] = []
      let before: number | null = null
      do {
        const params: RpcMethods['activity.export']['params'] = {
          entityId: entity.entityId,
          activitySearch,
          activityFilter,
          activityTokenId,
          before,
          height,
        }
        const answer: Outcome<RpcMethods['activity.export']['result']> = await untilAnswered(
          session,
          () => session.rpc('activity.export', params),
          () => true,
        )
        if (answer.type === 'error') {
          state.value = { type: 'failed' }
          return
        }
        entries.push(...answer.value.entries)
        before = answer.value.before
      } while (before !== null)
      saveFile(exportFile(entries, { format, tokenOf: session.tokenOf, name: entity.label }))
      state.value = { type: 'saved', count: entries.length }
    },
  }
}
