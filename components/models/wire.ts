/**
 * What a failed call of the adapter says. The adapter rejects with an error that carries a `WireError`; anything
 * else that is thrown becomes E_INTERNAL, because a screen must always have words.
 */
import type { WireError } from '../../runtime/radapter/types.ts'

const CODES: readonly string[] = [
  'E_UNAUTHORIZED',
  'E_BAD_REQUEST',
  'E_VERSION',
  'E_NOT_FOUND',
  'E_RANGE',
  'E_LOCKED',
  'E_WALLET_LOCKED',
  'E_REJECTED',
  'E_RATE_LIMITED',
  'E_TOO_LARGE',
  'E_HALTED',
  'E_INTERNAL',
] satisfies readonly WireError['code'][]

type Fields = { readonly [field: string]: unknown }
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isCode = (value: unknown): value is WireError['code'] => typeof value === 'string' && CODES.includes(value)

const read = (value: unknown): WireError | null => {
  if (!isFields(value) || !isCode(value.code)) return null
  const { code, message, retryable, reason } = value
  const plain = { code, message: typeof message === 'string' ? message : '', retryable: retryable === true }
  return isFields(reason) && typeof reason.type === 'string'
    ? { ...plain, reason: { ...reason, type: reason.type } }
    : plain
}

export const wireErrorOf = (thrown: unknown): WireError => {
  // The carried error first: what carries it repeats its code, but not its reason.
  const carried = (isFields(thrown) ? read(thrown.error) : null) ?? read(thrown)
  return (
    carried ?? {
      code: 'E_INTERNAL',
      message: thrown instanceof Error ? thrown.message : String(thrown),
      retryable: false,
    }
  )
}
