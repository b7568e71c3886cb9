/**
 * Browser tests: the built extension in a real Chromium, two browsers at a time, no retries. They expect the build in
 * `.output/chrome-mv3` to be current; `npm test` sees to that.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@playwright/test'

const findChromium = (): string => {
  const script = fileURLToPath(new URL('.ci/chromium.mjs', import.meta.url))
  return execFileSync(process.execPath, [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
}

// The worker processes read this file again and inherit the answer.
process.env.CHROME_PATH ||= findChromium()

export default defineConfig({
  testDir: 'tests/e2e',
  // The damaged profiles come one after the other and take two minutes: begun first, or one core waits for them at the end.
  projects: [
    { name: 'long', testMatch: '**/damage.spec.ts' },
    { name: 'all', testMatch: '**/*.spec.ts', testIgnore: '**/damage.spec.ts' },
  ],
  outputDir: 'test-results',
  // A browser that waits leaves its core to the other; each has a profile of its own.
  workers: 2,
  // Test by test, so that neither is left alone with a long file at the end.
  fullyParallel: true,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    launchOptions: { executablePath: process.env.CHROME_PATH },
    screenshot: 'only-on-failure',
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
})
