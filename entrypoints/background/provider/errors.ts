/**
 * The errors a page can be answered with: EIP-1193, EIP-1474 and JSON-RPC codes, one row per cause.
 * https://eips.ethereum.org/EIPS/eip-1193#provider-errors, https://eips.ethereum.org/EIPS/eip-1474#error-codes
 *
 * `internal` also carries what the wallet itself refuses or failed to do (over capacity, no route, a payment that came
 * back): then `data` is the typed reason, whose `type` is for programs and whose figures are decimals of whole tokens.
 * Depends on nothing, because the page's half of the pipe uses it too.
 */
export const ERRORS = {
  rejected: { code: 4001, message: 'The owner of the wallet refused this.' },
  unauthorized: { code: 4100, message: 'The wallet does not serve this frame.' },
  unsupported: { code: 4200, message: 'The wallet has no such method.' },
  disconnected: { code: 4900, message: 'The wallet is gone. Load the page again.' },
  invalidParams: { code: -32602, message: 'The parameters are not as they should be.' },
  pending: { code: -32002, message: 'The wallet is already asking the same.' },
  limit: { code: -32005, message: 'Too much was asked. Wait, then ask again.' },
  internal: { code: -32603, message: 'The wallet could not do this.' },
} as const

export type ProviderError = { readonly code: number; readonly message: string; readonly data?: unknown }
export type Answer = { readonly result: unknown } | { readonly error: ProviderError }

/** @param detail what exactly, for developers; @param data for programs. */
export const failed = (kind: keyof typeof ERRORS, detail = '', data?: unknown): Answer => {
  const { code, message } = ERRORS[kind]
  const words = detail === '' ? message : `${message} ${detail}`
  return { error: data === undefined ? { code, message: words } : { code, message: words, data } }
}
