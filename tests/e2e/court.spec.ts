/**
 * Money and the chain in a real browser, from the side panel: a deposit, an account closed together with its hub, and a
 * dispute with a hub that does not answer: by the window this wallet ships with, the chain's clock moved on, until the
 * money is back in the reserve and leaves it for the owner's address.
 */
import { expect, type Locator, type Page } from '@playwright/test'
import { activityRows, createWallet, PASSWORD, pay } from './journey.ts'
import type { Extension } from './support/browser.ts'
import { test } from './support/extension.ts'

const button = (where: Page | Locator, name: string): Locator => where.getByRole('button', { name, exact: true })
const textbox = (where: Page | Locator, name: string): Locator => where.getByRole('textbox', { name, exact: true })
const row = (panel: Page, text: string | RegExp): Locator => activityRows(panel).filter({ hasText: text })

const openHub = async (extension: Extension): Promise<{ readonly panel: Page; readonly hub: Locator }> => {
  const panel = await extension.open('sidepanel.html')
  await button(panel.getByRole('table', { name: 'Accounts', exact: true }), 'Hub').click()
  const hub = panel.getByRole('region', { name: 'Account with Hub', exact: true })
  await button(hub, 'Start dispute').waitFor()
  return { panel, hub }
}

/** Opens the action's form, fills it in, reviews it, and does it. */
const move = async (hub: Locator, action: string, confirm: string, fill: () => Promise<void>): Promise<void> => {
  await button(hub, action).click()
  await fill()
  await button(hub, 'Review').click()
  await button(hub, confirm).click()
}
const reserve = (hub: Locator, amount: string): Locator => hub.getByText(`Your reserve holds ${amount} tUSD`)

test('a hub that does not answer -- sued from the side panel, judged, and the money is back', async ({ extension }) => {
  test.setTimeout(300_000)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  await pay(await extension.open('popup.html'), { to: 'Bob', amount: '50' })
  const { panel, hub } = await openHub(extension)

  await hub.getByRole('checkbox', { name: 'Hub offline' }).check()
  await button(hub, 'Start dispute').click()
  await expect(button(hub, 'Start the dispute')).toBeDisabled()
  await expect(hub.getByText('Comes to your reserve, tUSD')).toBeVisible()
  await hub.getByRole('checkbox', { name: 'I understand the risk' }).check()
  await button(hub, 'Start the dispute').click()
  const dispute = hub.getByRole('region', { name: 'Dispute with Hub', exact: true })
  await expect(dispute.getByText(/^(1 hour|59 minutes), until /)).toBeVisible()
  await expect(dispute.getByText('the newest state both signed')).toBeVisible()
  await expect(dispute.getByText('699.975 tUSD').first()).toBeVisible()
  await expect(button(hub, 'Settle')).toBeDisabled()
  await expect(row(panel, 'Dispute with Hub').filter({ hasText: 'tUSD' })).toContainText('Pending')

  // Whatever becomes of the worker meanwhile: it goes on.
  await extension.killWorker()
  await expect(dispute).toBeVisible()
  await button(dispute, 'Skip ahead 1 hour').click()
  await expect(hub.getByText('This account was judged.')).toBeVisible()
  await expect(row(panel, 'Dispute with Hub').filter({ hasText: 'tUSD' })).toContainText('Judged')
  await expect(row(panel, 'Dispute with Hub').filter({ hasText: 'tUSD' })).toContainText('699.975')

  // All of it is in the reserve now, and can leave it.
  await move(hub, 'Withdraw', 'Withdraw now', async () => {
    await expect(reserve(hub, '949.975')).toBeVisible()
    await expect(textbox(hub, 'To address')).toHaveValue(/^0x[0-9a-fA-F]{40}$/)
    await button(hub, 'Max').click()
  })
  await expect(row(panel, /^Withdrawal to/)).toContainText('Sent')
  await button(hub, 'Withdraw').click()
  await expect(reserve(hub, '0.00')).toBeVisible()
  await button(hub, 'Cancel').click()

  // The hub is there again, and so is the account.
  await hub.getByRole('checkbox', { name: 'Hub offline' }).uncheck()
  await button(hub, 'Open again').click()
  await expect(button(hub, 'Settle')).toBeEnabled()
})

test('a deposit, collateral on request, and an account closed by both', async ({ extension }) => {
  test.setTimeout(300_000)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const { panel, hub } = await openHub(extension)
  await move(hub, 'Deposit', 'Deposit now', async () => {
    await expect(hub.getByText('At your address: 250.00 tUSD')).toBeVisible()
    await textbox(hub, 'Amount').fill('40')
  })
  await expect(row(panel, /^Deposit.*40\.00/s)).toContainText('Received')

  await move(hub, 'Settle', 'Settle now', async () => {
    await hub.getByRole('checkbox', { name: 'Everything' }).check()
  })
  await expect(row(panel, 'Settlement with Hub').filter({ hasText: '750.00 tUSD' })).toContainText('Moved')
  await expect(row(panel, 'Settlement with Hub').filter({ hasText: 'tETH' })).toContainText('Moved')
  await button(hub, 'Withdraw').click()
  await expect(reserve(hub, '1,040.00')).toBeVisible()

  // What the hub lends is not asked for; what it owes would be.
  await button(hub, 'Ask for collateral').click()
  await expect(hub.getByText('Hub owes you 0.00 tUSD beyond the collateral')).toBeVisible()
  await textbox(hub, 'Ask by itself above').fill('20')
  await button(hub, 'Set it').click()
  await button(hub, 'Ask for collateral').click()
  await expect(hub.getByText('Now whenever Hub owes you more than 20.00 tUSD')).toBeVisible()
})
