/**
 * Many worlds: made, told apart, named, copied and deleted in the switcher; each with its own money and history, also
 * after the worker was killed.
 */
import { expect, type Page } from '@playwright/test'
import { askForReview, createWallet, PASSWORD, pay, payNow, readBalance, readHistory, sentStatus } from './journey.ts'
import type { Extension } from './support/browser.ts'
import { test } from './support/extension.ts'

const runtimeButton = (page: Page, name: string) => page.getByRole('button', { name: `Runtime: ${name}`, exact: true })
const item = (page: Page, name: string) => page.getByRole('menuitem', { name, exact: true })
const world = (page: Page, name: string) => page.getByRole('menuitemradio', { name, exact: true })

const openMenu = async (page: Page, name: string): Promise<void> => {
  await runtimeButton(page, name).click()
  await item(page, 'New local runtime').waitFor()
}

/** Ends on Home of the new world. */
const createRuntime = async (page: Page, from: string, name: string): Promise<void> => {
  await openMenu(page, from)
  await item(page, 'New local runtime').click()
  const dialog = page.getByRole('dialog', { name: 'New local runtime', exact: true })
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  await runtimeButton(page, name).waitFor()
  await readBalance(page)
}

const switchTo = async (page: Page, from: string, to: string): Promise<void> => {
  await openMenu(page, from)
  await world(page, to).click()
  await runtimeButton(page, to).waitFor()
}

const begin = async (extension: Extension): Promise<Page> => {
  const welcome = await extension.openedByItself('welcome.html')
  await createWallet(welcome, PASSWORD)
  const popup = await extension.open('popup.html')
  await readBalance(popup)
  return popup
}

const accountsOf = async (extension: Extension, runtime: string): Promise<readonly string[]> => {
  const panel = await extension.open('sidepanel.html')
  await runtimeButton(panel, runtime).waitFor()
  const history = await readHistory(panel)
  await panel.close()
  return history
}

test('a second world -- its own money, chain and history; the first one is left as it was', async ({ extension }) => {
  const popup = await begin(extension)
  await pay(popup, { to: 'Bob', amount: '3.21' })
  await popup.goto(popup.url())
  const before = await readBalance(popup)
  await createRuntime(popup, 'Simnet', 'Jamaica')
  expect(await readBalance(popup)).not.toBe(before)
  await pay(popup, { to: 'Alice', amount: '7' })
  const jamaica = await accountsOf(extension, 'Jamaica')
  expect(jamaica.filter((row) => row.includes('Alice'))).toHaveLength(1)
  expect(jamaica.filter((row) => row.includes('Bob'))).toEqual([])

  await extension.killWorker()
  await popup.goto(popup.url())
  await switchTo(popup, 'Jamaica', 'Simnet')
  expect(await readBalance(popup)).toBe(before)
  const simnet = await accountsOf(extension, 'Simnet')
  expect(simnet.filter((row) => row.includes('Bob'))).toHaveLength(1)
  expect(simnet.filter((row) => row.includes('Alice'))).toEqual([])
})

