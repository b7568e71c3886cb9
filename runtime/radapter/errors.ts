/** The one error of the RAdapter edge, on both sides of the line, and the words of its common causes. */
import type { ErrorCode } from './error-code.ts'
import type { WireError } from './types.ts'

/** Decide on `code` and, for E_REJECTED, on `error.reason`; the message is for people. */
export class RAdapterError extends Error {
  override readonly name = 'RAdapterError'
  readonly code: ErrorCode
  readonly retryable: boolean
  constructor(
    readonly error: WireError,
    cause?: unknown,
  ) {
    super(error.message, cause === undefined ? undefined : { cause })
    this.code = error.code
    this.retryable = error.retryable
  }
}

export const badRequest = (message: string): WireError => ({ code: 'E_BAD_REQUEST', message, retryable: false })
export const tooLarge = (limitBytes: number): WireError => ({
  code: 'E_TOO_LARGE',
  message: `a message has at most ${limitBytes} bytes`,
  retryable: false,
})
/** Says nothing of what went wrong inside: that may hold what must not leave. */
export const internal = (retryable: boolean): WireError => ({
  code: 'E_INTERNAL',
  message: 'something went wrong inside the wallet',
  retryable,
})
export const walletLocked: WireError = { code: 'E_WALLET_LOCKED', message: 'the wallet is locked', retryable: false }

/** Somebody else has the pen, or the runtime itself: what can be done about it. */
export const heldByOther = (type: 'other_window' | 'held_elsewhere' | 'held_silent', words: string): WireError => ({
  code: 'E_LOCKED',
  message: `${words}: look at this runtime only, take control of it, or clone it`,
  retryable: false,
  reason: { type, choices: ['read_only', 'take_control', 'clone'] },
})

/** An expected refusal, with the data it was refused for. */
export const refusal = (reason: NonNullable<WireError['reason']>): WireError => ({
  code: 'E_REJECTED',
  message: wordsOf(reason),
  retryable: false,
  reason,
})

const wordsOf = ({ type, ...data }: NonNullable<WireError['reason']>): string => {
  const figures = ['have', 'need', 'fee', 'maxFee', 'limit'].flatMap((name) => {
    const value = data[name]
    return typeof value === 'bigint' || typeof value === 'number' ? [`${name} ${value}`] : []
  })
  const what = type.replaceAll('_', ' ')
  return figures.length === 0 ? what : `${what}: ${figures.join(', ')}`
}
