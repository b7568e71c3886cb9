/**
 * `npm start`: builds the extension and opens it in Chromium with a fresh profile, which is deleted afterwards.
 *
 * With no display it walks the first journey headless instead (create, pay, receipt, history), prints the receipt and
 * where the screenshots are.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { BUILD_STEP, ROOT, runStep } from './checks.mjs'
import { ensureChromium } from './chromium.mjs'
import { importTs } from './run-ts.mjs'
import { BUILD } from './zip.mjs'

const SCREENSHOTS = join(ROOT, '.output', 'screenshots')
/** A browser that gives up sooner never had a window. */
const SOONEST_CLOSE_MS = 5_000

const hasDisplay = () => process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/** @param {string} chromium @returns {Promise<boolean>} false when no window could be opened */
const openWindow = async (chromium) => {
  const profile = mkdtempSync(join(tmpdir(), 'wallet-profile-'))
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const started = Date.now()
  console.log(`Opening it in ${chromium} with a fresh profile, ${profile}. Close the browser to end.`)
  const browser = spawn(
    chromium,
    [
      `--user-data-dir=${profile}`,
      '--no-first-run',
      '--no-default-browser-check',
      `--disable-extensions-except=${BUILD}`,
      `--load-extension=${BUILD}`,
      ...sandbox,
    ],
    { stdio: 'ignore' },
  )
  const stop = () => browser.kill()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const code = await new Promise((resolve) => browser.once('exit', resolve).once('error', () => resolve(1)))
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  return code === 0 || Date.now() - started > SOONEST_CLOSE_MS
}

/** @param {string} chromium */
const walkJourney = async (chromium) => {
  const { firstJourney } = await importTs('tests/e2e/journey.ts')
  const { launchExtension } = await importTs('tests/e2e/support/browser.ts')
  console.log(`No display: walking the first journey headless in ${chromium}.`)
  rmSync(SCREENSHOTS, { recursive: true, force: true })
  const extension = await launchExtension({ executablePath: chromium, headless: true, extensionDir: BUILD })
  try {
    const { receipt, history, screenshots } = await firstJourney(extension, SCREENSHOTS)
    console.log('\nReceipt')
    for (const [name, value] of Object.entries(receipt)) console.log(`  ${name.padEnd(10)} ${value}`)
    console.log('\nActivity')
    for (const row of history) console.log(`  ${row}`)
    console.log('\nScreenshots')
    for (const path of screenshots) console.log(`  ${relative(ROOT, path)}`)
  } finally {
    await extension.close()
  }
}

if (await runStep(BUILD_STEP)) {
  const chromium = ensureChromium()
  const isOpen = hasDisplay() && (await openWindow(chromium))
  if (!isOpen) await walkJourney(chromium)
} else {
  process.exitCode = 1
}
