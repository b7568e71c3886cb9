/**
 * The time machine in a real browser: while payments happen everything on screen is written down at every height that is
 * pushed, and any of these heights shows the same again, from any other, after the worker has died, sorted and searched
 * as one likes. The present is one press away.
 */
import { expect, type Locator, type Page } from '@playwright/test'
import { createRandom } from '../simulation/random.ts'
import { inaccessible, jumped, lostFocus, misdrawn, restless } from './faults.ts'
import { activityRows, createWallet, PASSWORD, pay, readBalance } from './journey.ts'
import { test } from './support/extension.ts'

const button = (where: Page | Locator, name: string): Locator => where.getByRole('button', { name, exact: true })
const slider = (panel: Page): Locator => panel.getByRole('slider', { name: 'Time machine', exact: true })
const bar = (panel: Page): Locator => panel.getByRole('region', { name: 'Time machine', exact: true })
const accounts = (panel: Page): Locator => panel.getByRole('table', { name: 'Accounts', exact: true })
const account = (panel: Page): Locator => panel.getByRole('region', { name: 'Account with Hub', exact: true })
const looksAt = (panel: Page, height: number): Promise<void> =>
  bar(panel)
    .getByText(new RegExp(`^You are looking at height ${height},`))
    .waitFor()
const isLive = (panel: Page): Promise<void> => expect(button(panel, 'Live')).toHaveAttribute('aria-pressed', 'true')

type Shown = {
  readonly height: number
  /** What stands on the page, and how long each slice of each seam is. */
  readonly words: readonly string[]
  readonly seams: readonly string[]
}

/** Runs in the page, between two drawings of it: the height and all that is said of it. */
const readAll = (): Shown => {
  const main = document.querySelector('main')
  const part = (selector: string): HTMLElement | null => main?.querySelector<HTMLElement>(selector) ?? null
  const named = (name: string): string => `[aria-label="${name}"]`
  const parts = ['Entities', 'Selected entity', 'Accounts', 'Pages', 'Tokens', 'Activity'].map((name) =>
    part(named(name)),
  )
  const facts = [...(main?.querySelectorAll<HTMLElement>('[aria-label="Account with Hub"] > div > dl') ?? [])]
  const words = [...parts, ...facts.slice(-1)].map((element) => element?.innerText.replace(/\s+/g, ' ') ?? 'not there')
  const lines = [...(main?.querySelectorAll('svg[preserveAspectRatio] path') ?? [])].map((path) => path.outerHTML)
  const seams = [...(main?.querySelectorAll<HTMLElement>('[role=img]') ?? [])].map((seam) => seam.outerHTML)
  const { value } = document.querySelector<HTMLInputElement>('input[type=range]') ?? { value: '0' }
  return { height: Number(value), words, seams: [...seams, ...lines] }
}

/** From now on everything that is pushed to this page is written down: what was last drawn at each height. */
const writeDown = (panel: Page): Promise<void> =>
  panel.evaluate(`{
    const read = ${readAll}
    const drawn = new Map()
    const note = () => { const shown = read(); drawn.set(shown.height, shown) }
    note()
    const observer = new MutationObserver(note)
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    globalThis.writtenDown = () => { observer.disconnect(); return [...drawn.values()] }
  }`)
const writtenDown = (panel: Page): Promise<readonly Shown[]> =>
  panel.evaluate(() => (globalThis as unknown as { writtenDown(): readonly Shown[] }).writtenDown())

const goTo = async (panel: Page, height: number): Promise<Shown> => {
  await slider(panel).fill(String(height))
  await looksAt(panel, height)
  return panel.evaluate(readAll)
}

