/**
 * The side panel in a real browser: a name given and paid to, a second entity that pays by itself, collateral and a
 * credit limit, a filter, a file. What is seen on the way is accessible, and nothing reaches over the edge at 320 px.
 */
import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { activityRows, createWallet, PASSWORD, pay, readBalance } from './journey.ts'
import { test } from './support/extension.ts'

const button = (where: Page | Locator, name: string): Locator => where.getByRole('button', { name, exact: true })
const textbox = (where: Page | Locator, name: string): Locator => where.getByRole('textbox', { name, exact: true })

/** In both themes and both widths: what axe calls serious, and what reaches over the edge. */
const faultsOn = async (page: Page, screen: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical') found.push(`${screen}: ${id}: ${nodes[0]?.html}`)
  }
  for (const width of [320, 420]) {
    await page.setViewportSize({ width, height: 800 })
    const isWide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    if (isWide) found.push(`${screen}: wider than ${width} px`)
  }
  return found
}

test('side panel -- names, a second entity, collateral, limits, history', async ({ extension }) => {
  test.setTimeout(300_000)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const popup = await extension.open('popup.html')
  await readBalance(popup)
  await pay(popup, { to: 'Bob', amount: '3.21' })

  const panel = await extension.open('sidepanel.html')
  await activityRows(panel).first().waitFor()
  const faults = [...(await faultsOn(panel, 'panel'))]

  // A name: given to Bob, shown, and paid to.
  const entities = panel.getByRole('list', { name: 'Entities', exact: true })
  await button(entities, 'Bob').click()
  const selected = panel.getByRole('region', { name: 'Selected entity' })
  await selected.getByRole('heading', { name: 'Bob', exact: true }).waitFor()
  const bobId = await selected.locator('[title^="0x"]').getAttribute('title')
  await button(panel, 'Address book').click()
  const book = panel.getByRole('region', { name: 'Address book', exact: true })
  await textbox(book, 'Name').fill('Robert')
  await textbox(book, 'Entity id').fill(bobId ?? '')
  await button(book, 'Add').click()
  await expect(button(entities, 'Robert')).toBeVisible()
  faults.push(...(await faultsOn(panel, 'address book')))
  await button(panel, 'Address book').click()
  await popup.goto(popup.url())
  const receipt = await pay(popup, { to: 'robert', amount: '1' })
  expect(receipt.to).toContain('Robert')

  // A second entity: no account, then one with the hub, then it pays.
  await button(panel, 'New entity').click()
  await textbox(panel, 'Name of the new entity').fill('Savings')
  await button(panel, 'Create').click()
  await button(panel, 'Open an account with Hub').waitFor()
  faults.push(...(await faultsOn(panel, 'new entity')))
  await button(panel, 'Open an account with Hub').click()
  const accounts = panel.getByRole('table', { name: 'Accounts', exact: true })
  await button(accounts, 'Hub').waitFor()
  await popup.goto(popup.url())
  await popup.getByRole('combobox', { name: 'Entity' }).selectOption({ label: 'Savings' })
  await pay(popup, { to: 'Bakery', amount: '2' })
  await expect(activityRows(panel)).toHaveCount(1)
  await expect(activityRows(panel)).toContainText('Bakery')

  // It is there again after the worker has died.
  await extension.killWorker()
  await button(entities, 'You').click()
  await button(entities, 'Savings').waitFor()

  // An account: collateral from the reserve, and how far the hub may owe.
  await button(accounts, 'Hub').click()
  const region = panel.getByRole('region', { name: 'Account with Hub', exact: true })
  await button(region, 'Add collateral').click()
  await textbox(region, 'Amount').fill('100')
  await button(region, 'Review').click()
  await button(region, 'Add it').click()
  await expect(activityRows(panel).first()).toContainText('Moved')
  await button(region, 'Set credit limit').click()
  await textbox(region, 'Credit limit').fill('1500')
  await button(region, 'Review').click()
  await button(region, 'Set the limit').click()
  await expect(region.getByText('The limit is on its way to Hub.')).toBeVisible()
  await button(region, 'Set credit limit').click()
  await expect(region.getByText('Now 1,500.00 tUSD')).toBeVisible()
  faults.push(...(await faultsOn(panel, 'account')))

  // History: one kind of it, one entry in full, all that matches as a file.
  await panel.getByRole('combobox', { name: 'Show', exact: true }).selectOption({ label: 'Sent' })
  await expect(activityRows(panel)).toHaveCount(2)
  await activityRows(panel).first().getByRole('button').click()
  await panel.getByRole('region', { name: 'Receipt' }).getByText('Details', { exact: true }).click()
  await expect(panel.getByRole('button', { name: 'Copy the frame hash' })).toHaveCount(2)
  faults.push(...(await faultsOn(panel, 'activity')))
  const [download] = await Promise.all([panel.waitForEvent('download'), button(panel, 'Export CSV').click()])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
  expect(lines).toHaveLength(3)
  expect(lines[1]).toContain(',sent,payment_out,out,Robert,')
  expect(faults).toEqual([])
})
