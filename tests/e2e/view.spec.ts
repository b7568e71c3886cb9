/**
 * The full view in a real browser: every panel and the network unclicked, the map by hand and by the keyboard alone, the
 * list that says the same, a camera that is where it was left, and a past that is drawn as it was.
 */
import { expect, type Locator, type Page } from '@playwright/test'
import { inaccessible, jumped, misdrawn, restless } from './faults.ts'
import { createWallet, PASSWORD, pay, readBalance } from './journey.ts'
import { test } from './support/extension.ts'

const button = (where: Page | Locator, name: string): Locator => where.getByRole('button', { name, exact: true })
const network = (page: Page): Locator => page.getByRole('region', { name: 'Network', exact: true })
const map = (page: Page): Locator => button(network(page), 'Network map')
const list = (page: Page): Locator => network(page).getByRole('list', { name: 'Jurisdictions', exact: true })
const shapes = (page: Page, kind: 'entity' | 'account'): Locator => map(page).locator(`[data-${kind}]`)
/** Everything that is drawn, as it is drawn. */
const picture = (page: Page): Promise<string> => map(page).evaluate((element) => element.innerHTML)

/** Tabs on until this has the focus. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await expect(async () => {
    await page.keyboard.press('Tab')
    await expect(target).toBeFocused({ timeout: 50 })
  }).toPass({ intervals: [1], timeout: 20_000 })
}

test('full view -- the network beside the panels, by hand, by keyboard and as a list, now and then', async ({
  extension,
}) => {
  test.setTimeout(300_000)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const popup = await extension.open('popup.html')
  await readBalance(popup)
  await pay(popup, { to: 'Bob', amount: '3.21' })

  const panel = await extension.open('sidepanel.html')
  const opens = extension.context().waitForEvent('page')
  await button(panel, 'Open full view').click()
  const opened = await opens
  await opened.waitForURL(/view\.html$/)
  await opened.close()
  const view = await extension.open('view.html')

  // All of it, unclicked; in every width nothing reaches over the edge.
  await expect(shapes(view, 'entity')).toHaveCount(5)
  await expect(shapes(view, 'account')).toHaveCount(4)
  for (const name of ['Entities', 'Activity']) await expect(view.getByRole('list', { name, exact: true })).toBeVisible()
  await expect(view.getByRole('table', { name: 'Accounts', exact: true })).toBeVisible()
  await expect(view.getByRole('slider', { name: 'Time machine', exact: true })).toBeVisible()
  const faults = [...(await jumped(view)), ...(await inaccessible(view)), ...(await restless(view))]
  for (const width of [320, 400, 800, 1280, 1920]) {
    await view.setViewportSize({ width, height: 800 })
    faults.push(...(await misdrawn(view)).map((what) => `${what}, at ${width} px`))
  }
  await view.setViewportSize({ width: 1280, height: 800 })

  // By hand: an entity, then an account of the one that is selected.
  const nearest = shapes(view, 'entity').last()
  await nearest.hover()
  await expect(network(view).getByText(/^You: [\d,.]+ tUSD, 1 account$/)).toBeVisible()
  const farthest = shapes(view, 'entity').first()
  await farthest.click()
  const selected = view.getByRole('region', { name: 'Selected entity', exact: true })
  await expect(selected.getByRole('heading', { name: 'You', exact: true })).toHaveCount(0)
  await nearest.click()
  await expect(selected.getByRole('heading', { name: 'You', exact: true })).toBeVisible()

  // By the keyboard alone: turned, and where it was left after a reload.
  const home = await picture(view)
  await view.locator('body').click({ position: { x: 1, y: 1 } })
  await tabTo(view, map(view))
  for (const key of ['ArrowLeft', 'ArrowUp', 'Shift+ArrowRight', '+']) await view.keyboard.press(key)
  await expect.poll(() => picture(view)).not.toBe(home)
  const turned = await picture(view)
  const keptOf = async (what: string): Promise<unknown> =>
    view.evaluate(async (prefix) => {
      type Storage = { get(key: null): Promise<object> }
      const { storage } = (globalThis as unknown as { readonly chrome: { readonly storage: { local: Storage } } })
        .chrome
      return Object.keys(await storage.local.get(null)).filter((key) => key.startsWith(prefix)).length
    }, `preferences.${what}.`)
  await expect.poll(() => keptOf('cameras')).toBe(1)
  await view.reload()
  await expect(shapes(view, 'entity')).toHaveCount(5)
  await expect.poll(() => picture(view)).toBe(turned)
  await map(view).focus()
  await view.keyboard.press('Home')
  await expect.poll(() => picture(view)).not.toBe(turned)

  // How wide the panels are, by the keyboard: as far as their words have room, and as it was left after a reload.
  const splitter = view.getByRole('separator', { name: 'Width of the network', exact: true })
  const other = view.getByRole('separator', { name: 'Width of the accounts', exact: true })
  const widthOf = async (): Promise<number> => (await map(view).boundingBox())?.width ?? 0
  const wide = await widthOf()
  for (const [own, next] of [
    ['End', 'Home'],
    ['End', 'End'],
    ['Home', 'End'],
    ['Home', 'Home'],
  ] as const) {
    await splitter.press(own)
    await other.press(next)
    faults.push(...(await misdrawn(view)).map((what) => `${what}, ${own} and ${next}`))
  }
  await expect.poll(widthOf).toBeLessThan(wide - 50)
  const narrow = await widthOf()
  faults.push(...(await inaccessible(view)), ...(await restless(view)))
  await expect.poll(() => keptOf('panels')).toBe(1)
  await view.reload()
  await expect(shapes(view, 'entity')).toHaveCount(5)
  expect(await widthOf()).toBe(narrow)
  await splitter.dblclick()
  await expect.poll(widthOf).toBe(wide)
  await view.setViewportSize({ width: 700, height: 800 })
  await expect(view.getByRole('separator')).toHaveCount(0)
  await view.setViewportSize({ width: 1280, height: 800 })

  // As a list, by the keyboard: the same figures, and the account opens beside it.
  await tabTo(view, button(network(view), 'List'))
  await view.keyboard.press('Enter')
  await expect(list(view)).toBeVisible()
  await expect.poll(() => keptOf('networks')).toBe(1)
  await view.reload()
  await expect(list(view)).toBeVisible()
  const own = list(view).getByRole('list', { name: 'Accounts of You', exact: true })
  await expect(own).toContainText(/Can send 946\.\d+ tUSD, can receive 1,003\.\d+ tUSD/)
  faults.push(...(await inaccessible(view)), ...(await misdrawn(view)))
  await button(network(view), 'List').focus()
  await tabTo(view, button(own, 'Hub'))
  await view.keyboard.press('Enter')
  await expect(view.getByRole('region', { name: 'Account with Hub', exact: true })).toBeVisible()
  faults.push(...(await misdrawn(view)).map((what) => `${what}, with an account`))

  // Then: before the payment the figures were others, and now they are these again.
  await view.getByRole('slider', { name: 'Time machine', exact: true }).fill('17')
  await expect(own).toContainText('Can send 950.00 tUSD, can receive 1,000.00 tUSD')
  await button(view, 'Live').click()
  await expect(own).toContainText('Can send 946.')
  expect(faults).toEqual([])
})
