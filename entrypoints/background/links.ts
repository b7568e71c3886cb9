/** Opens the wallet for an `xln:` link that was pressed on a page: Pay filled in, in a window of its own. */
import { browser } from 'wxt/browser'
import { readOpenLink } from '../inpage/links.ts'

/** 400 × 600 inside, whatever the frame around it takes. */
const SIZE = { width: 416, height: 640 }

export const followLinks = (): void => {
  browser.runtime.onMessage.addListener((message: unknown, sender) => {
    const asked = sender.id === browser.runtime.id ? readOpenLink(message) : null
    if (asked === null) return
    const url = `/popup.html#pay=${encodeURIComponent(asked.link)}`
    void browser.windows.create({ url, type: 'popup', focused: true, ...SIZE }).catch(() => undefined)
  })
}
