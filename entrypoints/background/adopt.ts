/**
 * A runtime out of a file becomes one of this wallet's. Its database lies there already, proven by the page that has
 * read the file (runtime/manager/xln-import.ts).
 *
 * Contract: nothing is signed twice that could be held against anybody. What was signed with these keys for this chain
 * is known by the runtime that is here, or by the tombstones of those that were. Where one is here the owner decides
 * which of the two it is to be. A file that has all that was signed goes on from there, and any other one goes on a
 * chain of its own (I-DOMAIN), or is a copy to look at where it cannot be forked, and then takes nobody's place. The
 * names of the runtime whose place it takes are kept; otherwise it brings its own.
 */
import type { ForkOutcome } from '../../runtime/manager/fork.ts'
import { plannedAgain } from '../../runtime/manager/own-entities.ts'
import { type CopyOf, MOST_RUNTIMES, type Registry, type RuntimeEntry } from '../../runtime/manager/registry.ts'
import { hasFrames } from '../../runtime/manager/xln-import.ts'
import type { CanaryMark } from '../../runtime/ports.ts'
import { bookOfEntries, entriesOf } from '../../runtime/radapter/address-book.ts'
import { RAdapterError, refusal, walletLocked } from '../../runtime/radapter/errors.ts'
import type { RuntimeRejection } from '../../runtime/radapter/manager-methods.ts'
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { forkCopy } from './clones.ts'
import { canaryOf, copySlot, type RuntimePorts } from './ports.ts'
import { databaseOf, ownCount } from './runtime-service.ts'
import type { Keyring } from './wallet/keyring.ts'

type Adoption = RpcMethods['runtime.adopt']
type Imported = Adoption['params']['imported']
type Result = Adoption['result']

export type Given = {
  readonly ports: RuntimePorts
  readonly registry: Registry
  readonly keyring: Keyring
  /** Null once they are gone. */
  readonly keysNow: () => Keyring | null
  /** @throws RAdapterError while a window has the pen of this one */
  readonly checkPen: (id: string) => Promise<void>
  /** Its last tick has ended. */
  readonly stop: (id: string) => Promise<void>
  /** Goes on after all. */
  readonly start: (id: string) => Promise<void>
  /** With all that is stored of it. */
  readonly remove: (id: string) => Promise<void>
}

const refuse = (rejection: RuntimeRejection): RAdapterError => new RAdapterError(refusal(rejection))

/** A mark that cannot be read says nothing. */
export const markOf = (ports: RuntimePorts, id: string): Promise<CanaryMark | null> =>
  canaryOf(ports, id)
    .read()
    .catch(() => null)

/** By how many frames a file ends earlier than what was last written here; null where it does not. */
const behindBy = (height: number, mark: CanaryMark | null): number | null =>
  mark === null || height >= mark.height ? null : mark.height - height

const made = ({ id, kind }: Pick<RuntimeEntry, 'id' | 'kind'>): Result => ({ id, kind, here: null, behindBy: null })

/**
 * Whether it has every frame that was signed by runtimes that are gone, and by `here`.
 * @throws RAdapterError without its database
 */
const hasAllSigned = async (given: Given, imported: Imported, here: RuntimeEntry | null): Promise<boolean> => {
  const { ports, registry } = given
  // Without a database there would be a new world with keys that have been at work.
  const store = await ports.openStore(databaseOf(imported.id), { create: false }).catch(() => null)
  if (store === null) throw refuse({ type: 'runtime_not_open' })
  const marks = registry.signedBefore(imported).map(({ mark }) => mark)
  if (here !== null) marks.push(await markOf(ports, here.id))
  return hasFrames(store, marks).finally(() => store.close())
}

/** Whose keys are at work again, beside the first. */
const planOwn = ({ ports }: Given, id: string, owned: number): Promise<void> =>
  ports.slot(`entities.${id}`).set(plannedAgain(owned - 1))

