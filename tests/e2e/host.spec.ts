/** A page that hosts its runtimes itself, in a development build: the whole wallet without its service worker. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { launchExtension } from './support/browser.ts'

const DEV_BUILD = '.output/chrome-mv3-dev'

test('view.html?host -- a world of its own, with no worker behind it; the wallet of this browser is left alone', async ({
  launchOptions: { executablePath = '' },
}) => {
  test.setTimeout(120_000)
  await promisify(execFile)('npx', ['wxt', 'build', '--mode', 'development'])
  const extension = await launchExtension({ executablePath, headless: true, extensionDir: DEV_BUILD })
  try {
    const view = await extension.open('view.html?host')
    const accounts = view.getByRole('table', { name: 'Accounts', exact: true })
    await expect(accounts.getByRole('row')).toHaveCount(2)
    const kill = await extension.armKill()
    await kill()
    await view.getByRole('button', { name: 'Runtime: Simnet', exact: true }).click()
    await view.getByRole('menuitem', { name: 'Clone', exact: true }).click()
    await view.getByRole('button', { name: 'Runtime: Simnet-2', exact: true }).waitFor()
    const names = await view.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
    expect(names).toEqual([])
    await (await extension.open('popup.html')).getByText('This browser has no wallet yet.').waitFor()
  } finally {
    await extension.close()
  }
})
