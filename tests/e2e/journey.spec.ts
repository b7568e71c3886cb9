/**
 * The journey of a person, in a real browser: install, create, pay, read the receipt and the history; then what a
 * browser does to a wallet: its worker dies, it is closed, too much is asked of it.
 */
import { expect, type Page } from '@playwright/test'
import { fromHex, toHex } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { createRandom } from '../simulation/random.ts'
import {
  activityRows,
  askForReview,
  createWallet,
  firstJourney,
  PASSWORD,
  pay,
  payNow,
  type Receipt,
  readBalance,
  readHistory,
  readReceipt,
  sentStatus,
  unlock,
} from './journey.ts'
import { exportSent, paidUnits, unitsOf } from './sent.ts'
import type { Extension } from './support/browser.ts'
import { test } from './support/extension.ts'

const HASH = /^0x[0-9a-f]{64}$/
const MONEY = /\d[\d,]*(\.\d+)? tUSD/g

/** Home, whatever the popup showed before. */
const goHome = async (popup: Page): Promise<void> => {
  await popup.goto(popup.url())
  await readBalance(popup)
}

/** The rows of Activity that name this amount, in a side panel opened for the question. */
const rowsOf = async (extension: Extension, amount: string): Promise<readonly string[]> => {
  const panel = await extension.open('sidepanel.html')
  await panel.getByRole('searchbox', { name: 'Search activity', exact: true }).waitFor()
  await panel.getByRole('table', { name: 'Accounts', exact: true }).getByRole('button').first().waitFor()
  const rows = (await activityRows(panel).allInnerTexts()).filter((row) => row.includes(amount))
  await panel.close()
  return rows
}

test('first journey -- created, paid, proven, and in the history once', async ({ extension }, info) => {
  const { receipt, history } = await firstJourney(extension, info.outputPath('screenshots'))
  expect(receipt.to).toMatch(/^Bob/)
  expect(receipt.amount).toContain('3.21')
  expect(receipt.fee).toMatch(/tUSD/)
  expect(receipt.paymentId).toMatch(HASH)
  expect(receipt.preimage).toMatch(HASH)
  expect(receipt.isProof).toBe(true)
  expect(Number(receipt.height.replaceAll(',', ''))).toBeGreaterThan(0)
  expect(history.filter((row) => row.includes('Bob'))).toHaveLength(1)
  expect(history[0]).toMatch(/Bob.*Sent.*3\.21 tUSD/)
})

test('history -- survives the death of the worker and of the browser; too much is refused', async ({ extension }) => {
  const welcome = await extension.openedByItself('welcome.html')
  await createWallet(welcome, PASSWORD)
  const popup = await extension.open('popup.html')
  await pay(popup, { to: 'Bob', amount: '3.21' })

  await test.step('the worker dies between two payments: the wallet stays unlocked', async () => {
    await extension.killWorker()
    await goHome(popup)
    await pay(popup, { to: 'Bakery', amount: '4.56' })
  })
  const before = await readHistory(await extension.open('sidepanel.html'))
  expect(before.slice(0, 2).map((row) => row.replace(/ Sent.*/, ''))).toEqual(['Bakery', 'Bob'])

  await test.step('a restarted browser shows the lock and nothing else', async () => {
    await extension.restart()
    const page = await extension.open('sidepanel.html')
    await expect(page.getByRole('textbox', { name: 'Password', exact: true })).toBeVisible()
    await expect(page.getByRole('button')).toHaveText(['Unlock'])
    await expect(page.getByRole('textbox')).toHaveCount(1)
    await unlock(page, PASSWORD)
    expect((await readHistory(page)).map((row) => row.replace(/ Sent.*/, ''))).toEqual(
      before.map((row) => row.replace(/ Sent.*/, '')),
    )
  })

  await test.step('more than can be sent is refused with have and need, and leaves no trace', async () => {
    const home = await extension.open('popup.html')
    const balance = await readBalance(home)
    await askForReview(home, { to: 'Bob', amount: '99999999' })
    const alert = home.getByRole('alert')
    await expect(alert).toContainText('tUSD')
    expect((await alert.innerText()).match(MONEY)).toHaveLength(2)
    expect(await rowsOf(extension, '99,999,999')).toEqual([])
    await goHome(home)
    expect(await readBalance(home)).toBe(balance)
  })
})

