/**
 * What may be wrong with any screen, each looked for where a person would meet it: in the page as it is drawn. Every
 * function answers with what it found, in words; nothing found is an empty list.
 */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

const COLOR_SCHEMES = ['light', 'dark'] as const

/** What axe (https://github.com/dequelabs/axe-core) calls serious or critical, in either light, contrast included. */
export const inaccessible = async (page: Page): Promise<readonly string[]> => {
  const found: string[] = []
  for (const colorScheme of COLOR_SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Legacy mode: without the extra page that pages of many frames need.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical')
        found.push(...nodes.map(({ html }) => `${colorScheme}: ${id}: ${html}`))
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  return found
}

/** Runs in the page. */
const look = (): readonly string[] => {
  const wrong: string[] = []
  const SCALE = [12, 14, 16, 20, 44]
  const MOST_SIZES = 3
  const MARGIN = 20
  const GRID = 4
  /** WCAG 2.2, 2.5.8. */
  const LEAST_TARGET = 24
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) wrong.push(`${scrollWidth} px wide in ${clientWidth}`)

  const dialog = document.querySelector('dialog[open]')
  const shown = [...(dialog ?? document.body).querySelectorAll<HTMLElement>('*')].filter(
    (element) => element.checkVisibility({ visibilityProperty: true }) && element.closest('.visually-hidden') === null,
  )
  const nameOf = (element: Element): string =>
    (element.textContent || element.getAttribute('aria-label') || element.id || element.tagName).trim().slice(0, 40)
  const textsOf = ({ childNodes }: Element): readonly ChildNode[] =>
    [...childNodes].filter(({ nodeType, textContent }) => nodeType === Node.TEXT_NODE && textContent?.trim() !== '')
  const withText = shown.filter((element) => textsOf(element).length > 0)

  const sizes = new Set(withText.map((element) => Number.parseFloat(getComputedStyle(element).fontSize)))
  if (sizes.size > MOST_SIZES) wrong.push(`${sizes.size} sizes of type: ${[...sizes].join(', ')}`)
  for (const size of sizes) if (!SCALE.includes(size)) wrong.push(`type of ${size} px`)

  // Words keep to the margins, and to their own box unless they end in an ellipsis.
  const [from, to] = dialog === null ? [MARGIN, innerWidth - MARGIN] : [0, innerWidth]
  const range = document.createRange()
  /** A space at the end of a line hangs over its edge. */
  const SPACE = 4
  const rectsOf = (text: Node): readonly DOMRect[] => {
    range.selectNodeContents(text)
    return [...range.getClientRects()]
  }
  for (const element of withText) {
    const { display, textOverflow } = getComputedStyle(element)
    const endsWell = textOverflow === 'ellipsis'
    const rects = endsWell ? [element.getBoundingClientRect()] : textsOf(element).flatMap(rectsOf)
    for (const { left, right } of rects)
      if (left < from - SPACE || right > to + SPACE)
        wrong.push(`${nameOf(element)} stands from ${Math.round(left)} to ${Math.round(right)} px`)
    if (display !== 'inline' && !endsWell && element.scrollWidth > element.clientWidth + SPACE)
      wrong.push(`${nameOf(element)} is wider than its box`)
  }

  for (const element of shown) {
    if (!element.matches('button, select, a[href], input:not([type=file])')) continue
    const { width, height } = element.getBoundingClientRect()
    const isInText = getComputedStyle(element).display === 'inline'
    if (!isInText && Math.abs(height / GRID - Math.round(height / GRID)) > 0.01)
      wrong.push(`${nameOf(element)} is ${height} px high`)
    // A button that reaches over its row is as large as the row.
    const reaches = getComputedStyle(element, '::after').position === 'absolute'
    if (!isInText && !reaches && Math.min(width, height) < LEAST_TARGET)
      wrong.push(`${nameOf(element)} is ${width} × ${height} px`)
  }

  const accent = document.createElement('span')
  accent.style.background = 'var(--accent)'
  document.body.append(accent)
  const { backgroundColor: filled } = getComputedStyle(accent)
  accent.remove()
  const actions = shown.filter(
    (element) => element.matches('button, a, label') && getComputedStyle(element).backgroundColor === filled,
  )
  if (actions.length > 1) wrong.push(`${actions.length} filled buttons: ${actions.map(nameOf).join(', ')}`)
  return wrong
}

/** Width, type, margins, grid, targets, and one filled button: as the window is now. */
export const misdrawn = (page: Page): Promise<readonly string[]> => page.evaluate(look)

/** Runs in the page: how much has moved by itself since it was opened (https://web.dev/articles/cls). */
const shift = (): Promise<number> =>
  new Promise((resolve) => {
    type Shift = PerformanceEntry & { readonly value: number; readonly hadRecentInput: boolean }
    let moved = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) if (!entry.hadRecentInput) moved += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(moved)))
  })

