/**
 * `npm run screens`: walks every screen of the build and puts their pictures on sheets, `tests/e2e/sheets`: light, dark,
 * 320 px wide, and in German. README shows them. With a folder as argument, every picture also goes there by itself.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { findChromium } from '../bench/browser.ts'
import { untilSettled, walkScreens } from './screens.ts'
import { launchExtension } from './support/browser.ts'
import { IN_ENGLISH, inGerman, type Tongue } from './tongue.ts'

const FOLDER = fileURLToPath(new URL('./sheets', import.meta.url))
const NARROW = 320
const POPUP = { width: 400, height: 600 }
/** Of a sheet: eight pictures of a popup, half their size, beside each other; what is long stands beside several rows. */
const SHEET = { width: 1_744, gap: 16, caption: 20, row: 4 }

type Look = { readonly name: string; readonly colorScheme: 'light' | 'dark'; readonly width: number }
const LOOKS: readonly Look[] = [
  { name: 'light', colorScheme: 'light', width: POPUP.width },
  { name: 'dark', colorScheme: 'dark', width: POPUP.width },
  { name: 'narrow', colorScheme: 'light', width: NARROW },
]
const GERMAN_LOOKS: readonly Look[] = [{ name: 'german', colorScheme: 'light', width: POPUP.width }]
type Picture = { readonly name: string; readonly png: Buffer }

/** Seen whole; the others are seen through their window. */
const LONG = ['side-panel', 'account']

const shoot = async (page: Page, name: string, { colorScheme, width }: Look): Promise<Buffer> => {
  await page.mouse.move(0, 0)
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.setViewportSize({ width, height: POPUP.height })
  if (LONG.includes(name)) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    // What stays at the edge of the window stands at the end of it.
    await page.setViewportSize({ width, height })
  }
  await untilSettled(page)
  return page.screenshot({ animations: 'disabled', caret: 'hide' })
}

/** Where a PNG says how high it is (https://www.w3.org/TR/png-3/#11IHDR). */
const HEIGHT_AT = 20

const sheetOf = ({ width, colorScheme }: Look, pictures: readonly Picture[]): string => {
  const figures = pictures.map(({ name, png }) => {
    const height = png.readUInt32BE(HEIGHT_AT) / 2 + SHEET.caption + SHEET.gap
    const source = `data:image/png;base64,${png.toString('base64')}`
    const rows = Math.ceil(height / SHEET.row)
    return `<figure style="grid-row: span ${rows}"><img src="${source}" width="${width / 2}"><figcaption>${name}</figcaption></figure>`
  })
  const [ground, ink] = colorScheme === 'dark' ? ['#222', '#ddd'] : ['#ddd', '#222']
  return `<!doctype html><style>
    body { box-sizing: border-box; width: ${SHEET.width}px; margin: 0; padding: ${SHEET.gap}px;
      display: grid; grid-template-columns: repeat(auto-fill, ${width / 2}px); grid-auto-rows: ${SHEET.row}px;
      grid-auto-flow: dense; align-items: start; column-gap: ${SHEET.gap}px;
      background: ${ground}; color: ${ink}; font: 13px sans-serif }
    figure { margin: 0 } img { display: block }
  </style>${figures.join('')}`
}

/** One walk in one language, every screen seen in each of the looks. */
const take = async (tongue: Tongue, looks: readonly Look[], alsoTo: string | undefined): Promise<void> => {
  const extension = await launchExtension({ executablePath: findChromium(), headless: true, locale: tongue.locale })
  const taken = new Map<Look, Picture[]>(looks.map((look) => [look, []]))
  const look = async (page: Page, name: string): Promise<void> => {
    const size = page.viewportSize() ?? POPUP
    for (const [by, pictures] of taken) {
      const png = await shoot(page, name, by)
      pictures.push({ name, png })
      if (alsoTo !== undefined) await writeFile(join(alsoTo, `${by.name}-${name}.png`), png)
    }
    await page.emulateMedia({ colorScheme: null })
    await page.setViewportSize(size)
  }
  await walkScreens(extension, look, tongue)
  const table = await extension.context().newPage()
  for (const [by, pictures] of taken) {
    // Room for a scroll bar beside it.
    await table.setViewportSize({ width: SHEET.width + 32, height: POPUP.height })
    await table.setContent(sheetOf(by, pictures), { waitUntil: 'load' })
    await table.locator('body').screenshot({ path: join(FOLDER, `${by.name}.png`) })
  }
  await extension.close()
}

const [alsoTo] = process.argv.slice(2)
for (const folder of [FOLDER, ...(alsoTo === undefined ? [] : [alsoTo])]) await mkdir(folder, { recursive: true })
await take(IN_ENGLISH, LOOKS, alsoTo)
await take(await inGerman(), GERMAN_LOOKS, alsoTo)
