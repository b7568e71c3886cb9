/**
 * The next version of the extension comes while payments run, in a real browser: its files are put in place of the ones
 * that run, and the worker is told that there is an update. What is under way ends first; then Chromium puts the new
 * version in the place of the old one, closes every page of the old one, and forgets what the session held.
 *
 * Chromium tells nobody of a new version of an unpacked extension, so its event is raised by hand; all that follows
 * from it is done by the browser itself.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page, type Worker } from '@playwright/test'
import { fromHex, toHex } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import {
  activityRows,
  askForReview,
  createWallet,
  PASSWORD,
  pay,
  payNow,
  readBalance,
  readHistory,
  unlock,
} from './journey.ts'
import { exportSent, paidUnits, unitsOf } from './sent.ts'
import { type Extension, launchExtension } from './support/browser.ts'
import { openDapp, serveSite } from './support/dapp.ts'

type Updated = {
  readonly extension: Extension
  /** Puts the next version in place of the one that runs. @returns what it is called */
  readonly publish: () => Promise<string>
}

/** What Chromium gives an extension, as far as it is used here; `dispatch` raises the event. */
type Chromium = {
  readonly chrome: {
    readonly runtime: {
      getManifest(): { readonly version: string }
      readonly onUpdateAvailable: { dispatch(details: { readonly version: string }): void }
    }
    readonly storage: { readonly local: { get(key: string): Promise<{ readonly [key: string]: unknown }> } }
    readonly developerPrivate: {
      updateProfileConfiguration(change: { readonly inDeveloperMode: boolean }): Promise<void>
    }
  }
}

/** An unpacked extension that was reloaded stays switched off for whoever is no developer. */
const becomeDeveloper = async (extension: Extension): Promise<void> => {
  const page = await extension.context().newPage()
  await page.goto('chrome://extensions')
  await page.evaluate(() =>
    (globalThis as unknown as Chromium).chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true }),
  )
  await page.close()
}

const publishTo = async (extensionDir: string): Promise<string> => {
  const path = join(extensionDir, 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { readonly version: string }
  const version = manifest.version.replace(/\d+$/, (last) => `${Number(last) + 1}`)
  await writeFile(path, JSON.stringify({ ...manifest, version }))
  return version
}

const test = base.extend<{ readonly updated: Updated }>({
  updated: async ({ launchOptions: { executablePath } }, use) => {
    if (executablePath === undefined) throw new Error('playwright.config.ts names no Chromium')
    const folder = await mkdtemp(join(tmpdir(), 'wallet-update-'))
    const extensionDir = join(folder, 'extension')
    await cp('.output/chrome-mv3', extensionDir, { recursive: true })
    const extension = await launchExtension({ executablePath, headless: true, extensionDir })
    await becomeDeveloper(extension)
    await use({ extension, publish: () => publishTo(extensionDir) })
    await extension.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },
})

const workerOf = (extension: Extension): Worker => {
  const worker = extension.context().serviceWorkers().at(-1)
  if (worker === undefined) throw new Error('no worker runs')
  return worker
}

/** The worker may be gone before the driver hears that it was told. */
const tell = (worker: Worker, version: string): Promise<void> =>
  worker
    .evaluate(
      (next) => (globalThis as unknown as Chromium).chrome.runtime.onUpdateAvailable.dispatch({ version: next }),
      version,
    )
    .catch(() => undefined)

/**
 * Tells of it as soon as the next frame is committed. Begins to listen before it returns.
 * @returns once it was told, the height of the last frame then, or one that came soon after
 */
const armTelling = async (worker: Worker, version: string): Promise<{ readonly height: Promise<number> }> => {
  const known = await worker.evaluateHandle((next) => {
    const { chrome } = globalThis as unknown as Chromium
    const channel = new BroadcastChannel('xln-runtime:simnet')
    const height = new Promise<number>((resolve) => {
      channel.addEventListener('message', ({ data }) => {
        if (data.type !== 'frame') return
        channel.close()
        chrome.runtime.onUpdateAvailable.dispatch({ version: next })
        // The mark beside the database is written after every commit.
        void chrome.storage.local
          .get('canary.simnet')
          .then(({ 'canary.simnet': mark }) => resolve((mark as { readonly height: number }).height))
      })
    })
    return { height }
  }, version)
  // Asked now: the worker ends soon after it knows.
  return { height: known.evaluate(({ height }) => height) }
}

/** Of the last frame that was committed, whether the wallet is locked or not. */
const storedHeight = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { 'canary.simnet': mark } = await (globalThis as unknown as Chromium).chrome.storage.local.get(
      'canary.simnet',
    )
    return (mark as { readonly height: number }).height
  })
const versionOf = (page: Page): Promise<string> =>
  page.evaluate(() => (globalThis as unknown as Chromium).chrome.runtime.getManifest().version)

/**
 * Ends the first worker after the exchange. Chromium sometimes starts it in the process of the old version, before that
 * process has heard of the new one: it takes itself for the old one, and nothing that is said to it arrives until it
 * ends. The one after it is in order.
 */
