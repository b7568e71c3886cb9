/** A site and the wallet: found by EIP-6963, connected, paid; refused, closed, killed in between: one effect, one answer. */
import AxeBuilder from '@axe-core/playwright'
import { type BrowserContext, expect, type Frame, type Page } from '@playwright/test'
import { activityRows, createWallet, PASSWORD, readBalance, unlock } from './journey.ts'
import type { Extension } from './support/browser.ts'
import { type Dapp, openDapp, serveSite } from './support/dapp.ts'
import { test as base } from './support/extension.ts'

type Heard = { readonly xlnTest: { readonly events: readonly unknown[] } }
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
  // It is announced before it has an address.
  const page = context.pages().find(isApproval) ?? (await context.waitForEvent('page'))
  await page.waitForURL(/\/approval\.html$/)
  await page.setViewportSize({ width: 400, height: 600 })
  return page
}
/** The owner's last word in this window, which closes with it. */
const last = async (window: Page, word: () => Promise<void>): Promise<void> => {
  const closed = window.waitForEvent('close')
  // It may be gone before the driver hears that the key went up again.
  const spoken = word().catch((error: unknown) => {
    if (!window.isClosed()) throw error
  })
  await closed
  await spoken
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

test('what cannot be paid -- said with have and need, or as bad parameters', async ({ extension, at: { dapp } }) => {
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
})

/** A frame in this one, loaded. */
const frameIn = async (frame: Frame, src: string, sandbox: string | null = null): Promise<Frame> => {
  const known = frame.childFrames()
  await frame.evaluate(
    async ([url, flags]) => {
      const element = document.createElement('iframe')
      if (flags !== null) element.setAttribute('sandbox', flags)
      element.src = String(url)
      const loaded = new Promise((resolve) => element.addEventListener('load', resolve))
      document.body.append(element)
      await loaded
    },
    [src, sandbox] as const,
  )
  const added = frame.childFrames().find((child) => !known.includes(child))
  if (added === undefined) throw new Error('there is no such frame')
  return added
}
/** What a script in this frame gets. */
const accountsIn = (frame: Frame): Promise<unknown> =>
  frame.evaluate(() => {
    const { ethereum } = window as unknown as {
      readonly ethereum: { request(args: { readonly method: string }): Promise<unknown> }
    }
    return ethereum.request({ method: 'eth_accounts' }).catch((error: { readonly code: unknown }) => error.code)
  })

/** Whether the browser has started the worker from now on; asked of the browser itself. */
const watchWorker = async (page: Page, wallet: string): Promise<() => Promise<boolean>> => {
  const session = await page.context().newCDPSession(page)
  let hasStarted = false
  session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    if (versions.some((one) => one.scriptURL.startsWith(wallet) && /^(starting|running)$/.test(one.runningStatus)))
      hasStarted = true
  })
  await session.send('ServiceWorker.enable')
  return async () => {
    // What has happened until now has been told once this is answered.
    await session.send('ServiceWorker.enable')
    return hasStarted
  }
}

test('frames -- the page’s own are served; foreign ones, all inside them and sandboxed ones are not, and wake nobody', async ({
  extension,
  at: { dapp, origin },
}) => {
  const address = await connect(extension, dapp)
  const other = await serveSite()
  const top = dapp.page.mainFrame()
  // A browser loads no frame of an address that two around it have already.
  const own = await frameIn(top, `${origin}/own`)
  const foreign = await frameIn(top, other.origin)
  const refused = [
    foreign,
    await frameIn(foreign, `${origin}/inside`),
    await frameIn(await frameIn(own, other.origin), `${origin}/deep-inside`),
    await frameIn(top, `${origin}/sandboxed`, 'allow-scripts'),
    await frameIn(own, `${origin}/sandboxed`, 'allow-scripts'),
  ]
  const served = [own, await frameIn(own, `${origin}/inner`)]
  expect(await Promise.all(served.map(accountsIn))).toEqual([[address], [address]])

  // The wallet's own pages would wake the worker themselves.
  const wallet = `chrome-extension://${extension.id}`
  for (const page of extension.context().pages()) if (page.url().startsWith(wallet)) await page.close()
  await extension.killWorker()
  const hasStarted = await watchWorker(dapp.page, wallet)
  expect(await Promise.all(refused.map(accountsIn))).toEqual([4100, 4100, 4100, 4100, 4100])
  expect(await hasStarted()).toBe(false)
  expect(await accountsIn(own)).toEqual([address])
  expect(await hasStarted()).toBe(true)
  await other.close()
})

test('connected sites -- listed, also by the next worker; sent away by one press, and the page hears it', async ({
  extension,
  at: { dapp, origin },
}) => {
  const address = await connect(extension, dapp)
  const second = await serveSite()
  const other = await openDapp(extension.context(), second.origin)
  await connect(extension, other)
  await extension.killWorker()

  const popup = await extension.open('popup.html')
  const chip = popup.getByRole('button', { name: 'Connected sites', exact: true })
  await expect(chip).toHaveText('2 sites')
  await chip.click()
  await expect(popup.getByRole('heading', { name: 'Connected sites', exact: true })).toBeVisible()
  const rows = popup.getByRole('list', { name: 'Connected sites', exact: true }).getByRole('listitem')
  await expect(rows).toHaveCount(2)
  const row = rows.filter({ hasText: origin })
  await expect(row.getByTitle(address)).toBeVisible()
  await row.getByRole('button', { name: 'Revoke', exact: true }).click()
  await expect(popup.getByText(`${origin} sees nothing any more.`)).toBeVisible()
  await expect(rows).toHaveCount(1)

  await dapp.page.waitForFunction(() => (window as unknown as Heard).xlnTest.events.length === 3)
  expect(await dapp.events()).toEqual([
    ['connect', { chainId: '0x786c6e' }],
    ['accountsChanged', [address]],
    ['accountsChanged', []],
  ])
  expect(await dapp.request('eth_accounts')).toEqual({ result: [] })
  expect(await other.events()).toHaveLength(2)
  expect(await other.request('eth_accounts')).toEqual({ result: [address] })

  await extension.killWorker()
  expect(await dapp.request('eth_accounts')).toEqual({ result: [] })
  const panel = await extension.open('sidepanel.html')
  await panel.getByRole('button', { name: 'Connected sites', exact: true }).click()
  await panel.getByRole('button', { name: 'Revoke', exact: true }).click()
  await expect(panel.getByText('No site is connected: open one and press Connect there.')).toBeVisible()
  // The list that stands open elsewhere follows.
  await expect(popup.getByText('No site is connected: open one and press Connect there.')).toBeVisible()
  expect(await other.request('eth_accounts')).toEqual({ result: [] })
  await second.close()
})

test('the site in sight -- named in the popup over its page', async ({ extension, at: { dapp, origin } }) => {
  await connect(extension, dapp)
  const popup = await extension.open('popup.html')
  const chip = popup.getByRole('button', { name: 'Connected sites', exact: true })
  await expect(chip).toHaveText('1 site')
  // As a tab it would be the page in sight itself; loaded behind the site's tab it is where the popup is.
  await dapp.page.bringToFront()
  await popup.reload()
  await expect(chip).toHaveText(new URL(origin).host)
  await expect(chip).toHaveAttribute('title', origin)
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
