/**
 * The names that people, screen readers and other people's tests rely on: each is there, once, exactly so, where it is
 * promised. A word that changes here has to change here first.
 */
import { expect, type Locator, type Page } from '@playwright/test'
import { answerQuiz, choosePassword, PASSWORD, readBalance, revealPhrase } from './journey.ts'
import { openDapp, serveSite } from './support/dapp.ts'
import { test } from './support/extension.ts'

type Role = Parameters<Page['getByRole']>[0]
type Names = { readonly [R in Role]?: readonly string[] }

/** What of these is not there exactly once; nothing missing is an empty list. */
const missing = async (where: Page | Locator, names: Names): Promise<readonly string[]> => {
  const found: string[] = []
  for (const [role, wanted] of Object.entries(names) as [Role, readonly string[]][])
    for (const name of wanted) {
      const one = where.getByRole(role, { name, exact: true })
      await one
        .first()
        .waitFor({ timeout: 5_000 })
        .catch(() => undefined)
      const count = await one.count()
      if (count !== 1) found.push(`${role} "${name}": ${count}`)
    }
  return found
}
const press = (where: Page | Locator, name: string): Promise<void> =>
  where.getByRole('button', { name, exact: true }).click()
const fill = (page: Page, name: string, text: string): Promise<void> =>
  page.getByRole('textbox', { name, exact: true }).fill(text)

test('welcome and the lock -- every promised name, and behind the lock nothing else', async ({ extension }) => {
  const welcome = await extension.openedByItself('welcome.html')
  expect(await missing(welcome, { button: ['Create a wallet', 'Import a wallet'] })).toEqual([])
  await press(welcome, 'Import a wallet')
  const imports: Names = { textbox: ['Recovery phrase', 'Password', 'Confirm password'], button: ['Continue'] }
  expect(await missing(welcome, imports)).toEqual([])
  await press(welcome, 'Back')
  await press(welcome, 'Create a wallet')
  expect(await missing(welcome, { button: ['Reveal recovery phrase'] })).toEqual([])
  await press(welcome, 'Back')
  const phrase = await revealPhrase(welcome)
  expect(phrase).toHaveLength(12)
  await answerQuiz(welcome, phrase)
  await expect(welcome.getByRole('textbox', { name: /^Word \d+$/ })).toHaveCount(3)
  await choosePassword(welcome, PASSWORD)
  expect(await missing(welcome, { heading: ['Your wallet is ready'], button: ['Runtime: Simnet', 'Lock'] })).toEqual([])
  await press(welcome, 'Lock')
  for (const name of ['popup.html', 'sidepanel.html', 'view.html', 'approval.html'] as const) {
    const page = await extension.open(name)
    expect(await missing(page, { textbox: ['Password'], button: ['Unlock'] })).toEqual([])
    await expect(page.getByRole('textbox')).toHaveCount(1)
    await expect(page.getByRole('button')).toHaveCount(1)
    await page.close()
  }
})

const create = async (welcome: Page): Promise<void> => {
  await answerQuiz(welcome, await revealPhrase(welcome))
  await choosePassword(welcome, PASSWORD)
}

test('popup -- every promised name, from Home to the receipt and the invoice', async ({ extension }) => {
  await create(await extension.openedByItself('welcome.html'))
  const popup = await extension.open('popup.html')
  await readBalance(popup)
  const home: Names = {
    region: ['Balance'],
    button: ['Runtime: Simnet', 'Lock', 'Pay', 'Receive', 'Activity', 'Open side panel', 'Settings'],
    list: ['Latest'],
  }
  expect(await missing(popup, home)).toEqual([])
  await press(popup, 'Pay')
  const pay: Names = { textbox: ['Recipient', 'Amount', 'Memo'], combobox: ['Token'], button: ['Review'] }
  expect(await missing(popup, pay)).toEqual([])
  await expect(popup.locator('datalist, input[type=number]')).toHaveCount(0)
  await fill(popup, 'Recipient', 'bob')
  await fill(popup, 'Amount', '3,21')
  await press(popup, 'Review')
  expect(await missing(popup, { button: ['Pay now'] })).toEqual([])
  await press(popup, 'Pay now')
  await expect(popup.getByRole('status').filter({ hasText: 'Payment sent' })).toBeVisible()
  expect(await missing(popup, { region: ['Receipt'] })).toEqual([])
  const terms = await popup.getByRole('region', { name: 'Receipt' }).getByRole('term').allInnerTexts()
  expect(terms).toEqual(expect.arrayContaining(['To', 'Amount', 'Fee', 'Payment id', 'Preimage', 'Height']))
  await press(popup, 'Done')
  await press(popup, 'Receive')
  expect(await missing(popup, { textbox: ['Amount', 'Memo'], button: ['Create invoice'] })).toEqual([])
  await fill(popup, 'Amount', '5')
  await press(popup, 'Create invoice')
  expect(await missing(popup, { textbox: ['Invoice'], img: ['Invoice QR code'] })).toEqual([])
  await expect(popup.getByRole('textbox', { name: 'Invoice', exact: true })).toHaveAttribute('readonly')
})

test('side panel -- every promised name, unclicked and in an account', async ({ extension }) => {
  await create(await extension.openedByItself('welcome.html'))
  const panel = await extension.open('sidepanel.html')
  await panel.getByRole('list', { name: 'Activity', exact: true }).getByRole('listitem').first().waitFor()
  const names: Names = {
    button: ['Runtime: Simnet', 'Lock', 'Descending', 'Address book', 'Connected sites', 'Live'],
    slider: ['Time machine'],
    list: ['Entities', 'Activity'],
    table: ['Accounts'],
    combobox: ['Sort by', 'Page size'],
    navigation: ['Pages'],
    searchbox: ['Search activity'],
  }
  expect(await missing(panel, names)).toEqual([])
  await press(panel, 'Descending')
  expect(await missing(panel, { button: ['Ascending'] })).toEqual([])
  const sorts = await panel.getByRole('combobox', { name: 'Sort by' }).getByRole('option').allInnerTexts()
  expect(sorts).toHaveLength(7)
  await press(panel.getByRole('table', { name: 'Accounts', exact: true }), 'Hub')
  const account = panel.getByRole('region', { name: 'Account with Hub', exact: true })
  const actions = ['Deposit', 'Withdraw', 'Add collateral', 'Set credit limit', 'Settle', 'Start dispute']
  expect(await missing(account, { button: actions })).toEqual([])
})

test('approval -- every promised name, and the sites that were let in', async ({ extension }) => {
  await create(await extension.openedByItself('welcome.html'))
  await readBalance(await extension.open('popup.html'))
  const site = await serveSite()
  const dapp = await openDapp(extension.context(), site.origin)
  const opens = extension.context().waitForEvent('page')
  const connects = dapp.request('eth_requestAccounts')
  const approval = await opens
  await approval.waitForURL(/approval\.html$/)
  const names: Names = { heading: ['Connect a site'], button: ['Approve', 'Reject', 'Reject all'] }
  expect(await missing(approval, names)).toEqual([])
  await expect(approval.getByText(site.origin, { exact: true })).toBeVisible()
  await expect(approval.getByRole('button', { name: 'Approve' })).toBeEnabled()
  await Promise.all([approval.waitForEvent('close'), press(approval, 'Approve')])
  await connects
  const popup = await extension.open('popup.html')
  await press(popup, 'Connected sites')
  expect(await missing(popup, { heading: ['Connected sites'], button: ['Revoke'] })).toEqual([])
  await site.close()
})