const endFirstWorker = async (extension: Extension): Promise<void> => {
  const context = extension.context()
  const session = await context.newCDPSession(context.pages()[0] ?? (await context.newPage()))
  // One that is still being installed would be given up with it.
  const isThere = new Promise<void>((resolve) => {
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      for (const { scriptURL, status, runningStatus } of versions)
        if (scriptURL.includes(extension.id) && status === 'activated' && runningStatus !== 'stopped') resolve()
    })
  })
  await session.send('ServiceWorker.enable')
  await isThere
  await session.detach()
  await extension.killWorker()
}

/** Waits until the browser has closed these pages and started the next version. */
const replaced = async (extension: Extension, pages: readonly Page[]): Promise<void> => {
  await Promise.all([
    extension.context().waitForEvent('serviceworker'),
    ...pages.map((page) => page.waitForEvent('close')),
  ])
  await endFirstWorker(extension)
}

/** Opened after the update. The key of the session was in the browser's session memory, which ends with a version. */
const openLocked = async (extension: Extension, version: string): Promise<Page> => {
  const popup = await extension.open('popup.html')
  await expect(popup.getByRole('textbox', { name: 'Password', exact: true })).toBeVisible()
  await expect(popup.getByRole('button')).toHaveText(['Unlock'])
  expect(await versionOf(popup)).toBe(version)
  return popup
}

const review = async (popup: Page, amount: string): Promise<void> => {
  await popup.bringToFront()
  await askForReview(popup, { to: 'Bob', amount })
  await popup.getByRole('button', { name: 'Pay now', exact: true }).waitFor()
}

/** Pay now. The page may be gone before the driver hears that the button went up again. */
const press = (popup: Page): Promise<void> =>
  payNow(popup).catch((error: unknown) => {
    if (!popup.isClosed()) throw error
  })

test('an update -- what is under way ends first, then every page is of the new version; each payment once', async ({
  updated: { extension, publish },
}) => {
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const site = await serveSite()
  const dapp = await openDapp(extension.context(), site.origin)
  expect(await dapp.request('eth_chainId')).toEqual({ result: '0x786c6e' })
  const first = await extension.open('popup.html')
  const start = unitsOf(await readBalance(first))
  await pay(first, { to: 'Bob', amount: '3.21' })
  await first.goto(first.url())

  const second = await test.step('known while a payment is under way: that one ends first', async () => {
    const panel = await extension.open('sidepanel.html')
    await readHistory(panel)
    const version = await publish()
    await review(first, '1.23')
    const { height } = await armTelling(workerOf(extension), version)
    const over = replaced(extension, [first, panel])
    await press(first)
    const knownAt = await height
    await over
    const popup = await openLocked(extension, version)
    const endedAt = await storedHeight(popup)
    expect(endedAt).toBeGreaterThan(knownAt)
    await unlock(popup, PASSWORD)
    const again = await extension.open('sidepanel.html')
    expect((await readHistory(again))[0]).toMatch(/Bob.*Sent.*1\.23 tUSD/)
    await again.close()
    // The new version had nothing left to do.
    expect(await storedHeight(popup)).toBe(endedAt)
    return popup
  })

  await test.step('a site that was open is told that the wallet is gone, and finds it again with a new page', async () => {
    expect(await dapp.request('eth_chainId')).toMatchObject({ code: 4900, isError: true })
    expect(await dapp.events()).toContainEqual(['disconnect', expect.anything()])
    const again = await openDapp(extension.context(), site.origin)
    expect(await again.request('eth_chainId')).toEqual({ result: '0x786c6e' })
    await site.close()
  })

  const third = await test.step('known as the owner presses Pay now: sent once, or not at all', async () => {
    const version = await publish()
    await review(second, '2.34')
    const worker = workerOf(extension)
    const over = replaced(extension, [second])
    await Promise.all([press(second), tell(worker, version)])
    await over
    const popup = await openLocked(extension, version)
    await unlock(popup, PASSWORD)
    const panel = await extension.open('sidepanel.html')
    await readHistory(panel)
    // One that the old version had begun is finished by the new one.
    await expect(activityRows(panel).filter({ hasText: 'Pending' })).toHaveCount(0)
    await panel.close()
    return popup
  })

  await third.bringToFront()
  await pay(third, { to: 'Alice', amount: '4.56' })
  const sent = await exportSent(extension)
  expect(sent.map(({ amount }) => amount).filter((amount) => amount !== '2.34')).toEqual(['3.21', '1.23', '4.56'])
  expect(sent.filter(({ amount }) => amount === '2.34').length).toBeLessThanOrEqual(1)
  expect(new Set(sent.map(({ paymentId }) => paymentId)).size).toBe(sent.length)
  for (const { preimage = '', hashlock } of sent) expect(toHex(keccak(fromHex(preimage)))).toBe(hashlock)
  await third.goto(third.url())
  expect(unitsOf(await readBalance(third))).toBe(sent.reduce((left, payment) => left - paidUnits(payment), start))
})
