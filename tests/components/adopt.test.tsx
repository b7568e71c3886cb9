/**
 * A file of keys that are at work here: what is asked before anything happens, and by how much the file is older.
 *
 * @vitest-environment happy-dom
 */
import { fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, onTestFinished, test } from 'vitest'
import { importedOf } from '../../components/models/adopt.ts'
import type { FilesPort, StagedRuntime } from '../../components/models/files.ts'
import { FilesApp } from '../../components/screens/files/FilesApp.tsx'
import { heldByOther, RAdapterError } from '../../runtime/radapter/errors.ts'
import { renderPage } from '../support/page.tsx'
import { press } from '../support/popup.tsx'

const BOB = { entityId: `0x${'0b'.repeat(32)}`, name: 'Robert', isHidden: false }
const CONFIG = JSON.stringify({ index: 3, names: [BOB] })
const STAGED: StagedRuntime = {
  stagingName: 'xln-import-0123456789abcdef',
  header: { runtimeId: 'simnet', label: 'Simnet', writtenMs: 1.7e12, timestampMs: 1.6e12, config: CONFIG },
  height: 900,
  recordHash: `0x${'00'.repeat(32)}`,
  ownEntityIds: [`0x${'ab'.repeat(32)}`],
  chainIds: [7_892_078n],
}

const fakeFiles = () => {
  const calls: string[] = []
  const files: FilesPort = {
    write: () => Promise.reject(new Error('nothing is written here')),
    read: async () => ({ type: 'verified', staged: STAGED }),
    keep: async (name) => void calls.push(`keep ${name}`),
    discard: async (name) => void calls.push(`discard ${name}`),
  }
  return { files, calls }
}

const LEAD =
  'The file is of Simnet, at another time. Two of them must not sign: put it in the place of the one that is here, or add it as a copy to look at.'

/** The dialog over a file that was proven. */
const offered = async (behindBy: number | null) => {
  location.hash = '#import'
  onTestFinished(() => {
    location.hash = ''
  })
  const { files, calls } = fakeFiles()
  const page = renderPage(FilesApp, { files })
  page.adapter.answer('runtime.adopt', ({ choice }) =>
    choice === null
      ? { id: null, kind: null, here: 'Simnet', behindBy }
      : { id: 'import-0123456789abcdef', kind: 'local', here: null, behindBy: null },
  )
  page.adapter.answer('runtime.select', () => ({}))
  const input = await screen.findByLabelText('Choose a file', { selector: 'input' })
  fireEvent.change(input, { target: { files: [new File(['x'], 'simnet.xln')] } })
  fireEvent.click(await screen.findByRole('button', { name: 'Add this runtime' }))
  const dialog = await screen.findByRole('dialog', { name: 'This wallet already has Simnet' })
  const said = [...dialog.querySelectorAll('p')].map(({ textContent }) => textContent)
  return { ...page, calls, dialog, said }
}

describe('a file of keys that are at work here', () => {
  test.each([
    [null, []],
    [1, ['It ends 1 frame earlier than Simnet; replacing forgets it.']],
    [1_234, ['It ends 1,234 frames earlier than Simnet; replacing forgets them.']],
  ])('behind by %j -- says %j', async (behindBy, more) => {
    expect((await offered(behindBy)).said).toEqual([LEAD, ...more])
  })

  test('what is chosen is done with what the file says it is, and the page shows it', async () => {
    const { adapter, opened, dialog } = await offered(7)
    expect(
      within(dialog)
        .getAllByRole('button')
        .map(({ textContent }) => textContent),
    ).toEqual(['Add as a copy', 'Replace Simnet', 'Cancel'])
    press('Replace Simnet')
    await waitFor(() => expect(opened).toEqual(['runtime import-0123456789abcdef']))
    const imported = {
      id: 'import-0123456789abcdef',
      name: 'Simnet',
      worldId: 'simnet',
      index: 3,
      chainId: 7_892_078n,
      height: 900,
      ownEntityIds: STAGED.ownEntityIds,
      names: [BOB],
    }
    expect(importedOf(STAGED)).toEqual(imported)
    expect(adapter.callsOf('runtime.adopt')).toEqual([
      { commandId: expect.any(String), imported, choice: null },
      { commandId: expect.any(String), imported, choice: 'replace' },
    ])
    expect(adapter.callsOf('runtime.select')).toEqual([{ id: 'import-0123456789abcdef' }])
  })

  test('left -- what lies there is removed, and nothing else happens', async () => {
    const { adapter, calls, opened } = await offered(7)
    press('Cancel')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await waitFor(() => expect(calls).toEqual([`keep ${STAGED.stagingName}`, `discard ${STAGED.stagingName}`]))
    expect([adapter.callsOf('runtime.adopt').length, opened]).toEqual([1, []])
  })
})

describe('what a file says of itself', () => {
  const from = (config: unknown) =>
    importedOf({
      ...STAGED,
      header: { ...STAGED.header, config: typeof config === 'string' ? config : JSON.stringify(config) },
    })

  test.each<[string, unknown]>([
    ['nothing', ''],
    ['no names', { index: 3 }],
    ['something else', { index: 3, names: 'Robert' }],
    ['no object', '[1]'],
  ])('%s -- no names', (_, config) => {
    expect(from(config).names).toEqual([])
  })

  test('names -- what cannot be one is left out, and as many are taken as there may be', () => {
    const bad = [null, 7, {}, { ...BOB, name: 7 }, { ...BOB, isHidden: 'no' }, { ...BOB, name: 'x'.repeat(1_025) }]
    expect(from({ index: 3, names: [...bad, { ...BOB, more: 1 }] }).names).toEqual([BOB])
    expect(from({ index: 3, names: Array.from({ length: 1_001 }, () => BOB) }).names).toHaveLength(1_000)
  })

  test('no keys, or none there can be -- it is nobody’s', () => {
    for (const index of [undefined, -1, 0.5, 2 ** 31, '3'])
      expect(from({ index })).toMatchObject({ index: 0, ownEntityIds: [] })
  })
})

describe('refused', () => {
  test('while another window writes -- said where it was asked, and it can be asked again', async () => {
    const { adapter, dialog } = await offered(7)
    adapter.answer('runtime.adopt', () => {
      throw new RAdapterError(heldByOther('other_window', 'another window writes'))
    })
    press('Replace Simnet')
    const alert = await within(dialog).findByRole('alert')
    expect(alert.textContent).toContain('Another window holds the pen of this runtime.')
    expect(within(dialog).getByRole('button', { name: 'Replace Simnet' })).toHaveProperty('disabled', false)
  })
})
