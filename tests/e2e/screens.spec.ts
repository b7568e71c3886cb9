/**
 * What holds on every screen: axe (https://github.com/dequelabs/axe-core) finds nothing serious in either light,
 * contrast included; nothing is wider than the narrowest window; at most three sizes of type; controls on the 4 px grid;
 * and nothing moved while the screen came up.
 */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { walkScreens } from './screens.ts'
import { test } from './support/extension.ts'

const NARROW = 320

const seriousOn = async (page: Page): Promise<readonly string[]> => {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Legacy mode: without the extra page that pages of many frames need.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical')
        found.push(...nodes.map(({ html }) => `${colorScheme}: ${id}: ${html}`))
    }
  }
  await page.emulateMedia({ colorScheme: null })
  return found
}

/** Read in the page: what is wrong with its type, its grid and its width. */
const measure = (): readonly string[] => {
  const wrong: string[] = []
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) wrong.push(`${scrollWidth} px wide in ${clientWidth}`)
  const top = document.querySelector('dialog[open]') ?? document.body
  const shown = [...top.querySelectorAll<HTMLElement>('*')].filter((element) =>
    element.checkVisibility({ visibilityProperty: true }),
  )
  const isText = ({ childNodes }: Element): boolean =>
    [...childNodes].some(({ nodeType, textContent }) => nodeType === Node.TEXT_NODE && textContent?.trim() !== '')
  const isUnseen = (element: Element): boolean => element.closest('.visually-hidden') !== null
  const sizes = new Set(
    shown
      .filter((element) => isText(element) && !isUnseen(element))
      .map((element) => getComputedStyle(element).fontSize),
  )
  if (sizes.size > 3) wrong.push(`${sizes.size} sizes of type: ${[...sizes].join(', ')}`)
  for (const element of shown) {
    if (!element.matches('button, select, input:not([type=checkbox], [type=file])')) continue
    const { height } = element.getBoundingClientRect()
    if (Math.abs(height / 4 - Math.round(height / 4)) > 0.01)
      wrong.push(`${element.textContent || element.id || element.tagName} is ${height} px high`)
  }
  return wrong
}

/** How much has moved by itself since the page was opened (https://web.dev/articles/cls). */
const shift = (): Promise<number> =>
  new Promise((resolve) => {
    type Shift = PerformanceEntry & { readonly value: number; readonly hadRecentInput: boolean }
    let moved = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) if (!entry.hadRecentInput) moved += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(moved)))
  })

test('every screen -- readable by everybody, in both lights, from 320 px, with nothing that jumps', async ({
  extension,
}) => {
  test.setTimeout(600_000)
  const wrong: string[] = []
  let screens = 0
  await walkScreens(extension, async (page, name) => {
    screens += 1
    const note = (found: readonly string[]): void => void wrong.push(...found.map((what) => `${name}: ${what}`))
    const moved = await page.evaluate(shift)
    if (moved > 0) note([`moved by ${moved}`])
    const size = page.viewportSize() ?? { width: 400, height: 600 }
    note(await page.evaluate(measure))
    note(await seriousOn(page))
    await page.setViewportSize({ ...size, width: NARROW })
    note((await page.evaluate(measure)).map((what) => `${what}, at ${NARROW} px`))
    await page.setViewportSize(size)
  })
  expect(wrong).toEqual([])
  expect(screens).toBeGreaterThan(20)
})
