/**
 * Env ↔ rows: every account, payment, invoice … under its own key, so that a checkpoint, or a diff between two, is a
 * set of small rows and never one blob.
 *
 *   env                         scalars and the message queue
 *   j/<name>                    jurisdiction          p/<entity>     profile
 *   o/<seq>                     outbox entry          c/<command>    answer
 *   u/<entity>                  since when it is cut off
 *   e/<entity>                  the entity's own fields
 *   e/<entity>/a/<counterparty> account               e/<entity>/r/<token>   reserve
 *   e/<entity>/l|p|h|i|f|w/<key>  lock route, payment, paid hashlock, invoice, offer, wake
 *   e/<entity>/t|s|d|k/<key>      deadline, revealed secret, debt, chain call
 */
import {
  claimCodec,
  frameCodec,
  lockCodec,
  mempoolCodec,
  policiesCodec,
  sealsCodec,
  settlementCodec,
  signedFrameCodec,
  statusCodec,
  termsCodec,
} from './account/codec.ts'
import { type Delta, deltaCodec } from './account/delta.ts'
import { accountStateRoot, execute, hashDelta, hashFrame, hashLock } from './account/frame.ts'
import { deltaKey, lockKey } from './account/keys.ts'
import type { AccountReplica, AccountState, HtlcLock, PendingFrame } from './account/types.ts'
import { hanko, hash32 } from './codec/common.ts'
import {
  bigUint,
  bool,
  bytesUpTo,
  type Codec,
  decode,
  encode,
  list,
  nullable,
  struct,
  text,
  uint,
} from './codec/schema.ts'
import { offerCodec, profileCodec, wakeCodec } from './entity/codec.ts'
import {
  batchStateCodec,
  deadlineCodec,
  debtCodec,
  type EntityIdentity,
  emptyMaps,
  entityStateRoot,
  identityCodec,
  invoiceRecordCodec,
  paymentCodec,
  routeCodec,
  secretCodec,
} from './entity/frame.ts'
import type { BatchState, EntityState } from './entity/types.ts'
import { answerCodec, emptyEnv, outboxCodec, queueCodec } from './frame.ts'
import { jCallCodec, jReplicaCodec } from './jurisdiction/codec.ts'
import { Fault } from './lib/assert.ts'
import type { Bytes } from './lib/bytes.ts'
import { LIMITS } from './lib/limits.ts'
import { MerkleMap } from './lib/merkle.ts'
import type { CommandId, EntityId } from './lib/units.ts'
import type { StoreRow } from './ports.ts'
import type { Env, QueuedMessage } from './types.ts'

type EnvRow = {
  runtimeId: string
  name: string
  height: number
  timestampMs: number
  nextSeq: number
  queue: readonly QueuedMessage[]
}
const envCodec: Codec<EnvRow> = struct<EnvRow>({
  runtimeId: text(LIMITS.nameBytes),
  name: text(LIMITS.nameBytes),
  height: uint,
  timestampMs: uint,
  nextSeq: uint,
  queue: queueCodec,
})

type EntityRow = { identity: EntityIdentity; height: number; timestampMs: number; frameHash: Bytes; batch: BatchState }
const entityCodec: Codec<EntityRow> = struct<EntityRow>({
  identity: identityCodec,
  height: uint,
  timestampMs: uint,
  frameHash: hash32,
  batch: batchStateCodec,
})

const claims = list(claimCodec, LIMITS.claimsPerSide)
type AccountRow = Omit<AccountReplica, 'state' | 'pending'> & {
  readonly state: Pick<
    AccountState,
    'terms' | 'height' | 'frameHash' | 'timestampMs' | 'leftClaims' | 'rightClaims' | 'settlement' | 'policies'
  >
  readonly deltas: readonly Delta[]
  readonly locks: readonly HtlcLock[]
  readonly pending: Pick<PendingFrame, 'frame' | 'hanko' | 'message'> | null
}
const accountCodec: Codec<AccountRow> = struct<AccountRow>({
  isLeft: bool,
  state: struct<AccountRow['state']>({
    terms: termsCodec,
    height: uint,
    frameHash: hash32,
    timestampMs: uint,
    leftClaims: claims,
    rightClaims: claims,
    settlement: nullable(settlementCodec),
    policies: policiesCodec,
  }),
  deltas: list(deltaCodec, LIMITS.tokensPerAccount),
  locks: list(lockCodec, LIMITS.locksPerAccount),
  mempool: mempoolCodec,
  pending: nullable(
    struct<NonNullable<AccountRow['pending']>>({ frame: frameCodec, hanko, message: bytesUpTo(LIMITS.messageBytes) }),
  ),
  lastReply: nullable(
    struct<NonNullable<AccountReplica['lastReply']>>({ height: uint, message: bytesUpTo(LIMITS.messageBytes) }),
  ),
  frames: list(signedFrameCodec, LIMITS.framesInMemory),
  status: statusCodec,
  seals: nullable(sealsCodec),
  counter: uint,
  createdAtHeight: uint,
  updatedAtHeight: uint,
})

