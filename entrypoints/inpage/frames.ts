/**
 * Which frames the wallet serves: a page, and frames of its own origin with nobody else's above them. A frame between
 * two of the page's own could choose what the inner one is opened with and lay itself over it.
 */

/** The part of `Window` used here; a relay reads it in its own world, where no script of the page can change it. */
type Frame = { readonly origin: string; readonly location: { readonly ancestorOrigins: ArrayLike<string> } }

/** What the browser writes for an origin that is nobody's: sandboxed frames, `data:` and the like. */
const OPAQUE = 'null'

/** Not of `location.origin`, which a sandboxed frame shares with the page whose address it has. */
export const isServed = ({ origin, location: { ancestorOrigins } }: Frame): boolean =>
  origin !== OPAQUE && Array.from(ancestorOrigins).every((ancestor) => ancestor === origin)
