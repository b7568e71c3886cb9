/**
 * A disk that fails on demand, behind the real `Store` contract: for crash tests and the simulator.
 *
 * Model: every write (a commit or an epoch claim) is *appended* to a volatile layer, which reads see at once, and then
 * *synced* to the durable one. A store in 'strict' mode answers after the sync, as the port demands; in 'relaxed' mode
 * it answers after the append, which is what a browser does unless told otherwise. Power loss drops whatever was not
 * synced. Writes are atomic, so no write is ever half there; damage to a stored value is a separate act.
 *
 * Contract: deterministic, with no clock and no entropy of its own. A process that died runs no more code: its calls
 * never settle, and `died` tells the test instead.
 */
import type { Bytes } from '../../runtime/lib/bytes.ts'
import type { Store, StoreBatch } from '../../runtime/ports.ts'
import { checkEpoch, createMemoryDisk, type MemoryDisk, readsOf, writeRows } from '../../runtime/storage/memory.ts'
import { copyOf, guardStore, StoreError } from '../../runtime/storage/store.ts'

/** What befalls one write. The three crashes are power losses: every process on the disk dies. */
export type DiskFault =
  | 'crash_before_append'
  /** Appended and lost. */
  | 'crash_before_sync'
  /** Durable, but the writer never hears of it. */
  | 'crash_after_sync'
  | 'quota'
  | 'io'
  /** The sync takes until `flush`. */
  | 'slow_sync'

/** What happens to the durable layer while nobody looks; it counts as a write of its own. */
export type DiskDamage =
  | { readonly type: 'truncate'; readonly key: string; readonly length: number }
  | { readonly type: 'flip'; readonly key: string; readonly byte: number }
  | { readonly type: 'delete'; readonly key: string }
  /** The database silently opens as it was `writes` writes ago. */
  | { readonly type: 'roll_back'; readonly writes: number }
  | { readonly type: 'empty' }

export type SimProcess = {
  readonly store: Store
  /** Resolves when this process dies, by `kill` or by a power loss. */
  readonly died: Promise<void>
  /** Kill −9: the process ends, what it appended does not. */
  kill(): void
}

export type SimDisk = {
  /** A process opens a store. Several at once are several writers. */
  boot(): SimProcess
  /** The fault befalls the write after the next `afterWrites` ones. Planned faults befall writes in their order. */
  inject(fault: DiskFault, afterWrites?: number): void
  /** Syncs everything appended and lets slow syncs finish. */
  flush(): void
  /** Power loss: every process dies, what is not synced is gone. */
  crash(): void
  /** A power loss, then the damage. @returns false when there was nothing to damage. */
  damage(damage: DiskDamage): boolean
  /** The durable rows, as the next boot will find them. */
  durableRows(): ReadonlyMap<string, Bytes>
  /** Writes that reached the durable layer and are still there. */
  readonly writes: number
  /** How often each fault and each kind of damage happened. */
  readonly counters: ReadonlyMap<string, number>
}

type Write = Pick<StoreBatch, 'puts' | 'deletes'> & { readonly epoch: number }
type Process = { isDead: boolean; readonly onDeath: () => void }

const replay = (log: readonly Write[]): MemoryDisk => {
  const disk = createMemoryDisk()
  for (const write of log) {
    writeRows(disk, write)
    disk.epoch = write.epoch
  }
  return disk
}

/** `value` as the damage leaves it; null when it leaves it whole. */
const damaged = (value: Bytes, damage: Extract<DiskDamage, { key: string }>): Bytes | null => {
  if (damage.type === 'truncate') return damage.length < value.length ? value.slice(0, damage.length) : null
  if (damage.type === 'delete' || damage.byte >= value.length) return null
  const copy = copyOf(value)
  copy[damage.byte] = (copy[damage.byte] ?? 0) ^ 1
  return copy
}

