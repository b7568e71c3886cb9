/**
 * A Chromium with the built extension in it, on a profile of its own that survives restarts of the browser.
 *
 * Contract: pages are ordinary tabs of the extension; nothing here knows what they show. The caller closes it.
 * Flags: https://peter.sh/experiments/chromium-command-line-switches, each needed for an extension to load or for
 * the browser to keep to itself.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type BrowserContext, chromium, type Page, type Worker } from '@playwright/test'

export type PageName = 'popup.html' | 'sidepanel.html' | 'view.html' | 'welcome.html' | 'approval.html'

export type Extension = {
  readonly id: string
  /** The context of the browser as it runs now; another one after `restart`. */
  context(): BrowserContext
  /** A new tab with this page, `#…` or `?…` allowed after its name, loaded. */
  open(page: PageName | `${PageName}${'#' | '?'}${string}`): Promise<Page>
  /** The tab with this page that the extension opened by itself. */
  openedByItself(page: PageName): Promise<Page>
  /** Stops the service worker as the browser itself does; resolves when it is gone. It must be running. */
  killWorker(): Promise<void>
  /** The same in two steps, so that the second takes no time: the trigger, to be pulled when the moment has come. */
  armKill(): Promise<() => Promise<void>>
  /** Closes the browser and opens it again on the same profile. Every page and worker is gone. */
  restart(): Promise<void>
  /** Closes the browser and deletes the profile. */
  close(): Promise<void>
}

export type LaunchOptions = {
  readonly executablePath: string
  readonly headless: boolean
  /** Folder of the built extension. */
  readonly extensionDir?: string
  /** Folder for the profile; a temporary one, deleted at the end, when absent. */
  readonly profileDir?: string
  /** What the browser says it speaks; American English when absent. */
  readonly locale?: string
}

const SIZES: { readonly [Name in PageName]: { readonly width: number; readonly height: number } } = {
  'popup.html': { width: 400, height: 600 },
  'sidepanel.html': { width: 420, height: 800 },
  'view.html': { width: 1280, height: 800 },
  'welcome.html': { width: 1024, height: 768 },
  'approval.html': { width: 400, height: 600 },
}

const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Without a display nothing points; people have a mouse and keys, and see the hints that go with them. */
const POINTED = '--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4'

const flags = (options: LaunchOptions, extensionDir: string): readonly string[] => [
  ...(options.headless ? ['--headless=new', POINTED] : []),
  // Chromium refuses to run as root inside its sandbox, and many containers forbid the sandbox.
  ...(options.headless || process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ...QUIET,
  `--disable-extensions-except=${extensionDir}`,
  `--load-extension=${extensionDir}`,
]

/** The id Chromium derives from the manifest's public key: 128 bits of its SHA-256, a–p for 0–f. */
export const extensionIdOf = async (extensionDir: string): Promise<string> => {
  const manifest: unknown = JSON.parse(await readFile(join(extensionDir, 'manifest.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('key' in manifest) || typeof manifest.key !== 'string')
    throw new Error(`${extensionDir}/manifest.json has no key, so its id is not fixed`)
  const digits = createHash('sha256').update(Buffer.from(manifest.key, 'base64')).digest('hex').slice(0, 32)
  return digits.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
}

const deferred = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const untilWorkerRuns = async (context: BrowserContext, origin: string): Promise<void> => {
  const isOurs = (worker: Worker): boolean => worker.url().startsWith(origin)
  if (!context.serviceWorkers().some(isOurs)) await context.waitForEvent('serviceworker', { predicate: isOurs })
}

/**
 * A trigger that stops the service worker without delay when pulled; resolves when it is gone. Playwright has no event
 * for that, so the browser itself is asked (CDP domain ServiceWorker).
 */
const armKill = async (context: BrowserContext, origin: string): Promise<() => Promise<void>> => {
  const session = await context.newCDPSession(context.pages()[0] ?? (await context.newPage()))
  const { promise: stopped, resolve } = deferred()
  let isPulled = false
  session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    const isOurs = versions.some(
      ({ scriptURL, runningStatus }) => scriptURL.startsWith(origin) && runningStatus === 'stopped',
    )
    if (isPulled && isOurs) resolve()
  })
  await session.send('ServiceWorker.enable')
  return async () => {
    isPulled = true
    await session.send('ServiceWorker.stopAllWorkers')
    await stopped
    await session.detach()
  }
}

export const launchExtension = async (options: LaunchOptions): Promise<Extension> => {
  const extensionDir = resolve(options.extensionDir ?? '.output/chrome-mv3')
  const profileDir = options.profileDir ?? (await mkdtemp(join(tmpdir(), 'wallet-profile-')))
  const id = await extensionIdOf(extensionDir)
  const origin = `chrome-extension://${id}`
  const { locale = 'en-US' } = options
  const start = async (): Promise<BrowserContext> => {
    const context = await chromium.launchPersistentContext(profileDir, {
      executablePath: options.executablePath,
      // Playwright's own headless mode is an older browser without extensions; the flag above asks for the new one.
      headless: false,
      // The language is also the browser's own: a window that it opens runs for a moment before it is told another.
      args: [...flags(options, extensionDir), `--lang=${locale}`, `--accept-lang=${locale}`],
      ignoreDefaultArgs: ['--disable-extensions', '--enable-automation'],
      viewport: options.headless ? { width: 1024, height: 768 } : null,
      locale,
    })
    await untilWorkerRuns(context, origin)
    return context
  }
  let context = await start()

  const sized = async (page: Page, name: string): Promise<Page> => {
    const size = Object.entries(SIZES).find(([known]) => name.startsWith(known))?.[1]
    if (options.headless && size !== undefined) await page.setViewportSize(size)
    return page
  }
  return {
    id,
    context: () => context,
    open: async (name) => {
      const page = await sized(await context.newPage(), name)
      await page.goto(`${origin}/${name}`)
      return page
    },
    openedByItself: async (name) => {
      const isIt = (page: Page): boolean => page.url().startsWith(`${origin}/${name}`)
      const page = context.pages().find(isIt) ?? (await context.waitForEvent('page', { predicate: isIt }))
      await page.waitForLoadState()
      return sized(page, name)
    },
    armKill: () => armKill(context, origin),
    killWorker: async () => (await armKill(context, origin))(),
    restart: async () => {
      await context.close()
      context = await start()
    },
    close: async () => {
      await context.close()
      if (options.profileDir === undefined) await rm(profileDir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