const encodeAccount = (replica: AccountReplica): Bytes => {
  const { state, pending, ...rest } = replica
  return encode(accountCodec, {
    ...rest,
    state,
    deltas: [...state.deltas.values()],
    locks: [...state.locks.values()],
    pending,
  })
}

const decodeAccount = (row: AccountRow): AccountReplica => {
  const { deltas, locks, pending, ...rest } = row
  const sections = {
    ...row.state,
    deltas: MerkleMap.from(
      deltas.map((delta) => [deltaKey(delta.tokenId), delta] as const),
      hashDelta,
    ),
    locks: MerkleMap.from(
      locks.map((lock) => [lockKey(lock), lock] as const),
      hashLock,
    ),
  }
  const state: AccountState = { ...sections, root: accountStateRoot(sections) }
  return {
    ...rest,
    state,
    pending: pending === null ? null : restorePending(state, pending),
  }
}

/** The overlay of a proposal is not stored: it follows from the state and the frame. */
const restorePending = (state: AccountState, stored: NonNullable<AccountRow['pending']>): PendingFrame => {
  const { frame } = stored
  const executed = execute(state, frame.accountTxs, frame)
  const hash = hashFrame(frame)
  const { height, timestampMs, accountStateRoot: root } = frame
  const next: AccountState = {
    ...executed.state,
    height,
    frameHash: hash,
    timestampMs,
    root: accountStateRoot(executed.state),
  }
  if (executed.refusals.length > 0 || !next.root.every((byte, i) => byte === root[i]))
    throw new Fault('I-ROOT', 'a stored proposal does not fit its state')
  return { ...stored, hash, next, events: executed.events }
}

type Section = { readonly letter: string; readonly rows: (state: EntityState) => Iterable<readonly [string, Bytes]> }
const rowsOf = <T>(codec: Codec<T>) =>
  function* (map: MerkleMap<T>): Generator<readonly [string, Bytes]> {
    for (const [key, value] of map.entries()) yield [key, encode(codec, value)]
  }
const reserveCodec = bigUint(256)
const SECTIONS: readonly Section[] = [
  {
    letter: 'a',
    *rows(state) {
      for (const [key, account] of state.accounts.entries()) yield [key, encodeAccount(account)] as const
    },
  },
  { letter: 'r', rows: (state) => rowsOf(reserveCodec)(state.reserves) },
  { letter: 'l', rows: (state) => rowsOf(routeCodec)(state.lockBook) },
  { letter: 'p', rows: (state) => rowsOf(paymentCodec)(state.payments) },
  { letter: 'h', rows: (state) => rowsOf(uint)(state.paid) },
  { letter: 'i', rows: (state) => rowsOf(invoiceRecordCodec)(state.invoices) },
  { letter: 'f', rows: (state) => rowsOf(offerCodec)(state.offers) },
  { letter: 'w', rows: (state) => rowsOf(wakeCodec)(state.wakes) },
  { letter: 't', rows: (state) => rowsOf(deadlineCodec)(state.deadlines) },
  { letter: 's', rows: (state) => rowsOf(secretCodec)(state.secrets) },
  { letter: 'd', rows: (state) => rowsOf(debtCodec)(state.debts) },
  { letter: 'k', rows: (state) => rowsOf(jCallCodec)(state.calls) },
]

/** Every row of an Env, in key order within each kind. */
export function* envRows(env: Env): Generator<StoreRow> {
  yield { key: 'env', value: encode(envCodec, env) }
  for (const [id, sinceMs] of env.unplugged.entries()) yield { key: `u/${id}`, value: encode(uint, sinceMs) }
  for (const [name, replica] of env.jReplicas.entries())
    yield { key: `j/${name}`, value: encode(jReplicaCodec, replica) }
  for (const [id, profile] of env.profiles.entries()) yield { key: `p/${id}`, value: encode(profileCodec, profile) }
  for (const [seq, entry] of env.outbox.entries()) yield { key: `o/${seq}`, value: encode(outboxCodec, entry) }
  for (const [order, id] of env.answerOrder.entries()) {
    const answer = env.answers.get(id)
    if (answer) yield { key: `c/${order}`, value: encode(answerCodec, answer) }
  }
  for (const [id, { state }] of env.eReplicas.entries()) {
    const { height, timestampMs, frameHash, batch } = state
    yield { key: `e/${id}`, value: encode(entityCodec, { identity: state, height, timestampMs, frameHash, batch }) }
    for (const section of SECTIONS)
      for (const [key, value] of section.rows(state)) yield { key: `e/${id}/${section.letter}/${key}`, value }
  }
}

