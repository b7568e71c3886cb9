/**
 * A local runtime from closed to running, in order: writer lock → store → fencing epoch → recovery → embedded chain →
 * loop. Closing is the reverse. What cannot be trusted is opened for reading only, with the reason in words.
 */

import type { Tiers } from '../checkpoints.ts'
import { type RuntimeHost, RuntimeStopped } from '../host.ts'
import type { ContractCode } from '../jadapter/contracts.ts'
import { type EmbeddedChain, openEmbeddedChain } from '../jadapter/embedded.ts'
import type { GasSigner, JAdapter } from '../jadapter/types.ts'
import { invariant } from '../lib/assert.ts'
import type { EntityId } from '../lib/units.ts'
import { startRuntime } from '../loop.ts'
import { createPast } from '../past.ts'
import type { Canary, Clock, Entropy, Scheduler, Signer, Store } from '../ports.ts'
import { type ActivityBook, emptyBook } from '../radapter/activity.ts'
import { createHistory } from '../radapter/activity-history.ts'
import { readBook } from '../radapter/activity-known.ts'
import { rewriteHistory } from '../radapter/activity-migration.ts'
import { CHAIN_UP, type StopReason } from '../radapter/health.ts'
import { beginning, type Damage, type Recovered, recover } from '../recover.ts'
import { migrate } from '../storage/migrate.ts'
import { StoreError } from '../storage/store.ts'
import type { Env } from '../types.ts'
import { type Following, followRuntime } from './follow.ts'
import { useFastHasher } from './hasher.ts'
import { acquireWriterLock, type WriterIdentity, type WriterLease, type WriterPorts } from './lock.ts'

/** For a wallet in a browser: a few frames to replay at a start, and a past of ten thousand frames to look at. */
export const LOCAL_TIERS: Tiers = {
  diffInterval: 5,
  snapshotInterval: 500,
  retention: { frames: 10_000, fineFrames: 1_000, coarseFrames: 50 },
}

/** For a hub, which runs on: less is written, and a start may take longer. */
export const HUB_TIERS: Tiers = { ...LOCAL_TIERS, diffInterval: 50 }

export type LocalRuntimeOptions = {
  /** In its state. */
  readonly runtimeId: string
  /** Of its writer lock: one for each database. */
  readonly lockId: string
  readonly name: string
  /** The first entity of the wallet that opens it, asked for before anything is signed: what is another one's is only shown. */
  readonly owner: () => Promise<EntityId>
  /** False for a copy, which is only looked at. */
  readonly signs: boolean
  readonly chainName: string
  readonly chainId: bigint
  /** @throws StoreError 'missing' when it does not exist and `create` is false. */
  readonly openStore: (options: { readonly create: boolean }) => Promise<Store>
  readonly canary: Canary
  readonly clock: Clock
  readonly entropy: Entropy
  readonly signer: Signer
  /** The contracts a new chain is born with. */
  readonly code: () => Promise<ContractCode>
  /** Whose addresses deposit, and pay on chains where that costs something. */
  readonly gasSigners: () => readonly GasSigner[]
  readonly schedule: Scheduler
  readonly writer: { readonly self: WriterIdentity; readonly ports: WriterPorts }
  /** What this context is to be where another one writes: `taker` asks for it, and takes it. */
  readonly role: 'writer' | 'taker' | 'reader'
  readonly tiers: Tiers
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  /** Of one that only looks on: told when the writer falls silent, and when it is heard again. */
  readonly onHolder?: (isSilent: boolean) => void
  /** Ends what is being opened between two frames of its log. */
  readonly signal?: AbortSignal
}

export type LocalRuntime =
  | {
      readonly type: 'running'
      readonly host: RuntimeHost
      readonly chain: EmbeddedChain
      /** Resolves when another context asks for it, or has taken it: close, and look on. */
      readonly lost: Promise<void>
      readonly close: () => Promise<void>
    }
  | {
      readonly type: 'read_only'
      readonly host: RuntimeHost
      readonly reason: StopReason
      readonly close: () => Promise<void>
    }
  | ({ readonly type: 'following' } & Following)

const reasonOf = (damage: Damage): StopReason => {
  switch (damage.type) {
    case 'log':
      return { type: 'log_damaged', height: damage.height }
    case 'replay':
      return { type: 'replay_differs', height: damage.height }
    case 'rolled_back':
      return { type: 'rolled_back' }
  }
}

export const openLocalRuntime = async (options: LocalRuntimeOptions): Promise<LocalRuntime> => {
  const { lockId, canary, writer, role } = options
  // Made while locks and the database are waited for.
  const hasher = useFastHasher()
  if (role === 'reader') return follow(options)
  const lock = await acquireWriterLock(lockId, writer.self, writer.ports, role === 'taker')
  if (lock.type === 'held_by_other') return follow(options)
  const { lease } = lock
  try {
    const mark = await canary.read()
    // A database that should be there and is not must never be replaced by a fresh one.
    const store = await openOrNull(() => options.openStore({ create: mark === null }))
    if (store === null) return await missing(options, lease.release)
    await hasher
    return await orClosed(store, options, () => openOver(store, options, lease))
  } catch (error) {
    await boundedBy(options.schedule)(lease.release())
    throw error
  }
}