/** Drags the thumb to where this height lies. @returns the height it was dropped at, which may be a neighbour */
const dragTo = async (panel: Page, height: number): Promise<number> => {
  const { x, y, width, height: high } = (await slider(panel).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const [min, max, value] = await slider(panel).evaluate((range: HTMLInputElement) =>
    [range.min, range.max, range.value].map(Number),
  )
  const THUMB = 16
  const xOf = (at: number): number => x + THUMB / 2 + ((at - (min ?? 0)) / ((max ?? 1) - (min ?? 0))) * (width - THUMB)
  await panel.mouse.move(xOf(value ?? 0), y + high / 2)
  await panel.mouse.down()
  await panel.mouse.move(xOf(height), y + high / 2, { steps: 12 })
  await panel.mouse.up()
  return Number(await slider(panel).inputValue())
}

const VISITS = 20
const SEED = 7

const PAYMENTS = [
  { to: 'Bob', amount: '3.21' },
  { to: 'Alice', amount: '1.5' },
  { to: 'Bakery', amount: '20' },
  { to: 'Bob', amount: '7', memo: 'Lunch' },
  { to: 'Alice', amount: '0.25' },
] as const
type Orders = readonly { readonly to: string; readonly amount: string }[]
/** After which the heights before are all past. */
const ONE_MORE = { to: 'Bakery', amount: '1' }

/** Pays all of these. @returns what the panel showed after each of them */
const payAndWatch = async (popup: Page, panel: Page, orders: Orders): Promise<readonly Shown[]> => {
  const before = await activityRows(panel).count()
  const seen: Shown[] = []
  // A page behind another one is slow.
  await popup.bringToFront()
  for (const [index, order] of orders.entries()) {
    await popup.goto(popup.url())
    await readBalance(popup)
    await pay(popup, order)
    await expect(activityRows(panel)).toHaveCount(before + index + 1)
    await expect(activityRows(panel).first()).toContainText('Sent')
    seen.push(await panel.evaluate(readAll))
  }
  await panel.bringToFront()
  return seen
}

test('time machine -- what was shown live is shown again, at every height that was written down', async ({
  extension,
}) => {
  test.setTimeout(300_000)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const popup = await extension.open('popup.html')
  await readBalance(popup)
  const panel = await extension.open('sidepanel.html')
  await activityRows(panel).first().waitFor()
  await slider(panel).waitFor()
  expect(await jumped(panel)).toEqual([])
  await button(accounts(panel), 'Hub').click()
  await account(panel).getByRole('table', { name: 'Tokens' }).waitFor()

  await writeDown(panel)
  const seen = await payAndWatch(popup, panel, PAYMENTS)
  const all = await writtenDown(panel)
  const [first = 0, , third = 0] = seen.map(({ height }) => height)
  expect(new Set(seen.map(({ height }) => height)).size).toBe(PAYMENTS.length)
  expect(new Set(seen.map(({ words }) => words.join())).size).toBe(PAYMENTS.length)
  expect(seen.flatMap(({ words }) => words)).not.toContain('not there')
  const [last] = await payAndWatch(popup, panel, [ONE_MORE])

  // Each of them again, from the newest to the oldest and back.
  for (const shown of [...seen.toReversed(), ...seen]) expect(await goTo(panel, shown.height)).toEqual(shown)

  // By hand: dragged near, then a key at a time to where it was.
  await slider(panel).focus()
  const dropped = await dragTo(panel, third)
  for (let step = dropped; step !== third; step += Math.sign(third - step))
    await panel.keyboard.press(third > step ? 'ArrowRight' : 'ArrowLeft')
  await looksAt(panel, third)
  expect(await panel.evaluate(readAll)).toEqual(seen[2])
  await button(panel, 'Previous frame').click()
  await looksAt(panel, third - 1)
  await button(panel, 'Next frame').click()
  await looksAt(panel, third)

  // Nothing can be done there, and why what is seen came about is told.
  for (const name of ['Withdraw', 'Add collateral', 'Set credit limit', 'Settle', 'Start dispute'])
    await expect(button(account(panel), name)).toBeDisabled()
  await account(panel)
    .getByRole('button', { name: /^Go to its last change/ })
    .or(account(panel).getByText(/signed by both\./))
    .first()
    .waitFor()

  // The panel is as it was but for its figures, and asks no more of anybody who cannot see or point.
  expect(await misdrawn(panel)).toEqual([])
  expect(await inaccessible(panel)).toEqual([])
  expect(await restless(panel)).toEqual([])
  expect(await lostFocus(panel)).toEqual([])
  await panel.setViewportSize({ width: 320, height: 700 })
  expect(await misdrawn(panel)).toEqual([])
  await panel.setViewportSize({ width: 420, height: 800 })

  // The present, as it was left.
  await button(panel, 'Live').click()
  await isLive(panel)
  expect((await panel.evaluate(readAll)).words).toEqual(last?.words)
  await expect(button(account(panel), 'Withdraw')).toBeEnabled()
  const box = await bar(panel).boundingBox()
  expect(box?.height).toBeLessThanOrEqual(65)

  // A worker that dies takes nothing along.
  await goTo(panel, first)
  await extension.killWorker()
  expect(await goTo(panel, third)).toEqual(seen[2])
  // Any height that was pushed, whoever computes it.
  expect(all.length).toBeGreaterThan(VISITS / 2)
  const random = createRandom(SEED, 'heights')
  for (let visit = 0; visit < VISITS; visit += 1) {
    if (visit === VISITS / 2) await extension.killWorker()
    const shown = random.pick(all)
    expect(await goTo(panel, shown.height)).toEqual(shown)
  }
  // Opened anew it stands where it stood, and the present is one press away.
  await goTo(panel, third)
  await panel.reload()
  await looksAt(panel, third)
  await button(panel, 'Live').click()
  await isLive(panel)
  await expect(activityRows(panel).filter({ hasText: 'Sent' })).toHaveCount(PAYMENTS.length + 1)
})

test('time machine -- sorted, searched and of another entity, as it was then', async ({ extension }) => {
  test.setTimeout(300_000)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const popup = await extension.open('popup.html')
  await readBalance(popup)
  const panel = await extension.open('sidepanel.html')
  await activityRows(panel).first().waitFor()
  const seen = await payAndWatch(popup, panel, PAYMENTS)
  const [, second, , fourth] = seen.map(({ height }) => height)

  await goTo(panel, second ?? 0)
  await panel.getByRole('searchbox', { name: 'Search activity' }).fill('bob')
  await expect(activityRows(panel)).toHaveCount(1)
  await expect(activityRows(panel)).toContainText('3.21')
  await goTo(panel, fourth ?? 0)
  await expect(activityRows(panel)).toHaveCount(2)
  await expect(activityRows(panel).first()).toContainText('7.00')

  // The hub's four accounts, in the order asked for; what they hold is what they held.
  await button(panel.getByRole('list', { name: 'Entities', exact: true }), 'Hub').click()
  const names = accounts(panel).getByRole('row').getByRole('button')
  await expect(names).toHaveCount(4)
  await panel.getByRole('combobox', { name: 'Sort by' }).selectOption({ label: 'You can send' })
  await expect(accounts(panel).getByRole('columnheader').last()).toHaveText('You can send')
  const descending = await names.allInnerTexts()
  await button(panel, 'Descending').click()
  await expect(names).toHaveText(descending.toReversed())
  await looksAt(panel, fourth ?? 0)
  const then = await accounts(panel).innerText()
  await button(panel, 'Live').click()
  await isLive(panel)
  expect(await names.allInnerTexts()).toHaveLength(4)
  expect(await accounts(panel).innerText()).not.toBe(then)
  await goTo(panel, fourth ?? 0)
  await expect.poll(() => accounts(panel).innerText()).toBe(then)

  // Before anybody was there.
  await slider(panel).focus()
  await panel.keyboard.press('Home')
  await looksAt(panel, 1)
  await panel.keyboard.press('End')
  await isLive(panel)
  expect(await accounts(panel).innerText()).not.toBe(then)
})
