/**
 * A runtime that another context writes, looked at: read from the same store, and followed frame by frame as the writer
 * tells of them on the channel. Nothing is claimed, signed or written. A notice only says when to look; what is true is
 * what the log says, executed again and held against the recorded roots.
 */
import { type RuntimeHost, RuntimeStopped } from '../host.ts'
import { createPast } from '../past.ts'
import type { Store } from '../ports.ts'
import { createHistory } from '../radapter/activity-history.ts'
import { readBook } from '../radapter/activity-known.ts'
import { CHAIN_UP } from '../radapter/health.ts'
import { type Position, rebuild, replayRecord } from '../recover.ts'
import { readWal } from '../storage/wal.ts'
import { type WriterPorts, watchWriter } from './lock.ts'

type Options = {
  readonly store: Store
  readonly runtimeId: string
  readonly lockId: string
  readonly name: string
  readonly ports: Pick<WriterPorts, 'openChannel'>
}

export type Following = { readonly host: RuntimeHost; readonly close: () => Promise<void> }

export const followRuntime = async ({ store, runtimeId, lockId, name, ports }: Options): Promise<Following> => {
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
  const stop = watchWriter(lockId, ports, look)
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
      checkpointInterval: 0,
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
      stop()
      await turn
      await store.close()
    },
  }
}
