/**
 * Grounds in Node: rows in memory, and rows in memory behind a journal file that is synced at every commit, which is
 * the least a durable store can do. Skeleton and runtime write to the same kind of file.
 */
import { type FileHandle, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store, StoreRow } from '../../runtime/ports.ts'
import { memoryStore } from '../../runtime/storage/memory.ts'
import type { Ground } from './payments.ts'

export const memoryGround: Ground = {
  name: 'Node, in memory',
  openStore: async () => memoryStore(),
  openWrites: async () => {
    const rows = new Map<string, Uint8Array>()
    return {
      write: async (written) => {
        for (const { key, value } of written) rows.set(key, value)
      },
      close: async () => rows.clear(),
    }
  },
}

const appendTo = async (file: FileHandle, rows: readonly StoreRow[]): Promise<void> => {
  await file.write(Buffer.concat(rows.flatMap(({ key, value }) => [Buffer.from(key), value])))
  await file.datasync()
}

/** Files in a fresh folder under `parent`, which must lie on the disk in question; `remove` deletes the folder. */
export const createFileGround = async (parent: string): Promise<{ ground: Ground; remove: () => Promise<void> }> => {
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'journal-'))
  let opened = 0
  const openJournal = (): Promise<FileHandle> => open(join(folder, `${opened++}`), 'a')
  const openStore = async (): Promise<Store> => {
    const file = await openJournal()
    const rows = memoryStore()
    return {
      ...rows,
      commit: async (batch) => {
        await appendTo(file, batch.puts)
        await rows.commit(batch)
      },
      close: async () => {
        await rows.close()
        await file.close()
      },
    }
  }
  const ground: Ground = {
    name: 'Node, synced file',
    openStore,
    openWrites: async () => {
      const file = await openJournal()
      return { write: (rows) => appendTo(file, rows), close: () => file.close() }
    },
  }
  return { ground, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Median time of one synced write of 4 KiB, in microseconds. */
export const fsyncMicroseconds = async (parent: string): Promise<number> => {
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'fsync-'))
  const file = await open(join(folder, 'probe'), 'a')
  const block = Buffer.alloc(4_096)
  const times: number[] = []
  for (let i = 0; i < 50; i++) {
    const started = performance.now()
    await file.write(block)
    await file.datasync()
    times.push((performance.now() - started) * 1_000)
  }
  await file.close()
  await rm(folder, { recursive: true })
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}
