/** A site and the wallet: found by EIP-6963, connected, paid; refused, closed, killed in between: one effect, one answer. */
import AxeBuilder from '@axe-core/playwright'
import { type BrowserContext, expect, type Page } from '@playwright/test'
import { activityRows, createWallet, PASSWORD, readBalance, unlock } from './journey.ts'
import type { Extension } from './support/browser.ts'
import { type Dapp, openDapp, serveSite } from './support/dapp.ts'
import { test as base } from './support/extension.ts'

type At = { readonly dapp: Dapp; readonly origin: string }

/** A wallet, and a site open in a tab. */
const test = base.extend<{ readonly at: At }>({
  at: async ({ extension }, use) => {
    const site = await serveSite()
    await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
    await use({ dapp: await openDapp(extension.context(), site.origin), origin: site.origin })
    await site.close()
  },
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const isApproval = (page: Page): boolean => page.url().endsWith('/approval.html')

/** The window in which the owner is asked, as it opens or as it is. */
const approvalWindow = async (context: BrowserContext): Promise<Page> => {
  const page = context.pages().find(isApproval) ?? (await context.waitForEvent('page', { predicate: isApproval }))
  await page.setViewportSize({ width: 400, height: 600 })
  return page
}
/** The owner's last word in this window, which closes with it. */
const last = async (window: Page, word: () => Promise<void>): Promise<void> => {
  const closed = window.waitForEvent('close')
  await word()
  await closed
}
const approve = (page: Page): Promise<void> => button(page, 'Approve').click()

const connect = async (extension: Extension, dapp: Dapp): Promise<string> => {
  const asked = dapp.request('eth_requestAccounts')
  const window = await approvalWindow(extension.context())
  await last(window, () => approve(window))
  const outcome = await asked
  if (!('result' in outcome) || !Array.isArray(outcome.result)) throw new Error(JSON.stringify(outcome))
  return String(outcome.result[0])
}

const BREAD = { to: 'Bakery', amount: '5.00', memo: 'Two loaves' }

test('a site -- finds the wallet, connects, and is paid; each is asked of the owner once', async ({
  extension,
  at: { dapp, origin },
}) => {
  expect(await dapp.request('eth_accounts')).toEqual({ result: [] })
  expect(await dapp.request('eth_chainId')).toEqual({ result: '0x786c6e' })
  expect(await dapp.request('eth_sign', ['0x00', '0x00'])).toMatchObject({ code: 4200, isError: true })
  expect(await dapp.page.evaluate(() => Object.hasOwn(window, 'inpage') || Object.hasOwn(window, 'relay'))).toBe(false)

  const asked = dapp.request('eth_requestAccounts')
  const first = await approvalWindow(extension.context())
  await expect(first.getByRole('heading', { name: 'Connect a site', exact: true })).toBeVisible()
  await expect(first.getByText(origin, { exact: true })).toBeVisible()
  await expect(button(first, 'Reject')).toBeVisible()
  await expect(button(first, 'Reject all')).toBeVisible()
  await first.screenshot({ path: 'test-results/approval-connect.png' })
  await first.keyboard.press('Enter')
  await last(first, () => approve(first))
  const connected = await asked
  expect(connected).toEqual({ result: [expect.stringMatching(/^0x[0-9a-f]{40}$/)] })
  expect(await dapp.request('eth_accounts')).toEqual(connected)
  expect(await dapp.request('eth_requestAccounts')).toEqual(connected)
  const { result } = connected as { readonly result: unknown }
  expect(await dapp.events()).toEqual([
    ['connect', { chainId: '0x786c6e' }],
    ['accountsChanged', result],
  ])

  const paid = dapp.request('xln_pay', [BREAD])
  const second = await approvalWindow(extension.context())
  await expect(second.getByRole('heading', { name: 'Pay 5.00 tUSD to Bakery', exact: true })).toBeVisible()
  await expect(second.getByText('Two loaves')).toBeVisible()
  await expect(button(second, 'Approve')).toBeEnabled()
  for (const colorScheme of ['light', 'dark'] as const) {
    await second.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await second.screenshot({ path: `test-results/approval-pay-${colorScheme}.png` })
    const { violations } = await new AxeBuilder({ page: second }).setLegacyMode(true).analyze()
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  }
  await approve(second)
  expect(await paid).toEqual({
    result: {
      paymentId: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      preimage: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      hashlock: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      isProof: true,
      height: expect.any(Number),
      amount: '5',
      fee: '0.0025',
      token: 'tUSD',
      to: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    },
  })
  const panel = await extension.open('sidepanel.html')
  await expect(activityRows(panel).filter({ hasText: 'Bakery' })).toHaveCount(1)
})

test('refusing -- Reject, Esc, Reject all and closing the window each answer 4001', async ({
  extension,
  at: { dapp },
}) => {
  const refused = { code: 4001, isError: true }

  const rejected = dapp.request('eth_requestAccounts')
  const first = await approvalWindow(extension.context())
  await last(first, () => button(first, 'Reject').click())
  expect(await rejected).toMatchObject(refused)

  const both = [dapp.request('eth_requestAccounts'), dapp.request('xln_pay', BREAD)]
  const window = await approvalWindow(extension.context())
  await expect(window.getByText('1 of 2', { exact: true })).toBeVisible()
  expect(await dapp.request('eth_requestAccounts')).toMatchObject({ code: -32002 })
  await window.screenshot({ path: 'test-results/approval-two.png' })
  await last(window, () => button(window, 'Reject all').click())
  expect(await Promise.all(both)).toMatchObject([refused, refused])

  const other = await serveSite()
  const second = await openDapp(extension.context(), other.origin)
  const closed = second.request('eth_requestAccounts')
  const again = await approvalWindow(extension.context())
  await button(again, 'Approve').waitFor()
  await again.close()
  expect(await closed).toMatchObject(refused)
  const escaped = second.request('eth_requestAccounts')
  const third = await approvalWindow(extension.context())
  await button(third, 'Approve').waitFor()
  await last(third, () => third.keyboard.press('Escape'))
  expect(await escaped).toMatchObject(refused)
  await other.close()
})

test('a killed worker -- the question is still there, and one payment and one answer come of it', async ({
  extension,
  at: { dapp },
}) => {
  await connect(extension, dapp)
  const paid = dapp.request('xln_pay', BREAD)
  const window = await approvalWindow(extension.context())
  await expect(button(window, 'Approve')).toBeEnabled()
  await extension.killWorker()
  await expect(window.getByRole('heading', { name: 'Pay 5.00 tUSD to Bakery', exact: true })).toBeVisible()
  const kill = await extension.armKill()
  await approve(window)
  await kill()
  expect(await paid).toMatchObject({ result: { amount: '5', token: 'tUSD' } })
  const panel = await extension.open('sidepanel.html')
  await expect(activityRows(panel).filter({ hasText: 'Bakery' })).toHaveCount(1)
})

test('locked -- a site sees nothing, and the question stands behind the unlock', async ({
  extension,
  at: { dapp },
}) => {
  const address = await connect(extension, dapp)
  const popup = await extension.open('popup.html')
  await readBalance(popup)
  await button(popup, 'Lock').click()
  await button(popup, 'Unlock').waitFor()
  expect(await dapp.request('eth_accounts')).toEqual({ result: [] })
  const asked = dapp.request('eth_requestAccounts')
  const paid = dapp.request('xln_pay', BREAD)
  const window = await approvalWindow(extension.context())
  await expect(button(window, 'Approve')).toHaveCount(0)
  await unlock(window, PASSWORD)
  expect(await asked).toEqual({ result: [address] })
  await approve(window)
  expect(await paid).toMatchObject({ result: { amount: '5' } })
  const changes = (await dapp.events()).filter((event) => Array.isArray(event) && event[0] === 'accountsChanged')
  expect(changes).toEqual([
    ['accountsChanged', [address]],
    ['accountsChanged', []],
    ['accountsChanged', [address]],
  ])
})

test('frames and refusals -- a foreign frame gets 4100; what cannot be paid says have and need', async ({
  extension,
  at: { dapp, origin },
}) => {
  await connect(extension, dapp)
  const over = await dapp.request('xln_pay', { to: 'Bakery', amount: '2000' })
  expect(over).toMatchObject({
    code: -32603,
    data: {
      type: 'over_capacity',
      have: expect.stringMatching(/^\d+(\.\d+)?$/),
      need: expect.stringMatching(/^200[01]/),
    },
  })
  for (const amount of [5, '1e18', '-1', '0', '0x10', '1,5', '٥'])
    expect(await dapp.request('xln_pay', { to: 'Bakery', amount })).toMatchObject({ code: -32602 })

  const other = await serveSite()
  const codeIn = (origin: string): Promise<unknown> =>
    dapp.page.evaluate(async (src) => {
      const frame = document.createElement('iframe')
      frame.src = src
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
    }, origin)
  await codeIn(other.origin)
  await codeIn(origin)
  const answers = await Promise.all(
    dapp.page
      .frames()
      .slice(1)
      .map((frame) =>
        frame.evaluate(() => {
          const { ethereum } = window as unknown as {
            readonly ethereum: { request(args: { readonly method: string }): Promise<unknown> }
          }
          return ethereum.request({ method: 'eth_accounts' }).then(
            () => 'answered',
            (error: { readonly code: unknown }) => error.code,
          )
        }),
      ),
  )
  expect(answers).toEqual([4100, 'answered'])
  await other.close()
})

test('an xln: link -- pressed, it opens the wallet with Pay filled in, and nothing is sent', async ({
  extension,
  at: { dapp },
}) => {
  const link = 'xln:not-an-invoice'
  await dapp.page.evaluate((href) => {
    const anchor = document.createElement('a')
    anchor.setAttribute('href', href)
    anchor.textContent = 'Pay here'
    document.body.append(anchor)
    // What a script presses opens nothing.
    anchor.click()
  }, link)
  expect(
    extension
      .context()
      .pages()
      .filter((page) => page.url().includes('#pay=')),
  ).toEqual([])
  const isPay = (page: Page): boolean => page.url().includes('/popup.html')
  const opened = extension.context().waitForEvent('page', { predicate: isPay })
  await dapp.page.getByRole('link', { name: 'Pay here' }).click()
  const wallet = await opened
  await expect(wallet.getByRole('textbox', { name: 'Recipient', exact: true })).toHaveValue(link)
  await expect(wallet.getByRole('button', { name: 'Review', exact: true })).toBeVisible()
})
