/** The fixture of every browser test: a fresh profile with the built extension, thrown away afterwards. */
import { test as base } from '@playwright/test'
import { type Extension, launchExtension } from './browser.ts'

export const test = base.extend<{ readonly extension: Extension }>({
  extension: async ({ launchOptions }, use) => {
    const { executablePath } = launchOptions
    if (executablePath === undefined) throw new Error('playwright.config.ts names no Chromium')
    const extension = await launchExtension({ executablePath, headless: true })
    await use(extension)
    await extension.close()
  },
})
