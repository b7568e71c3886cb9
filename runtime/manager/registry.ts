/**
 * Which runtimes a wallet has: a list in one value outside every database.
 *
 * Contract: a wallet has one at least. Ids, indexes of keys and chain ids are given once and never again, also not
 * after a deletion, nor after everything was forgotten: what was signed in a world that is gone binds nothing in another
 * one, and its tombstone says up to where it had signed, and nothing of what was in it. Only a copy of a world has the
 * index of another one, and then it never signs, or signs for a chain id of its own: of those that sign no two have both
 * (I-DOMAIN). A change is true once it has been written. A list that is there and cannot be read is an error: without it
 * nobody knows which keys belong where.
 */
import * as v from 'valibot'
import { invariant } from '../lib/assert.ts'
import { toBigInt } from '../lib/bytes.ts'
import type { CanaryMark, Clock, Entropy, Slot } from '../ports.ts'
import { nameProblem, sameName } from '../radapter/address-book.ts'
import { RAdapterError, refusal } from '../radapter/errors.ts'
import { RUNTIME_KINDS, type RuntimeKind, type RuntimeRejection } from '../radapter/manager-methods.ts'
import { SIMNET_CHAIN_ID } from './simnet.ts'

export type RuntimeEntry = {
  /** In addresses of pages, and in the names of everything that is stored of it. */
  readonly id: string
  readonly name: string
  readonly kind: RuntimeKind
  /** What its state was born as: of a copy, the id of the runtime it is of. */
  readonly worldId: string
  /** Of its keys (BIP-32), below 2^31. A copy has that of the runtime it is of. */
  readonly index: number
  readonly chainId: bigint
  /** Of a copy that signs: what the runtime it is of was called. */
  readonly copyOf: string | null
  readonly usedMs: number
  /** What asked for it. */
  readonly commandId: string
}

/** The last frame of a runtime that was deleted; null where nobody knows it. */
export type LastFrame = Pick<CanaryMark, 'height' | 'recordHash'>
/** What is left of it. */
export type Tombstone = Pick<RuntimeEntry, 'id' | 'kind' | 'index' | 'chainId'> & { readonly mark: LastFrame | null }

/** What is known of a copy before it is one of the list. */
export type CopyOf = Pick<RuntimeEntry, 'id' | 'kind' | 'worldId' | 'index' | 'chainId' | 'copyOf'>
/** One that goes in the same moment as another takes its place. */
export type Replaced = { readonly id: string; readonly mark: LastFrame | null }

export type Registry = {
  /** The one used last first. */
  readonly entries: () => readonly RuntimeEntry[]
  readonly find: (id: string) => RuntimeEntry | null
  /** The one pages open on that name none. */
  readonly current: () => RuntimeEntry
  readonly onChange: (listener: () => void) => () => void
  /** The one this command has made. */
  readonly madeBy: (commandId: string) => RuntimeEntry | null
  /** Writes down a new one; the same `commandId` gives the one it gave. @throws RAdapterError */
  readonly add: (
    wanted: Pick<RuntimeEntry, 'name' | 'commandId'> & { readonly copy?: CopyOf; readonly replaces?: Replaced },
  ) => Promise<RuntimeEntry>
  /** @throws RAdapterError */
  readonly select: (id: string) => Promise<void>
  /** It is used now, as nearly as anybody is told; one that is not there is not. */
  readonly touch: (id: string) => Promise<void>
  /** @throws RAdapterError */
  readonly rename: (id: string, name: string) => Promise<void>
  /** @throws RAdapterError when it is not there, is the last one, or `confirmation` is not its name. */
  readonly mayDelete: (id: string, confirmation: string) => RuntimeEntry
  readonly bury: (id: string, mark: LastFrame | null) => Promise<void>
  readonly tombstones: () => readonly Tombstone[]
  /** Of those that signed with these keys for this chain. */
  readonly signedBefore: (domain: Pick<RuntimeEntry, 'index' | 'chainId'>) => readonly Tombstone[]
  /** The next free name of a copy: "Simnet-2". */
  readonly copyName: (name: string) => string
  /** This one, or the next free one made of it. */
  readonly freeName: (name: string) => string
  /** For a chain that goes on as another one, by lot: nobody else comes to have it, here or in another browser. */
  readonly freshChainId: (entropy: Entropy) => bigint
  /** Buries every one of them, and begins anew with a world that none of them was. */
  readonly forget: (markOf: (id: string) => LastFrame | null) => Promise<void>
}