export const createSimDisk = (mode: 'strict' | 'relaxed' = 'strict'): SimDisk => {
  const log: Write[] = []
  let syncedLength = 0
  let view = createMemoryDisk()
  let planned: { fault: DiskFault; afterWrites: number }[] = []
  let heldSyncs: (() => void)[] = []
  const processes = new Set<Process>()
  const counters = new Map<string, number>()
  const count = (name: string): void => {
    counters.set(name, (counters.get(name) ?? 0) + 1)
  }

  const flush = (): void => {
    syncedLength = log.length
    for (const finish of heldSyncs) finish()
    heldSyncs = []
  }
  const kill = (process: Process): void => {
    process.isDead = true
    processes.delete(process)
    process.onDeath()
  }
  const crash = (): void => {
    log.length = syncedLength
    view = replay(log)
    heldSyncs = []
    for (const process of processes) kill(process)
  }
  const nextFault = (): DiskFault | null => {
    const due = planned.find(({ afterWrites }) => afterWrites === 0)
    planned = planned
      .filter((entry) => entry !== due)
      .map((entry) => ({ ...entry, afterWrites: Math.max(0, entry.afterWrites - 1) }))
    if (due === undefined) return null
    count(due.fault)
    return due.fault
  }
  const append = (write: Write): void => {
    log.push(write)
    writeRows(view, write)
    view.epoch = write.epoch
  }

  /** One write through its fault. `prepare` sees the disk at the instant of the append. */
  const write = async (prepare: () => Write): Promise<void> => {
    const fault = nextFault()
    if (fault === 'crash_before_append') return crash()
    const prepared = prepare()
    if (fault === 'quota') throw new StoreError('quota', 'the simulated disk is full')
    if (fault === 'io') throw new StoreError('io', 'the simulated disk failed')
    append(prepared)
    if (fault === 'crash_before_sync') return crash()
    if (fault === 'slow_sync') return new Promise((resolve) => heldSyncs.push(resolve))
    if (mode === 'strict') flush()
    if (fault === 'crash_after_sync') {
      flush()
      crash()
    }
  }

  const boot = (): SimProcess => {
    let onDeath = () => {}
    const died = new Promise<void>((resolve) => {
      onDeath = resolve
    })
    const process: Process = { isDead: false, onDeath }
    processes.add(process)
    /** Nothing a dead process asked for is ever answered, with a result or with an error. */
    const alive = async <T>(work: () => Promise<T>): Promise<T> => {
      const never = new Promise<never>(() => {})
      if (process.isDead) return never
      try {
        const result = await work()
        return process.isDead ? never : result
      } catch (error) {
        return process.isDead ? never : Promise.reject(error)
      }
    }
    const store = guardStore({
      get: (key) => alive(() => readsOf(view).get(key)),
      getMany: (keys) => alive(() => readsOf(view).getMany(keys)),
      range: (range) => alive(() => readsOf(view).range(range)),
      snapshot: (visit) => alive(() => readsOf(view).snapshot(visit)),
      claimEpoch: () =>
        alive(async () => {
          let epoch = 0
          await write(() => {
            epoch = view.epoch + 1
            return { epoch, puts: [], deletes: [] }
          })
          return epoch
        }),
      commit: (batch) =>
        alive(() =>
          write(() => {
            checkEpoch(view.epoch, batch.epoch)
            return batch
          }),
        ),
      close: async () => {
        processes.delete(process)
      },
    })
    return { store, died, kill: () => kill(process) }
  }

  const damage = (what: DiskDamage): boolean => {
    crash()
    const before = log.length
    if (what.type === 'empty') log.length = 0
    else if (what.type === 'roll_back') log.length = Math.max(0, before - what.writes)
    else {
      const value = view.rows.get(what.key)
      const left = value === undefined ? null : damaged(value, what)
      if (left !== null) append({ epoch: view.epoch, puts: [{ key: what.key, value: left }], deletes: [] })
      else if (value !== undefined && what.type === 'delete')
        append({ epoch: view.epoch, puts: [], deletes: [what.key] })
    }
    const isChanged = log.length !== before
    if (isChanged) count(what.type)
    view = replay(log)
    syncedLength = log.length
    return isChanged
  }

  return {
    boot,
    inject: (fault, afterWrites = 0) => {
      planned.push({ fault, afterWrites })
    },
    flush,
    crash,
    damage,
    durableRows: () => replay(log.slice(0, syncedLength)).rows,
    get writes() {
      return syncedLength
    },
    counters,
  }
}
