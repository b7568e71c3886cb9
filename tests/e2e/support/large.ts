/**
 * Pages that know of more than any test could earn: amounts of twelve digits, and people with long names. Page and worker
 * run as they are. Names are changed on their way from the worker, text by text; amounts where a page writes them, since
 * on their way they look like any other text.
 *
 * Contract: for pages opened afterwards. Every name stays another name, because a page refuses what is not written in the
 * one way its worker writes it.
 */
import type { BrowserContext } from '@playwright/test'

/** Runs in the page before anything of its own. */
const enlarge = (): void => {
  type Listener = (message: unknown) => void
  type Port = { readonly onMessage: { addListener(listener: Listener): void } }
  type Runtime = { connect(...args: readonly unknown[]): Port }
  const MUCH = 999_000_000_000n
  const rename = (text: string): string =>
    text.replace(/"(Bob|Alice|Bakery)"/g, '"$1 Wolfeschlegelsteinhausenbergerdorff of Nowhere-in-Particular"')
  const { runtime } = (globalThis as unknown as { readonly chrome: { readonly runtime: Runtime } }).chrome
  const connect = runtime.connect.bind(runtime)
  runtime.connect = (...args) => {
    const port = connect(...args)
    const add = port.onMessage.addListener.bind(port.onMessage)
    port.onMessage.addListener = (listener) =>
      add((message) => listener(typeof message === 'string' ? rename(message) : message))
    return port
  }
  // Whole parts of amounts are the only bigints that are written.
  const { formatToParts } = Intl.NumberFormat.prototype
  Object.defineProperty(Intl.NumberFormat.prototype, 'format', {
    get(this: Intl.NumberFormat) {
      return (value: number | bigint): string =>
        formatToParts
          .call(this, typeof value === 'bigint' ? value + MUCH : value)
          .map((part) => part.value)
          .join('')
    },
  })
}

export const enlargeEverything = (context: BrowserContext): Promise<void> =>
  context.addInitScript(enlarge).then(() => undefined)