export const MOST_RUNTIMES = 20
/** Who is told "2 min ago" misses nothing by it, and not every page that opens writes the list. */
const TOUCH_EVERY_MS = 60_000
/** Every wallet begins with this one. */
export const FIRST_RUNTIME: RuntimeEntry = {
  id: 'simnet',
  name: 'Simnet',
  kind: 'local',
  worldId: 'simnet',
  index: 0,
  chainId: SIMNET_CHAIN_ID,
  copyOf: null,
  usedMs: 0,
  commandId: '',
}

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const id = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/))
const chainId = v.pipe(
  v.string(),
  v.regex(/^[0-9]{1,20}$/),
  v.transform((text) => BigInt(text)),
)
const storedSchema = v.strictObject({
  entries: v.pipe(
    v.array(
      v.strictObject({
        id,
        name: v.string(),
        kind: v.picklist(RUNTIME_KINDS),
        worldId: id,
        index: natural,
        chainId,
        // Lists were once written without it.
        copyOf: v.optional(v.nullable(v.string()), null),
        usedMs: natural,
        commandId: v.string(),
      }),
    ),
    v.minLength(1),
  ),
  current: id,
  /** How many were ever made. */
  made: natural,
  tombstones: v.array(
    v.strictObject({
      id,
      // Lists were once written without it.
      kind: v.optional(v.picklist(RUNTIME_KINDS), 'local'),
      index: natural,
      chainId,
      // What more was once kept of it, it loses here.
      mark: v.nullable(v.object({ height: natural, recordHash: v.string() })),
    }),
  ),
})
type State = v.InferOutput<typeof storedSchema>

const FIRST: State = { entries: [FIRST_RUNTIME], current: FIRST_RUNTIME.id, made: 1, tombstones: [] }
const DAMAGED = 'The list of your runtimes on this device is damaged. Nothing is signed, so that nothing can be lost.'

const refuse = (rejection: RuntimeRejection): RAdapterError => new RAdapterError(refusal(rejection))

const nameRefusal = ({ entries }: State, name: string, of: string | null): RuntimeRejection | null => {
  const problem = nameProblem(name)
  if (problem?.type === 'bad_name' || problem?.type === 'name_too_long') return problem
  const isTaken = entries.some((entry) => entry.id !== of && sameName(entry.name) === sameName(name))
  return isTaken ? { type: 'runtime_name_taken' } : null
}

/** JSON knows no bigint. */
const stored = ({ entries, tombstones, ...rest }: State): unknown => ({
  ...rest,
  entries: entries.map((entry) => ({ ...entry, chainId: `${entry.chainId}` })),
  tombstones: tombstones.map((tombstone) => ({ ...tombstone, chainId: `${tombstone.chainId}` })),
})

/** Without this one, and with what is left of it. */
const buried = (state: State, { id, kind, index, chainId }: RuntimeEntry, mark: LastFrame | null): State => {
  const entries = state.entries.filter((entry) => entry.id !== id)
  const latest = [...entries].sort((a, b) => b.usedMs - a.usedMs)[0]
  return {
    ...state,
    entries,
    current: state.current === id && latest !== undefined ? latest.id : state.current,
    tombstones: [...state.tombstones, { id, kind, index, chainId, mark: mark === null ? null : lastFrame(mark) }],
  }
}

/** The accounts that a mark names are not kept. */
const lastFrame = ({ height, recordHash }: LastFrame): LastFrame => ({ height, recordHash })

/** Of keys and chain; one that came in a file may be ahead of what was made here. */
const nextNumber = ({ made, entries, tombstones }: State): number =>
  Math.max(made, ...[...entries, ...tombstones].map(({ index }) => index + 1))

/** A world like no other: its keys, its chain and all that is stored of it go by the next number. */
const bornAs = (number: number): CopyOf => {
  const id = `local-${number}`
  return { id, worldId: id, kind: 'local', index: number, chainId: SIMNET_CHAIN_ID + BigInt(number), copyOf: null }
}

/** Drawn chain ids begin far above those that are counted up, and stay far below what numbers hold exactly. */
const DRAWN_BYTES = 6
const DRAWN_FROM = 1n << BigInt(8 * DRAWN_BYTES)

/** What two of them would sign would bind both. */
const checkDomains = (entries: State['entries']): void => {
  const domains = entries.flatMap(({ kind, index, chainId }) => (kind === 'local' ? [`${index}/${chainId}`] : []))
  invariant(new Set(domains).size === domains.length, 'I-DOMAIN', () => `two runtimes sign for ${domains}`)
}