test('names, copies and the end -- a name once; a copy pays by itself; deleted by its name, for good', async ({
  extension,
}) => {
  const popup = await begin(extension)
  await createRuntime(popup, 'Simnet', 'Jamaica')
  await openMenu(popup, 'Jamaica')
  await item(popup, 'Rename…').click()
  const rename = popup.getByRole('dialog', { name: 'Rename Jamaica', exact: true })
  await rename.getByRole('textbox', { name: 'Name', exact: true }).fill('simnet')
  await rename.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(rename.getByRole('alert')).toContainText('Another runtime has this name')
  await rename.getByRole('textbox', { name: 'Name', exact: true }).fill('Kingston')
  await rename.getByRole('button', { name: 'Save', exact: true }).click()
  await runtimeButton(popup, 'Kingston').waitFor()
  await expect(rename).toBeHidden()

  const before = await readBalance(popup)
  await openMenu(popup, 'Kingston')
  await expect(item(popup, 'Clone')).toHaveAccessibleDescription('A copy with its own chain')
  await item(popup, 'Clone').click()
  await runtimeButton(popup, 'Kingston-2').waitFor()
  expect(await readBalance(popup)).toBe(before)
  await pay(popup, { to: 'Bob', amount: '3.21' })
  // A copy that was half used outlives its worker as any other world does.
  await extension.killWorker()
  await popup.goto(popup.url())
  await openMenu(popup, 'Kingston-2')
  await expect(world(popup, 'Kingston-2')).toHaveAccessibleDescription(/^A copy of Kingston with its own chain/)
  await world(popup, 'Kingston').click()
  await runtimeButton(popup, 'Kingston').waitFor()
  expect(await readBalance(popup)).toBe(before)
  await switchTo(popup, 'Kingston', 'Kingston-2')
  expect(await readBalance(popup)).not.toBe(before)

  const id = new URL(popup.url()).searchParams.get('runtime') ?? ''
  const other = await extension.open(`sidepanel.html?runtime=${id}`)
  await runtimeButton(other, 'Kingston-2').waitFor()
  await openMenu(popup, 'Kingston-2')
  await item(popup, 'Delete…').click()
  const remove = popup.getByRole('dialog', { name: 'Delete Kingston-2?', exact: true })
  await remove.getByRole('textbox', { name: 'Type Kingston-2 to delete it', exact: true }).fill('Kingston')
  await remove.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(remove.getByRole('alert')).toContainText('This is not its name')
  await remove.getByRole('textbox', { name: 'Type Kingston-2 to delete it', exact: true }).fill('Kingston-2')
  await remove.getByRole('button', { name: 'Delete', exact: true }).click()
  await runtimeButton(popup, 'Kingston').waitFor()
  await openMenu(popup, 'Kingston')
  await expect(world(popup, 'Kingston-2')).toHaveCount(0)
  await expect(world(popup, 'Kingston')).toHaveAttribute('aria-checked', 'true')
  await expect(world(popup, 'Kingston')).toHaveAccessibleDescription('Open now')
  await expect(world(popup, 'Simnet')).toHaveAccessibleDescription(/^Last used /)

  // Of the one that is gone nothing stays on another page, and the way to the others does.
  await other.getByRole('heading', { name: 'Kingston-2 is not here any more', exact: true }).waitFor()
  await expect(other.getByText('tUSD')).toHaveCount(0)
  await other.getByRole('button', { name: 'Open Simnet', exact: true }).click()
  await runtimeButton(other, 'Simnet').waitFor()
  await other.getByRole('table', { name: 'Accounts', exact: true }).waitFor()
})

test('two at once -- each page shows the runtime its address names; one that is not there is said so', async ({
  extension,
}) => {
  const popup = await begin(extension)
  await createRuntime(popup, 'Simnet', 'Jamaica')
  const [first, second] = [await extension.open('popup.html?runtime=simnet'), await extension.open('popup.html')]
  await runtimeButton(first, 'Simnet').waitFor()
  await runtimeButton(second, 'Jamaica').waitFor()
  await Promise.all([pay(first, { to: 'Bob', amount: '1' }), pay(second, { to: 'Bob', amount: '2' })])
  await first.goto(first.url().replace('simnet', 'nowhere'))
  await expect(first.getByRole('alert')).toContainText('There is no such runtime in this wallet')
})

test('a page that names no runtime -- stays in its own while another is chosen; what was asked there is done there, once', async ({
  extension,
}) => {
  const popup = await begin(extension)
  await openMenu(popup, 'Simnet')
  // The same entities and keys: what came to the wrong one would be done there.
  await item(popup, 'Clone').click()
  await runtimeButton(popup, 'Simnet-2').waitFor()
  const before = await readBalance(popup)
  await switchTo(popup, 'Simnet-2', 'Simnet')
  const unnamed = await extension.open('popup.html')
  await runtimeButton(unnamed, 'Simnet').waitFor()
  await askForReview(unnamed, { to: 'Bob', amount: '7' })
  await unnamed.getByRole('button', { name: 'Pay now', exact: true }).waitFor()
  await switchTo(popup, 'Simnet', 'Simnet-2')
  const kill = await extension.armKill()
  await payNow(unnamed)
  await kill()
  await sentStatus(unnamed).waitFor()
  await runtimeButton(unnamed, 'Simnet').waitFor()
  expect(await readBalance(popup)).toBe(before)
  const history = await extension.open('sidepanel.html?runtime=simnet')
  expect((await readHistory(history)).filter((row) => row.includes('Bob'))).toHaveLength(1)
})

const viewDialog = (page: Page) => page.getByRole('dialog', { name: 'Simnet is open in another window', exact: true })

