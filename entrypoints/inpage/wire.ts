/**
 * What travels between a page and the worker: page → relay → worker asks, worker → relay → page tells.
 *
 * Every request has an id drawn by the page, which names it for good: asked again under the same id it is the same
 * request. A request travels as the text the page made of it; only the worker reads it.
 */
import type { Answer } from '../background/provider/errors.ts'

/** `request` is the JSON text of `{ method, params }`. */
export type Ask = { readonly id: string; readonly request: string }

export type Told =
  /** The request has arrived; without this the line is taken for dead. */
  | { readonly type: 'ack'; readonly id: string }
  | { readonly type: 'answer'; readonly id: string; readonly answer: Answer }
  /** What this origin may see; sent first on every line, and when it changes. */
  | { readonly type: 'state'; readonly accounts: readonly string[]; readonly chainId: string }
  /** The extension was replaced or removed under this page. */
  | { readonly type: 'gone' }

/** Name of the port; the worker knows who is at the other end from the browser, not from this. */
export const PROVIDER_PORT = 'provider'
/** Told to every tab when what sites may see has changed, so that pages whose line is down come and look. */
export const PROVIDER_CHANGED = 'provider.changed'
/** Asked of one tab: its relay answers with the origin of the page. */
export const PROVIDER_ORIGIN = 'provider.origin'

export const MAX_REQUEST_BYTES = 1_048_576
export const TOO_LARGE = 'A request has at most 1 MiB.'
const ID = /^[A-Za-z0-9-]{1,64}$/

/** UTF-8 bytes, counted only where the length leaves it open. */
export const isTooLarge = (text: string): boolean =>
  text.length > MAX_REQUEST_BYTES ||
  (text.length > MAX_REQUEST_BYTES / 3 && new TextEncoder().encode(text).length > MAX_REQUEST_BYTES)

/** Takes anything; null when it is no request. */
export const readAsk = (message: unknown): Ask | null => {
  if (typeof message !== 'object' || message === null) return null
  const { id, request } = message as { readonly id?: unknown; readonly request?: unknown }
  return typeof id === 'string' && ID.test(id) && typeof request === 'string' ? { id, request } : null
}
