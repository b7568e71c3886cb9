/**
 * A runtime into a file and out of one: what is asked, what is said, what is left behind.
 *
 * @vitest-environment happy-dom
 */
import { fireEvent, screen, waitFor } from '@testing-library/preact'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { wordsOfExport, wordsOfFile } from '../../components/models/file-words.ts'
import {
  type ExportRefusal,
  type FileProblem,
  type FileProgress,
  type FilesPort,
  fileName,
  type StagedRuntime,
} from '../../components/models/files.ts'
import { formatFor } from '../../components/models/format.ts'
import { textFor } from '../../components/models/text.ts'
import { type Ui, UiContext } from '../../components/models/ui.ts'
import { ExportRuntime } from '../../components/screens/files/ExportRuntime.tsx'
import { ImportRuntime } from '../../components/screens/files/ImportRuntime.tsx'
import { WHOLE_ENGLISH } from '../support/english.ts'
import { renderPage } from '../support/page.tsx'
import { press } from '../support/popup.tsx'

const STAGED: StagedRuntime = {
  stagingName: 'xln-import-1',
  header: { runtimeId: 'simnet', label: 'Simnet', writtenMs: 1.7e12, timestampMs: 1.6e12, config: '{}' },
  height: 900,
  recordHash: `0x${'00'.repeat(32)}`,
  ownEntityIds: [`0x${'ab'.repeat(32)}`],
  chainIds: [7_892_078n],
}

type Write = Parameters<FilesPort['write']>[0]
type Read = Parameters<FilesPort['read']>[0]

/** Export and import as a page finds them; each call waits until it is answered. */
const fakeFiles = () => {
  const calls: string[] = []
  const writes: (Write & { answer: (outcome: Awaited<ReturnType<FilesPort['write']>>) => void })[] = []
  const reads: (Read & { answer: (outcome: Awaited<ReturnType<FilesPort['read']>>) => void })[] = []
  const files: FilesPort = {
    write: (options) => new Promise((answer) => writes.push({ ...options, answer })),
    read: (options) => new Promise((answer) => reads.push({ ...options, answer })),
    keep: async (name) => void calls.push(`keep ${name}`),
    discard: async (name) => void calls.push(`discard ${name}`),
  }
  return { files, calls, writes, reads }
}
let fake: ReturnType<typeof fakeFiles>
beforeEach(() => {
  fake = fakeFiles()
})

const shown = (Screen: () => preact.JSX.Element) =>
  renderPage(
    ({ ui }: { readonly ui: Ui }) => (
      <UiContext.Provider value={ui}>
        <Screen />
      </UiContext.Provider>
    ),
    { files: fake.files },
  )
const type = (label: string, value: string): void => {
  fireEvent.input(screen.getByLabelText(label), { target: { value } })
}
const alertText = async (): Promise<string | null> => (await screen.findByRole('alert')).textContent
const last = <T,>(calls: readonly T[]): T => {
  const call = calls.at(-1)
  if (call === undefined) throw new Error('nothing was asked')
  return call
}

