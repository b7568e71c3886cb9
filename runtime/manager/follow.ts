/**
 * A runtime that another context writes, looked at: read from the same store, and followed frame by frame as the writer
 * tells of them on the channel. Nothing is claimed, signed or written. A notice only says when to look; what is true is
 * what the log says, executed again and held against the recorded roots.
 */
import type { Tiers } from '../checkpoints.ts'
import { type RuntimeHost, RuntimeStopped } from '../host.ts'
import { createPast } from '../past.ts'
import type { Scheduler, Store } from '../ports.ts'
import { createHistory } from '../radapter/activity-history.ts'
import { readBook } from '../radapter/activity-known.ts'
import { CHAIN_UP } from '../radapter/health.ts'
import { type Position, rebuild, replayRecord } from '../recover.ts'
import { readWal } from '../storage/wal.ts'
import { type WriterNotice, type WriterPorts, watchWriter } from './lock.ts'
import { followPulse } from './pulse.ts'

type Options = {
  readonly store: Store
  readonly runtimeId: string
  readonly lockId: string
  readonly name: string
  readonly ports: Pick<WriterPorts, 'openChannel'>
  /** The writer's. */
  readonly tiers: Pick<Tiers, 'diffInterval'>
  readonly schedule: Scheduler
  /** Told when the writer falls silent, and when it is heard again. */
  readonly onHolder?: (isSilent: boolean) => void
}

export type Following = { readonly host: RuntimeHost; readonly close: () => Promise<void> }

export const followRuntime = async (options: Options): Promise<Following> => {
  const { store, runtimeId, lockId, name, ports, tiers, schedule, onHolder = () => undefined } = options
  const listeners = new Set<() => void>()
  const start = await rebuild({ store, runtimeId, name })
  let position: Position = start
  let history = createHistory(store, await readBook(store))
  let turn: Promise<void> = Promise.resolve()
  let isOver = false

  /** As far as the log goes; what is damaged or cannot be read is left to the next notice. */
  const catchUp = async (): Promise<void> => {
    const from = position
    const next = { fromHeight: position.env.height + 1, prevHash: position.recordHash }
    for await (const step of readWal(store, next)) {
      if (step.type !== 'record' || isOver) break
      const { record } = step
      position = { env: replayRecord(position.env, record), root: record.postRoot, recordHash: record.hash }
    }
    if (position === from) return
    history = createHistory(store, await readBook(store))
    for (const listener of listeners) listener()
  }
  const look = (): void => {
    turn = turn.then(catchUp).catch(() => undefined)
  }
  const hear = (notice: WriterNotice): void => {
    // Who lets go is about to be silent.
    if (notice.type !== 'released') pulse.heard()
    // A beat also makes up for a frame whose notice was lost.
    if (notice.type !== 'beat' || (notice.height ?? 0) > position.env.height) look()
  }
  const watch = watchWriter(lockId, ports, hear)
  const pulse = followPulse({ ask: watch.ask, schedule, onSilent: onHolder })
  const past = createPast(store, { env: () => position.env, base: () => start.base })
  return {
    host: {
      env: () => position.env,
      activity: () => history.book(),
      get history() {
        return history
      },
      root: () => position.root,
      halted: () => null,
      storage: () => 'ok',
      chainStatus: () => CHAIN_UP,
      unreachable: () => new Map(),
      retry: look,
      checkpointInterval: tiers.diffInterval,
      ...past,
      submit: () => Promise.reject(new RuntimeStopped('this runtime is open for reading only')),
      onChange: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      stop: async () => {},
    },
    close: async () => {
      isOver = true
      pulse.stop()
      watch.stop()
      await turn
      await store.close()
    },
  }
}
