/**
 * Env ↔ rows: every account, payment, invoice … under its own key, so that the state, or what became of it between two
 * heights, is a set of small rows and never one blob.
 *
 *   env                         scalars and the message queue
 *   j/<name>                    jurisdiction          p/<entity>     profile
 *   o/<seq>                     outbox entry          c/<command>    answer
 *   u/<entity>                  since when it is cut off
 *   e/<entity>                  the entity's own fields
 *   e/<entity>/a/<counterparty> account               e/<entity>/r/<token>   reserve
 *   e/<entity>/l|p|h|i|f|w/<key>  lock route, payment, paid hashlock, invoice, offer, wake
 *   e/<entity>/t|s|d|k|g/<key>    deadline, revealed secret, debt, chain call, session with a peer elsewhere
 *   start                       of this runtime, where it has peers elsewhere
 *
 * Finding what changed costs in proportion to the change: the maps of two states share what is the same in both.
 */
import { startCodec } from './account/codec.ts'
import { accountRowCodec, decodeAccount, encodeAccount } from './account/row.ts'
import { hash32 } from './codec/common.ts'
import { bigUint, type Codec, decode, encode, struct, text, uint } from './codec/schema.ts'
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
  sessionCodec,
} from './entity/frame.ts'
import type { BatchState, EntityState } from './entity/types.ts'
import { answerCodec, emptyEnv, outboxCodec, queueCodec } from './frame.ts'
import { jCallCodec, jReplicaCodec } from './jurisdiction/codec.ts'
import { Fault, present } from './lib/assert.ts'
import { type Bytes, equalBytes, ZERO_32 } from './lib/bytes.ts'
import { LIMITS } from './lib/limits.ts'
import { type MerkleMap, Unread } from './lib/merkle.ts'
import { byCodePoint, type CommandId, type EntityId } from './lib/units.ts'
import type { StoreRow } from './ports.ts'
import type { Env, QueuedMessage } from './types.ts'

/** What became of one row; null: it is gone. */
export type RowChange = { readonly key: string; readonly value: Bytes | null }

const START = 'start'

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
type RootedRow = EntityRow & { root: Bytes }
const entityFields = {
  identity: identityCodec,
  height: uint,
  timestampMs: uint,
  frameHash: hash32,
  batch: batchStateCodec,
}
const unrooted: Codec<EntityRow> = struct<EntityRow>(entityFields)
const rooted: Codec<RootedRow> = struct<RootedRow>({ ...entityFields, root: hash32 })
/** Rows were once written without the root, which all the other rows of the entity say as well. */
const entityCodec: Codec<RootedRow | EntityRow> = {
  write: (row) => ('root' in row ? rooted.write(row) : unrooted.write(row)),
  read: (nested) => (nested.length === Object.keys(entityFields).length ? unrooted : rooted).read(nested),
}
const encodeEntity = (state: EntityState): Bytes => {
  const { height, timestampMs, frameHash, batch, root } = state
  return encode(rooted, { identity: state, height, timestampMs, frameHash, batch, root })
}

const read = <T>(codec: Codec<T>, { key, value }: StoreRow): T => {
  const result = decode(codec, value)
  if (result.type === 'ok') return result.value
  throw new Fault('I-SNAPSHOT', `${key}: ${result.reason}`)
}

/** How the values of one map are written and read. */
type Form<T> = { readonly write: (value: T) => Bytes; readonly read: (row: StoreRow) => T | Unread<T> }
/** Of a map whose hash of a value is that of the row: what nobody asks for is never read. */
const plain = <T>(codec: Codec<T>): Form<T> => ({
  write: (value) => encode(codec, value),
  read: ({ key, value }) => new Unread(alone(value), (bytes) => read(codec, { key, value: bytes })),
})
/** Kept, and it may lie in the middle of much else. */
const alone = (bytes: Bytes): Bytes => (bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice())

/** One of the maps a state is made of. */
type Section<S> = {
  readonly letter: string
  /** Keys without the letter. */
  readonly changes: (before: S, after: S) => Iterable<RowChange>
  /** All that there is for this map, in ascending order of the keys. */
  readonly with: (state: S, rows: readonly SectionRow[]) => S
}
/** A row of one map: its key there, and the row. */
type SectionRow = { readonly key: string; readonly change: RowChange }
const readValue = <T>({ key, value }: RowChange, read: (row: StoreRow) => T): T | undefined =>
  value === null ? undefined : read({ key, value })

const section = <S, T>(
  letter: string,
  form: Form<T>,
  map: { readonly get: (state: S) => MerkleMap<T>; readonly set: (map: MerkleMap<T>) => Partial<S> },
): Section<S> => ({
  letter,
  *changes(before, after) {
    for (const change of map.get(after).changesSince(map.get(before)))
      yield { key: change.key, value: change.after === undefined ? null : form.write(change.after) }
  },
  with: (state, rows) => {
    const entries = rows.map(({ key, change }) => [key, readValue(change, form.read)] as const)
    return { ...state, ...map.set(map.get(state).setAll(entries)) }
  },
})

