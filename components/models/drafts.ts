/**
 * The unfinished payment, kept outside the page so that an accidental close costs nothing.
 *
 * A draft lives three minutes from its last change. Once Pay now was pressed it also holds the exact command, with
 * its `commandId`: whoever opens the wallet next sends the same command again, and the same id is never paid twice.
 * Older than that, a command is dropped unsent: nobody expects an hour-old press to move money.
 */
export const DRAFT_LIFETIME_MS = 3 * 60_000

export type PayForm = {
  readonly to: string
  readonly amount: string
  readonly memo: string
  readonly tokenId: number
}

/** `pay.send` as it was first drawn up, with what the screen says about it. */
export type PayCommand = {
  readonly commandId: string
  readonly from: string
  readonly to: string
  readonly toLabel: string
  readonly tokenId: number
  readonly amount: bigint
  readonly memo: string
  readonly maxFee: bigint
  readonly startedAt: number
}

export type PayDraft = {
  readonly form: PayForm
  readonly command: PayCommand | null
  readonly savedAt: number
}

/** A place of its own for one JSON value that ends with the browser session. */
export type DraftPort = {
  load(): Promise<unknown>
  save(value: unknown): Promise<void>
  clear(): Promise<void>
}

type Fields = { readonly [field: string]: unknown }
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const numberIn = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : null
const amountIn = (value: unknown): bigint | null =>
  typeof value === 'string' && /^\d{1,39}$/.test(value) ? BigInt(value) : null

const formOf = (value: unknown): PayForm | null => {
  if (!isFields(value)) return null
  const [to, amount, memo, tokenId] = [
    textIn(value.to),
    textIn(value.amount),
    textIn(value.memo),
    numberIn(value.tokenId),
  ]
  return to === null || amount === null || memo === null || tokenId === null ? null : { to, amount, memo, tokenId }
}

const commandOf = (value: unknown): PayCommand | null => {
  if (!isFields(value)) return null
  const commandId = textIn(value.commandId)
  const from = textIn(value.from)
  const to = textIn(value.to)
  const toLabel = textIn(value.toLabel)
  const memo = textIn(value.memo)
  const tokenId = numberIn(value.tokenId)
  const startedAt = numberIn(value.startedAt)
  const amount = amountIn(value.amount)
  const maxFee = amountIn(value.maxFee)
  if (commandId === null || from === null || to === null || toLabel === null || memo === null) return null
  if (tokenId === null || startedAt === null || amount === null || maxFee === null) return null
  return { commandId, from, to, toLabel, tokenId, amount, memo, maxFee, startedAt }
}

/** JSON knows no bigint: amounts are kept as decimal text. */
export const encodeDraft = ({ form, command, savedAt }: PayDraft): unknown => ({
  form,
  command:
    command === null ? null : { ...command, amount: command.amount.toString(), maxFee: command.maxFee.toString() },
  savedAt,
})

/** @returns null for anything but a whole draft that is still alive. */
export const decodeDraft = (kept: unknown, nowMs: number): PayDraft | null => {
  if (!isFields(kept)) return null
  const form = formOf(kept.form)
  const savedAt = numberIn(kept.savedAt)
  if (form === null || savedAt === null) return null
  const age = nowMs - savedAt
  if (age < 0 || age >= DRAFT_LIFETIME_MS) return null
  const command = kept.command === null ? null : commandOf(kept.command)
  return kept.command !== null && command === null ? null : { form, command, savedAt }
}
