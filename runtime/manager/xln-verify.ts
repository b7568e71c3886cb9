/**
 * Whether a database that came out of a file is what it says: every kept frame is executed again and leads to its
 * recorded root, every checkpoint is of the frame it names, and what a start would restore is, row by row, what the
 * replay has led to.
 *
 * Contract: writes only to put aside checkpoints that cannot be read, as every start does. Where the log has been
 * shortened the oldest full is where belief begins: nothing older is left to hold it against.
 */

import { checkEnv } from '../invariants.ts'
import { createChainStore } from '../jadapter/chain-store.ts'
import { JAdapterError } from '../jadapter/types.ts'
import { type Bytes, equalBytes } from '../lib/bytes.ts'
import type { EntityId } from '../lib/units.ts'
import type { Store } from '../ports.ts'
import { beginning, type Position, rebuild, replayRecord, restore } from '../recover.ts'
import { envFromForeignRows, envRows } from '../snapshot.ts'
import { type CheckpointIndex, listCheckpoints, loadFull, removeCheckpoint } from '../storage/checkpoint.ts'
import { keysUnder, StoreError } from '../storage/store.ts'
import { decodeRecord, readWal, type WalRecord } from '../storage/wal.ts'
import type { Env } from '../types.ts'
import { type XlnFileProblem, type XlnHeader, XlnRefused } from './xln-file.ts'

export type VerifyOptions = {
  readonly store: Store
  readonly epoch: number
  readonly header: XlnHeader
  /** After each frame. @throws whatever ends the verification */
  readonly onFrame: (progress: { readonly done: number; readonly total: number }) => void
}

const refuse = (problem: XlnFileProblem): never => {
  throw new XlnRefused(problem)
}
const differs = (height: number, detail: string): never => refuse({ type: 'replay_differs', height, detail })

/** A hostile frame may break what no honest one does: it is refused, whatever it broke. The store's own errors pass. */
const attempt = <T>(height: number, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (error instanceof StoreError || error instanceof XlnRefused) throw error
    return differs(height, error instanceof Error ? error.message : 'it cannot be executed')
  }
}

/** Checkpoints by height; those that cannot be read, or that no log reaches, are taken out of the way. */
const checkpointsOf = async (
  { store, epoch }: VerifyOptions,
  first: WalRecord,
): Promise<ReadonlyMap<number, CheckpointIndex[]>> => {
  const byHeight = new Map<number, CheckpointIndex[]>()
  for (const listed of await listCheckpoints(store)) {
    if (listed.type === 'ok' && listed.height >= first.height - 1)
      byHeight.set(listed.height, [...(byHeight.get(listed.height) ?? []), listed.index])
    else for await (const _ of removeCheckpoint({ store, epoch }, listed));
  }
  return byHeight
}

const firstRecord = async (store: Store): Promise<WalRecord> => {
  const [row] = await store.range({ ...keysUnder('wal/'), limit: 1 })
  if (row === undefined) return differs(1, 'there is no log')
  const decoded = decodeRecord(row.value, row.key)
  return decoded.type === 'ok' ? decoded.record : differs(Number(row.key.slice(4)) || 1, 'its first record is damaged')
}

/** Where replaying begins: before the first frame of all, or at the oldest full that the log still covers. */
const startOf = async (
  { store, header }: VerifyOptions,
  first: WalRecord,
  checkpoints: ReadonlyMap<number, readonly CheckpointIndex[]>,
): Promise<Position> => {
  if (first.height === 1) return beginning(header.runtimeId, header.name)
  const oldest = [...checkpoints.values()]
    .flat()
    .filter(({ kind, height }) => kind === 'full' && height >= first.height - 1)
    .sort((a, b) => a.height - b.height)[0]
  if (oldest === undefined) return differs(first.height, 'the log begins where no checkpoint is')
  const { height, root, recordHash } = oldest
  const loaded = await loadFull(store, height)
  const env = attempt(height, () =>
    loaded.type === 'ok'
      ? restore(oldest, () => envFromForeignRows(loaded.rows))
      : differs(height, `its full is ${loaded.type}`),
  )
  return env === null || env.height !== height
    ? differs(height, 'its full has another root')
    : { env, root, recordHash }
}

/** Each checkpoint says what the log says of its height. */
const checkCheckpoints = (record: WalRecord, at: readonly CheckpointIndex[]): void => {
  for (const { root, recordHash } of at)
    if (!equalBytes(root, record.postRoot) || !equalBytes(recordHash, record.hash))
      differs(record.height, 'a checkpoint is of another history')
}

