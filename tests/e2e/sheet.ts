/**
 * `npm run screens`: walks every screen of the build and puts their pictures on three sheets, `tests/e2e/sheets`: light,
 * dark, and 320 px wide. README shows them.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { findChromium } from '../bench/browser.ts'
import { walkScreens } from './screens.ts'
import { launchExtension } from './support/browser.ts'

const FOLDER = fileURLToPath(new URL('./sheets', import.meta.url))
const NARROW = 320
const POPUP = { width: 400, height: 600 }

type Look = { readonly name: string; readonly colorScheme: 'light' | 'dark'; readonly width: number }
const LOOKS: readonly Look[] = [
  { name: 'light', colorScheme: 'light', width: POPUP.width },
  { name: 'dark', colorScheme: 'dark', width: POPUP.width },
  { name: 'narrow', colorScheme: 'light', width: NARROW },
]
type Picture = { readonly name: string; readonly png: Buffer }

const shoot = async (page: Page, { colorScheme, width }: Look): Promise<Buffer> => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.setViewportSize({ width, height: POPUP.height })
  return page.screenshot({ animations: 'disabled' })
}

const sheetOf = ({ width, colorScheme }: Look, pictures: readonly Picture[]): string => {
  const figures = pictures.map(
    ({ name, png }) =>
      `<figure><img src="data:image/png;base64,${png.toString('base64')}" width="${width / 2}"><figcaption>${name}</figcaption></figure>`,
  )
  return `<!doctype html><style>
    body { margin: 0; padding: 16px; width: 1280px; display: flex; flex-wrap: wrap; gap: 16px;
      background: ${colorScheme === 'dark' ? '#222' : '#ddd'}; color: ${colorScheme === 'dark' ? '#ddd' : '#222'}; font: 13px sans-serif }
    figure { margin: 0 } img { display: block }
  </style>${figures.join('')}`
}

const extension = await launchExtension({ executablePath: findChromium(), headless: true })
const taken = new Map<Look, Picture[]>(LOOKS.map((look) => [look, []]))
await walkScreens(extension, async (page, name) => {
  const size = page.viewportSize() ?? POPUP
  for (const [look, pictures] of taken) pictures.push({ name, png: await shoot(page, look) })
  await page.emulateMedia({ colorScheme: null })
  await page.setViewportSize(size)
})
await mkdir(FOLDER, { recursive: true })
const table = await extension.context().newPage()
for (const [look, pictures] of taken) {
  await table.setViewportSize({ width: 1_312, height: 800 })
  await table.setContent(sheetOf(look, pictures), { waitUntil: 'load' })
  await writeFile(`${FOLDER}/${look.name}.png`, await table.screenshot({ fullPage: true }))
}
await extension.close()
