/**
 * States of the wallet in a real browser: a runtime that another window holds, a database that is gone, the entity that
 * was chosen, and Home on one popup with all there is on it.
 */
import { expect, type Page } from '@playwright/test'
import { createWallet, PASSWORD, pay, readBalance, unlock } from './journey.ts'
import { holdRuntime, loseDatabase } from './states.ts'
import { test } from './support/extension.ts'

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true })

test('the runtime is held elsewhere -- looked at, and taken once it is free', async ({ extension }) => {
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  await readBalance(await extension.open('popup.html'))
  const release = await holdRuntime(extension)
  const popup = await extension.open('popup.html')
  const panel = await extension.open('sidepanel.html')
  for (const page of [popup, panel])
    await expect(page.getByRole('alert')).toContainText('Read-only: Simnet is open in another window.')
  await expect(panel.getByRole('table', { name: 'Accounts', exact: true })).toBeVisible()
  expect(await readBalance(popup)).toContain('1,000.00')
  await release()
  await button(popup, 'Take control').click()
  for (const page of [popup, panel]) await expect(page.getByRole('alert')).toHaveCount(0)
  expect((await pay(popup, { to: 'Bob', amount: '1' })).isProof).toBe(true)
})

test('the database is gone -- nothing is signed, nothing is made anew, and that is said', async ({ extension }) => {
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  await readBalance(await extension.open('popup.html'))
  await loseDatabase(extension)
  const popup = await extension.open('popup.html')
  await expect(heading(popup, 'Your wallet can only be read')).toBeVisible()
  await expect(popup.getByRole('alert')).toContainText('The database of this wallet is missing')
  await button(popup, 'Try again').click()
  await expect(button(popup, 'Try again')).toBeEnabled()
  await expect(heading(popup, 'Your wallet can only be read')).toBeVisible()
  await expect(button(popup, 'Pay')).toHaveCount(0)
  const [files] = await Promise.all([popup.context().waitForEvent('page'), button(popup, 'Import from file…').click()])
  await expect(heading(files, 'Import from a file')).toBeVisible()
  await expect(button(files, 'Choose a file')).toBeVisible()
  expect(new URL(files.url()).search + new URL(files.url()).hash).toBe('?runtime=simnet#import')
  const databases = await popup.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect(databases).not.toContain('xln-simnet')
})

test('the entity that was chosen -- is chosen in the next popup, and in the next browser', async ({ extension }) => {
  test.setTimeout(120_000)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const panel = await extension.open('sidepanel.html')
  await button(panel, 'New entity').click()
  await panel.getByRole('textbox', { name: 'Name of the new entity', exact: true }).fill('Savings')
  await button(panel, 'Create').click()
  await expect(panel.getByRole('list', { name: 'Entities', exact: true })).toContainText('Savings')
  await panel.close()

  const chosen = (page: Page) => page.getByRole('combobox', { name: 'Entity', exact: true })
  const labelOf = (page: Page): Promise<string | null> => chosen(page).locator('option:checked').textContent()
  const first = await extension.open('popup.html')
  await chosen(first).waitFor()
  expect(await labelOf(first)).toBe('Savings')
  await chosen(first).selectOption({ label: 'You' })
  await first.close()
  const second = await extension.open('popup.html')
  await chosen(second).waitFor()
  expect(await labelOf(second)).toBe('You')
  await chosen(second).selectOption({ label: 'Savings' })
  await expect(second.getByRole('region', { name: 'Balance', exact: true })).toContainText('0.00')
  await extension.restart()
  const third = await extension.open('popup.html')
  await unlock(third, PASSWORD)
  await chosen(third).waitFor()
  expect(await labelOf(third)).toBe('Savings')
})

test('Home with the reminder of the words -- all of it on one popup', async ({ extension }) => {
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const popup = await extension.open('popup.html')
  // A screen that is still arriving is a little longer.
  await popup.emulateMedia({ reducedMotion: 'reduce' })
  await readBalance(popup)
  await pay(popup, { to: 'Bob', amount: '3.21' })
  await button(popup, 'Done').click()
  await expect(button(popup, 'I have them')).toBeVisible()
  const sizes = await popup.evaluate(() => {
    const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement
    return { beyond: [scrollWidth - clientWidth, scrollHeight - clientHeight], height: clientHeight }
  })
  expect(sizes).toEqual({ beyond: [0, 0], height: 600 })
})

test('what is refused -- read without looking for it, on the narrowest screen too', async ({ extension }) => {
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const popup = await extension.open('popup.html')
  await popup.setViewportSize({ width: 320, height: 480 })
  await readBalance(popup)
  await button(popup, 'Pay').click()
  await popup.getByRole('textbox', { name: 'Recipient', exact: true }).fill('Bob')
  const amount = popup.getByRole('textbox', { name: 'Amount', exact: true })
  await amount.fill('999999999999')
  await popup.evaluate(() => scrollTo(0, 0))
  await amount.press('Enter')
  const alert = popup.getByRole('alert')
  await expect(alert).toContainText('Nothing left your wallet')
  const [said, review] = await Promise.all([alert.boundingBox(), button(popup, 'Review').boundingBox()])
  expect((said?.y ?? 0) + (said?.height ?? 0)).toBeLessThanOrEqual(review?.y ?? 0)
})