describe('export', () => {
  const show = () => shown(() => <ExportRuntime runtime={{ runtimeId: 'simnet', name: 'Simnet' }} />)
  const written = { type: 'written', file: new Blob(['12345']), header: { height: 812 } } as const

  test('says what is in it and what is not, and asks for a password as everywhere', async () => {
    show()
    expect((await screen.findByRole('list')).textContent).toMatch(
      /balances, accounts, names you gave, history.*Not in the file: your keys/,
    )
    type('Password', 'short')
    press('Export')
    expect(await alertText()).toContain('Use at least 12 characters')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Password')))
    type('Password', 'correct horse battery')
    press('Export')
    expect(await alertText()).toContain('The two passwords differ')
    expect(fake.writes).toEqual([])
    type('Confirm password', 'correct horse battery')
    press('Export')
    await waitFor(() => expect(fake.writes).toMatchObject([{ runtimeId: 'simnet', password: 'correct horse battery' }]))
  })
  test('without a password -- the risk is said first', async () => {
    show()
    fireEvent.click(await screen.findByLabelText('Protect it with a password'))
    expect(await alertText()).toContain('whoever has the file can read')
    press('Export')
    await waitFor(() => expect(fake.writes).toMatchObject([{ password: null }]))
  })
  test('how far it is, then the file to save, as often as wanted; leaving lets go of it', async () => {
    const made: string[] = []
    const gone: string[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${made.push('x')}`)
    vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void gone.push(url))
    const saved: string[] = []
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(`${this.href} ${this.download}`)
    })
    const page = show()
    fireEvent.click(await screen.findByLabelText('Protect it with a password'))
    press('Export')
    await waitFor(() => expect(fake.writes.length).toBe(1))
    last(fake.writes).onProgress({ phase: 'packing', done: 1, total: 4 })
    const bar = await screen.findByRole('progressbar', { name: 'Progress' })
    await waitFor(() => expect([bar.getAttribute('value'), bar.getAttribute('max')]).toEqual(['1', '4']))
    last(fake.writes).answer(written)
    expect((await screen.findByRole('status')).textContent).toContain('The file is ready: 1 kB, up to frame 812.')
    press('Save the file')
    press('Save the file')
    expect(saved).toEqual([1, 2].map(() => expect.stringMatching(/^blob:1 simnet-\d{4}-\d\d-\d\d-812\.xln$/)))
    expect(gone).toEqual([])
    page.close()
    await waitFor(() => expect(gone).toEqual(['blob:1']))
    vi.restoreAllMocks()
  })
  test('cancelled -- the form again, and what comes late is dropped', async () => {
    show()
    fireEvent.click(await screen.findByLabelText('Protect it with a password'))
    press('Export')
    await waitFor(() => expect(fake.writes.length).toBe(1))
    press('Cancel')
    expect(last(fake.writes).signal.aborted).toBe(true)
    last(fake.writes).answer(written)
    expect(await screen.findByRole('button', { name: 'Export' })).toBeTruthy()
    expect(screen.queryByText(/The file is ready/)).toBeNull()
  })
  test('refused -- in words', async () => {
    show()
    fireEvent.click(await screen.findByLabelText('Protect it with a password'))
    press('Export')
    await waitFor(() => expect(fake.writes.length).toBe(1))
    last(fake.writes).answer({ type: 'refused', problem: { type: 'log_damaged', height: 12 } })
    await screen.findByText(/damaged at frame 12/)
  })
})

describe('import', () => {
  const taken: StagedRuntime[] = []
  const show = () => shown(() => <ImportRuntime onVerified={(staged) => void taken.push(staged)} />)
  beforeEach(() => {
    taken.length = 0
  })
  const choose = async (name = 'simnet.xln'): Promise<void> => {
    const input = await screen.findByLabelText(/Choose (a|another) file/, { selector: 'input' })
    const before = fake.reads.length
    fireEvent.change(input, { target: { files: [new File(['x'], name)] } })
    await waitFor(() => expect(fake.reads.length).toBe(before + 1))
  }

  test('replayed frame by frame, shown, and only then handed over', async () => {
    show()
    await choose()
    expect(last(fake.reads).password).toBe(null)
    const progress: FileProgress = { phase: 'replaying', done: 812, total: 900 }
    last(fake.reads).onProgress(progress)
    await screen.findByText('Replaying… frame 812 of 900')
    last(fake.reads).answer({ type: 'verified', staged: STAGED })
    expect((await screen.findByRole('status')).textContent).toBe('Every frame leads where it says.')
    expect(screen.getByText('7892078')).toBeTruthy()
    expect([fake.calls, taken]).toEqual([[], []])
    press('Add this runtime')
    await waitFor(() => expect(taken).toEqual([STAGED]))
    expect(fake.calls).toEqual(['keep xln-import-1'])
    expect(screen.queryByRole('button', { name: 'Add this runtime' })).toBeNull()
  })
  test('under a password -- asked, wrong, right', async () => {
    show()
    await choose()
    last(fake.reads).answer({ type: 'refused', problem: { type: 'password_needed' } })
    await screen.findByLabelText('Password')
    type('Password', 'wrong')
    press('Open the file')
    await waitFor(() => expect(fake.reads.length).toBe(2))
    last(fake.reads).answer({ type: 'refused', problem: { type: 'sealed' } })
    expect(await alertText()).toContain('Wrong password, or the file is damaged.')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Password')))
    type('Password', 'right')
    press('Open the file')
    await waitFor(() => expect(last(fake.reads)).toMatchObject({ password: 'right' }))
    last(fake.reads).answer({ type: 'verified', staged: STAGED })
    await screen.findByRole('button', { name: 'Add this runtime' })
  })
  test('refused -- said what is wrong and what to do, and another file can be chosen', async () => {
    show()
    await choose('photo.jpg')
    last(fake.reads).answer({ type: 'refused', problem: { type: 'not_xln' } })
    expect(await alertText()).toContain('This is not a .xln file.')
    expect(screen.getByText('File: photo.jpg')).toBeTruthy()
    await choose()
    last(fake.reads).answer({ type: 'refused', problem: { type: 'replay_differs', height: 1_234 } })
    expect(await alertText()).toContain('frame 1,234 does not lead where the file says')
  })
  test('cancelled while it is read -- the same screen, nothing is kept', async () => {
    show()
    await choose()
    press('Cancel')
    expect(last(fake.reads).signal.aborted).toBe(true)
    last(fake.reads).answer({ type: 'verified', staged: STAGED })
    await waitFor(() => expect(fake.calls).toEqual(['discard xln-import-1']))
    expect(await screen.findByRole('button', { name: 'Choose another file' })).toBeTruthy()
  })
  test('not wanted after all, or left -- removed', async () => {
    const page = show()
    await choose()
    last(fake.reads).answer({ type: 'verified', staged: STAGED })
    await screen.findByRole('button', { name: 'Add this runtime' })
    press('Cancel')
    await waitFor(() => expect(fake.calls).toEqual(['discard xln-import-1']))
    await choose()
    last(fake.reads).answer({ type: 'verified', staged: { ...STAGED, stagingName: 'xln-import-2' } })
    await screen.findByRole('button', { name: 'Add this runtime' })
    page.close()
    await waitFor(() => expect(fake.calls).toEqual(['discard xln-import-1', 'discard xln-import-2']))
  })
  test('handed over, it is nobody’s to remove', async () => {
    const page = show()
    await choose()
    last(fake.reads).answer({ type: 'verified', staged: STAGED })
    await screen.findByRole('button', { name: 'Add this runtime' })
    press('Add this runtime')
    await waitFor(() => expect(taken.length).toBe(1))
    page.close()
    expect(fake.calls).toEqual(['keep xln-import-1'])
  })
})

describe('words', () => {
  const ui = { text: textFor('en-US', { language: 'en', messages: WHOLE_ENGLISH }), format: formatFor('en-US') }
  const problems: { readonly [T in FileProblem['type']]: Extract<FileProblem, { type: T }> } = {
    empty: { type: 'empty' },
    not_xln: { type: 'not_xln' },
    truncated: { type: 'truncated', at: 1_234, of: null },
    trailing_bytes: { type: 'trailing_bytes', at: 5 },
    damaged: { type: 'damaged', at: 5 },
    password_needed: { type: 'password_needed' },
    sealed: { type: 'sealed' },
    hostile_kdf: { type: 'hostile_kdf' },
    foreign_version: { type: 'foreign_version', version: 2, supported: 1 },
    newer_schema: { type: 'newer_schema', version: 9, supported: 4 },
    oversized: { type: 'oversized', bytes: 3e9, limit: 2_147_483_648 },
    bomb: { type: 'bomb', limit: 20_000_000 },
    malformed: { type: 'malformed', at: 65, detail: 'raw' },
    replay_differs: { type: 'replay_differs', height: 7 },
    chain_damaged: { type: 'chain_damaged' },
    header_differs: { type: 'header_differs', detail: 'raw' },
    no_room: { type: 'no_room', need: 2, have: 1 },
    storage: { type: 'storage', detail: 'The disk failed' },
    file_gone: { type: 'file_gone' },
  }
  const refusals: { readonly [T in ExportRefusal['type']]: Extract<ExportRefusal, { type: T }> } = {
    nothing_here: { type: 'nothing_here' },
    log_damaged: { type: 'log_damaged', height: 7 },
    password_unusable: { type: 'password_unusable' },
    storage: { type: 'storage', detail: 'The disk failed' },
  }

  test('each problem has its own, what happened and what to do', () => {
    const said = Object.values(problems).map((problem) => wordsOfFile(ui, problem))
    for (const words of said) expect(words).toMatch(/^[A-Z].*[.:] .*\.$/)
    for (const words of said) expect(words).not.toMatch(/raw|files\.|\{/)
    // Two versions are one thing to a person.
    expect(new Set(said.map((words) => words.replace(/\d+/g, ''))).size).toBe(said.length - 1)
    expect(wordsOfFile(ui, problems.truncated)).toContain('at byte 1,234')
    expect(wordsOfFile(ui, problems.oversized)).toContain('2,147.5 MB')
  })
  test('so has each refusal of an export', () => {
    const said = Object.values(refusals).map((refusal) => wordsOfExport(ui, refusal))
    expect(new Set(said).size).toBe(said.length)
    for (const words of said) expect(words).toMatch(/^[A-Z][^{]*\.$/)
  })
  test.each([
    ['Simnet', 'simnet-2026-11-22-812.xln'],
    ['Größe & Co.', 'größe-co-2026-11-22-812.xln'],
    ['../..', 'runtime-2026-11-22-812.xln'],
  ])('a file of %s is called %s', (name, expected) => {
    expect(fileName(name, 812, Date.UTC(2026, 10, 22))).toBe(expected)
  })
})
