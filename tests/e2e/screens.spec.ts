/** What holds on every screen, in both lights, from 320 px, in both languages, and for more money than anybody has. */
import { expect, type Page } from '@playwright/test'
import { inaccessible, jumped, lostFocus, misdrawn, restless } from './faults.ts'
import { untilSettled, walkScreens } from './screens.ts'
import { launchExtension } from './support/browser.ts'
import { test } from './support/extension.ts'
import { enlargeEverything } from './support/large.ts'
import { inGerman } from './tongue.ts'

const NARROW = 320
const LEAST_SCREENS = 30
const TEST_MS = 600_000
/** What has gone wrong is said above what was last shown, and moves it, once. */
const MOVED_BY_NEWS = ['looking-on', 'stopped-home', 'read-only']

const atWidth = async (page: Page, width: number): Promise<readonly string[]> => {
  const size = page.viewportSize() ?? { width: 400, height: 600 }
  await page.setViewportSize({ ...size, width })
  const found = await misdrawn(page)
  await page.setViewportSize(size)
  return found.map((what) => `${what}, at ${width} px`)
}

test('every screen -- readable by everybody, in both lights, from 320 px, with nothing that jumps or is out of reach', async ({
  extension,
}) => {
  test.setTimeout(TEST_MS)
  const wrong: string[] = []
  let screens = 0
  await walkScreens(extension, async (page, name) => {
    screens += 1
    const looks = [misdrawn, restless, inaccessible, lostFocus, (at: Page) => atWidth(at, NARROW)]
    for (const find of MOVED_BY_NEWS.includes(name) ? looks : [jumped, ...looks])
      wrong.push(...(await find(page)).map((what) => `${name}: ${what}`))
    await untilSettled(page)
  })
  expect(wrong).toEqual([])
  expect(screens).toBeGreaterThan(LEAST_SCREENS)
})

test('every screen -- in German, with twelve digits and long names, nothing breaks', async ({ launchOptions }) => {
  test.setTimeout(TEST_MS)
  const tongue = await inGerman()
  const { executablePath = '' } = launchOptions
  const extension = await launchExtension({ executablePath, headless: true, locale: tongue.locale })
  await enlargeEverything(extension.context())
  const wrong: string[] = []
  let screens = 0
  const visit = async (page: Page, name: string): Promise<void> => {
    screens += 1
    const found = [...(await misdrawn(page)), ...(await atWidth(page, NARROW))]
    wrong.push(...found.map((what) => `${name}: ${what}`))
  }
  await walkScreens(extension, visit, tongue)
  await extension.close()
  expect(wrong).toEqual([])
  expect(screens).toBeGreaterThan(LEAST_SCREENS)
})

type First = { readonly ground: string; readonly sign: string }

/** Runs in the page before anything of its own: what there is when the sign is. */
const noteFirst = (): void => {
  const look = (): void => {
    const sign = document.querySelector('.shell')
    if (sign === null) return
    mutations.disconnect()
    const first: First = {
      ground: getComputedStyle(document.documentElement).backgroundColor,
      sign: getComputedStyle(sign).color,
    }
    Object.assign(globalThis, { first })
  }
  const mutations = new MutationObserver(look)
  mutations.observe(document, { childList: true, subtree: true })
}

test('first paint -- in the chosen light, whatever the system says', async ({ extension }) => {
  const welcome = await extension.openedByItself('welcome.html')
  await welcome.getByRole('button', { name: 'Create a wallet', exact: true }).waitFor()
  await extension.context().addInitScript(noteFirst)
  for (const name of ['popup.html', 'sidepanel.html', 'view.html', 'welcome.html', 'approval.html'] as const) {
    // The copy that pages read before anything else; each page that comes up writes it anew.
    await welcome.evaluate(() => localStorage.setItem('theme', 'dark'))
    const page = await extension.open(name)
    const first = await page.evaluate(() => (globalThis as unknown as { readonly first: First }).first)
    expect(first).toEqual({ ground: 'rgb(13, 18, 24)', sign: 'rgb(92, 213, 199)' })
    await page.close()
  }
})