/** @throws Error when the list is there and cannot be read. */
export const openRegistry = async (slot: Slot, clock: Clock): Promise<Registry> => {
  const listeners = new Set<() => void>()
  const read = v.safeParse(storedSchema, (await slot.get()) ?? stored(FIRST))
  if (!read.success) throw new Error(DAMAGED)
  let state: State = read.output
  let turn: Promise<unknown> = Promise.resolve()

  const become = async (next: State): Promise<void> => {
    await slot.set(stored(next))
    state = next
    for (const listener of listeners) listener()
  }
  /** One change after another, each from what the one before it left. */
  const change = <T>(act: () => Promise<T>): Promise<T> => {
    const run = turn.then(act)
    turn = run.catch(() => undefined)
    return run
  }
  const find = (wanted: string): RuntimeEntry | null => state.entries.find((entry) => entry.id === wanted) ?? null
  const known = (wanted: string): RuntimeEntry => {
    const entry = find(wanted)
    if (entry === null) throw refuse({ type: 'unknown_runtime' })
    return entry
  }
  const replace = (entry: RuntimeEntry): State['entries'] =>
    state.entries.map((other) => (other.id === entry.id ? entry : other))

  const numbered = (name: string): string => {
    for (let number = 2; ; number++)
      if (nameRefusal(state, `${name}-${number}`, null)?.type !== 'runtime_name_taken') return `${name}-${number}`
  }

  return {
    // Of two at one time the one that was made later.
    entries: () => state.entries.toReversed().sort((a, b) => b.usedMs - a.usedMs),
    find,
    current: () => find(state.current) ?? (state.entries[0] as RuntimeEntry),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    madeBy: (commandId) => state.entries.find((entry) => entry.commandId === commandId) ?? null,
    add: ({ name, commandId, copy, replaces }) =>
      change(async () => {
        const before = state.entries.find((entry) => entry.commandId === commandId)
        if (before !== undefined) return before
        const problem = nameRefusal(state, name, replaces?.id ?? null)
        if (problem !== null) throw refuse(problem)
        const rest = replaces === undefined ? state : buried(state, known(replaces.id), replaces.mark)
        if (rest.entries.length >= MOST_RUNTIMES) throw refuse({ type: 'too_many_runtimes', limit: MOST_RUNTIMES })
        const number = nextNumber(state)
        const entry: RuntimeEntry = { ...(copy ?? bornAs(number)), name, usedMs: clock.now(), commandId }
        const entries = [...rest.entries, entry]
        checkDomains(entries)
        await become({
          ...rest,
          entries,
          current: replaces?.id === state.current ? entry.id : rest.current,
          made: copy === undefined ? number + 1 : state.made,
        })
        return entry
      }),
    select: (wanted) =>
      change(async () => {
        const entry = { ...known(wanted), usedMs: clock.now() }
        await become({ ...state, entries: replace(entry), current: entry.id })
      }),
    touch: (wanted) =>
      change(async () => {
        const entry = find(wanted)
        if (entry === null || clock.now() - entry.usedMs < TOUCH_EVERY_MS) return
        await become({ ...state, entries: replace({ ...entry, usedMs: clock.now() }) })
      }),
    rename: (wanted, name) =>
      change(async () => {
        const entry = known(wanted)
        const problem = nameRefusal(state, name, entry.id)
        if (problem !== null) throw refuse(problem)
        await become({ ...state, entries: replace({ ...entry, name }) })
      }),
    mayDelete: (wanted, confirmation) => {
      const entry = known(wanted)
      if (confirmation !== entry.name) throw refuse({ type: 'wrong_confirmation' })
      if (state.entries.length === 1) throw refuse({ type: 'last_runtime' })
      return entry
    },
    bury: (wanted, mark) =>
      change(async () => {
        await become(buried(state, known(wanted), mark))
      }),
    tombstones: () => state.tombstones,
    signedBefore: ({ index, chainId }) =>
      state.tombstones.filter((gone) => gone.kind === 'local' && gone.index === index && gone.chainId === chainId),
    copyName: numbered,
    freeName: (name) => {
      const problem = nameRefusal(state, name, null)
      // A name out of a file may be none.
      return problem === null ? name : numbered(problem.type === 'runtime_name_taken' ? name : FIRST_RUNTIME.name)
    },
    freshChainId: (entropy) => {
      for (;;) {
        const drawn = DRAWN_FROM + toBigInt(entropy.draw().subarray(0, DRAWN_BYTES))
        if (![...state.entries, ...state.tombstones].some((known) => known.chainId === drawn)) return drawn
      }
    },
    forget: (markOf) =>
      change(async () => {
        const number = nextNumber(state)
        const first: RuntimeEntry = { ...FIRST_RUNTIME, ...bornAs(number) }
        const { tombstones } = state.entries.reduce((left, entry) => buried(left, entry, markOf(entry.id)), state)
        await become({ entries: [first], current: first.id, made: number + 1, tombstones })
      }),
  }
}