const read = <T>(codec: Codec<T>, row: StoreRow): T => {
  const result = decode(codec, row.value)
  if (result.type === 'ok') return result.value
  throw new Fault('I-SNAPSHOT', `${row.key}: ${result.reason}`)
}

const newState = (row: EntityRow): EntityState => ({
  ...row.identity,
  height: row.height,
  timestampMs: row.timestampMs,
  frameHash: row.frameHash,
  root: new Uint8Array(32),
  accounts: emptyMaps.accounts(),
  reserves: emptyMaps.reserves(),
  lockBook: emptyMaps.lockBook(),
  payments: emptyMaps.payments(),
  paid: emptyMaps.paid(),
  invoices: emptyMaps.invoices(),
  offers: emptyMaps.offers(),
  wakes: emptyMaps.wakes(),
  deadlines: emptyMaps.deadlines(),
  secrets: emptyMaps.secrets(),
  debts: emptyMaps.debts(),
  calls: emptyMaps.calls(),
  batch: row.batch,
})

const withSection = (state: EntityState, letter: string, key: string, row: StoreRow): EntityState => {
  switch (letter) {
    case 'a':
      return { ...state, accounts: state.accounts.set(key, decodeAccount(read(accountCodec, row))) }
    case 'r':
      return { ...state, reserves: state.reserves.set(key, read(reserveCodec, row)) }
    case 'l':
      return { ...state, lockBook: state.lockBook.set(key, read(routeCodec, row)) }
    case 'p':
      return { ...state, payments: state.payments.set(key, read(paymentCodec, row)) }
    case 'h':
      return { ...state, paid: state.paid.set(key, read(uint, row)) }
    case 'i':
      return { ...state, invoices: state.invoices.set(key, read(invoiceRecordCodec, row)) }
    case 'f':
      return { ...state, offers: state.offers.set(key, read(offerCodec, row)) }
    case 'w':
      return { ...state, wakes: state.wakes.set(key, read(wakeCodec, row)) }
    case 't':
      return { ...state, deadlines: state.deadlines.set(key, read(deadlineCodec, row)) }
    case 's':
      return { ...state, secrets: state.secrets.set(key, read(secretCodec, row)) }
    case 'd':
      return { ...state, debts: state.debts.set(key, read(debtCodec, row)) }
    case 'k':
      return { ...state, calls: state.calls.set(key, read(jCallCodec, row)) }
    default:
      throw new Fault('I-SNAPSHOT', `unknown section in ${row.key}`)
  }
}

/** @throws Fault when a row is not what `envRows` writes. Whether the whole is right is told by its root. */
export const envFromRows = (rows: Iterable<StoreRow>): Env => {
  let env = emptyEnv('', '')
  const states = new Map<EntityId, EntityState>()
  for (const row of rows) {
    const [kind = '', id = '', letter, ...rest] = row.key.split('/')
    const key = rest.join('/')
    if (kind === 'env') env = { ...env, ...read(envCodec, row) }
    else if (kind === 'j') env = { ...env, jReplicas: env.jReplicas.set(id, read(jReplicaCodec, row)) }
    else if (kind === 'p') env = { ...env, profiles: env.profiles.set(id, read(profileCodec, row)) }
    else if (kind === 'u') env = { ...env, unplugged: env.unplugged.set(id, read(uint, row)) }
    else if (kind === 'o') env = { ...env, outbox: env.outbox.set(id, read(outboxCodec, row)) }
    else if (kind === 'c') {
      const commandId = id.slice(id.indexOf(':') + 1) as CommandId
      env = {
        ...env,
        answers: env.answers.set(commandId, read(answerCodec, row)),
        answerOrder: env.answerOrder.set(id, commandId),
      }
    } else if (kind === 'e' && letter === undefined) states.set(id as EntityId, newState(read(entityCodec, row)))
    else {
      const state = states.get(id as EntityId)
      if (kind !== 'e' || state === undefined || letter === undefined)
        throw new Fault('I-SNAPSHOT', `stray row ${row.key}`)
      states.set(id as EntityId, withSection(state, letter, key, row))
    }
  }
  for (const [entityId, state] of states)
    env = {
      ...env,
      eReplicas: env.eReplicas.set(entityId, { entityId, state: { ...state, root: entityStateRoot(state) } }),
    }
  return env
}
