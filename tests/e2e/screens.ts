/**
 * Every screen a person meets, one after another, by the names a screen reader says in the language of the walk. Whoever
 * walks looks at each: the tests measure it, the contact sheet takes its picture.
 */
import type { Locator, Page } from '@playwright/test'
import { PASSWORD } from './journey.ts'
import { holdRuntime, loseDatabase, outdate } from './states.ts'
import type { Extension } from './support/browser.ts'
import { openDapp, serveSite } from './support/dapp.ts'
import { IN_ENGLISH, type Tongue } from './tongue.ts'

/** Called with each screen at rest; leaves the page as it was but for its size and colours. */
export type Visit = (page: Page, name: string) => Promise<void>
type Walk = { readonly page: Page; readonly visit: (name: string) => Promise<void>; readonly tongue: Tongue }

const button = (where: Page | Locator, name: string): Locator => where.getByRole('button', { name, exact: true })
const textbox = (where: Page | Locator, name: string): Locator => where.getByRole('textbox', { name, exact: true })
const press = (where: Page | Locator, name: string): Promise<void> => button(where, name).click()
const headed = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, exact: true }).first().waitFor()

const readPhrase = async ({ page, tongue: { text } }: Walk): Promise<readonly string[]> => {
  await press(page, text('phrase.reveal'))
  const words = page.getByRole('list', { name: text('phrase.list'), exact: true }).getByRole('listitem')
  await words.first().waitFor()
  // A number before a word belongs to the list, not to the word.
  return (await words.allInnerTexts()).map((shown) => shown.match(/[a-z]+/g)?.at(-1) ?? '')
}

const walkWelcome = async (walk: Walk): Promise<void> => {
  const { page, visit, tongue } = walk
  const { text } = tongue
  await headed(page, text('welcome.heading'))
  await visit('welcome')
  await press(page, text('welcome.import'))
  await headed(page, text('import.heading'))
  await visit('import')
  await textbox(page, text('import.phrase')).fill('abandon ability able')
  await press(page, text('common.continue'))
  await page.getByRole('alert').waitFor()
  await visit('import-refused')
  await press(page, text('common.back'))
  await press(page, text('welcome.create'))
  await headed(page, text('phrase.heading'))
  await visit('phrase-hidden')
  const phrase = await readPhrase(walk)
  await visit('phrase')
  await press(page, text('common.continue'))
  await headed(page, text('quiz.heading'))
  for (const [index, word] of phrase.entries()) {
    const answer = textbox(page, text('quiz.word', { position: String(index + 1) }))
    if ((await answer.count()) > 0) await answer.fill(word)
  }
  await visit('quiz')
  await press(page, text('common.continue'))
  await headed(page, text('password.heading'))
  await press(page, text('password.suggest'))
  await page.getByText(text('password.suggested')).waitFor()
  await textbox(page, text('password.label')).fill(PASSWORD)
  await visit('password')
  await textbox(page, text('password.confirm')).fill(PASSWORD)
  await press(page, text('common.continue'))
  await headed(page, text('ready.heading'))
  await visit('ready')
}

const home = ({ page, tongue: { text } }: Walk): Promise<void> =>
  page
    .getByRole('region', { name: text('home.balance'), exact: true })
    .filter({ hasText: /\d/ })
    .waitFor()

type Order = { readonly to: string; readonly amount: string; readonly memo: string }

const askForReview = async ({ page, tongue: { text } }: Walk, { to, amount, memo }: Order): Promise<void> => {
  await press(page, text('home.pay'))
  await textbox(page, text('pay.recipient')).fill(to)
  await textbox(page, text('pay.amount')).fill(amount)
  await textbox(page, text('pay.memo')).fill(memo)
  await press(page, text('pay.review'))
}

const walkPay = async (walk: Walk): Promise<void> => {
  const { page, visit, tongue } = walk
  const { text } = tongue
  await home(walk)
  await visit('home')
  await press(page, text('home.pay'))
  await page.getByText(new RegExp(text('pay.upTo', { amount: '.+' }))).waitFor()
  await visit('pay')
  await press(page, text('scan.open'))
  await headed(page, text('scan.heading'))
  await visit('scan')
  await press(page, text('common.back'))
  await textbox(page, text('pay.recipient')).waitFor()
  await press(page, text('common.back'))
  await askForReview(walk, { to: 'Bob', amount: '999999999999', memo: '' })
  await page.getByRole('alert').waitFor()
  await visit('pay-refused')
  await press(page, text('common.back'))
  await askForReview(walk, { to: 'Bob', amount: tongue.amount, memo: 'Coffee and cake' })
  await button(page, text('review.payNow')).waitFor()
  await visit('review')
  await press(page, text('review.payNow'))
  await page
    .getByRole('status')
    .filter({ hasText: text('paying.sent') })
    .waitFor()
  await visit('receipt')
  await press(page, text('paying.done'))
  await home(walk)
  await visit('home-paid')
}

