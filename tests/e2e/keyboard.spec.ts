/** From installing to the receipt without a pointer: everything is reached by Tab, pressed by Enter, and seen to be. */
import { expect, type Page } from '@playwright/test'
import { PASSWORD, readBalance, readReceipt } from './journey.ts'
import { test } from './support/extension.ts'

const MOST_STEPS = 40

type Focused = { readonly name: string; readonly isOutlined: boolean }

/** The element with the focus: its visible name or label, and whether its focus can be seen. */
const focused = (page: Page): Promise<Focused> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement)) return { name: '', isOutlined: false }
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null
    const hidden = [...element.querySelectorAll('[aria-hidden="true"]')].map(({ textContent }) => textContent ?? '')
    const text = hidden.reduce((left, part) => left.replace(part, ''), element.textContent ?? '')
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return {
      name: (element.getAttribute('aria-label') ?? label ?? text).trim(),
      isOutlined: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0,
    }
  })

/** Tabs on until the element of this name has the focus, which must be visible on it. */
const tabTo = async (page: Page, name: string): Promise<void> => {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const at = await focused(page)
    if (at.name === name) {
      expect(at.isOutlined, `the focus on ${name} can be seen`).toBe(true)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`${name} was not reached with Tab`)
}
const pressOn = async (page: Page, name: string): Promise<void> => {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}
const typeInto = async (page: Page, name: string, text: string): Promise<void> => {
  await tabTo(page, name)
  await page.keyboard.type(text)
}

test('the keyboard alone -- from installing to the receipt', async ({ extension }) => {
  const welcome = await extension.openedByItself('welcome.html')
  await welcome.getByRole('button', { name: 'Create a wallet', exact: true }).waitFor()
  await pressOn(welcome, 'Create a wallet')
  await pressOn(welcome, 'Reveal recovery phrase')
  const words = welcome.getByRole('list', { name: 'Recovery phrase', exact: true }).getByRole('listitem')
  await words.first().waitFor()
  const phrase = (await words.allInnerTexts()).map((text) => text.match(/[a-z]+/g)?.at(-1) ?? '')
  await pressOn(welcome, 'Continue')
  const asked = welcome.getByRole('textbox', { name: /^Word \d+$/ })
  await asked.first().waitFor()
  for (const [index, word] of phrase.entries()) {
    if ((await welcome.getByRole('textbox', { name: `Word ${index + 1}`, exact: true }).count()) === 0) continue
    await typeInto(welcome, `Word ${index + 1}`, word)
  }
  await pressOn(welcome, 'Continue')
  await welcome.getByRole('textbox', { name: 'Password', exact: true }).waitFor()
  await typeInto(welcome, 'Password', PASSWORD)
  await typeInto(welcome, 'Confirm password', PASSWORD)
  await pressOn(welcome, 'Continue')
  await welcome.getByRole('heading', { name: 'Your wallet is ready', exact: true }).waitFor()

  const popup = await extension.open('popup.html')
  await readBalance(popup)
  await popup.keyboard.press('s')
  await popup.getByRole('textbox', { name: 'Recipient', exact: true }).waitFor()
  await typeInto(popup, 'Recipient', 'Bob')
  await typeInto(popup, 'Amount', '3.21')
  await popup.keyboard.press('Enter')
  await popup.getByRole('button', { name: 'Pay now', exact: true }).waitFor()
  await pressOn(popup, 'Pay now')
  const receipt = await readReceipt(popup)
  expect(receipt.amount).toContain('3.21')
  expect(receipt.isProof).toBe(true)
  await pressOn(popup, 'Done')
  await readBalance(popup)
})

test('reduced motion -- nothing moves for longer than an instant', async ({ extension }) => {
  const popup = await extension.openedByItself('welcome.html')
  await popup.emulateMedia({ reducedMotion: 'reduce' })
  await popup.getByRole('button', { name: 'Create a wallet', exact: true }).click()
  const longest = await popup.evaluate(() =>
    Math.max(
      ...[...document.querySelectorAll('*')].flatMap((element) => {
        const { animationDuration, transitionDuration } = getComputedStyle(element)
        return [animationDuration, transitionDuration].flatMap((durations) =>
          durations.split(',').map(Number.parseFloat),
        )
      }),
    ),
  )
  expect(longest).toBeLessThanOrEqual(0.001)
})
