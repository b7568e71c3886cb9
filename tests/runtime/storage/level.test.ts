/** LevelDB behind the port, on a real folder. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../runtime/lib/bytes.ts'
import { createLevelHome } from '../../../runtime/storage/level.ts'
import { describeStore } from './store-contract.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'xln-level-'))

describeStore('LevelDB', () => {
  const folder = newFolder()
  const home = createLevelHome()
  return {
    open: () => home.open(folder, { create: true }),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
})

describe('createLevelHome', () => {
  let folder: string
  beforeEach(() => {
    folder = newFolder()
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const open = (create = true) => createLevelHome().open(folder, { create })

  it('a database that is not there is missing, and none is made', async () => {
    await expect(open(false)).rejects.toMatchObject({ type: 'missing' })
    await expect(open(false)).rejects.toMatchObject({ type: 'missing' })
  })

  it('rows and epoch outlive the process that wrote them', async () => {
    const store = await open()
    const epoch = await store.claimEpoch()
    await store.commit({ epoch, puts: [{ key: 'k', value: utf8('v') }], deletes: [] })
    await store.close()
    const again = await open(false)
    expect(await again.get('k')).toEqual(utf8('v'))
    expect(await again.claimEpoch()).toBe(epoch + 1)
    await again.close()
  })

  it('another process has it -- fenced, and it works on for the first', async () => {
    const store = await open()
    await expect(open()).rejects.toMatchObject({ type: 'fenced' })
    expect(await store.claimEpoch()).toBe(1)
    await store.close()
  })

  it('a folder that is no longer a database is corrupt, not a new one', async () => {
    const store = await open()
    await store.claimEpoch()
    await store.close()
    writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-999999\n')
    await expect(open()).rejects.toMatchObject({ type: expect.stringMatching(/corrupt|io/) })
    truncateSync(join(folder, 'CURRENT'))
    await expect(open()).rejects.toMatchObject({ type: expect.stringMatching(/corrupt|io/) })
  })
})
