/**
 * Recovery: the newest sound checkpoint, then the log after it, replayed and held against the recorded root of every
 * frame. Nothing is guessed: damage is reported with its height and the state before it is opened for reading only.
 */
import { decode } from './codec/schema.ts'
import { emptyEnv, runtimeFrameCodec, runtimeRoot } from './frame.ts'
import { checkEnv } from './invariants.ts'
import { Fault } from './lib/assert.ts'
import { type Bytes, equalBytes, toHex } from './lib/bytes.ts'
import { replayOracle } from './oracle.ts'
import type { Canary, Store } from './ports.ts'
import { signedNoncesOf } from './signed-nonces.ts'
import { envFromRows } from './snapshot.ts'
import { stepRuntime } from './step.ts'
import { type CanaryVerdict, compareCanary } from './storage/canary.ts'
import { listCheckpoints, loadCheckpoint } from './storage/checkpoint.ts'
import { readHead, readRecord, readWal, WAL_START, type WalRecord, type WalStop } from './storage/wal.ts'
import type { Env } from './types.ts'

export type Position = { readonly env: Env; readonly root: Bytes; readonly recordHash: Bytes }

export type Damage =
  /** `height` is the first one that could not be restored. */
  | { readonly type: 'log'; readonly height: number; readonly stop: WalStop }
  | { readonly type: 'replay'; readonly height: number; readonly detail: string }
  | { readonly type: 'rolled_back'; readonly verdict: Extract<CanaryVerdict, { type: 'rolled_back' }> }

export type Recovered = Position & {
  /** Null: everything acknowledged is here, and the runtime may write. */
  readonly damage: Damage | null
  readonly replayedFrames: number
}

export type RecoverOptions = {
  readonly store: Store
  readonly runtimeId: string
  readonly name: string
  /** Stop at this height instead of the newest. */
  readonly upTo?: number
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

/** The newest checkpoint at or below `upTo` that loads, decodes and has its root; otherwise the beginning. */
const startingPoint = async ({ store, runtimeId, name, upTo }: RecoverOptions): Promise<Position> => {
  for (const listed of await listCheckpoints(store)) {
    if (listed.type !== 'ok' || listed.index.height > (upTo ?? Number.MAX_SAFE_INTEGER)) continue
    const loaded = await loadCheckpoint(store, listed.index.height)
    if (loaded.type !== 'ok') continue
    const position = restore(loaded.rows, loaded.index)
    if (position !== null) return position
  }
  const env = emptyEnv(runtimeId, name)
  return { env, root: runtimeRoot(env), recordHash: WAL_START }
}

const restore = (
  rows: Parameters<typeof envFromRows>[0],
  index: { readonly root: Bytes; readonly recordHash: Bytes },
): Position | null => {
  try {
    const env = envFromRows(rows)
    const root = runtimeRoot(env)
    return equalBytes(root, index.root) ? { env, root, recordHash: index.recordHash } : null
  } catch (error) {
    // A checkpoint that does not decode is as good as none: an older one and the log lead to the same state.
    if (error instanceof Fault) return null
    throw error
  }
}

/** One recorded frame, executed again without keys. @throws Fault when it leads elsewhere than it did. */
export const replayRecord = (env: Env, record: Pick<WalRecord, 'height' | 'payload' | 'postRoot'>): Env => {
  const frame = decode(runtimeFrameCodec, record.payload)
  if (frame.type !== 'ok') throw new Fault('I-REPLAY', `frame ${record.height}: ${frame.reason}`)
  const { inputs, oracle } = frame.value
  const step = stepRuntime(env, inputs, frame.value, replayOracle(oracle))
  if (step.env.height !== record.height) throw new Fault('I-REPLAY', `frame ${record.height} changed nothing`)
  if (!equalBytes(runtimeRoot(step.env), record.postRoot))
    throw new Fault('I-REPLAY', `frame ${record.height} has another root`)
  return step.env
}

/** Rebuilds the state from the store alone; reads, never writes. */
export const rebuild = async (options: RecoverOptions): Promise<Recovered> => {
  const { store, upTo, onProgress } = options
  let position = await startingPoint(options)
  const first = position.env.height
  const head = await readHead(store)
  const total = (upTo ?? (head.type === 'ok' ? head.head.height : first)) - first
  const result = (damage: Damage | null): Recovered => ({
    ...position,
    damage,
    replayedFrames: position.env.height - first,
  })
  if (upTo === first) return result(null)
  for await (const step of readWal(store, { fromHeight: first + 1, prevHash: position.recordHash })) {
    if (step.type === 'end') return result(null)
    if (step.type === 'stopped') return result({ type: 'log', height: step.height, stop: step.reason })
    try {
      const env = replayRecord(position.env, step.record)
      position = { env, root: step.record.postRoot, recordHash: step.record.hash }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return result({ type: 'replay', height: step.record.height, detail: error.message })
    }
    onProgress?.({ done: position.env.height - first, total })
    if (position.env.height === upTo) return result(null)
  }
  return result(null)
}

/**
 * Restores the state a writer goes on from. `claimedEpoch` is what this writer's `claimEpoch` returned.
 * @throws Fault when the restored state contradicts an invariant.
 */
export const recover = async (
  options: RecoverOptions & { readonly canary: Canary; readonly claimedEpoch: number },
): Promise<Recovered> => {
  const { store, canary, claimedEpoch } = options
  const rebuilt = await rebuild(options)
  checkEnv(rebuilt.env)
  if (rebuilt.damage !== null) return rebuilt
  const { height } = rebuilt.env
  const mark = await canary.read()
  const atMark = mark !== null && mark.height > 0 && mark.height <= height ? await readRecord(store, mark.height) : null
  const database = {
    epoch: claimedEpoch - 1,
    height,
    recordHash: toHex(rebuilt.recordHash),
    signedNonces: signedNoncesOf(rebuilt.env),
    ...(atMark?.type === 'ok' ? { hashAtMark: toHex(atMark.record.hash) } : {}),
  }
  const verdict = compareCanary(mark, height === 0 ? null : database)
  return verdict.type === 'rolled_back' ? { ...rebuilt, damage: { type: 'rolled_back', verdict } } : rebuilt
}
