/**
 * The questions sites have put to the owner, and the answers given: one durable row, replaced whole.
 *
 * Contract: a change has been written before anybody hears of it. A question has one answer; what comes second changes
 * nothing. The row lives as long as the browser does: a worker that dies leaves it as it was, and a page cannot
 * outlive it. It holds questions, never a word of the owner that has not been carried out.
 */
import * as v from 'valibot'
import type { KeyValueArea } from '../wallet/ports.ts'
import type { Answer } from './errors.ts'

const ROW = 'provider.queue'
/** Answers kept for pages that ask again under the same id. */
const ANSWERS = 256
export const MAX_PER_ORIGIN = 16
export const MAX_QUESTIONS = 64
export const REFUSALS = 3
export const REFUSAL_WINDOW_MS = 60_000

const text = v.string()
const questionSchema = v.variant('type', [
  v.strictObject({ type: v.literal('connect') }),
  v.strictObject({
    type: v.literal('pay'),
    /** A name, an entity id or an invoice link. */
    to: text,
    isInvoice: v.boolean(),
    /** Decimal of whole tokens; empty when the invoice says it. */
    amount: text,
    /** Symbol; empty when the invoice says it. */
    token: text,
    memo: text,
  }),
])
const openSchema = v.strictObject({
  id: text,
  origin: text,
  seenBefore: v.boolean(),
  /** Which runtime it was put to, and no other. */
  runtimeId: text,
  question: questionSchema,
})
const errorSchema = v.strictObject({ code: v.number(), message: text, data: v.optional(v.unknown()) })
const rowSchema = v.strictObject({
  open: v.array(openSchema),
  answered: v.array(
    v.strictObject({
      id: text,
      answer: v.union([v.strictObject({ error: errorSchema }), v.strictObject({ result: v.unknown() })]),
    }),
  ),
  refusals: v.array(v.strictObject({ origin: text, atMs: v.number() })),
})

export type Question = v.InferOutput<typeof questionSchema>
export type Open = v.InferOutput<typeof openSchema>
type Row = v.InferOutput<typeof rowSchema>

const EMPTY: Row = { open: [], answered: [], refusals: [] }

export type Found =
  | { readonly type: 'open'; readonly open: Open }
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'unknown' }

export type Full =
  | { readonly type: 'added' }
  | { readonly type: 'full' }
  /** Refused too often; it may ask again after this. */
  | { readonly type: 'must_wait'; readonly waitMs: number }

export type Queue = {
  open(): readonly Open[]
  find(id: string): Found
  add(open: Open, nowMs: number): Promise<Full>
  /** @param refusal when the owner has refused: counted once for each origin, however many were answered by it. */
  answer(ids: readonly string[], answer: Answer, refusal?: { readonly atMs: number }): Promise<void>
  /** Resolves with the answer, once it has been written. */
  answered(id: string): Promise<Answer>
}

const recent = (row: Row, nowMs: number): Row['refusals'] =>
  // A clock set back would otherwise make a site wait for as long as it was set back by.
  row.refusals.filter(({ atMs }) => atMs > nowMs - REFUSAL_WINDOW_MS && atMs <= nowMs)

const room = (row: Row, { origin }: Open, nowMs: number): Full => {
  const refused = recent(row, nowMs).filter((refusal) => refusal.origin === origin)
  const oldest = refused.at(-REFUSALS)
  if (oldest !== undefined) return { type: 'must_wait', waitMs: oldest.atMs + REFUSAL_WINDOW_MS - nowMs }
  const own = row.open.filter((open) => open.origin === origin).length
  return own >= MAX_PER_ORIGIN || row.open.length >= MAX_QUESTIONS ? { type: 'full' } : { type: 'added' }
}

export const openQueue = async (area: KeyValueArea): Promise<Queue> => {
  const read = v.safeParse(rowSchema, await area.get(ROW))
  let row: Row = read.success ? read.output : EMPTY
  let turn: Promise<unknown> = Promise.resolve()
  const waiting = new Map<string, ((answer: Answer) => void)[]>()

  /** One change after another, each seen only once it is written. */
  const inTurn = <T>(change: () => { readonly next: Row; readonly value: T }): Promise<T> => {
    const run = turn.then(async () => {
      const { next, value } = change()
      if (next !== row) await area.set(ROW, next)
      row = next
      return value
    })
    turn = run.catch(() => undefined)
    return run
  }
  const find = (id: string): Found => {
    const answered = row.answered.find((known) => known.id === id)
    if (answered !== undefined) return { type: 'answered', answer: answered.answer as Answer }
    const open = row.open.find((known) => known.id === id)
    return open === undefined ? { type: 'unknown' } : { type: 'open', open }
  }
  return {
    open: () => row.open,
    find,
    add: (open, nowMs) =>
      inTurn<Full>(() => {
        if (find(open.id).type !== 'unknown') return { next: row, value: { type: 'added' } }
        const value = room(row, open, nowMs)
        return { next: value.type === 'added' ? { ...row, open: [...row.open, open] } : row, value }
      }),
    answer: async (ids, answer, refusal) => {
      const told = await inTurn(() => {
        const answered = row.open.filter(({ id }) => ids.includes(id))
        if (answered.length === 0) return { next: row, value: answered }
        const origins = refusal === undefined ? [] : [...new Set(answered.map(({ origin }) => origin))]
        const refusals = refusal === undefined ? row.refusals : recent(row, refusal.atMs)
        const next = {
          open: row.open.filter(({ id }) => !ids.includes(id)),
          answered: [...row.answered, ...answered.map(({ id }) => ({ id, answer }))].slice(-ANSWERS),
          refusals: [...refusals, ...origins.map((origin) => ({ origin, atMs: refusal?.atMs ?? 0 }))],
        }
        return { next, value: answered }
      })
      for (const { id } of told) {
        const waiters = waiting.get(id) ?? []
        waiting.delete(id)
        for (const tell of waiters) tell(answer)
      }
    },
    answered: (id) => {
      const found = find(id)
      if (found.type === 'answered') return Promise.resolve(found.answer)
      return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]))
    },
  }
}
