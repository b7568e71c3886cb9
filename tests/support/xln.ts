/** `.xln` files for tests: of small runtimes, and made by hand as somebody else might make them. */
import type { Bytes } from '../../runtime/lib/bytes.ts'
import { concat } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import { byCodePoint } from '../../runtime/lib/units.ts'
import {
  bigEndian,
  encodeHeader,
  encodeTotals,
  FRAME_BYTES,
  fromBigEndian,
  type KdfParams,
  KIND,
  PREAMBLE_BYTES,
  packRow,
  type Totals,
  writePreamble,
  type XlnHeader,
} from '../../runtime/manager/xln-file.ts'
import type { ImportOptions, Staging } from '../../runtime/manager/xln-import.ts'
import { importRuntime } from '../../runtime/manager/xln-import.ts'
import { besideBody, type DeriveKey, deflate, EXPORT_KDF, sealOver } from '../../runtime/manager/xln-seal.ts'
import { type ExportOptions, exportRuntime } from '../../runtime/manager/xln-write.ts'
import type { Store, StoreRow } from '../../runtime/ports.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { START_MS } from './world.ts'

export const PASSWORD = 'correct horse battery'

/** A key as cheap as a hash: what is tried with thousands of files. */
export const cheapKey: DeriveKey = async (password, salt, { memoryKiB, passes, lanes }) =>
  taggedHash('test-key', password, salt, bigEndian(memoryKiB, 4), Uint8Array.of(passes, lanes))

export const storeWith = (rows: ReadonlyMap<string, Bytes>): Store =>
  memoryStore({ rows: new Map(rows), epoch: 7_777_777 })

/** Of a runtime as tests/support/running.ts makes them. */
export const exported = async (
  store: Store,
  options: Partial<ExportOptions> = {},
): Promise<{ readonly file: Blob; readonly header: XlnHeader }> => {
  const outcome = await exportRuntime({
    store,
    runtimeId: 'test',
    name: 'Simnet',
    label: 'My world',
    config: '{"index":0}',
    password: null,
    clock: { now: () => START_MS },
    entropy: { draw: () => taggedHash('test-salt') },
    deriveKey: cheapKey,
    ...options,
  })
  if (outcome.type === 'written') return outcome
  throw new Error(outcome.type === 'refused' ? outcome.problem.type : outcome.type)
}

/** A place for one import, and what became of it. */
export const stagingDisk = () => {
  const state: { disk: MemoryDisk | null } = { disk: null }
  const staging: Staging = {
    name: 'staging-1',
    open: async () => {
      state.disk = createMemoryDisk()
      return memoryStore(state.disk)
    },
    discard: async () => {
      state.disk = null
    },
  }
  return { state, staging }
}

/** One import into memory: the outcome, and the rows that are left. */
export const imported = async (file: Blob, options: Partial<ImportOptions> = {}) => {
  const { state, staging } = stagingDisk()
  const outcome = await importRuntime({ file, password: null, staging, deriveKey: cheapKey, ...options })
  return { outcome, rows: state.disk === null ? null : new Map(state.disk.rows) }
}

export const bytesOf = async (file: Blob): Promise<Bytes> => new Uint8Array(await file.arrayBuffer())
export const fileOf = (...parts: readonly Bytes[]): Blob => new Blob(parts as Uint8Array<ArrayBuffer>[])

/** The preamble and the sections of a file, as they stand in it. */
export const partsOf = async (file: Blob): Promise<readonly Bytes[]> => {
  const bytes = await bytesOf(file)
  const parts = [bytes.slice(0, PREAMBLE_BYTES)]
  for (let at = PREAMBLE_BYTES; at < bytes.length; ) {
    const end = at + FRAME_BYTES + fromBigEndian(bytes.subarray(at + 1, at + FRAME_BYTES))
    parts.push(bytes.slice(at, end))
    at = end
  }
  return parts
}

export type Part = { readonly kind: number; readonly body: Bytes }
export const part = async (kind: number, content: Bytes): Promise<Part> => ({ kind, body: await deflate(content) })

/** A file of these sections, whole in itself. */
export const craft = async (
  parts: readonly Part[],
  lock: { readonly kdf?: KdfParams; readonly password: Bytes } | null = null,
): Promise<Blob> => {
  const length = parts.reduce((sum, { body }) => sum + besideBody(lock !== null) + body.length, PREAMBLE_BYTES)
  const preamble = {
    length,
    lock: lock === null ? null : { kdf: lock.kdf ?? EXPORT_KDF, salt: taggedHash('test-salt') },
  }
  const first = await writePreamble(preamble)
  const seal = await sealOver(preamble, first, lock === null ? null : { password: lock.password, deriveKey: cheapKey })
  const sections: Bytes[] = [first]
  for (const { kind, body } of parts) sections.push(await seal.close(kind, body))
  return fileOf(...sections)
}

export const totalsOf = (rows: readonly StoreRow[]): Totals => ({
  rows: rows.length,
  bytes: rows.reduce((sum, { key, value }) => sum + key.length + value.length, 0),
})

export const someHeader = (overrides: Partial<XlnHeader> = {}): XlnHeader => ({
  runtimeId: 'test',
  name: 'Simnet',
  label: 'Simnet',
  kind: 'local',
  owners: [],
  chainIds: [],
  height: 1,
  root: new Uint8Array(32),
  recordHash: new Uint8Array(32),
  timestampMs: 0,
  writtenMs: 0,
  schema: 2,
  config: '',
  totals: { rows: 0, bytes: 0 },
  ...overrides,
})

/** A whole file of any rows: as an attacker makes it, with every hash in order. */
export const craftRows = async (
  sections: readonly (readonly StoreRow[])[],
  overrides: Partial<XlnHeader> = {},
): Promise<Blob> => {
  const totals = totalsOf(sections.flat())
  const contents = sections.map((rows) => concat(...rows.map(({ key, value }) => packRow(key, value))))
  return craft([
    await part(KIND.header, encodeHeader(someHeader({ totals, ...overrides }))),
    ...(await Promise.all(contents.map((content) => part(KIND.rows, content)))),
    await part(KIND.trailer, encodeTotals(totals)),
  ])
}

export const sortedRows = (rows: ReadonlyMap<string, Bytes>): readonly StoreRow[] =>
  [...rows].map(([key, value]) => ({ key, value })).sort((a, b) => byCodePoint(a.key, b.key))
