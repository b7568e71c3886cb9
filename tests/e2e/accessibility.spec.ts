/** Axe (https://github.com/dequelabs/axe-core) finds nothing serious on any screen of the first journey, light or dark. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
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
import { test } from './support/extension.ts'

/** What axe calls serious or critical, as "rule: element". */
const seriousOn = async (page: Page, screen: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Legacy mode: without the extra page that pages of many frames need.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical')
        found.push(...nodes.map(({ html }) => `${screen}, ${colorScheme}: ${id}: ${html}`))
    }
  }
  return found
}

test('accessibility -- axe finds nothing serious on the way from installing to the history', async ({ extension }) => {
  test.setTimeout(300_000)
  const welcome = await extension.openedByItself('welcome.html')
  const found = [...(await seriousOn(welcome, 'welcome'))]
  const phrase = await revealPhrase(welcome)
  found.push(...(await seriousOn(welcome, 'phrase')))
  await answerQuiz(welcome, phrase)
  found.push(...(await seriousOn(welcome, 'quiz')))
  await choosePassword(welcome, PASSWORD)
  found.push(...(await seriousOn(welcome, 'ready')))

  const popup = await extension.open('popup.html')
  await readBalance(popup)
  found.push(...(await seriousOn(popup, 'home')))
  await askForReview(popup, { to: 'Bob', amount: '3.21' })
  await popup.getByRole('button', { name: 'Pay now', exact: true }).waitFor()
  found.push(...(await seriousOn(popup, 'review')))
  await payNow(popup)
  await readReceipt(popup)
  found.push(...(await seriousOn(popup, 'receipt')))

  const panel = await extension.open('sidepanel.html')
  await readHistory(panel)
  found.push(...(await seriousOn(panel, 'side panel')))

  await panel.getByRole('button', { name: 'Lock', exact: true }).click()
  await panel.getByRole('button', { name: 'Unlock', exact: true }).waitFor()
  found.push(...(await seriousOn(panel, 'unlock')))
  expect(found).toEqual([])
})
