/**
 * A damaged profile folder in a real browser. A wallet that has paid is closed, its database is damaged on disk in one
 * way after another, and it is opened again: it is either what it was, to the unit, and pays; or it signs nothing and
 * says why. Never does it show less than there was without a word, and never does it begin anew.
 *
 * What Chromium makes of it (tried with 156): a log cut short is replayed up to there, an older database without an
 * error, which the mark outside the database gives away; a checksum that does not hold costs the whole origin its
 * databases, at the opening or once the row is read; without a MANIFEST nothing opens.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import { ENGLISH_STATES } from '../../components/models/text-en-states.ts'
import * as damage from './damage.ts'
import { createWallet, PASSWORD, pay, readBalance, readHistory, unlock } from './journey.ts'
import { openBystander } from './states.ts'
import { type Extension, launchExtension } from './support/browser.ts'

type Wallet = { readonly balance: string; readonly history: readonly string[] }
type Prepared = {
  readonly launch: (dir: string) => Promise<Extension>
  readonly folder: string
  /** As it was, with payments since; and as it is. */
  readonly older: damage.Profile & Wallet
  readonly newest: damage.Profile & Wallet
}
type Outcome = 'whole' | 'log_damaged' | 'rolled_back' | 'database_missing' | 'fault'

const READ_ONLY = ['log_damaged', 'rolled_back', 'database_missing'] as const
const FROZEN: readonly Outcome[] = [...READ_ONLY, 'fault']
const WHOLE: readonly Outcome[] = ['whole']

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

const goHome = async (popup: Page): Promise<string> => {
  await popup.goto(popup.url())
  return readBalance(popup)
}

/** All that is known of a wallet that is open. */
const look = async (extension: Extension, popup: Page): Promise<Wallet> => {
  const panel = await extension.open('sidepanel.html')
  const wallet = { balance: await goHome(popup), history: await readHistory(panel) }
  await panel.close()
  return wallet
}

const payAll = async (popup: Page, amounts: readonly string[]): Promise<void> => {
  for (const amount of amounts) {
    await pay(popup, { to: 'Bob', amount })
    await goHome(popup)
  }
}

const prepare = async (launch: Prepared['launch'], folder: string): Promise<Prepared> => {
  const dir = join(folder, 'newest')
  const first = await launch(dir)
  await createWallet(await first.openedByItself('welcome.html'), PASSWORD)
  const popup = await first.open('popup.html')
  await payAll(popup, ['3.21', '4.56'])
  const before = await look(first, popup)
  await first.close()
  const older = join(folder, 'older')
  await damage.copyProfile(dir, older)

  const second = await launch(dir)
  const again = await second.open('popup.html')
  await damage.fillTable(again)
  await unlock(again, PASSWORD)
  await payAll(again, ['1', '2'])
  const now = await look(second, again)
  await second.close()
  const { id: extensionId } = second
  return { launch, folder, older: { dir: older, extensionId, ...before }, newest: { dir, extensionId, ...now } }
}