const walkReceive = async ({ page, visit, tongue: { text } }: Walk): Promise<void> => {
  await press(page, text('home.receive'))
  await headed(page, text('receive.heading'))
  await visit('receive')
  await press(page, text('receive.offers'))
  await headed(page, text('receive.offers'))
  await visit('payment-links')
  await press(page, text('common.back'))
  await press(page, text('receive.address'))
  await headed(page, text('receive.address'))
  await visit('own-address')
  await press(page, text('common.back'))
  await textbox(page, text('receive.amount')).fill('250')
  await textbox(page, text('receive.memo')).fill('Two loaves and a cake')
  await press(page, text('receive.create'))
  await page.getByRole('img', { name: text('receive.qr'), exact: true }).waitFor()
  await visit('invoice')
  await press(page, text('common.back'))
}

const walkSettings = async ({ page, visit, tongue: { text } }: Walk): Promise<void> => {
  await press(page, text('home.settings'))
  await headed(page, text('settings.heading'))
  await visit('settings')
  for (const [open, heading, name] of [
    ['owner.phrase', 'owner.phraseHeading', 'reveal'],
    ['owner.change', 'owner.change', 'change-password'],
    ['reset.open', 'reset.heading', 'reset'],
  ] as const) {
    await press(page, text(open))
    await headed(page, text(heading))
    await visit(name)
    await press(page, text('common.back'))
  }
  await press(page, text('common.back'))
}

const walkPopup = async (walk: Walk): Promise<void> => {
  const { page, visit, tongue } = walk
  const { text } = tongue
  await press(page, text('home.activity'))
  await headed(page, text('activity.heading'))
  await visit('activity')
  await page
    .getByRole('list', { name: text('activity.heading'), exact: true })
    .getByRole('button')
    .first()
    .click()
  await page.getByRole('region', { name: text('receipt.region'), exact: true }).waitFor()
  await visit('activity-open')
  await press(page, text('common.back'))
  await walkReceive(walk)
  await walkSettings(walk)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog', { name: text('palette.name'), exact: true }).waitFor()
  await visit('palette')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: text('runtime.button', { name: '' }) }).click()
  await page.getByText(text('runtime.testNote')).waitFor()
  await visit('runtime')
  await page.keyboard.press('Escape')
}

const walkPanel = async ({ page, visit, tongue: { text } }: Walk): Promise<void> => {
  await page
    .getByRole('list', { name: text('activity.heading'), exact: true })
    .getByRole('listitem')
    .first()
    .waitFor()
  await visit('side-panel')
  await press(page, text('time.previous'))
  const past = page.getByText(new RegExp(text('time.past', { time: '.+' })))
  await past.waitFor()
  await visit('time-machine')
  await press(page, text('time.live'))
  await past.waitFor({ state: 'detached' })
  await press(page, text('book.heading'))
  await page.getByRole('region', { name: text('book.heading'), exact: true }).waitFor()
  await visit('address-book')
  await press(page, text('book.heading'))
}

/** The same on a page of its own, beside the network. */
const walkView = async ({ page, visit, tongue: { text } }: Walk): Promise<void> => {
  const network = page.getByRole('region', { name: text('map.heading'), exact: true })
  await button(network, text('map.name')).locator('[data-entity]').first().waitFor()
  await page.getByRole('slider', { name: text('time.machine'), exact: true }).waitFor()
  await visit('view')
  await press(network, text('map.asList'))
  await network.getByRole('heading', { level: 3 }).waitFor()
  await visit('view-list')
}

const walkAccount = async ({ page, visit, tongue: { text } }: Walk): Promise<void> => {
  await press(page.getByRole('table', { name: text('panel.accounts'), exact: true }), 'Hub')
  const account = page.getByRole('region', { name: text('account.region', { name: 'Hub' }), exact: true })
  await account.waitFor()
  await visit('account')
  await press(account, text('account.setLimit'))
  await textbox(account, text('account.limit')).fill('1500')
  await visit('credit-limit')
  await press(account, text('move.withdraw'))
  await textbox(account, text('account.amount')).fill('10')
  await visit('withdraw')
  await press(account, text('pay.review'))
  await button(account, text('withdraw.now')).waitFor()
  await visit('withdraw-review')
  await press(account, text('move.change'))
  // A hub that answers agrees at once, and nothing is left to look at.
  await account.getByRole('checkbox', { name: text('testWorld.offline', { name: 'Hub' }), exact: true }).check()
  await press(account, text('move.dispute'))
  await button(account, text('suing.now')).waitFor()
  await visit('dispute-warning')
  await account.getByRole('checkbox', { name: text('suing.risk'), exact: true }).check()
  await press(account, text('suing.now'))
  const dispute = page.getByRole('region', { name: text('dispute.heading', { name: 'Hub' }), exact: true })
  await dispute.getByText(text('dispute.left'), { exact: true }).waitFor()
  await dispute.evaluate((element) => element.scrollIntoView())
  await visit('dispute')
}

