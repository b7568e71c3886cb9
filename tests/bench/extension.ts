/**
 * How soon the installed extension answers, beside an extension that does nothing: a cold worker's first view, the
 * popup's first paint and its first figures. Both run in the same Chromium build at the same time, each worker is
 * killed before every reading, and the wallet is unlocked with a log to replay.
 */
import { generateKeyPairSync } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { type Extension, launchExtension } from '../e2e/support/browser.ts'
import { bundle } from './bundle.ts'
import type { ClientPage } from './client-page.ts'
import { compare, type Result } from './measure.ts'

const BUILD = fileURLToPath(new URL('../../.output/chrome-mv3', import.meta.url))
const CLIENT = fileURLToPath(new URL('./client-page.ts', import.meta.url))
const PASSWORD = 'six plain words make it long'
/** The wallet is measured with so many frames of history. */
const FRAMES = 190
/** A long history beside a short one. */
const [LONG_FRAMES, SHORT_FRAMES] = [10_000, 100]
/** What Home says as soon as it has figures. */
const FIRST_FIGURES = 'You can send'
const POPUP_SIZE = { width: 400, height: 600 }

const page = (title: string, script: string): string =>
  `<!doctype html><html><head><meta charset="utf-8"><title>${title}</title></head><body><p>${title}</p>${script}</body></html>`
const scriptTag = (name: string): string => `<script type="module" src="/${name}.js"></script>`

const BLANK_WORKER = "chrome.runtime.onConnect.addListener((port) => port.postMessage('here'))"
/** Says what the worker answers, as little as a popup can do. */
const BLANK_POPUP = `
chrome.runtime.connect().onMessage.addListener(() => { document.body.append('${FIRST_FIGURES}') })
globalThis.bench = {
  firstView: () => new Promise((resolve) => {
    const started = performance.now()
    const port = chrome.runtime.connect()
    port.onMessage.addListener(() => { resolve(performance.now() - started); port.disconnect() })
  }),
}
`

/** An extension with a worker and a popup that do nothing, under an id of its own. */
const writeBlank = async (folder: string): Promise<void> => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const manifest = {
    manifest_version: 3,
    name: 'Blank',
    version: '1',
    key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    background: { service_worker: 'worker.js', type: 'module' },
    action: { default_popup: 'popup.html' },
  }
  await mkdir(folder)
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'worker.js'), BLANK_WORKER)
  await writeFile(join(folder, 'popup.js'), BLANK_POPUP)
  await writeFile(join(folder, 'popup.html'), page('Blank', scriptTag('popup')))
}

/** The build, and the client page beside it. */
const writeOurs = async (folder: string): Promise<void> => {
  await cp(BUILD, folder, { recursive: true })
  await bundle({ 'bench-client': CLIENT }, folder)
  await writeFile(join(folder, 'bench.html'), page('Bench', scriptTag('bench-client')))
}

/** `filled` may be what the page last showed; `live` is from the worker. */
type PopupTimes = { readonly painted: number; readonly filled: number; readonly live: number }
type Watched = { readonly popupTimes: Partial<PopupTimes> }

/** Runs in the page before anything of its own: notes when it was first painted, first had figures, and was live. */
const watch = (figures: string): void => {
  const times: { painted?: number; filled?: number; live?: number } = {}
  Object.assign(globalThis, { popupTimes: times })
  const look = (): void => {
    if (document.body?.textContent.includes(figures) !== true) return
    times.filled ??= performance.now()
    if (document.querySelector('[aria-busy="true"]') !== null) return
    mutations.disconnect()
    times.live = performance.now()
  }
  const mutations = new MutationObserver(look)
  mutations.observe(document, { attributes: true, childList: true, subtree: true, characterData: true })
  const paints = new PerformanceObserver((list) => {
    const paint = list.getEntriesByName('first-contentful-paint')[0]
    if (paint !== undefined) times.painted = paint.startTime
  })
  paints.observe({ type: 'paint', buffered: true })
}