export const jumped = async (page: Page): Promise<readonly string[]> => {
  const moved = await page.evaluate(shift)
  return moved === 0 ? [] : [`moved by ${moved}`]
}

/** Runs in the page: what moves, and how. */
const motion = (isReduced: boolean): readonly string[] => {
  const ALLOWED = ['transform', 'opacity']
  const isTimed = (durations: string): boolean => durations.split(',').some((each) => Number.parseFloat(each) > 0)
  return [...document.querySelectorAll('*')].flatMap((element) =>
    ['', '::before', '::after'].flatMap((part) => {
      const style = getComputedStyle(element, part)
      const name = `${element.tagName}.${element.className}${part}`
      const hasTransition = isTimed(style.transitionDuration)
      const hasAnimation = isTimed(style.animationDuration)
      if (isReduced && (hasTransition || hasAnimation)) return [`${name} moves although motion is reduced`]
      if (hasAnimation && style.animationIterationCount.includes('infinite')) return [`${name} loops`]
      const others = style.transitionProperty.split(', ').filter((property) => !ALLOWED.includes(property))
      return hasTransition && others.length > 0 ? [`${name} moves by ${others.join(', ')}`] : []
    }),
  )
}

/** Only transform and opacity move, nothing loops, and nothing at all moves for whoever has asked for that. */
export const restless = async (page: Page): Promise<readonly string[]> => {
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  const moving = await page.evaluate(motion, false)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const reduced = await page.evaluate(motion, true)
  await page.emulateMedia({ reducedMotion: null })
  return [...moving, ...reduced]
}

type Stop = {
  readonly name: string
  readonly fault: string | null
  /** From the top of the page; null for what stays in sight while the rest scrolls. */
  readonly place: {
    readonly top: number
    readonly bottom: number
    readonly left: number
    readonly right: number
  } | null
}

/** Runs in the page: where the focus is, and whether it can be seen there. Null once it has been everywhere. */
const stop = (): Stop | null => {
  const element = document.activeElement
  const { been } = globalThis as unknown as { readonly been: WeakSet<Element> }
  if (!(element instanceof HTMLElement) || element === document.body || been.has(element)) return null
  been.add(element)
  const { left, top, width, height, bottom, right } = element.getBoundingClientRect()
  const outlined = ['', '::after'].some((part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element, part)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  })
  // A file's own control lies unseen over the label that looks like a button.
  const ring = element.matches('[type=file]') ? element.closest('label') : null
  const isOutlined = outlined || (ring !== null && getComputedStyle(ring).outlineStyle !== 'none')
  const at = document.elementFromPoint(left + width / 2, top + height / 2)
  const isOnTop = at !== null && (element.contains(at) || at.contains(element))
  const stays = (one: Element | null): boolean =>
    one !== null && (['sticky', 'fixed'].includes(getComputedStyle(one).position) || stays(one.parentElement))
  const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null
  return {
    name: (element.getAttribute('aria-label') ?? label ?? element.textContent ?? '').trim().slice(0, 40),
    fault: !isOutlined ? 'has the focus unseen' : !isOnTop ? 'has the focus under something else' : null,
    place: stays(element) ? null : { top: top + scrollY, bottom: bottom + scrollY, left, right },
  }
}

const MOST_STOPS = 120

/** Above what had the focus before, and not in the column after it. */
const isUp = (last: Stop['place'], now: Stop['place']): boolean =>
  last !== null && now !== null && now.bottom <= last.top && now.left < last.right

/** Tab goes from top to bottom, column by column, to nothing that cannot be seen, and each stop is seen to have the focus. */
export const lostFocus = async (page: Page): Promise<readonly string[]> => {
  const found: string[] = []
  await page.evaluate(() => {
    // From the top: where a page of its own begins, and where a dialog does.
    const start = document.querySelector<HTMLElement>('dialog[open]') ?? document.body
    start.tabIndex = -1
    start.focus()
    start.removeAttribute('tabindex')
    Object.assign(globalThis, { been: new WeakSet() })
  })
  let last: Stop | null = null
  for (let step = 0; step < MOST_STOPS; step += 1) {
    await page.keyboard.press('Tab')
    const now: Stop | null = await page.evaluate(stop)
    if (now === null) return found
    if (now.fault !== null) found.push(`${now.name} ${now.fault}`)
    if (last !== null && isUp(last.place, now.place)) found.push(`the focus goes up from ${last.name} to ${now.name}`)
    last = now
  }
  return [...found, `the focus is still on the page after ${MOST_STOPS} stops`]
}