/** Prepared once; every test opens a copy. */
const test = base.extend<object, { readonly prepared: Prepared }>({
  prepared: [
    async ({ launchOptions: { executablePath } }, use) => {
      if (executablePath === undefined) throw new Error('playwright.config.ts names no Chromium')
      const folder = await mkdtemp(join(tmpdir(), 'wallet-damage-'))
      await use(await prepare((profileDir) => launchExtension({ executablePath, headless: true, profileDir }), folder))
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

// One after the other in one worker: what is prepared takes longer than a test.
test.describe.configure({ mode: 'default' })

const START = /^This runtime has stopped: \w.+ Your money stays where it is\./

/** Why it signs nothing, in the words it says that with; null when these are none of them. */
const reasonIn = (words: string): Outcome | null => {
  const said = READ_ONLY.find((why) => {
    const [start = '', end = ''] = ENGLISH_STATES[`state.why.${why}`].split('{height}')
    return words.includes(start) && words.includes(end)
  })
  return said ?? (START.test(words) ? 'fault' : null)
}

/** What it says is wrong; 'whole' where nothing is, and it can be paid from. */
const settled = async (popup: Page): Promise<Outcome | null> => {
  const alert = popup.getByRole('alert')
  await button(popup, 'Pay').or(alert).first().waitFor()
  // What there is may be shown a moment before what is wrong with it; then it cannot be paid from either.
  if ((await alert.count()) === 0) {
    await button(popup, 'Pay').click()
    await popup
      .locator('button:enabled', { hasText: /^Review$/ })
      .or(alert)
      .first()
      .waitFor()
  }
  return (await alert.count()) === 0 ? 'whole' : reasonIn((await alert.innerText()).replace(/\s+/g, ' '))
}

/** Nor does the next worker begin anew, and nothing can be paid. */
const expectFrozen = async (extension: Extension, popup: Page): Promise<void> => {
  await extension.killWorker()
  await popup.goto(popup.url())
  const alert = popup.getByRole('alert')
  await alert.waitFor()
  expect(FROZEN).toContain(reasonIn((await alert.innerText()).replace(/\s+/g, ' ')))
  if ((await button(popup, 'Pay').count()) === 0) return
  await button(popup, 'Pay').click()
  await expect(button(popup, 'Review')).toBeDisabled()
}

const expectWhole = async (extension: Extension, popup: Page, { balance, history }: Wallet): Promise<void> => {
  expect(await look(extension, popup)).toEqual({ balance, history })
  expect((await pay(popup, { to: 'Alice', amount: '5' })).isProof).toBe(true)
  expect(await goHome(popup)).not.toBe(balance)
}

/** What came of it. */
const judge = async (extension: Extension, popup: Page, expected: Wallet): Promise<Outcome> => {
  const outcome = await settled(popup)
  if (outcome === null) throw new Error(`no reason is given: ${await popup.getByRole('alert').innerText()}`)
  if (outcome === 'whole') await expectWhole(extension, popup, expected)
  else await expectFrozen(extension, popup)
  return outcome
}

type Case = {
  readonly name: string
  readonly allowed: readonly Outcome[]
  readonly onDisk?: (profile: damage.Profile, prepared: Prepared) => Promise<void>
  /** Of the last row there, in the browser. */
  readonly spoils?: string
}

const CASES: readonly Case[] = [
  { name: 'nothing is damaged', allowed: WHOLE },
  { name: 'the newest checkpoint has a wrong byte', allowed: WHOLE, spoils: 'ckpt/' },
  // Whole when a checkpoint holds it too.
  { name: 'the newest frame has a wrong byte', allowed: ['whole', 'log_damaged'], spoils: 'wal/' },
  { name: 'the head of the log has a wrong byte', allowed: ['log_damaged'], spoils: 'head' },
  {
    name: 'the newest log lacks its last byte',
    // Whole when the last thing written was no frame.
    allowed: ['whole', 'rolled_back'],
    onDisk: (profile) => damage.cut(profile, 'log', (bytes) => bytes - 1),
  },
  {
    name: 'the newest log ends in its middle',
    allowed: ['rolled_back'],
    onDisk: (profile) => damage.cut(profile, 'log', (bytes) => bytes / 2),
  },
  {
    name: 'the newest log is empty',
    allowed: ['rolled_back'],
    onDisk: (profile) => damage.cut(profile, 'log', () => 0),
  },
  { name: 'the newest log is gone', allowed: FROZEN, onDisk: (profile) => damage.removeFile(profile, 'log') },
  { name: 'a table is gone', allowed: FROZEN, onDisk: (profile) => damage.removeFile(profile, 'table') },
  { name: 'the MANIFEST is gone', allowed: FROZEN, onDisk: (profile) => damage.removeFile(profile, 'manifest') },
  { name: 'the folder is gone', allowed: ['database_missing'], onDisk: damage.removeDatabase },
  {
    name: 'the log has a wrong byte',
    allowed: FROZEN,
    onDisk: (profile) => damage.flipByte(profile, 'log', (bytes) => bytes / 2),
  },
  {
    name: 'a table has a wrong byte',
    // Whole when nothing that is still asked for lies there.
    allowed: [...FROZEN, 'whole'],
    onDisk: (profile) => damage.flipByte(profile, 'table', (bytes) => bytes / 100),
  },
  {
    name: 'the MANIFEST has a wrong byte',
    allowed: FROZEN,
    onDisk: (profile) => damage.flipByte(profile, 'manifest', (bytes) => bytes / 2),
  },
  {
    name: 'the folder is an old copy of itself',
    allowed: ['rolled_back'],
    onDisk: (profile, { older }) => damage.restoreDatabase(profile, older),
  },
]

const outcomes: string[] = []
test.afterAll(() => void process.stdout.write(`${outcomes.join('\n')}\n`))

/** Opens a copy, unlocks it and judges. */
const reopen = async (
  { launch, folder }: Prepared,
  from: damage.Profile & Wallet,
  change: { readonly onDisk: (profile: damage.Profile) => Promise<void>; readonly spoils: string | null },
): Promise<Outcome> => {
  const profile = { ...from, dir: join(folder, 'copy') }
  await damage.copyProfile(from.dir, profile.dir)
  await change.onDisk(profile)
  const extension = await launch(profile.dir)
  try {
    if (change.spoils !== null) await damage.spoilLastRow(await openBystander(extension), change.spoils)
    const popup = await extension.open('popup.html')
    await popup.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD)
    await button(popup, 'Unlock').click()
    return await judge(extension, popup, from)
  } finally {
    await extension.close()
    await rm(profile.dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

for (const { name, allowed, onDisk = async () => undefined, spoils = null } of CASES)
  test(`${name} -- ${allowed.join(' or ')}, and said`, async ({ prepared }) => {
    const outcome = await reopen(prepared, prepared.newest, { onDisk: (profile) => onDisk(profile, prepared), spoils })
    outcomes.push(`${name.padEnd(40)} ${outcome}`)
    expect(allowed).toContain(outcome)
  })

/**
 * Nothing on this device remembers more: the mark is as old as the database. That is no loss in a world which is all
 * on this device, since nobody outside has seen what was signed there. A wallet whose peers live elsewhere learns it
 * from them, before it signs anything.
 */
test('the whole profile is an old copy -- it goes on from there, as nobody can know better', async ({ prepared }) => {
  const outcome = await reopen(prepared, prepared.older, { onDisk: async () => undefined, spoils: null })
  outcomes.push(`${'the whole profile is an old copy'.padEnd(40)} ${outcome}, as it was then`)
  expect(prepared.older.history.length).toBeLessThan(prepared.newest.history.length)
  expect(outcome).toBe('whole')
})