type Maps = Pick<EntityState, keyof typeof emptyMaps>
const NO_MAPS: Maps = {
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
  sessions: emptyMaps.sessions(),
}

const ENTITY_SECTIONS: readonly Section<Maps>[] = [
  section(
    'a',
    { write: encodeAccount, read: (row) => decodeAccount(read(accountRowCodec, row)) },
    { get: ({ accounts }) => accounts, set: (accounts) => ({ accounts }) },
  ),
  section('r', plain(bigUint(256)), { get: ({ reserves }) => reserves, set: (reserves) => ({ reserves }) }),
  section('l', plain(routeCodec), { get: ({ lockBook }) => lockBook, set: (lockBook) => ({ lockBook }) }),
  section('p', plain(paymentCodec), { get: ({ payments }) => payments, set: (payments) => ({ payments }) }),
  section('h', plain(uint), { get: ({ paid }) => paid, set: (paid) => ({ paid }) }),
  section('i', plain(invoiceRecordCodec), { get: ({ invoices }) => invoices, set: (invoices) => ({ invoices }) }),
  section('f', plain(offerCodec), { get: ({ offers }) => offers, set: (offers) => ({ offers }) }),
  section('w', plain(wakeCodec), { get: ({ wakes }) => wakes, set: (wakes) => ({ wakes }) }),
  section('t', plain(deadlineCodec), { get: ({ deadlines }) => deadlines, set: (deadlines) => ({ deadlines }) }),
  section('s', plain(secretCodec), { get: ({ secrets }) => secrets, set: (secrets) => ({ secrets }) }),
  section('d', plain(debtCodec), { get: ({ debts }) => debts, set: (debts) => ({ debts }) }),
  section('k', plain(jCallCodec), { get: ({ calls }) => calls, set: (calls) => ({ calls }) }),
  section('g', plain(sessionCodec), { get: ({ sessions }) => sessions, set: (sessions) => ({ sessions }) }),
]

/** The key of an answer names its command behind the height. */
const commandOf = (order: string): CommandId => order.slice(order.indexOf(':') + 1) as CommandId

const answerForm = plain(answerCodec)
const answers: Section<Env> = {
  letter: 'c',
  *changes(before, after) {
    for (const { key, after: id } of after.answerOrder.changesSince(before.answerOrder)) {
      const answer = id === undefined ? null : present(after.answers.get(id), key)
      yield { key, value: answer === null ? null : answerForm.write(answer) }
    }
  },
  with: (env, rows) => {
    const known = rows.map(({ key, change }) => {
      return { key, id: commandOf(key), answer: readValue(change, answerForm.read) }
    })
    return {
      ...env,
      answers: env.answers.setAll(known.map(({ id, answer }) => [id, answer])),
      answerOrder: env.answerOrder.setAll(known.map(({ key, id, answer }) => [key, answer && id])),
    }
  },
}

const ENV_SECTIONS: readonly Section<Env>[] = [
  answers,
  section('j', plain(jReplicaCodec), { get: ({ jReplicas }) => jReplicas, set: (jReplicas) => ({ jReplicas }) }),
  section('o', plain(outboxCodec), { get: ({ outbox }) => outbox, set: (outbox) => ({ outbox }) }),
  section('p', plain(profileCodec), { get: ({ profiles }) => profiles, set: (profiles) => ({ profiles }) }),
  section('u', plain(uint), { get: ({ unplugged }) => unplugged, set: (unplugged) => ({ unplugged }) }),
]

function* entityChanges(before: EntityState | undefined, after: EntityState): Generator<RowChange> {
  const key = `e/${after.entityId}`
  const value = encodeEntity(after)
  if (before === undefined || !equalBytes(encodeEntity(before), value)) yield { key, value }
  for (const { letter, changes } of ENTITY_SECTIONS)
    for (const change of changes(before ?? NO_MAPS, after)) yield { ...change, key: `${key}/${letter}/${change.key}` }
}

function* unsortedChanges(before: Env, after: Env): Generator<RowChange> {
  yield { key: 'env', value: encode(envCodec, after) }
  if (after.start !== before.start) yield { key: START, value: after.start && encode(startCodec, after.start) }
  for (const { letter, changes } of ENV_SECTIONS)
    for (const change of changes(before, after)) yield { ...change, key: `${letter}/${change.key}` }
  for (const { key, before: was, after: is } of after.eReplicas.changesSince(before.eReplicas))
    yield* entityChanges(was?.state, present(is, `entity ${key}`).state)
}

/** What must be done to the rows of `before` to get those of `after`, in ascending order of the keys. */
export const rowChanges = (before: Env, after: Env): readonly RowChange[] =>
  [...unsortedChanges(before, after)].sort((a, b) => byCodePoint(a.key, b.key))

/** Every row of an Env, in ascending order of the keys. */
export const envRows = (env: Env): readonly StoreRow[] =>
  rowChanges(emptyEnv('', ''), env).flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]))

const newState = ({ identity, ...row }: EntityRow): EntityState => ({
  ...identity,
  root: ZERO_32,
  ...row,
  ...NO_MAPS,
})

