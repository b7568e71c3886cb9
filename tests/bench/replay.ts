/**
 * Cold replay: a recorded history executed again from the log alone, without keys, every root compared. The floor
 * reads and decodes the same log and executes nothing.
 */
import { decode } from '../../runtime/codec/schema.ts'
import { runtimeFrameCodec } from '../../runtime/frame.ts'
import { equalBytes } from '../../runtime/lib/bytes.ts'
import type { Store } from '../../runtime/ports.ts'
import { memoryStore } from '../../runtime/storage/memory.ts'
import { readWal, WAL_START } from '../../runtime/storage/wal.ts'
import type { RuntimeFrame } from '../../runtime/types.ts'
import { openEconomy, replay } from './economy.ts'
import { compare, type Result } from './measure.ts'

const PAYMENTS = 15

/** Every frame of a log, decoded. */
export const framesOf = async (store: Store): Promise<readonly RuntimeFrame[]> => {
  const frames: RuntimeFrame[] = []
  for await (const step of readWal(store, { fromHeight: 1, prevHash: WAL_START })) {
    if (step.type !== 'record') continue
    const read = decode(runtimeFrameCodec, step.record.payload)
    if (read.type !== 'ok') throw new Error(read.reason)
    frames.push(read.value)
  }
  return frames
}

export type History = { readonly store: Store; readonly root: Uint8Array; readonly invalid: string | null }

/** Direct payments and payments through a hub, one by one and ten at once; then the runtime is closed. */
export const recordHistory = async (): Promise<History> => {
  const store = memoryStore()
  // What the runtime closes is its own view of the store; this one is read from later.
  const economy = await openEconomy({ ...store, close: async () => {} })
  for (let i = 0; i < PAYMENTS; i++) {
    await economy.payDirectly()
    await economy.payPeer(1)
  }
  await economy.payPeer(10)
  const invalid = await economy.whyInvalid()
  const root = economy.host.root()
  await economy.close()
  return { store, root, invalid }
}

export const measureReplay = async (history: History): Promise<Result> => {
  const { store, root } = history
  let invalid = history.invalid
  let frames = 0
  const perFrame = async (work: () => Promise<number>): Promise<number> => {
    const started = performance.now()
    const done = await work()
    return (performance.now() - started) / done
  }
  const ours = () =>
    perFrame(async () => {
      const replayed = await replay(store)
      frames = replayed.frames
      if (!equalBytes(replayed.root, root)) invalid ??= 'a cold replay ends at another root'
      return replayed.frames
    })
  const firstCall = await ours()
  const contest = {
    name: 'cold replay, Node',
    unit: 'ms a frame',
    ours,
    floor: () => perFrame(async () => (await framesOf(store)).length),
    peer: null,
  }
  const result = await compare(contest, async () => ({ firstCall, invalid }))
  return { ...result, figures: { frames, framesPerSecond: 1_000 / result.ours.median } }
}