test('two windows -- one writes; the other looks on, takes the pen, or goes on in a copy', async ({ extension }) => {
  await begin(extension)
  const first = await extension.open('view.html')
  await first.getByRole('table', { name: 'Accounts', exact: true }).waitFor()
  await expect(viewDialog(first)).toHaveCount(0)
  const second = await extension.open('view.html')
  await viewDialog(second).getByRole('button', { name: 'View read-only', exact: true }).click()
  await expect(second.getByRole('status').filter({ hasText: 'another window writes' })).toBeVisible()
  await expect(second.getByRole('button', { name: 'Rename', exact: true })).toBeDisabled()
  // Asked once in this tab.
  await second.reload()
  await expect(second.getByRole('status').filter({ hasText: 'another window writes' })).toBeVisible()
  await expect(viewDialog(second)).toHaveCount(0)

  // A worker that was away takes the pen from nobody.
  await extension.killWorker()
  await expect(first.getByRole('button', { name: 'Rename', exact: true })).toBeEnabled()
  await expect(second.getByRole('button', { name: 'Rename', exact: true })).toBeDisabled()

  await second.getByRole('button', { name: 'Take control', exact: true }).click()
  await expect(second.getByRole('button', { name: 'Rename', exact: true })).toBeEnabled()
  await expect(viewDialog(first)).toContainText('goes on by itself, on a chain of its own')
  await viewDialog(first).getByRole('button', { name: 'Clone', exact: true }).click()
  await runtimeButton(first, 'Simnet-2').waitFor()
  await expect(first.getByRole('button', { name: 'Rename', exact: true })).toBeEnabled()
  const third = await extension.open('view.html?runtime=simnet')
  await viewDialog(third).getByRole('button', { name: 'View read-only', exact: true }).click()
  await second.close()
  await expect(third.getByRole('status').filter({ hasText: 'The window that wrote is closed' })).toBeVisible()
  await expect(third.getByRole('button', { name: 'Rename', exact: true })).toBeDisabled()
  await third.getByRole('button', { name: 'Take control', exact: true }).click()
  await expect(third.getByRole('button', { name: 'Rename', exact: true })).toBeEnabled()
  await third.close()
  const fourth = await extension.open('view.html?runtime=simnet')
  await fourth.getByRole('table', { name: 'Accounts', exact: true }).waitFor()
  await expect(viewDialog(fourth)).toHaveCount(0)
})

test('a tab -- comes back to where it stood, after a reload and from another world', async ({ extension }) => {
  const popup = await begin(extension)
  await pay(popup, { to: 'Bob', amount: '3.21' })
  const panel = await extension.open('sidepanel.html')
  await panel.getByRole('combobox', { name: 'Sort by', exact: true }).selectOption('counterparty')
  await panel.getByRole('searchbox', { name: 'Search activity', exact: true }).fill('bob')
  await panel.getByRole('slider', { name: 'Time machine', exact: true }).press('ArrowLeft')
  const then = await panel.getByRole('slider', { name: 'Time machine', exact: true }).inputValue()
  const stands = async (): Promise<void> => {
    await expect(panel.getByRole('slider', { name: 'Time machine', exact: true })).toHaveValue(then)
    await expect(panel.getByRole('searchbox', { name: 'Search activity', exact: true })).toHaveValue('bob')
    await expect(panel.getByRole('button', { name: 'Live', exact: true })).toBeEnabled()
  }
  await stands()
  await panel.reload()
  await stands()
  await createRuntime(popup, 'Simnet', 'Jamaica')
  await switchTo(panel, 'Simnet', 'Jamaica')
  await expect(panel.getByRole('searchbox', { name: 'Search activity', exact: true })).toHaveValue('')
  await switchTo(panel, 'Jamaica', 'Simnet')
  await stands()

  // The next tab is sorted so too, also in the next session of the browser; where one stood is this tab's.
  const beginsAnew = async (): Promise<void> => {
    const next = await extension.open('sidepanel.html?runtime=simnet')
    const unlock = next.getByRole('button', { name: 'Unlock', exact: true })
    const time = next.getByRole('slider', { name: 'Time machine', exact: true })
    await unlock.or(time).waitFor()
    if (await unlock.isVisible()) {
      await next.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD)
      await unlock.click()
    }
    await expect(next.getByRole('button', { name: 'Live', exact: true })).toHaveAttribute('aria-pressed', 'true')
    await expect(next.getByRole('combobox', { name: 'Sort by', exact: true })).toHaveValue('counterparty')
    await expect(next.getByRole('searchbox', { name: 'Search activity', exact: true })).toHaveValue('')
  }
  await panel.close()
  await beginsAnew()
  await extension.restart()
  await beginsAnew()
})
