/**
 * Makes of a copied database a world of its own: another chain id for its chain and for everybody in it, in one tick
 * that its log records like any other (`runtime/fork.ts`). The copy keeps the history of before; from that tick on it is
 * a world that pays, settles and goes to court on its own chain.
 *
 * Contract: the tick, the rows of its history and the head of the chain are one commit, so a copy is wholly of the old
 * chain or wholly of the new one, and nothing else has been signed in between. Nobody else may have the copy open, and
 * nobody may open it before it is forked. Whatever is refused leaves the copy a copy, as good to look at as before.
 */
import { encode } from '../codec/schema.ts'
import { runtimeFrameCodec, runtimeRoot } from '../frame.ts'
import { checkEnv } from '../invariants.ts'
import { forkedHead } from '../jadapter/chain-store.ts'
import { JAdapterError } from '../jadapter/types.ts'
import { Fault } from '../lib/assert.ts'
import { toHex } from '../lib/bytes.ts'
import { liveOracle } from '../oracle.ts'
import type { Canary, Clock, Entropy, Signer, Store } from '../ports.ts'
import { createHistory } from '../radapter/activity-history.ts'
import { readBook } from '../radapter/activity-known.ts'
import { rewriteHistory } from '../radapter/activity-migration.ts'
import { type Recovered, rebuild } from '../recover.ts'
import { signedNoncesOf } from '../signed-nonces.ts'
import { type RuntimeStep, stepRuntime } from '../step.ts'
import { migrate } from '../storage/migrate.ts'
import { StoreError } from '../storage/store.ts'
import { append } from '../storage/wal.ts'
import type { RuntimeRejection } from '../types.ts'

export type ForkOptions = {
  /** The copy. */
  readonly store: Store
  /** In its state. */
  readonly runtimeId: string
  readonly name: string
  readonly chainName: string
  /** Never given before, neither here nor anywhere else. */
  readonly chainId: bigint
  /** Knows the keys of everybody in it. */
  readonly signer: Signer
  /** Of the copy, which nobody has written to yet. */
  readonly canary: Canary
  readonly clock: Clock
  readonly entropy: Entropy
}

export type Hindrance = Extract<RuntimeRejection, { type: 'not_quiet' }>['hindrance']

export type ForkOutcome =
  | { readonly type: 'forked' }
  /** Later it may be forked. */
  | { readonly type: 'not_quiet'; readonly hindrance: Hindrance }
  /** Never: it is damaged, its keys are elsewhere, or part of its world is. */
  | { readonly type: 'only_to_look_at' }

const ONLY_TO_LOOK_AT: ForkOutcome = { type: 'only_to_look_at' }

/** Null when a key is missing. @throws Fault of anything else. */
const step = (recovered: Recovered, options: ForkOptions): RuntimeStep | null => {
  const { chainName: jurisdiction, chainId, signer, clock, entropy } = options
  const timestampMs = Math.max(recovered.env.timestampMs, clock.now())
  const input = { type: 'runtime', tx: { type: 'fork', jurisdiction, chainId } } as const
  try {
    return stepRuntime(recovered.env, [input], { timestampMs, entropy: entropy.draw() }, liveOracle(signer))
  } catch (error) {
    if (error instanceof Fault && error.invariant === 'I-SIGNER') return null
    throw error
  }
}

const commit = async (
  options: ForkOptions,
  { recordHash: prevHash, env: before }: Recovered,
  { env, frame, events }: RuntimeStep & { readonly frame: NonNullable<RuntimeStep['frame']> },
  epoch: number,
): Promise<void> => {
  const { store, canary, chainName: name, chainId } = options
  const head = await forkedHead(store, { name, chainId })
  if (head === null) throw new JAdapterError('corrupt', `${name} is not in the copy`)
  checkEnv(env, before)
  const { height, timestampMs } = env
  const history = createHistory(store, await readBook(store))
  const { rows, gone } = await history.project(env, { height, timestampMs }, events)
  const payload = encode(runtimeFrameCodec, frame)
  const record = append({ height, timestampMs, prevHash, payload, postRoot: runtimeRoot(env) })
  await store.commit({ epoch, puts: [...record.rows, ...rows, head], deletes: gone })
  await canary.write({ epoch, height, recordHash: toHex(record.hash), signedNonces: signedNoncesOf(env) })
}

/** Of a chain, or of rows, that no other try reads better. */
const isUnreadable = (error: unknown): boolean =>
  (error instanceof StoreError && (error.type === 'corrupt' || error.type === 'version')) ||
  (error instanceof JAdapterError && error.type === 'corrupt')

/** @throws StoreError; what was written then is no whole world. */
export const forkStore = async (options: ForkOptions): Promise<ForkOutcome> => {
  try {
    return await forked(options)
  } catch (error) {
    if (isUnreadable(error)) return ONLY_TO_LOOK_AT
    throw error
  }
}

const forked = async (options: ForkOptions): Promise<ForkOutcome> => {
  const { store, runtimeId, name } = options
  const epoch = await store.claimEpoch()
  await migrate({ store, epoch }, rewriteHistory)
  const recovered = await rebuild({ store, runtimeId, name })
  if (recovered.damage !== null) return ONLY_TO_LOOK_AT
  const stepped = step(recovered, options)
  const rejection = stepped?.outcomes[0]?.type === 'rejected' ? stepped.outcomes[0].rejection : null
  if (rejection?.type === 'not_quiet') return rejection
  // It has not come to its chain yet.
  if (rejection?.type === 'unknown_jurisdiction') return { type: 'not_quiet', hindrance: 'chain' }
  if (stepped === null || stepped.frame === null) return ONLY_TO_LOOK_AT
  await commit(options, recovered, { ...stepped, frame: stepped.frame }, epoch)
  return { type: 'forked' }
}
