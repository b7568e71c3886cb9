/**
 * A runtime in a file: exported under a password, refused when damaged, proven, and brought back as a copy, or in the
 * place of the one that is here, which then goes on from where the file ends.
 */
import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { createWallet, PASSWORD, pay, readBalance, readHistory } from './journey.ts'
import type { Extension } from './support/browser.ts'
import { test } from './support/extension.ts'

const FILE_PASSWORD = 'a password of the file alone'
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const textbox = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

/** What the menu of the header opens in a tab of its own. */
const openFromMenu = async (extension: Extension, page: Page, entry: string): Promise<Page> => {
  await page.getByRole('button', { name: /^Runtime: / }).click()
  const opened = extension.context().waitForEvent('page')
  await page.getByRole('menuitem', { name: entry, exact: true }).click()
  return opened
}

const exportRuntime = async (extension: Extension, popup: Page): Promise<Buffer> => {
  const page = await openFromMenu(extension, popup, 'Export current…')
  await textbox(page, 'Password').fill(FILE_PASSWORD)
  await textbox(page, 'Confirm password').fill(FILE_PASSWORD)
  await button(page, 'Export').click()
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Save the file').click()])
  expect(download.suggestedFilename()).toMatch(/^simnet-\d{4}-\d\d-\d\d-\d+\.xln$/)
  const bytes = await readFile(await download.path())
  await page.close()
  return bytes
}

const choose = (page: Page, name: string, buffer: Buffer): Promise<void> =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer })

/** At what the file has turned out to be. */
const openFile = async (page: Page, bytes: Buffer): Promise<void> => {
  await choose(page, 'simnet.xln', bytes)
  await textbox(page, 'Password').fill(FILE_PASSWORD)
  await button(page, 'Open the file').click()
  await button(page, 'Add this runtime').waitFor()
}

const databases = (page: Page): Promise<readonly (string | undefined)[]> =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))

test('out and in -- a damaged file changes nothing; a copy only shows; in place of the other it pays on', async ({
  extension,
}) => {
  const welcome = await extension.openedByItself('welcome.html')
  await createWallet(welcome, PASSWORD)
  const popup = await extension.open('popup.html')
  await pay(popup, { to: 'Bob', amount: '3.21' })
  await popup.goto(popup.url())
  const then = await readBalance(popup)
  const bytes = await exportRuntime(extension, popup)
  await pay(popup, { to: 'Alice', amount: '40' })
  await popup.goto(popup.url())
  expect(await readBalance(popup)).not.toBe(then)

  const page = await openFromMenu(extension, popup, 'Import from file…')
  await choose(page, 'photo.xln', Buffer.from('hello'))
  await expect(page.getByRole('alert')).toContainText('This is not a .xln file')
  const flipped = Buffer.from(bytes)
  flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1
  await choose(page, 'flipped.xln', flipped)
  await textbox(page, 'Password').fill(FILE_PASSWORD)
  await button(page, 'Open the file').click()
  await expect(page.getByRole('alert')).toContainText('Wrong password, or the file is damaged')
  await expect.poll(() => databases(page)).toEqual(['xln-simnet'])

  await openFile(page, bytes)
  await button(page, 'Add this runtime').click()
  const dialog = page.getByRole('dialog', { name: 'This wallet already has Simnet', exact: true })
  await expect(dialog).toContainText(/It ends \d+ frames earlier than Simnet; replacing forgets them\./)
  await dialog.getByRole('button', { name: 'Add as a copy', exact: true }).click()
  await button(page, 'Runtime: Simnet-2').waitFor()
  await expect(page.getByRole('alert')).toContainText('This is a copy of how it was')

  const again = await openFromMenu(extension, page, 'Import from file…')
  await openFile(again, bytes)
  await button(again, 'Add this runtime').click()
  await again
    .getByRole('dialog', { name: 'This wallet already has Simnet', exact: true })
    .getByRole('button', { name: 'Replace Simnet', exact: true })
    .click()
  await button(again, 'Runtime: Simnet').waitFor()

  await popup.goto(popup.url().split('?')[0] ?? '')
  await button(popup, 'Runtime: Simnet').waitFor()
  expect(await readBalance(popup)).toBe(then)
  await pay(popup, { to: 'Bakery', amount: '5' })
  await extension.killWorker()
  const panel = await extension.open('sidepanel.html')
  const history = await readHistory(panel)
  expect(history.filter((row) => /Bakery|Bob|Alice/.test(row)).map((row) => /Bakery|Bob|Alice/.exec(row)?.[0])).toEqual(
    ['Bakery', 'Bob'],
  )
})

/** The owner calls Bob so. */
const nameBob = async (extension: Extension, name: string): Promise<void> => {
  const panel = await extension.open('sidepanel.html')
  const entities = panel.getByRole('list', { name: 'Entities', exact: true })
  await entities.getByRole('button', { name: 'Bob', exact: true }).click()
  const selected = panel.getByRole('region', { name: 'Selected entity' })
  await selected.getByRole('heading', { name: 'Bob', exact: true }).waitFor()
  const bob = await selected.locator('[title^="0x"]').getAttribute('title')
  await button(panel, 'Address book').click()
  const book = panel.getByRole('region', { name: 'Address book', exact: true })
  await book.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await book.getByRole('textbox', { name: 'Entity id', exact: true }).fill(bob ?? '')
  await book.getByRole('button', { name: 'Add', exact: true }).click()
  await entities.getByRole('button', { name, exact: true }).waitFor()
  await panel.close()
}

test('older than what was deleted -- goes on with its names on a chain of its own', async ({ extension }) => {
  const welcome = await extension.openedByItself('welcome.html')
  await createWallet(welcome, PASSWORD)
  await nameBob(extension, 'Robert')
  const popup = await extension.open('popup.html')
  const then = await readBalance(popup)
  const bytes = await exportRuntime(extension, popup)
  await pay(popup, { to: 'Alice', amount: '40' })

  await popup.goto(popup.url())
  await button(popup, 'Runtime: Simnet').click()
  await popup.getByRole('menuitem', { name: 'New local runtime', exact: true }).click()
  await textbox(popup, 'Name').fill('Jamaica')
  await button(popup, 'Create').click()
  await button(popup, 'Runtime: Jamaica').click()
  await popup.getByRole('menuitemradio', { name: 'Simnet', exact: true }).click()
  await button(popup, 'Runtime: Simnet').click()
  await popup.getByRole('menuitem', { name: 'Delete…', exact: true }).click()
  await textbox(popup, 'Type Simnet to delete it').fill('Simnet')
  await button(popup, 'Delete').click()
  await button(popup, 'Runtime: Jamaica').waitFor()

  const page = await openFromMenu(extension, popup, 'Import from file…')
  await openFile(page, bytes)
  await button(page, 'Add this runtime').click()
  await button(page, 'Runtime: Simnet').waitFor()
  const back = await extension.open('popup.html')
  await button(back, 'Runtime: Simnet').click()
  const world = back.getByRole('menuitemradio', { name: 'Simnet', exact: true })
  await expect(world).toHaveAccessibleDescription(/^A copy of Simnet with its own chain/)
  await back.keyboard.press('Escape')
  expect(await readBalance(back)).toBe(then)
  const receipt = await pay(back, { to: 'robert', amount: '5' })
  expect(receipt.to).toContain('Robert')
})
