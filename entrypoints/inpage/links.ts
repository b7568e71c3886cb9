/**
 * `xln:` links of a page: pressed by a person, they open the wallet with Pay filled in, never sent. A click that a script
 * has made is the page's own affair.
 */
export const OPEN_LINK = 'open-link'
/** Longer than any invoice. */
const LONGEST = 16_384

export type OpenLink = { readonly type: typeof OPEN_LINK; readonly link: string }

/** The link under a click, if it is one of ours. */
export const linkOf = (event: Pick<MouseEvent, 'isTrusted' | 'button' | 'composedPath'>): string | null => {
  if (!event.isTrusted || event.button !== 0) return null
  for (const element of event.composedPath()) {
    if (!(element instanceof HTMLAnchorElement)) continue
    const href = element.getAttribute('href')?.trim() ?? ''
    return /^xln:/i.test(href) && href.length <= LONGEST ? href : null
  }
  return null
}

/** What the worker takes a message of the relay for; null for anything else. */
export const readOpenLink = (message: unknown): OpenLink | null => {
  if (typeof message !== 'object' || message === null || !('type' in message) || !('link' in message)) return null
  const { type, link } = message
  if (type !== OPEN_LINK || typeof link !== 'string' || link.length > LONGEST || !/^xln:/i.test(link)) return null
  return { type, link }
}
