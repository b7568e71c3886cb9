/** How a page finds the provider: EIP-6963 (https://eips.ethereum.org/EIPS/eip-6963), and `window.ethereum` if free. */
import type { PageProvider } from './provider.ts'

/** Stable for good: dApps remember wallets by it. */
const RDNS = 'network.xln.wallet'
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3.5' fill='%23006d69'/%3E%3Cpath d='M2 5.5h6v5H2zM9 3h1v10H9z' fill='%23fff'/%3E%3Cpath d='M11.5 6h2v4h-2z' fill='none' stroke='%23fff'/%3E%3C/svg%3E"

/** UUID version 4. `crypto.randomUUID` is missing where a page was not loaded securely. */
export const uuid = (draw: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string => {
  const hex = [...draw(new Uint8Array(16))].map((byte, i) => {
    const marked = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte
    return marked.toString(16).padStart(2, '0')
  })
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((part) => part.join(''))
    .join('-')
}

export const announce = (page: EventTarget, provider: PageProvider, pageId: string): void => {
  const info = Object.freeze({ uuid: pageId, name: 'xln wallet', icon: ICON, rdns: RDNS })
  const detail = Object.freeze({ info, provider })
  const say = (): void => void page.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  page.addEventListener('eip6963:requestProvider', say)
  say()
}

/** Never throws: whoever was there first may have locked the name. */
export const takeEthereum = (page: object, provider: PageProvider): void => {
  if (!('ethereum' in page))
    Reflect.defineProperty(page, 'ethereum', {
      value: provider,
      configurable: true,
      enumerable: true,
      writable: true,
    })
}
