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
import { type SignedNonces, signedNoncesOf } from './signed-nonces.ts'
import { applyRows, envFromRows } from './snapshot.ts'
import { canBeResynced } from './starts.ts'
import { stepRuntime } from './step.ts'
import { type CanaryVerdict, compareCanary } from './storage/canary.ts'
import { type CheckpointIndex, type CheckpointRef, checkpointsDown, loadDiff, loadFull } from './storage/checkpoint.ts'
import { readHead, readRecord, readWal, WAL_START, type WalRecord, type WalStop } from './storage/wal.ts'
import type { Env } from './types.ts'

/** The full checkpoint that the next diffs stand on; at height 0 the empty one. */
export type Base = { readonly height: number; readonly env: Env }
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
  readonly base: Base
  /** The highest nonces ever signed, by the canary: above those of the state in accounts that went back in time. */
  readonly marks: SignedNonces
  /** Checkpoints that were looked at and are damaged. */
  readonly unsound: readonly CheckpointRef[]
}

export type RecoverOptions = {
  readonly store: Store
  readonly runtimeId: string
  readonly name: string
  /** Stop at this height instead of the newest. */
  readonly upTo?: number
  /** Where fulls come from when not from the store. */
  readonly fulls?: Fulls
  /** States that were reached before; the nearest below goes before a checkpoint that is further away. */
  readonly trail?: Trail
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

type Place = Position & Pick<Recovered, 'base'>
export type Trail = {
  /** The highest at or below a height. */
  readonly below: (height: number) => Place | null
  readonly add: (place: Place) => void
}

/** Where every runtime begins. */
export const beginning = (runtimeId: string, name: string): Recovered => {
  const env = emptyEnv(runtimeId, name)
  const root = runtimeRoot(env)
  return {
    env,
    root,
    recordHash: WAL_START,
    damage: null,
    replayedFrames: 0,
    base: { height: 0, env },
    marks: {},
    unsound: [],
  }
}

type StartingPoint = Place & Pick<Recovered, 'unsound'>

/** The state of a full; null when it is not there or not sound. */
export type Fulls = (height: number) => Promise<Env | null>

/** Reads every full whole, once; damaged ones are named in `unsound`. */
const coldFulls = ({ store, runtimeId, name }: RecoverOptions, unsound: CheckpointRef[]): Fulls => {
  const known = new Map<number, Env | null>([[0, emptyEnv(runtimeId, name)]])
  return async (height) => {
    const before = known.get(height)
    if (before !== undefined) return before
    const loaded = await loadFull(store, height)
    const env = loaded.type === 'ok' ? restore(loaded.index, () => envFromRows(loaded.rows)) : null
    if (env === null && isDamaged(loaded)) unsound.push({ kind: 'full', height })
    known.set(height, env)
    return env
  }
}

/**
 * The newest checkpoint at or below `upTo` that loads, decodes and has its root; otherwise the beginning. A damaged one
 * is as good as none: an older one and the log lead to the same state.
 */
const startingPoint = async (options: RecoverOptions): Promise<StartingPoint> => {
  const { store, runtimeId, name, upTo = Number.MAX_SAFE_INTEGER, trail } = options
  const unsound: CheckpointRef[] = []
  const reached = trail?.below(upTo) ?? null
  const fullAt = options.fulls ?? coldFulls(options, unsound)
  const stateAt = async ({ kind, height, baseHeight }: CheckpointIndex): Promise<StateAt | null> => {
    // Read while what it stands on is made.
    const diff = kind === 'diff' ? loadDiff(store, height) : null
    diff?.catch(() => undefined)
    const base = await fullAt(kind === 'full' ? height : baseHeight)
    if (base === null) return null
    if (diff === null) return { env: base, base: { height, env: base } }
    const loaded = await diff
    const env = loaded.type === 'ok' ? restore(loaded.index, () => applyRows(base, loaded.rows)) : null
    if (env === null && isDamaged(loaded)) unsound.push({ kind, height })
    return env === null ? null : { env, base: { height: baseHeight, env: base } }
  }
  for await (const listed of checkpointsDown(store, upTo)) {
    if (reached !== null && reached.env.height >= listed.height) break
    if (listed.type === 'corrupt') unsound.push(listed)
    if (listed.type !== 'ok') continue
    const { root, recordHash } = listed.index
    const found = await stateAt(listed.index)
    if (found !== null) return { ...found, root, recordHash, unsound }
  }
  return { ...(reached ?? beginning(runtimeId, name)), unsound }
}

type StateAt = { readonly env: Env; readonly base: Base }

/** Not: written by another version of this code. */
const isDamaged = ({ type }: { readonly type: string }): boolean => type === 'ok' || type === 'corrupt'

/** The state, if it has the root that the index names. */
export const restore = ({ root }: CheckpointIndex, make: () => Env): Env | null => {
  try {
    const env = make()
    return equalBytes(runtimeRoot(env), root) ? env : null
  } catch (error) {
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
  const { store, upTo, onProgress, trail } = options
  const start = await startingPoint(options)
  let position: Position = start
  const first = position.env.height
  const head = await readHead(store)
  const total = (upTo ?? (head.type === 'ok' ? head.head.height : first)) - first
  const result = (damage: Damage | null): Recovered => ({
    ...position,
    base: start.base,
    marks: {},
    unsound: start.unsound,
    damage,
    replayedFrames: position.env.height - first,
  })
  trail?.add({ ...position, base: start.base })
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
    trail?.add({ ...position, base: start.base })
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
  options: RecoverOptions & {
    readonly canary: Canary
    readonly claimedEpoch: number
    /** Goes on from a state that is older than what was signed, if peers elsewhere can say what was forgotten. */
    readonly resyncs?: boolean
  },
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
  const known = { ...rebuilt, marks: mark?.signedNonces ?? {} }
  if (verdict.type !== 'rolled_back') return known
  const mayGoOn = options.resyncs === true && verdict.reason !== 'empty' && canBeResynced(rebuilt.env)
  return mayGoOn ? known : { ...known, damage: { type: 'rolled_back', verdict } }
}
