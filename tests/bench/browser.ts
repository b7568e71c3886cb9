/**
 * Bundles the bench page, serves it on this machine alone and runs it in a real Chromium
 * with a profile on disk: in a private window IndexedDB would live in memory.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { bundle } from './bundle.ts'
import type { BenchPage, PageMeasured } from './page.ts'

const FIND_CHROMIUM = fileURLToPath(new URL('../../.ci/chromium.mjs', import.meta.url))
const PAGE = fileURLToPath(new URL('./page.ts', import.meta.url))
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
const MIME: { readonly [extension: string]: string } = { '.js': 'text/javascript', '.wasm': 'application/wasm' }
const INDEX = '<!doctype html><meta charset="utf-8"><title>Bench</title><script type="module" src="/page.js"></script>'

/** Finds or installs one, as the browser tests do. */
export const findChromium = (): string =>
  execFileSync(process.execPath, [FIND_CHROMIUM], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()

const serve = async (folder: string): Promise<{ readonly origin: string; readonly close: () => void }> => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html').end(INDEX)
      return
    }
    readFile(join(folder, pathname)).then(
      (content) =>
        response.setHeader('content-type', MIME[extname(pathname)] ?? 'application/octet-stream').end(content),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

export type BrowserMeasured = PageMeasured & { readonly version: string }

export const measureInBrowser = async (executablePath: string): Promise<BrowserMeasured> => {
  const folder = await mkdtemp(join(tmpdir(), 'wallet-bench-'))
  const site = join(folder, 'site')
  await bundle({ page: PAGE }, site)
  const server = await serve(site)
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    // The flag asks for the newer headless mode, which is the browser itself.
    headless: false,
    args: FLAGS,
  })
  try {
    const page = await context.newPage()
    const failed = new Promise<never>((_, reject) => {
      page.on('pageerror', reject)
    })
    await page.goto(server.origin)
    const measured = page.evaluate(() => (globalThis as unknown as { readonly bench: BenchPage }).bench.measure())
    const { results, times } = await Promise.race([measured, failed])
    return { results, times, version: context.browser()?.version() ?? 'unknown' }
  } finally {
    await context.close()
    server.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
