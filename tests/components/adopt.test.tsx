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
import { renderPage } from '../support/page.tsx'
import { press } from '../support/popup.tsx'

const STAGED: StagedRuntime = {
  stagingName: 'xln-import-0123456789abcdef',
  header: { runtimeId: 'simnet', label: 'Simnet', writtenMs: 1.7e12, timestampMs: 1.6e12, config: '{"index":3}' },
  height: 900,
  recordHash: `0x${'00'.repeat(32)}`,
  ownEntityIds: [`0x${'ab'.repeat(32)}`],
  chainIds: [7_892_078n],
  signedNonces: {},
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
