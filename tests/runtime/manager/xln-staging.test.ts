/** Databases that imports leave, or do not leave, behind in a browser. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { beforeEach, describe, expect, test } from 'vitest'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import { createStagings } from '../../../runtime/manager/xln-staging.ts'
import type { Store } from '../../../runtime/ports.ts'
import { openDexieStore } from '../../../runtime/storage/dexie.ts'
import { createFakeBrowser, type FakeContext } from '../../support/browser-contexts.ts'
import { startTown } from '../../support/running.ts'
import { exported, imported, storeWith } from '../../support/xln.ts'

let backend: { indexedDB: IDBFactory; IDBKeyRange: typeof IDBKeyRange }
let browser: ReturnType<typeof createFakeBrowser>
let drawn: number
beforeEach(() => {
  backend = { indexedDB: new IDBFactory(), IDBKeyRange }
  browser = createFakeBrowser()
  drawn = 0
})
const names = async (): Promise<readonly string[]> =>
  (await backend.indexedDB.databases()).map(({ name }) => name ?? '').sort()
const page = (context: FakeContext = browser.context()) =>
  createStagings({
    locks: context.locks,
    entropy: { draw: () => taggedHash('draw', Uint8Array.of(drawn++)) },
    backend,
    names,
  })
const closed = async (opening: Promise<Store>): Promise<void> => (await opening).close()

/** A small file, and an import of it in a page. */
const smallFile = async (): Promise<Blob> => {
  const town = await startTown()
  await town.host.stop()
  return (await exported(storeWith(town.rows()))).file
}

describe('a database of an import', () => {
  test('is named like a runtime’s, each anew, and kept it is left alone', async () => {
    const file = await smallFile()
    const stagings = page()
    const [a, b] = [await stagings.fresh(), await stagings.fresh()]
    expect(a.name).toMatch(/^xln-import-[0-9a-f]{16}$/)
    expect(b.name).not.toBe(a.name)
    expect((await imported(file, { staging: a })).outcome.type).toBe('verified')
    expect(await names()).toEqual([a.name])
    await stagings.keep(a.name)
    await stagings.sweep()
    await page().sweep()
    expect(await names()).toEqual([a.name])
  })
  test('discarded it is gone, also when it was never made', async () => {
    const file = await smallFile()
    const stagings = page()
    const [a, b] = [await stagings.fresh(), await stagings.fresh()]
    await imported(file, { staging: a })
    await stagings.discard(a.name)
    await b.discard()
    expect(await names()).toEqual([])
  })
  test('of a page that is gone is removed; of one at work, of a runtime, of something else it is not', async () => {
    const file = await smallFile()
    const context = browser.context()
    const [gone, atWork, keeping] = [page(context), page(), page()]
    const [left, making, kept] = [await gone.fresh(), await atWork.fresh(), await keeping.fresh()]
    for (const staging of [left, making, kept]) await imported(file, { staging })
    await keeping.keep(kept.name)
    context.die()
    await closed(openDexieStore('xln-simnet', { ...backend, create: true }))
    await closed(openDexieStore('xln-import-odd', { ...backend, create: true }))
    await page().sweep()
    expect(await names()).toEqual([making.name, kept.name, 'xln-import-odd', 'xln-simnet'].sort())
  })
})