const replayAll = async (
  options: VerifyOptions,
  first: WalRecord,
  checkpoints: ReadonlyMap<number, readonly CheckpointIndex[]>,
): Promise<Position> => {
  const { store, header, onFrame } = options
  const start = await startOf(options, first, checkpoints)
  const from = start.env.height
  let position = start
  if (first.height > from + 1) return differs(from + 1, 'a record is missing')
  for await (const step of readWal(store, { fromHeight: first.height, prevHash: first.prevHash })) {
    if (step.type === 'end') return position
    if (step.type === 'stopped') return differs(step.height, step.reason.type)
    const { record } = step
    checkCheckpoints(record, checkpoints.get(record.height) ?? [])
    if (record.height <= from) continue
    if (!equalBytes(record.prevHash, position.recordHash)) return differs(record.height, 'broken_chain')
    const env = attempt(record.height, () => replayRecord(position.env, record))
    position = { env, root: record.postRoot, recordHash: record.hash }
    onFrame({ done: env.height - from, total: header.height - from })
  }
  return position
}

/** What the next start would come to, by way of the newest checkpoint. */
const checkRestart = async ({ store, header }: VerifyOptions, position: Position): Promise<void> => {
  const { height } = position.env
  const restarted = await rebuild({ store, runtimeId: header.runtimeId, name: header.name })
  if (restarted.damage !== null || !equalBytes(restarted.recordHash, position.recordHash))
    return differs(height, 'a start leads elsewhere')
  // A runtime may have been called otherwise when its log, or a checkpoint, began.
  const [rows, expected] = [envRows({ ...restarted.env, name: position.env.name }), envRows(position.env)]
  const odd = expected.findIndex(({ key, value }, i) => rows[i]?.key !== key || !equalBytes(value, rows[i].value))
  if (odd >= 0 || rows.length !== expected.length)
    differs(height, `a start restores another ${expected[odd]?.key ?? 'state'}`)
}

const checkHeader = (header: XlnHeader, { env, root, recordHash }: Position, facts: Facts): void => {
  const differ = (detail: string): never => refuse({ type: 'header_differs', detail })
  if (header.height !== env.height) differ(`height ${header.height} instead of ${env.height}`)
  if (!equalBytes(header.root, root) || !equalBytes(header.recordHash, recordHash)) differ('another root')
  if (header.runtimeId !== env.runtimeId) differ('another runtime')
  if (header.owners.some((owner) => !facts.ownEntityIds.includes(owner))) differ('another owner')
  if (header.chainIds.some((id) => !facts.chainIds.includes(BigInt(id)))) differ('another chain')
}

/** Every account signs for the chain that its entity is on: nothing that is signed here may count elsewhere. */
const checkDomains = (env: Env): void => {
  for (const { entityId, state } of env.eReplicas.values()) {
    const chainId = env.jReplicas.get(state.jurisdiction)?.terms.chainId
    for (const account of state.accounts.values())
      if (account.state.terms.chainId !== chainId)
        refuse({ type: 'header_differs', detail: `an account of ${entityId} is of another chain` })
  }
}

/** Chains that live in the file hang together and are not behind what the runtime has seen of them. */
const checkChains = async ({ store, epoch }: VerifyOptions, env: Env): Promise<void> => {
  const refuseChain = (detail: string): never => refuse({ type: 'chain_damaged', detail })
  const kept = (await store.range({ ...keysUnder('chain/'), limit: 1 })).length > 0
  for (const [name, { terms, height }] of kept ? env.jReplicas.entries() : []) {
    try {
      const tip = await createChainStore({ store, epoch, name, chainId: terms.chainId }).load()
      if (tip !== null && tip.height < height) refuseChain(`${name} ends at block ${tip.height}, ${height} was seen`)
    } catch (error) {
      if (error instanceof StoreError || error instanceof XlnRefused) throw error
      refuseChain(error instanceof JAdapterError || error instanceof Error ? error.message : name)
    }
  }
}

type Facts = { readonly ownEntityIds: readonly EntityId[]; readonly chainIds: readonly bigint[] }
export type Verified = Facts & { readonly env: Env; readonly root: Bytes; readonly recordHash: Bytes }

/** @throws XlnRefused 'replay_differs', 'header_differs', 'chain_damaged'; StoreError; what `onFrame` throws. */
export const verifyStaged = async (options: VerifyOptions): Promise<Verified> => {
  const first = await firstRecord(options.store)
  const checkpoints = await checkpointsOf(options, first)
  const position = await replayAll(options, first, checkpoints)
  const { env } = position
  const above = [...checkpoints.keys()].find((height) => height > env.height)
  if (above !== undefined) differs(above, 'a checkpoint of what is not there')
  attempt(env.height, () => checkEnv(env))
  await checkRestart(options, position)
  const owned = [...env.eReplicas.values()].filter(({ state }) => state.isOwn)
  const facts = {
    ownEntityIds: owned.map(({ entityId }) => entityId),
    chainIds: [...env.jReplicas.values()].map(({ terms }) => terms.chainId),
  }
  checkHeader(options.header, position, facts)
  checkDomains(env)
  await checkChains(options, env)
  return { ...facts, env, root: position.root, recordHash: position.recordHash }
}
