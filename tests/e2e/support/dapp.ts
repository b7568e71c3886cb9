/**
 * A dApp on a server of its own: an empty page that finds the wallet by EIP-6963 and asks it things, as a site would.
 *
 * Contract: nothing here knows the wallet but by its announcement. Requests are begun and looked at later, because in
 * between somebody has to answer them in another window.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page } from '@playwright/test'

const RDNS = 'network.xln.wallet'
const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Bakery</title><h1>Bakery</h1></html>'

export type Site = { readonly origin: string; close(): Promise<void> }

/** @param headers sent with every page. */
export const serveSite = async (headers: Record<string, string> = {}): Promise<Site> => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(PAGE)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type Outcome =
  | { readonly result: unknown }
  | { readonly code: unknown; readonly message: string; readonly isError: boolean; readonly data: unknown }

export type Dapp = {
  readonly page: Page
  /** Resolves with what the wallet answered. */
  request(method: string, params?: unknown): Promise<Outcome>
  /** Every event the wallet has raised so far. */
  events(): Promise<readonly unknown[]>
}

type Provider = {
  request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown>
  on(event: string, listener: (value: unknown) => void): unknown
}
type Wallets = { xlnTest: { readonly provider: Provider; readonly events: unknown[] } }

export const openDapp = async (context: BrowserContext, url: string): Promise<Dapp> => {
  const page = await context.newPage()
  await page.goto(url)
  await page.evaluate((rdns) => {
    const find = (event: Event): void => {
      const { detail } = event as CustomEvent<{ readonly info: { readonly rdns: string }; readonly provider: Provider }>
      if (detail.info.rdns !== rdns) return
      const events: unknown[] = []
      for (const name of ['connect', 'disconnect', 'accountsChanged', 'chainChanged'])
        detail.provider.on(name, (value) => events.push([name, value]))
      Object.assign(window, { xlnTest: { provider: detail.provider, events } })
    }
    window.addEventListener('eip6963:announceProvider', find)
    window.dispatchEvent(new Event('eip6963:requestProvider'))
    window.removeEventListener('eip6963:announceProvider', find)
  }, RDNS)
  return {
    page,
    request: (method, params) =>
      page.evaluate(
        async ([name, given]) => {
          const { request } = (window as unknown as Wallets).xlnTest.provider
          try {
            return { result: await request({ method: String(name), params: given }) }
          } catch (error) {
            const { code, message, data } = error as { code: unknown; message: string; data: unknown }
            return { code, message, isError: error instanceof Error, data }
          }
        },
        [method, params] as const,
      ),
    events: () => page.evaluate(() => (window as unknown as Wallets).xlnTest.events),
  }
}