/** `PAYMENT_KILLS=200` kills so often. */
const KILLS = Number(process.env.PAYMENT_KILLS ?? 20)
const SEED = 20
/** A page that dialled a dying worker notices by its silence, and dials again. */
const SETTLED_WITHIN_MS = 60_000

/** @returns milliseconds from Pay now to the receipt, and the receipt */
const timeOnePayment = async (popup: Page): Promise<{ readonly durationMs: number; readonly receipt: Receipt }> => {
  await askForReview(popup, { to: 'Bob', amount: '0.99' })
  const started = performance.now()
  await payNow(popup)
  await sentStatus(popup).waitFor()
  return { durationMs: performance.now() - started, receipt: await readReceipt(popup) }
}

/** Pays, and kills the worker so long after. @returns the receipt, or null when it was not sent, and whether it was before */
const payAndKill = async (
  extension: Extension,
  popup: Page,
  { amount, afterMs }: { amount: string; afterMs: number },
) => {
  await askForReview(popup, { to: 'Bob', amount })
  await popup.getByRole('button', { name: 'Pay now', exact: true }).waitFor()
  const kill = await extension.armKill()
  const killed = new Promise<void>((resolve, reject) => {
    setTimeout(() => kill().then(resolve, reject), afterMs)
  })
  await payNow(popup)
  await killed
  const wasSeen = await sentStatus(popup).isVisible()
  await expect(sentStatus(popup).or(popup.getByRole('alert'))).toBeVisible({ timeout: SETTLED_WITHIN_MS })
  return { wasSeen, receipt: (await sentStatus(popup).isVisible()) ? await readReceipt(popup) : null }
}

test(`payments -- the worker dies in ${KILLS} of them: each is sent once and proven, or not at all, and the sum is exact`, async ({
  extension,
}) => {
  test.setTimeout((KILLS + 1) * SETTLED_WITHIN_MS)
  await createWallet(await extension.openedByItself('welcome.html'), PASSWORD)
  const popup = await extension.open('popup.html')
  const start = unitsOf(await readBalance(popup))
  const random = createRandom(SEED, 'kills')
  const { durationMs, receipt: first } = await timeOnePayment(popup)
  const receipts = [first]
  const left = (): bigint => receipts.reduce((rest, { amount, fee }) => rest - unitsOf(amount) - unitsOf(fee), start)
  let interrupted = 0

  for (let turn = 0; turn < KILLS; turn += 1) {
    const amount = `1.${String(turn + 11).padStart(3, '0')}`
    // One in each part of a payment, so that none is left out.
    const afterMs = (durationMs * (turn + random.fraction())) / KILLS
    await test.step(`killed ${afterMs.toFixed(1)} ms after Pay now, paying ${amount}`, async () => {
      await goHome(popup)
      const { wasSeen, receipt } = await payAndKill(extension, popup, { amount, afterMs })
      if (!wasSeen) interrupted += 1
      if (receipt !== null) receipts.push(receipt)
      await goHome(popup)
      expect(unitsOf(await readBalance(popup))).toBe(left())
    })
  }

  const sent = await exportSent(extension)
  expect(sent.map(({ paymentId, preimage }) => ({ paymentId, preimage }))).toEqual(
    receipts.map(({ paymentId, preimage }) => ({ paymentId, preimage })),
  )
  expect(start - sent.reduce((sum, payment) => sum + paidUnits(payment), 0n)).toBe(left())
  expect(new Set(sent.map(({ paymentId }) => paymentId)).size).toBe(sent.length)
  for (const { preimage = '', hashlock } of sent) expect(toHex(keccak(fromHex(preimage)))).toBe(hashlock)
  expect(receipts.filter(({ isProof }) => !isProof)).toEqual([])
  expect(interrupted, 'kills that came before the payment was seen to be sent').toBeGreaterThan(0)
})
