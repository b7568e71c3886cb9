/**
 * The wallet as a person drives it, by the names a screen reader says. `npm start` walks the first journey without a
 * display; the browser tests walk it and more.
 *
 * Contract: each function starts where its name says, waits for what it needs to see, and leaves the page at its
 * result. Nothing is asserted beyond that; the tests do.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import type { Extension } from './support/browser.ts'

export const PASSWORD = 'six plain words make it long'

export type Order = { readonly to: string; readonly amount: string; readonly memo?: string }
export type Receipt = {
  readonly to: string
  readonly amount: string
  readonly fee: string
  readonly paymentId: string
  readonly preimage: string
  readonly height: string
  /** True when it says that the preimage proves the payment. */
  readonly isProof: boolean
}
export type FirstJourney = {
  readonly receipt: Receipt
  /** One text per row of Activity, newest first. */
  readonly history: readonly string[]
  /** Paths of the screenshots, in the order in which they were taken. */
  readonly screenshots: readonly string[]
}

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })
const textbox = (page: Page, name: string): Locator => page.getByRole('textbox', { name, exact: true })
const continueButton = (page: Page): Locator => button(page, 'Continue')

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** The recovery phrase, revealed; at the welcome page. */
export const revealPhrase = async (welcome: Page): Promise<readonly string[]> => {
  await button(welcome, 'Create a wallet').click()
  await button(welcome, 'Reveal recovery phrase').click()
  const words = welcome.getByRole('list', { name: 'Recovery phrase', exact: true }).getByRole('listitem')
  await words.first().waitFor()
  const texts = await words.allInnerTexts()
  // A number before a word belongs to the list, not to the word.
  return texts.map((text) => text.match(/[a-z]+/g)?.at(-1) ?? '')
}

/** Types the words that are asked for; at the revealed phrase. */
export const answerQuiz = async (welcome: Page, phrase: readonly string[]): Promise<void> => {
  await continueButton(welcome).click()
  await welcome
    .getByRole('textbox', { name: /^Word \d+$/ })
    .first()
    .waitFor()
  for (const [index, word] of phrase.entries()) {
    const answer = textbox(welcome, `Word ${index + 1}`)
    if ((await answer.count()) > 0) await answer.fill(word)
  }
}

/** Sets the password; at the answered quiz. */
export const choosePassword = async (welcome: Page, password: string): Promise<void> => {
  await continueButton(welcome).click()
  await textbox(welcome, 'Password').fill(password)
  await textbox(welcome, 'Confirm password').fill(password)
  await continueButton(welcome).click()
  await welcome.getByRole('heading', { name: 'Your wallet is ready', exact: true }).waitFor()
}

/** A new wallet; at the welcome page. */
export const createWallet = async (welcome: Page, password: string): Promise<readonly string[]> => {
  const phrase = await revealPhrase(welcome)
  await answerQuiz(welcome, phrase)
  await choosePassword(welcome, password)
  return phrase
}

/** Unlocks; at any page of a locked wallet. */
export const unlock = async (page: Page, password: string): Promise<void> => {
  await textbox(page, 'Password').fill(password)
  await button(page, 'Unlock').click()
  await button(page, 'Lock').waitFor()
}

/** What the region "Balance" says; at Home. */
export const readBalance = async (popup: Page): Promise<string> => {
  const balance = popup.getByRole('region', { name: 'Balance', exact: true })
  await balance.filter({ hasText: /\d/ }).waitFor()
  return inOneLine(await balance.innerText())
}

/** Fills the form in and asks for the review; at Home. */
export const askForReview = async (popup: Page, { to, amount, memo = '' }: Order): Promise<void> => {
  await button(popup, 'Pay').click()
  await textbox(popup, 'Recipient').fill(to)
  await textbox(popup, 'Amount').fill(amount)
  await textbox(popup, 'Memo').fill(memo)
  await button(popup, 'Review').click()
}

export const payNow = async (popup: Page): Promise<void> => button(popup, 'Pay now').click()

export const sentStatus = (popup: Page): Locator => popup.getByRole('status').filter({ hasText: 'Payment sent' })

/** Waits for the payment to be sent and reads what is left of it. */
export const readReceipt = async (popup: Page): Promise<Receipt> => {
  await sentStatus(popup).waitFor()
  const region = popup.getByRole('region', { name: 'Receipt', exact: true })
  const names = await region.getByRole('term').allInnerTexts()
  const values = await region.getByRole('definition').allInnerTexts()
  const valueNamed = (name: string): string => inOneLine(values[names.map(inOneLine).indexOf(name)] ?? '')
  return {
    to: valueNamed('To'),
    amount: valueNamed('Amount'),
    fee: valueNamed('Fee'),
    paymentId: valueNamed('Payment id'),
    preimage: valueNamed('Preimage'),
    height: valueNamed('Height'),
    isProof: await region.getByText('it proves the payment').isVisible(),
  }
}

/** Pays and reads the receipt; at Home. */
export const pay = async (popup: Page, order: Order): Promise<Receipt> => {
  await askForReview(popup, order)
  await payNow(popup)
  return readReceipt(popup)
}

/** The rows of Activity, newest first; at the side panel. */
export const activityRows = (panel: Page): Locator =>
  panel.getByRole('list', { name: 'Activity', exact: true }).getByRole('listitem')

export const readHistory = async (panel: Page): Promise<readonly string[]> => {
  await activityRows(panel).first().waitFor()
  return (await activityRows(panel).allInnerTexts()).map(inOneLine)
}

/** Install → create → pay Bob 3.21 → receipt → history, with a screenshot of each screen. */
export const firstJourney = async (extension: Extension, screenshotDir: string): Promise<FirstJourney> => {
  await mkdir(screenshotDir, { recursive: true })
  const screenshots: string[] = []
  const shoot = async (page: Page, name: string): Promise<void> => {
    const path = join(screenshotDir, `${screenshots.length + 1}-${name}.png`)
    await page.screenshot({ path, animations: 'disabled' })
    screenshots.push(path)
  }

  const welcome = await extension.openedByItself('welcome.html')
  await button(welcome, 'Create a wallet').waitFor()
  await shoot(welcome, 'welcome')
  const phrase = await revealPhrase(welcome)
  await shoot(welcome, 'phrase')
  await answerQuiz(welcome, phrase)
  await shoot(welcome, 'quiz')
  await choosePassword(welcome, PASSWORD)
  await shoot(welcome, 'ready')

  const popup = await extension.open('popup.html')
  await readBalance(popup)
  await shoot(popup, 'home')
  await askForReview(popup, { to: 'Bob', amount: '3.21', memo: 'Coffee and cake' })
  await button(popup, 'Pay now').waitFor()
  await shoot(popup, 'review')
  await payNow(popup)
  const receipt = await readReceipt(popup)
  await shoot(popup, 'receipt')

  const panel = await extension.open('sidepanel.html')
  const history = await readHistory(panel)
  await shoot(panel, 'side-panel')
  await panel.emulateMedia({ colorScheme: 'dark' })
  await shoot(panel, 'side-panel-dark')
  await panel.close()
  await popup.goto(popup.url())
  await popup.emulateMedia({ colorScheme: 'dark' })
  await readBalance(popup)
  await shoot(popup, 'home-dark')
  await popup.emulateMedia({ colorScheme: null })
  return { receipt, history, screenshots }
}