/** On a chain of its own, or, where that cannot be, to look at. */
const apart = async (given: Given, imported: Imported, owned: number): Promise<CopyOf> => {
  const { ports, registry, keyring } = given
  const { id, name, worldId, index } = imported
  // Known before anything is signed.
  if (registry.entries().length >= MOST_RUNTIMES) throw refuse({ type: 'too_many_runtimes', limit: MOST_RUNTIMES })
  await planOwn(given, id, owned)
  const chainId = registry.freshChainId(ports.entropy)
  const outcome: ForkOutcome = await forkCopy(ports, { id, worldId, name, index, chainId, keyring })
  if (outcome.type === 'forked') return { id, worldId, index, chainId, kind: 'local', copyOf: name }
  // Keys that went away meanwhile are no reason to make less of it.
  if (given.keysNow() !== keyring) throw new RAdapterError(walletLocked)
  await ports.slot(`entities.${id}`).clear()
  return toLookAt(imported)
}

const toLookAt = ({ id, worldId, index, chainId }: Imported): CopyOf => ({
  id,
  worldId,
  index,
  chainId,
  kind: 'snapshot',
  copyOf: null,
})

/** What the file is to be. @param here what it is to take the place of, which has stopped */
const become = async (
  given: Given,
  imported: Imported,
  { signs, owned, here }: { readonly signs: boolean; readonly owned: number; readonly here: RuntimeEntry | null },
): Promise<CopyOf> => {
  const isAll = await hasAllSigned(given, imported, here)
  if (!signs) return toLookAt(imported)
  if (!isAll) return apart(given, imported, owned)
  await planOwn(given, imported.id, owned)
  return { ...toLookAt(imported), kind: 'local' }
}

const replace = async (given: Given, here: RuntimeEntry, commandId: string, copy: CopyOf): Promise<void> => {
  const { ports, registry, remove } = given
  await copySlot(ports.slot(`names.${here.id}`), ports.slot(`names.${copy.id}`))
  const replaces = { id: here.id, mark: await markOf(ports, here.id) }
  await registry.add({ name: here.name, commandId, copy, replaces })
  await remove(here.id)
}

const addBeside = async (given: Given, imported: Imported, commandId: string, copy: CopyOf): Promise<void> => {
  const { ports, registry } = given
  const { id, name, names } = imported
  if (names.length > 0) await ports.slot(`names.${id}`).set(entriesOf(bookOfEntries(names)))
  await registry.add({ name: registry.freeName(name), commandId, copy })
}

/** @throws RAdapterError */
export const adopt = async (given: Given, { commandId, imported, choice }: Adoption['params']): Promise<Result> => {
  const { ports, registry, keyring } = given
  const before = registry.madeBy(commandId)
  if (before !== null) return made(before)
  const { index, chainId, height } = imported
  const owned = ownCount(keyring, index, imported.ownEntityIds)
  // A fork has the same keys, and signs for another chain: the two are in nobody's way.
  const isSame = (entry: RuntimeEntry): boolean => entry.index === index && entry.chainId === chainId
  const here = registry.entries().find((entry) => entry.kind === 'local' && isSame(entry)) ?? null
  if (owned > 0 && here !== null && choice === null)
    return { id: null, kind: null, here: here.name, behindBy: behindBy(height, await markOf(ports, here.id)) }
  if (owned === 0 || here === null || choice !== 'replace') {
    const signs = owned > 0 && here === null && choice !== 'copy'
    const copy = await become(given, imported, { signs, owned, here: null })
    await addBeside(given, imported, commandId, copy)
    return made(copy)
  }
  await given.checkPen(here.id)
  await given.stop(here.id)
  try {
    const copy = await become(given, imported, { signs: true, owned, here })
    if (copy.kind === 'local') await replace(given, here, commandId, copy)
    else await addBeside(given, imported, commandId, copy)
    return made(copy)
  } finally {
    // What could not be replaced goes on.
    if (registry.find(here.id) !== null) await given.start(here.id)
  }
}
