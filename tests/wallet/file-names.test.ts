/** What a file carries beside its rows: whose keys it needs, and the names its owner gave, as many as fit. */
import { expect, test } from 'vitest'
import { importedOf } from '../../components/models/adopt.ts'
import { configOf } from '../../entrypoints/background/files.ts'
import { utf8 } from '../../runtime/lib/bytes.ts'
import { CONFIG_BYTES } from '../../runtime/manager/xln-file.ts'

const ENTRY = { index: 3, chainId: 7_892_081n }
const entity = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
const named = (n: number, name: string, isHidden = false) => ({ entityId: entity(n), name, isHidden })
/** As the page that brings it back reads it. */
const readBack = (config: string) => {
  const header = { runtimeId: 'local-3', label: 'Three', writtenMs: 1, timestampMs: 1, config }
  const rest = { height: 1, recordHash: '', ownEntityIds: [entity(1)], chainIds: [ENTRY.chainId] }
  const { index, names } = importedOf({ stagingName: 'xln-import-0', header, ...rest })
  return { index, names }
}

test('names go out and come back, hidden ones too; nothing else does', () => {
  const names = [named(1, 'Alice'), named(2, 'Bob', true)]
  expect(readBack(configOf(ENTRY, names))).toEqual({ index: 3, names })
  expect(readBack(configOf(ENTRY, [...names, { ...named(3, 'Carol'), secret: 1 }, named(4, '\u202e')]))).toEqual({
    index: 3,
    names,
  })
  for (const none of [undefined, null, 'x', {}])
    expect(readBack(configOf(ENTRY, none))).toEqual({ index: 3, names: [] })
})

test('as many names as there may be -- the first of them that fit, and not one byte too many', () => {
  const long = Array.from({ length: 1_000 }, (_, n) => named(n, `${String(n).padStart(4, '0')} ${'ü'.repeat(29)}`))
  const config = configOf(ENTRY, long)
  const { names } = readBack(config)
  expect(names).toEqual(long.slice(0, names.length))
  const one = utf8(JSON.stringify(long[0])).length + 1
  expect(utf8(config).length).toBeLessThanOrEqual(CONFIG_BYTES)
  expect(utf8(config).length).toBeGreaterThan(CONFIG_BYTES - one - 1)
})
