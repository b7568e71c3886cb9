/**
 * Copies of runtimes, made from one moment of their database while they go on. A copy of a world whose keys and chain are
 * all here becomes a world of its own on a chain of its own (`runtime/manager/fork.ts`); any other copy is a snapshot,
 * which never signs. What comes out of a file is brought in one at a time with them (adopt.ts).
 *
 * Contract: one command makes one copy, and a worker that dies leaves a whole one or none: it is made under a name that
 * is written down first, joins the list of runtimes at the very end, and what the list does not have then is removed by
 * the next worker. A copy takes the names of its owner's address book along, and a fork the list of his entities. One is
 * made at a time. A fork gets a chain id that nobody was ever given, by lot, so that two of them never share one, also
 * not in two browsers with the same phrase; and a fresh one at every try.
 */
import * as v from 'valibot'
import { toHex, utf8 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import { type ForkOutcome, forkStore, type Hindrance } from '../../runtime/manager/fork.ts'
import { type CopyOf, MOST_RUNTIMES, type Registry, type RuntimeEntry } from '../../runtime/manager/registry.ts'
import { SIMNET_CHAIN } from '../../runtime/manager/simnet.ts'
import type { Slot } from '../../runtime/ports.ts'
import { RAdapterError, refusal, walletLocked } from '../../runtime/radapter/errors.ts'
import type { RuntimeRejection } from '../../runtime/radapter/manager-methods.ts'
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { copyStore } from '../../runtime/storage/copy.ts'
import { canaryOf, copySlot, type RuntimePorts } from './ports.ts'
import { databaseOf, knowKeys } from './runtime-service.ts'
import type { Keyring } from './wallet/keyring.ts'
import { removeStored } from './world.ts'

export type Clones = {
  /** A copy of what this runtime is now. @throws RAdapterError */
  readonly clone: (keyring: Keyring, params: RpcMethods['runtime.clone']['params']) => Promise<{ id: string }>
  /** What makes a runtime out of a database that is there already, when no copy is being made. */
  readonly inTurn: <T>(act: () => Promise<T>) => Promise<T>
  /** Resolves when none is being made, and what a worker before this one has left is gone. */
  readonly settled: () => Promise<void>
}

type Given = {
  readonly ports: RuntimePorts
  readonly registry: Registry
  /** Null once they are gone. */
  readonly keyring: () => Keyring | null
}

const refuse = (rejection: RuntimeRejection): RAdapterError => new RAdapterError(refusal(rejection))

const copyIdOf = (commandId: string): string => `copy-${toHex(taggedHash('xln:copy', utf8(commandId))).slice(2, 10)}`

const HINDRANCES: { readonly [H in Hindrance]: RuntimeRejection } = {
  payments: { type: 'clone_payments' },
  chain: { type: 'clone_chain' },
  dispute: { type: 'clone_dispute' },
}

/** Ids of copies that are being made. */
const listSchema = v.array(v.string())
const listIn = async (slot: Slot): Promise<readonly string[]> => {
  const read = v.safeParse(listSchema, await slot.get())
  return read.success ? read.output : []
}

/** The rows of one moment, under another name. */
const copyRows = async (ports: RuntimePorts, from: string, to: string): Promise<void> => {
  const source = await ports.openStore(databaseOf(from), { create: false }).catch(() => null)
  if (source === null) throw refuse({ type: 'runtime_not_open' })
  try {
    const copy = await ports.openStore(databaseOf(to), { create: true })
    await copyStore(source, copy).finally(() => copy.close())
  } finally {
    await source.close()
  }
}

type Copy = { readonly id: string; readonly source: RuntimeEntry; readonly chainId: bigint; readonly keyring: Keyring }

type Forked = Pick<CopyOf, 'id' | 'worldId' | 'index' | 'chainId'> & {
  readonly name: string
  readonly keyring: Keyring
}

/** Onto this chain, where it lies; the owner's further entities in it are written down already. */
export const forkCopy = async (ports: RuntimePorts, forked: Forked): Promise<ForkOutcome> => {
  const { id, worldId: runtimeId, name, index, chainId, keyring } = forked
  await knowKeys({ keyring, runtimeIndex: index }, ports.slot(`entities.${id}`)).more
  const store = await ports.openStore(databaseOf(id), { create: false })
  const signer = keyring.signer(index)
  const { clock, entropy } = ports
  const canary = canaryOf(ports, id)
  const given = { store, runtimeId, name, chainName: SIMNET_CHAIN, chainId, signer, canary, clock, entropy }
  return forkStore(given).finally(() => store.close())
}

const fork = async (ports: RuntimePorts, { id, source, chainId, keyring }: Copy): Promise<ForkOutcome> => {
  const { worldId, name, index } = source
  // After the rows: an entity that was planned meanwhile is brought in by the next start, one that is unknown would not.
  await copySlot(ports.slot(`entities.${source.id}`), ports.slot(`entities.${id}`))
  return forkCopy(ports, { id, worldId, name, index, chainId, keyring })
}

const make = async ({ ports, registry, keyring }: Given, copy: Copy, commandId: string): Promise<void> => {
  const { id, source } = copy
  await copyRows(ports, source.id, id)
  const outcome: ForkOutcome = source.kind === 'local' ? await fork(ports, copy) : { type: 'only_to_look_at' }
  if (outcome.type === 'not_quiet') throw refuse(HINDRANCES[outcome.hindrance])
  // Keys that went away meanwhile are no reason to make less of it.
  if (keyring() !== copy.keyring) throw new RAdapterError(walletLocked)
  await copySlot(ports.slot(`names.${source.id}`), ports.slot(`names.${id}`))
  const { worldId, index, name } = source
  const made =
    outcome.type === 'forked'
      ? ({ kind: 'local', chainId: copy.chainId, copyOf: name } as const)
      : ({ kind: 'snapshot', chainId: source.chainId, copyOf: null } as const)
  await registry.add({ name: registry.copyName(name), commandId, copy: { id, worldId, index, ...made } })
}

export const createClones = (given: Given): Clones => {
  const { ports, registry } = given
  const making = ports.slot('copying')
  const tidy = async (): Promise<void> => {
    for (const id of await listIn(making)) if (registry.find(id) === null) await removeStored(ports, id)
    await making.clear()
  }
  /** What is left stays out of sight, and is tried again by the next worker. */
  let turn: Promise<unknown> = tidy().catch(() => undefined)

  const cloneNow = async (
    keyring: Keyring,
    { commandId, id: sourceId }: RpcMethods['runtime.clone']['params'],
  ): Promise<{ id: string }> => {
    const made = registry.madeBy(commandId)
    if (made !== null) return { id: made.id }
    const source = registry.find(sourceId)
    if (source === null) throw refuse({ type: 'unknown_runtime' })
    // Known before anything is copied, which may take a while.
    if (registry.entries().length >= MOST_RUNTIMES) throw refuse({ type: 'too_many_runtimes', limit: MOST_RUNTIMES })
    const id = copyIdOf(commandId)
    await making.set([...(await listIn(making)).filter((other) => other !== id), id])
    await removeStored(ports, id)
    try {
      await make(given, { id, source, keyring, chainId: registry.freshChainId(ports.entropy) }, commandId)
    } finally {
      await tidy().catch(() => undefined)
    }
    return { id }
  }
  const inTurn: Clones['inTurn'] = (act) => {
    const run = turn.then(act)
    turn = run.catch(() => undefined)
    return run
  }
  return {
    clone: (keyring, params) => inTurn(() => cloneNow(keyring, params)),
    inTurn,
    settled: async () => void (await turn),
  }
}