const stray = (key: string): Fault => new Fault('I-SNAPSHOT', `stray row ${key}`)

/** Where a row belongs: an entity's, or the runtime's (null); a letter, or what stands by itself; its key there. */
type Place = { readonly entityId: EntityId | null; readonly letter: string | null; readonly key: string }
const placeOf = (key: string): Place => {
  const [head = '', ...rest] = key.split('/')
  if (head !== 'e') return { entityId: null, letter: rest.length === 0 ? null : head, key: rest.join('/') }
  const [id, letter = null, ...name] = rest
  return { entityId: id as EntityId, letter, key: name.join('/') }
}

type Run = Omit<Place, 'key'> & { readonly rows: readonly SectionRow[] }
/** Rows of one map lie beside each other. */
function* runsOf(changes: Iterable<RowChange>): Generator<Run> {
  let run: Omit<Place, 'key'> = { entityId: null, letter: null }
  let rows: SectionRow[] = []
  for (const change of changes) {
    const { key, ...at } = placeOf(change.key)
    if (rows.length > 0 && (at.entityId !== run.entityId || at.letter !== run.letter)) {
      yield { ...run, rows }
      rows = []
    }
    run = at
    rows.push({ key, change })
  }
  if (rows.length > 0) yield { ...run, rows }
}

const withEntityRun = (state: EntityState | undefined, { letter, rows }: Run): EntityState => {
  const [first] = rows
  const { key, value } = present(first, 'a row').change
  if (letter === null) {
    if (value === null) throw stray(key)
    const row = read(entityCodec, { key, value })
    const { identity, ...fields } = row
    return state === undefined ? newState(row) : { ...state, ...identity, ...fields }
  }
  const found = ENTITY_SECTIONS.find((one) => one.letter === letter)
  if (state === undefined || found === undefined) throw stray(key)
  return { ...state, ...found.with(state, rows) }
}

const withEnvRow = (env: Env, { key, value }: RowChange): Env => {
  if (key === 'env' && value !== null) return { ...env, ...read(envCodec, { key, value }) }
  if (key === START) return { ...env, start: value && read(startCodec, { key, value }) }
  throw stray(key)
}

const withEnvRun = (env: Env, { letter, rows }: Run): Env => {
  if (letter === null) return rows.reduce((now, { change }) => withEnvRow(now, change), env)
  const found = ENV_SECTIONS.find((one) => one.letter === letter)
  if (found === undefined) throw stray(present(rows[0], 'a row').change.key)
  return found.with(env, rows)
}

type Applied = { readonly env: Env; readonly states: Map<EntityId, EntityState>; readonly rooted: Set<EntityId> }

/** An entity's own row comes before its others. `rooted` are those whose row says the root. */
const applied = (before: Env, changes: Iterable<RowChange>): Applied => {
  let env = before
  const states = new Map<EntityId, EntityState>()
  const rooted = new Set<EntityId>()
  for (const run of runsOf(changes)) {
    const { entityId: id } = run
    if (id === null) {
      env = withEnvRun(env, run)
      continue
    }
    const old = states.get(id) ?? env.eReplicas.get(id)?.state
    const state = withEntityRun(old, run)
    if (state.root !== (old?.root ?? ZERO_32)) rooted.add(id)
    states.set(id, state)
  }
  return { env, states, rooted }
}

const withState = (env: Env, state: EntityState): Env => {
  const { entityId } = state
  return { ...env, eReplicas: env.eReplicas.set(entityId, { entityId, state }) }
}

/**
 * The state that `changes` lead to.
 * @throws Fault when a row is not what `rowChanges` writes. Whether the whole is right is told by its root.
 */
export const applyRows = (before: Env, changes: Iterable<RowChange>): Env => {
  const { env: others, states, rooted } = applied(before, changes)
  let env = others
  for (const state of states.values()) {
    const root = entityStateRoot(state)
    if (rooted.has(state.entityId) && !equalBytes(root, state.root))
      throw new Fault('I-SNAPSHOT', `the rows of ${state.entityId} do not lead to its root`)
    env = withState(env, { ...state, root })
  }
  return env
}

/** @throws Fault as `applyRows`. */
export const envFromRows = (rows: Iterable<StoreRow>): Env => applyRows(emptyEnv('', ''), rows)

/**
 * The same of rows that somebody else has written: each of them is read, also those that nobody would ask for.
 * @throws Fault as `applyRows`.
 */
export const envFromForeignRows = (rows: Iterable<StoreRow>): Env => {
  const env = envFromRows(rows)
  envRows(env)
  return env
}

/**
 * A state of some of its rows alone, for looking at: what was left out is absent, and the roots are those that were
 * recorded. Null when one was not.
 * @throws Fault as `applyRows`.
 */
export const partOfEnv = (rows: Iterable<StoreRow>): Env | null => {
  const { env, states, rooted } = applied(emptyEnv('', ''), rows)
  if (rooted.size < states.size) return null
  return [...states.values()].reduce(withState, env)
}