const APPROVAL = /\/approval\.html$/

/** The approval window takes no answer for a moment after its size has changed: until it takes one again. */
export const untilSettled = async (page: Page): Promise<void> => {
  if (APPROVAL.test(page.url())) await page.waitForFunction(() => document.querySelector('button:disabled') === null)
}

/** What a site asks, in the window that asks the owner. */
const walkApproval = async (extension: Extension, visit: Visit, { text }: Tongue): Promise<void> => {
  const site = await serveSite()
  const dapp = await openDapp(extension.context(), site.origin)
  const order = { to: 'Bakery', amount: '5.00', memo: 'Two loaves' }
  for (const [method, params, name] of [
    ['eth_requestAccounts', undefined, 'approve-connect'],
    ['xln_pay', [order], 'approve-payment'],
  ] as const) {
    const opens = extension.context().waitForEvent('page')
    const asked = dapp.request(method, params)
    const page = await opens
    // It is announced before it has an address.
    await page.waitForURL(APPROVAL)
    await page.setViewportSize({ width: 400, height: 600 })
    await button(page, text('approval.approve')).waitFor()
    await untilSettled(page)
    await visit(page, name)
    await untilSettled(page)
    await Promise.all([page.waitForEvent('close'), press(page, text('approval.approve'))])
    await asked
  }
  await dapp.page.close()
  await site.close()
}

/** The site that was let in: on Home, among the connected ones, and sent away. */
const walkSites = async ({ page, visit, tongue: { text } }: Walk): Promise<void> => {
  const chip = button(page, text('sites.heading'))
  await chip.waitFor()
  await visit('home-site')
  await chip.click()
  await button(page, text('sites.revoke')).waitFor()
  await visit('sites')
  await press(page, text('sites.revoke'))
  await page.getByText(text('sites.empty')).waitFor()
  await visit('sites-none')
  await press(page, text('common.back'))
}

/** What may be wrong around the wallet, each with a screen of its own. */
const walkStates = async (extension: Extension, visit: Visit, { text }: Tongue): Promise<void> => {
  const release = await holdRuntime(extension)
  const popup = await extension.open('popup.html')
  await button(popup, text('state.takeControl')).waitFor()
  await visit(popup, 'looking-on')
  await release()
  await press(popup, text('state.takeControl'))
  await popup.getByRole('alert').waitFor({ state: 'detached' })
  await outdate(extension)
  const home = await extension.open('popup.html')
  await button(home, text('state.startAgain')).waitFor()
  await visit(home, 'stopped-home')
  // A page that has nothing it could still show.
  const page = await extension.open('approval.html')
  await headed(page, text('state.halted.title'))
  await visit(page, 'stopped')
  await loseDatabase(extension)
  const reader = await extension.open('popup.html')
  await headed(reader, text('state.readOnly.title'))
  await visit(reader, 'read-only')
}

/** From a fresh profile to the lock, and to what may go wrong. */
export const walkScreens = async (extension: Extension, visit: Visit, tongue: Tongue = IN_ENGLISH): Promise<void> => {
  const walkOn = (page: Page): Walk => ({ page, tongue, visit: (name) => visit(page, name) })
  const { text } = tongue
  await walkWelcome(walkOn(await extension.openedByItself('welcome.html')))
  const popup = walkOn(await extension.open('popup.html'))
  await walkPay(popup)
  await walkPopup(popup)
  await walkApproval(extension, visit, tongue)
  await walkSites(walkOn(await extension.open('popup.html')))
  const panel = walkOn(await extension.open('sidepanel.html'))
  await walkPanel(panel)
  const view = walkOn(await extension.open('view.html'))
  await walkView(view)
  await view.page.close()
  await walkAccount(panel)
  await press(panel.page, text('lock.button'))
  await button(panel.page, text('unlock.button')).waitFor()
  await panel.visit('unlock')
  await textbox(panel.page, text('password.label')).fill('not this one')
  await press(panel.page, text('unlock.button'))
  await panel.page.getByRole('alert').waitFor()
  await panel.visit('unlock-refused')
  await textbox(panel.page, text('password.label')).fill(PASSWORD)
  await press(panel.page, text('unlock.button'))
  await panel.page.getByRole('table', { name: text('panel.accounts'), exact: true }).waitFor()
  await walkStates(extension, visit, tongue)
}
