/**
 * Two writers of one database in a real browser, round after round: one writes, the other one takes over, and the first
 * goes on as if nothing had happened, since a stolen lock stops nobody. Not one of its rows may land from then on.
 *
 * What is asserted does not depend on who is faster. `WRITER_RACES=300` runs that many rounds.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, test as base, chromium, expect, type Page } from '@playwright/test'
import { bundle } from '../bench/bundle.ts'
import { createRandom } from '../simulation/random.ts'
import type { Log, Report, Way, Writer } from './writer-page.ts'

const ROUNDS = Number(process.env.WRITER_RACES ?? 30)
const SEED = 5
/** A host name of this machine, where a browser gives locks also without a certificate; nothing is asked of it. */
const ORIGIN = 'http://localhost'
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Writer</title><script type="module" src="/writer.js"></script>'
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

type Global = { readonly writer: Writer }

const test = base.extend<{ readonly context: BrowserContext }>({
  // A profile on disk: in a private window the database would lie in memory.
  context: async ({ launchOptions: { executablePath } }, use) => {
    if (executablePath === undefined) throw new Error('playwright.config.ts names no Chromium')
    const folder = await mkdtemp(join(tmpdir(), 'wallet-writers-'))
    await bundle({ writer: fileURLToPath(new URL('./writer-page.ts', import.meta.url)) }, join(folder, 'site'))
    const script = await readFile(join(folder, 'site', 'writer.js'), 'utf8')
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath,
      headless: false,
      args: FLAGS,
    })
    await context.route(`${ORIGIN}/**`, (route) =>
      new URL(route.request().url()).pathname === '/writer.js'
        ? route.fulfill({ contentType: 'text/javascript', body: script })
        : route.fulfill({ contentType: 'text/html', body: PAGE }),
    )
    await use(context)
    await context.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },
})

const openPage = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(ORIGIN)
  await page.waitForFunction(() => 'writer' in globalThis)
  return page
}

const take = (page: Page, way: Way): Promise<number | null> =>
  page.evaluate((how) => (globalThis as unknown as Global).writer.take(how), way)
const write = (page: Page, pauseAfter: number | null): Promise<void> =>
  page.evaluate((after) => (globalThis as unknown as Global).writer.write(after), pauseAfter)
const reached = (page: Page, commits: number): Promise<void> =>
  page.evaluate((many) => (globalThis as unknown as Global).writer.reached(many), commits)
const resume = (page: Page): Promise<void> => page.evaluate(() => (globalThis as unknown as Global).writer.resume())
const refused = (page: Page): Promise<Report> => page.evaluate(() => (globalThis as unknown as Global).writer.refused())
const end = (page: Page): Promise<Report> => page.evaluate(() => (globalThis as unknown as Global).writer.end())
const readLog = (page: Page): Promise<Log> => page.evaluate(() => (globalThis as unknown as Global).writer.read())

type Round = {
  /** What befalls the one that writes: its lock is stolen as it writes, or as it stands before a commit; or it dies. */
  readonly fate: 'stolen' | 'paused' | 'killed'
  readonly before: number
  readonly after: number
}

/** Records per epoch, which must come one after another. */
const runsOf = (epochs: readonly number[]): readonly { readonly epoch: number; readonly records: number }[] => {
  const runs: { epoch: number; records: number }[] = []
  for (const epoch of epochs) {
    const last = runs.at(-1)
    if (last?.epoch === epoch) last.records += 1
    else runs.push({ epoch, records: 1 })
  }
  return runs
}

test(`two writers -- ${ROUNDS} take-overs: nothing of a writer lands after the next one's epoch`, async ({
  context,
}) => {
  test.setTimeout(ROUNDS * 10_000)
  const random = createRandom(SEED, 'writers')
  /** What each epoch may have in the log: exactly what it was told, or one more where it could not be told. */
  const told: { readonly epoch: number; readonly written: number; readonly open: 0 | 1 }[] = []
  let pages = [await openPage(context), await openPage(context)] as const

  for (let round = 0; round < ROUNDS; round += 1) {
    const fate = (['stolen', 'paused', 'killed'] as const)[round % 3] ?? 'stolen'
    const plan: Round = { fate, before: random.between(0, 5), after: random.between(1, 5) }
    await test.step(`${round}: ${fate} after ${plan.before}`, async () => {
      // Both ask at once, and one of them gets it.
      const claims = await Promise.all(pages.map((page) => take(page, 'if_free')))
      expect(claims.filter((claim) => claim !== null)).toHaveLength(1)
      const [old, heir] = claims[0] !== null ? pages : ([pages[1], pages[0]] as const)
      const epoch = claims.find((claim) => claim !== null) ?? 0
      await write(old, fate === 'paused' ? plan.before : null)
      await reached(old, plan.before)

      let next: number | null
      if (fate === 'killed') {
        await old.close()
        next = await take(heir, 'once_free')
        told.push({ epoch, written: plan.before, open: 1 })
      } else next = await take(heir, 'by_force')
      expect(next).toBe(epoch + 1)
      await write(heir, null)
      await reached(heir, plan.after)

      if (fate !== 'killed') {
        if (fate === 'paused') await resume(old)
        const zombie = await refused(old)
        expect(zombie).toMatchObject({ epoch, refusals: ['fenced', 'fenced', 'fenced'], lease: 'stolen' })
        told.push({ epoch, written: zombie.written, open: 0 })
      }
      await reached(heir, plan.after + 1)
      const heirReport = await end(heir)
      expect(heirReport).toMatchObject({ epoch: epoch + 1, refusals: [] })
      told.push({ epoch: epoch + 1, written: heirReport.written, open: 0 })
      pages = [fate === 'killed' ? await openPage(context) : old, heir]
      if (fate !== 'killed') await end(old)
    })
  }

  const log = await readLog(pages[0])
  expect(log.end).toBe('end')
  const runs = runsOf(log.epochs)
  expect(runs.map(({ epoch }) => epoch)).toEqual([...new Set(log.epochs)].toSorted((a, b) => a - b))
  const recordsOf = (epoch: number): number => runs.find((run) => run.epoch === epoch)?.records ?? 0
  for (const { epoch, written, open } of told)
    if (open === 0) expect(recordsOf(epoch), `epoch ${epoch}`).toBe(written)
    else expect(recordsOf(epoch), `epoch ${epoch}, killed`).toBeGreaterThanOrEqual(written)
  expect(told).toHaveLength(2 * ROUNDS)
})
