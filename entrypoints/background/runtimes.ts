/**
 * The RuntimeManager: every runtime of this wallet, each a world of its own with its own store, lock, book of names,
 * deadlines and lines to pages. A world is there from the moment somebody asks for it, and runs while the wallet is
 * unlocked.
 *
 * Contract: what one world does, no other one sees. One is deleted for good, in an order that a dying worker cannot
 * turn into a new world under an old name: first it is no longer in the list, then its store goes, and its mark last;
 * what was cut short is finished at the next start. All of them are forgotten in the same order. None is taken away
 * under a window that has its pen: of the one that a line shows the line knows whose that is (served.ts), of another
 * one it is asked here.
 */
import type { RuntimeHost } from '../../runtime/host.ts'
import type { JAdapter } from '../../runtime/jadapter/types.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { isPenHeld } from '../../runtime/manager/control.ts'
import { openRegistry, type Registry, type RuntimeEntry } from '../../runtime/manager/registry.ts'
import { type AddressBook, NO_BOOK } from '../../runtime/radapter/address-book.ts'
import type { Connection } from '../../runtime/radapter/connection.ts'
import { heldByOther, RAdapterError, walletLocked } from '../../runtime/radapter/errors.ts'
import type { PortTarget } from '../../runtime/radapter/port.ts'
import { createServer, type RAdapterServer } from '../../runtime/radapter/server.ts'
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { adopt, markOf } from './adopt.ts'
import { type Clones, createClones } from './clones.ts'
import { canarySlot, type RuntimePorts } from './ports.ts'
import type { RuntimeStatus } from './runtime-service.ts'
import type { Keyring } from './wallet/keyring.ts'
import {
  controlKey,
  createWorld,
  forgetPhrase,
  listingsFor,
  removeStored,
  type World,
  type WorldHooks,
} from './world.ts'

/** Whichever runtime is the current one, for what deals with that alone. */
export type Current = {
  readonly entry: RuntimeEntry
  readonly status: RuntimeStatus
  readonly host: RuntimeHost | null
  readonly owner: EntityId | null
  readonly names: () => AddressBook
  chain(name: string): JAdapter | null
  onChange(listener: () => void): void
}

type ManagerMethod = Exclude<Extract<keyof RpcMethods, `runtime.${string}`>, 'runtime.takeControl'>
export type RuntimeManagerHandlers = {
  readonly [M in ManagerMethod]: (params: RpcMethods[M]['params']) => Promise<RpcMethods[M]['result']>
}

export type Runtimes = {
  readonly current: Current
  /** Makes it, and starts it while the wallet is unlocked; null where this wallet has none of this id. */
  readonly world: (id: string) => Promise<World | null>
  /** A line to what it asks for; where this wallet has none of this id, to somebody who says so. */
  readonly accept: (connection: Connection, target: PortTarget) => Promise<void>
  /** Something is due in this one. One that cannot be started now is when it can be. */
  readonly wake: (id: string) => Promise<void>
  /** Of everything that runs. */
  readonly hosts: () => readonly RuntimeHost[]
  /** Starts what is there with these keys; null when they are gone. Says nothing of how it goes. */
  readonly follow: (keyring: Keyring | null) => void
  readonly stop: () => Promise<void>
  /** Everything there is of them; what they had signed up to stays behind. */
  readonly forget: () => Promise<void>
  /** Of any world, and of the list. */
  readonly onChange: (listener: () => void) => () => void
}

type Stored = { readonly ports: RuntimePorts; readonly registry: Registry }

