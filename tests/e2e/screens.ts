/**
 * Every screen a person meets, one after another, by the names a screen reader says. Whoever walks looks at each: the
 * tests measure it, the contact sheet takes its picture.
 */
import type { Page } from '@playwright/test'
import {
  answerQuiz,
  askForReview,
  choosePassword,
  PASSWORD,
  payNow,
  readBalance,
  readHistory,
  readReceipt,
  revealPhrase,
} from './journey.ts'
import type { Extension } from './support/browser.ts'

/** Called with each screen at rest; leaves the page as it was but for its size and colours. */
export type Visit = (page: Page, name: string) => Promise<void>

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()
const headed = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, exact: true }).first().waitFor()

const walkWelcome = async (welcome: Page, visit: Visit): Promise<void> => {
  await headed(welcome, 'A wallet that pays instantly')
  await visit(welcome, 'welcome')
  await press(welcome, 'Import a wallet')
  await headed(welcome, 'Import a wallet')
  await visit(welcome, 'import')
  await press(welcome, 'Back')
  const phrase = await revealPhrase(welcome)
  await visit(welcome, 'phrase')
  await answerQuiz(welcome, phrase)
  await visit(welcome, 'quiz')
  await choosePassword(welcome, PASSWORD)
  await visit(welcome, 'ready')
}

const walkPay = async (popup: Page, visit: Visit): Promise<void> => {
  await readBalance(popup)
  await visit(popup, 'home')
  await press(popup, 'Pay')
  await popup.getByText('Can pay up to').waitFor()
  await visit(popup, 'pay')
  await press(popup, 'Scan')
  await headed(popup, 'Scan a code')
  await visit(popup, 'scan')
  await press(popup, 'Back')
  await popup.getByRole('textbox', { name: 'Recipient', exact: true }).waitFor()
  await press(popup, 'Back')
  await askForReview(popup, { to: 'Bob', amount: '99999999' })
  await popup.getByRole('alert').waitFor()
  await visit(popup, 'pay-refused')
  await press(popup, 'Back')
  await askForReview(popup, { to: 'Bob', amount: '3.21', memo: 'Coffee and cake' })
  await popup.getByRole('button', { name: 'Pay now', exact: true }).waitFor()
  await visit(popup, 'review')
  await payNow(popup)
  await readReceipt(popup)
  await visit(popup, 'receipt')
  await press(popup, 'Done')
  await readBalance(popup)
  await visit(popup, 'home-paid')
}

const walkPopup = async (popup: Page, visit: Visit): Promise<void> => {
  await press(popup, 'Activity')
  await headed(popup, 'Activity')
  await visit(popup, 'activity')
  await press(popup, 'Back')
  await press(popup, 'Receive')
  await headed(popup, 'Receive')
  await visit(popup, 'receive')
  await popup.getByRole('textbox', { name: 'Amount', exact: true }).fill('12.5')
  await press(popup, 'Create invoice')
  await popup.getByRole('img', { name: 'Invoice QR code', exact: true }).waitFor()
  await visit(popup, 'invoice')
  await press(popup, 'Back')
  await press(popup, 'Settings')
  await headed(popup, 'Settings')
  await visit(popup, 'settings')
  for (const [open, heading, name] of [
    ['Show recovery phrase', 'Recovery phrase', 'reveal'],
    ['Change password', 'Change password', 'change-password'],
    ['Reset this wallet', 'Reset this wallet', 'reset'],
  ] as const) {
    await press(popup, open)
    await headed(popup, heading)
    await visit(popup, name)
    await press(popup, 'Back')
  }
  await press(popup, 'Back')
  await popup.keyboard.press('Control+k')
  await popup.getByRole('dialog', { name: 'Commands', exact: true }).waitFor()
  await visit(popup, 'palette')
  await popup.keyboard.press('Escape')
}

const walkPanel = async (panel: Page, visit: Visit): Promise<void> => {
  await readHistory(panel)
  await visit(panel, 'side-panel')
  await panel
    .getByRole('table', { name: 'Accounts', exact: true })
    .getByRole('button', { name: 'Hub', exact: true })
    .click()
  await panel.getByRole('region', { name: 'Account with Hub', exact: true }).waitFor()
  await visit(panel, 'account')
}

/** From a fresh profile to the lock. */
export const walkScreens = async (extension: Extension, visit: Visit): Promise<void> => {
  await walkWelcome(await extension.openedByItself('welcome.html'), visit)
  const popup = await extension.open('popup.html')
  await walkPay(popup, visit)
  await walkPopup(popup, visit)
  const panel = await extension.open('sidepanel.html')
  await walkPanel(panel, visit)
  await press(panel, 'Lock')
  await panel.getByRole('button', { name: 'Unlock', exact: true }).waitFor()
  await visit(panel, 'unlock')
}