/** Milliseconds from the start of a popup's loading, its worker cold. */
const loadPopup = async (extension: Extension): Promise<PopupTimes> => {
  await extension.killWorker()
  const popup = await extension.context().newPage()
  await popup.setViewportSize(POPUP_SIZE)
  await popup.addInitScript(watch, FIRST_FIGURES)
  await popup.goto(`chrome-extension://${extension.id}/popup.html`)
  const handle = await popup.waitForFunction(() => {
    const { painted, filled, live } = (globalThis as unknown as Watched).popupTimes
    return painted !== undefined && filled !== undefined && live !== undefined && { painted, filled, live }
  })
  const times = await handle.jsonValue()
  await popup.close()
  if (times === false) throw new Error('the popup was not watched')
  return times
}

const clientOf = (onPage: Page) => ({
  createWallet: (password: string) =>
    onPage.evaluate((word) => (globalThis as unknown as { bench: ClientPage }).bench.createWallet(word), password),
  payUntil: (height: number) =>
    onPage.evaluate((until) => (globalThis as unknown as { bench: ClientPage }).bench.payUntil(until), height),
  firstView: () => onPage.evaluate(() => (globalThis as unknown as { bench: ClientPage }).bench.firstView()),
})

type Client = ReturnType<typeof clientOf>

const openClient = async (extension: Extension, name: string): Promise<Client> => {
  const opened = await extension.context().newPage()
  await opened.goto(`chrome-extension://${extension.id}/${name}`)
  return clientOf(opened)
}

const cold =
  (extension: Extension, { firstView }: Pick<Client, 'firstView'>) =>
  async (): Promise<number> => {
    await extension.killWorker()
    return firstView()
  }

type Apart = { readonly ours: Extension; readonly other: Extension; readonly blank: Extension }

/** The same build with a long history and with a short one. */
const measureHistory = async (
  { ours, other }: Apart,
  client: Client,
  report: (result: Result) => void,
): Promise<void> => {
  const short = await openClient(other, 'bench.html')
  await short.createWallet(PASSWORD)
  const figures = { shortHeight: await short.payUntil(SHORT_FRAMES), height: await client.payUntil(LONG_FRAMES) }
  const name = `cold worker to first view, ${LONG_FRAMES} frames beside ${SHORT_FRAMES}`
  report(
    await compare({ name, unit: 'ms', ours: cold(ours, client), floor: cold(other, short), peer: null }, async () => ({
      figures,
    })),
  )
}

const measureAll = async (apart: Apart, report: (result: Result) => void): Promise<void> => {
  const { ours, blank } = apart
  const client = await openClient(ours, 'bench.html')
  const blankClient = await openClient(blank, 'popup.html')
  await client.createWallet(PASSWORD)
  const height = await client.payUntil(FRAMES)

  const figures = { height }
  const ms = { unit: 'ms', peer: null }
  report(
    await compare(
      { ...ms, name: 'cold worker to first view', ours: cold(ours, client), floor: cold(blank, blankClient) },
      async () => ({ figures }),
    ),
  )
  report(
    await compare({
      ...ms,
      name: 'popup, first paint',
      ours: async () => (await loadPopup(ours)).painted,
      floor: async () => (await loadPopup(blank)).painted,
    }),
  )
  report(
    await compare(
      {
        ...ms,
        name: 'popup, first figures, cold worker',
        ours: async () => (await loadPopup(ours)).filled,
        floor: async () => (await loadPopup(blank)).filled,
      },
      async () => ({ figures }),
    ),
  )
  report(
    await compare(
      {
        ...ms,
        name: 'popup, live figures, cold worker',
        ours: async () => (await loadPopup(ours)).live,
        floor: async () => (await loadPopup(blank)).live,
      },
      async () => ({ figures }),
    ),
  )
  await measureHistory(apart, client, report)
}

/** Expects the build to be there. */
export const measureExtension = async (executablePath: string, report: (result: Result) => void): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'wallet-bench-'))
  const [oursDir, blankDir] = [join(folder, 'ours'), join(folder, 'blank')]
  await writeOurs(oursDir)
  await writeBlank(blankDir)
  const launched: Extension[] = []
  try {
    const launch = async (extensionDir: string): Promise<Extension> => {
      const extension = await launchExtension({ executablePath, headless: true, extensionDir })
      launched.push(extension)
      return extension
    }
    const [ours, other, blank] = [await launch(oursDir), await launch(oursDir), await launch(blankDir)]
    await measureAll({ ours, other, blank }, report)
  } finally {
    for (const extension of launched) await extension.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