const follow = async (options: LocalRuntimeOptions): Promise<LocalRuntime> => {
  const { openStore, writer, ...rest } = options
  const store = await openStore({ create: false })
  const following = () => followRuntime({ ...rest, store, ports: writer.ports })
  return { type: 'following', ...(await orClosed(store, options, following)) }
}

/** What cannot be opened over it does not keep it. */
const orClosed = async <T>(store: Store, { schedule }: LocalRuntimeOptions, open: () => Promise<T>): Promise<T> => {
  try {
    return await open()
  } catch (error) {
    await boundedBy(schedule)(store.close())
    throw error
  }
}

const openOrNull = async (open: () => Promise<Store>): Promise<Store | null> => {
  try {
    return await open()
  } catch (error) {
    if (error instanceof StoreError && error.type === 'missing') return null
    throw error
  }
}

const missing = async (
  { runtimeId, name, tiers }: LocalRuntimeOptions,
  release: () => Promise<void>,
): Promise<LocalRuntime> => {
  return {
    type: 'read_only',
    host: readOnlyHost(beginning(runtimeId, name), emptyBook(), null, tiers),
    reason: { type: 'database_missing' },
    close: release,
  }
}

/** The keys at hand may go on with a history that is theirs, or nobody's yet. */
const isForeign = (env: Env, owner: EntityId): boolean => {
  const owned = [...env.eReplicas.values()].filter(({ state }) => state.isOwn)
  return owned.length > 0 && !owned.some(({ state }) => state.entityId === owner)
}

const whyReadOnly = async (
  { damage, env }: Recovered,
  { signs, owner }: LocalRuntimeOptions,
): Promise<StopReason | null> => {
  if (damage !== null) return reasonOf(damage)
  if (!signs) return { type: 'snapshot' }
  return isForeign(env, await owner()) ? { type: 'foreign_history' } : null
}

const openOver = async (store: Store, options: LocalRuntimeOptions, lease: WriterLease): Promise<LocalRuntime> => {
  const { runtimeId, name, chainName, chainId, clock, tiers } = options
  const epoch = await store.claimEpoch()
  await migrate({ store, epoch }, rewriteHistory)
  // The database works while the state is made.
  const book = readBook(store)
  book.catch(() => undefined)
  const recovered = await recover({
    store,
    runtimeId,
    name,
    canary: options.canary,
    claimedEpoch: epoch,
    onProgress: (progress) => {
      options.signal?.throwIfAborted()
      options.onProgress?.(progress)
    },
  })
  const activity = await book
  const bounded = boundedBy(options.schedule)
  const closeStore = async () => {
    await bounded(store.close())
    await bounded(lease.release())
  }
  const reason = await whyReadOnly(recovered, options)
  if (reason !== null) {
    return { type: 'read_only', host: readOnlyHost(recovered, activity, store, tiers), reason, close: closeStore }
  }
  const domain = recovered.env.jReplicas.get(chainName)?.terms.chainId ?? chainId
  invariant(domain === chainId, 'I-DOMAIN', () => `a state of chain ${domain} in a runtime of chain ${chainId}`)
  const chain = await openEmbeddedChain({
    name: chainName,
    chainId,
    store,
    epoch,
    clock,
    signers: options.gasSigners,
    code: options.code,
  })
  const chains = new Map<string, JAdapter>([[chainName, chain]])
  const { canary, entropy, signer, schedule } = options
  const host = startRuntime(
    { ...recovered, activity },
    { store, epoch, canary, clock, entropy, signer, schedule, chains, transport: null, tiers },
  )
  const tell = (): void => lease.tellFrame(host.env().height)
  host.onChange(tell)
  tell()
  const stolen = lease.ended.then((how) => (how === 'stolen' ? undefined : new Promise<void>(() => undefined)))
  const close = async () => {
    await bounded(host.stop())
    await bounded(chain.close())
    await closeStore()
  }
  return { type: 'running', host, chain, lost: Promise.race([lease.asked, stolen]), close }
}

/** Each step of a stop. */
const STEP_LIMIT_MS = 5_000

/**
 * What does not end in time, or fails, is left behind: the next step is taken all the same, and the next writer's epoch
 * keeps out what may still come of it.
 */
export const boundedBy =
  (schedule: Scheduler) =>
  (step: Promise<unknown>): Promise<void> =>
    new Promise((resolve) => {
      const cancel = schedule(STEP_LIMIT_MS, resolve)
      const done = (): void => {
        cancel()
        resolve()
      }
      step.then(done, done)
    })

/** Shows what there is and takes nothing. */
const readOnlyHost = (
  position: Recovered,
  activity: ActivityBook,
  store: Store | null,
  { diffInterval }: Tiers,
): RuntimeHost => ({
  env: () => position.env,
  activity: () => activity,
  history: createHistory(store ?? { getMany: async () => [], range: async () => [] }, activity),
  root: () => position.root,
  halted: () => null,
  storage: () => 'ok',
  chainStatus: () => CHAIN_UP,
  unreachable: () => new Map(),
  retry: () => undefined,
  checkpointInterval: diffInterval,
  ...(store === null
    ? {
        retained: async () => ({ oldestHeight: 1, checkpoints: [] }),
        envAt: async (height) => (height === position.env.height ? position.env : null),
        storedAt: async () => null,
      }
    : createPast(store, { env: () => position.env, base: () => position.base })),
  submit: () => Promise.reject(new RuntimeStopped('this runtime is open for reading only')),
  onChange: () => () => undefined,
  stop: async () => {},
})