/** A place that shows no runtime, and the way to those there are. */
const nowhere = (runtimeId: string, registry: Registry, hooks: WorldHooks): RAdapterServer =>
  createServer({
    host: () => null,
    status: () => {
      const shared = hooks.status()
      return {
        ...shared,
        runtimeId,
        runtimes: listingsFor(shared, registry),
        runtime: 'halted',
        reason: { type: 'unknown_runtime' },
        progress: null,
        storage: 'ok',
      }
    },
    onChange: (listener) => {
      const stops = [hooks.onChange(listener), registry.onChange(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
    handlers: hooks.handlers,
  })

/** The worlds that are there, each made once; those in `made` are whole. */
const createWorlds = (
  { ports, registry }: Stored,
  hooks: (shown: string) => WorldHooks,
  onMade: (world: World) => void,
) => {
  const making = new Map<string, Promise<World>>()
  const made = new Map<string, World>()
  const make = async (entry: RuntimeEntry): Promise<World> => {
    const world = await createWorld({
      entry: () => registry.find(entry.id) ?? entry,
      ports,
      hooks: hooks(entry.id),
      registry,
    })
    made.set(entry.id, world)
    onMade(world)
    return world
  }
  return {
    made,
    of: async (id: string): Promise<World | null> => {
      const entry = registry.find(id)
      if (entry === null) return null
      const world = making.get(id) ?? make(entry)
      making.set(id, world)
      // One that could not be made is made anew.
      world.catch(() => making.delete(id))
      return world
    },
    /** With all that is stored of it. */
    remove: async (id: string): Promise<void> => {
      const world = await (making.get(id) ?? null)
      making.delete(id)
      made.delete(id)
      await world?.end()
      await removeStored(ports, id)
    },
  }
}

type Worlds = ReturnType<typeof createWorlds>

type Parts = {
  readonly stored: Stored
  readonly worlds: Worlds
  readonly clones: Clones
  readonly keyring: () => Keyring | null
}

/** @param shown by the lines they answer; null where none is. */
const handlersOf = ({ stored, worlds, clones, keyring }: Parts, shown: string | null): RuntimeManagerHandlers => {
  const { ports, registry } = stored
  const checkPen = async (id: string): Promise<void> => {
    if (await isPenHeld({ slot: ports.sessionSlot(controlKey(id)), isAlive: ports.isPageAlive }))
      throw new RAdapterError(heldByOther('other_window', 'another window writes'))
  }
  const stop = async (id: string): Promise<void> => worlds.made.get(id)?.service.stop()
  const start = async (id: string): Promise<void> => {
    const keys = keyring()
    if (keys !== null) await worlds.made.get(id)?.service.start(keys)
  }
  const given = { ...stored, checkPen, stop, start, remove: worlds.remove, keysNow: keyring }
  const unlocked =
    <P, T>(act: (params: P, keys: Keyring) => Promise<T>) =>
    async (params: P): Promise<T> => {
      const keys = keyring()
      if (keys === null) throw new RAdapterError(walletLocked)
      return act(params, keys)
    }
  return {
    'runtime.create': unlocked(async ({ commandId, name }) => ({ id: (await registry.add({ commandId, name })).id })),
    'runtime.clone': unlocked((params, keys) => clones.clone(keys, params)),
    'runtime.adopt': unlocked((params, keys) => clones.inTurn(() => adopt({ ...given, keyring: keys }, params))),
    'runtime.select': unlocked(async ({ id }) => {
      await registry.select(id)
      return {}
    }),
    'runtime.rename': unlocked(async ({ id, name }) => {
      await registry.rename(id, name)
      return {}
    }),
    'runtime.delete': unlocked(async ({ id, confirmation }) => {
      // Asked again by a page whose line ended with its runtime.
      if (registry.tombstones().some((tombstone) => tombstone.id === id)) return {}
      registry.mayDelete(id, confirmation)
      if (id !== shown) await checkPen(id)
      await stop(id)
      await registry.bury(id, await markOf(ports, id))
      await worlds.remove(id)
      return {}
    }),
  }
}

const NOT_RUNNING: RuntimeStatus = { runtime: 'stopped', progress: null, reason: null, storage: 'ok' }

/** @throws Error when the list of runtimes cannot be read. */
export const openRuntimes = async (ports: RuntimePorts, shared: WorldHooks): Promise<Runtimes> => {
  const registry = await openRegistry(ports.slot('runtimes'), ports.clock)
  const listeners = new Set<() => void>()
  let keys: Keyring | null = null

  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  const stored = { ports, registry }
  const worlds = createWorlds(
    stored,
    (shown) => hooksOf(shown),
    ({ service }) => {
      service.onChange(changed)
      if (keys !== null) void service.start(keys)
      changed()
    },
  )
  const clones = createClones({ ...stored, keyring: () => keys })
  const parts = { stored, worlds, clones, keyring: () => keys }
  const hooksOf = (shown: string | null): WorldHooks => ({
    ...shared,
    handlers: { ...shared.handlers, ...handlersOf(parts, shown) },
  })
  const all = (): readonly World[] => [...worlds.made.values()]
  const current = (): World | null => worlds.made.get(registry.current().id) ?? null
  /** There before anybody asks for it. */
  const ensureCurrent = async (): Promise<void> => void (await worlds.of(registry.current().id))
  /** For whoever looks for it among the others. A time that cannot be kept is an older one. */
  const used = (id: string): void => {
    if (keys !== null) void registry.touch(id).catch(() => undefined)
  }
  /** What an earlier worker had begun to remove. */
  const finishRemovals = async (): Promise<void> => {
    for (const { id } of registry.tombstones())
      if ((await canarySlot(ports, id).get()) !== undefined) await worlds.remove(id)
  }

  registry.onChange(() => {
    void ensureCurrent().catch(() => undefined)
    changed()
  })
  await ensureCurrent()
  // What is left stays out of sight, and is tried again by the next worker.
  void finishRemovals().catch(() => undefined)
  return {
    current: {
      get entry() {
        return registry.current()
      },
      get status() {
        return current()?.service.status ?? NOT_RUNNING
      },
      get host() {
        return current()?.service.host ?? null
      },
      get owner() {
        return current()?.service.owner ?? null
      },
      names: () => current()?.names() ?? NO_BOOK,
      chain: (name) => current()?.service.chain(name) ?? null,
      onChange: (listener) => void listeners.add(listener),
    },
    world: worlds.of,
    accept: async (connection, { runtimeId, clientId }) => {
      const id = runtimeId ?? registry.current().id
      const world = await worlds.of(id)
      if (world === null) return nowhere(id, registry, hooksOf(null)).accept(connection)
      await world.accept(connection, clientId, () => used(id))
      used(id)
    },
    // Once there, it starts with the keys.
    wake: async (id) => void (await worlds.of(id)),
    // What can only be read comes to no end by itself, and nothing has to wait for it.
    hosts: () =>
      all().flatMap(({ service: { host, status } }) => (host !== null && status.runtime === 'running' ? [host] : [])),
    follow: (keyring) => {
      keys = keyring
      if (keyring !== null) for (const { service } of all()) void service.start(keyring)
    },
    stop: async () => {
      await Promise.all(all().map(({ service }) => service.stop()))
    },
    forget: async () => {
      // A page that comes back meanwhile finds nothing to start it with.
      keys = null
      await clones.settled()
      await Promise.all(all().map(({ service }) => service.stop()))
      const ids = registry.entries().map(({ id }) => id)
      const marks = new Map(await Promise.all(ids.map(async (id) => [id, await markOf(ports, id)] as const)))
      await registry.forget((id) => marks.get(id) ?? null)
      for (const id of ids) await worlds.remove(id)
      await forgetPhrase(ports)
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
