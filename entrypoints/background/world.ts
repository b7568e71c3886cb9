/** One runtime with all that is its own: what it is called by, what it owes the owner a word about, and its lines to pages. */
import type { RuntimeHost } from '../../runtime/host.ts'
import { type ControlLease, createControl } from '../../runtime/manager/control.ts'
import type { Registry, RuntimeEntry } from '../../runtime/manager/registry.ts'
import type { ActivityRecord } from '../../runtime/radapter/activity-record.ts'
import type { AddressBook } from '../../runtime/radapter/address-book.ts'
import { type BookKeeper, openBook } from '../../runtime/radapter/book-keeper.ts'
import { commandHandlers, type RuntimeHandlers } from '../../runtime/radapter/commands.ts'
import type { Connection } from '../../runtime/radapter/connection.ts'
import { type RpcHandlers, seatOf } from '../../runtime/radapter/served.ts'
import { createServer, type RAdapterServer } from '../../runtime/radapter/server.ts'
import { simnetHandlers } from '../../runtime/radapter/simnet-methods.ts'
import type { HostStatus } from '../../runtime/radapter/types.ts'
import { createDeadlines, type Deadline, type Deadlines, deadlineAlarm } from './deadlines.ts'
import { createNotices } from './notices.ts'
import { canarySlot, type RuntimePorts } from './ports.ts'
import { databaseOf, OWN_ADDRESS, RuntimeService, runtimeServiceHandlers, wakeAlarm } from './runtime-service.ts'
import type { Keyring } from './wallet/keyring.ts'

/** What all worlds share. */
export type WorldHooks = {
  readonly keyring: () => Keyring | null
  /** What every page is told, whichever runtime it shows. */
  readonly status: () => Pick<
    HostStatus,
    'wallet' | 'unlockNotBefore' | 'autoLockMinutes' | 'approvals' | 'updateReady'
  >
  /** Of that. @returns unsubscribe */
  readonly onChange: (listener: () => void) => () => void
  readonly handlers: RpcHandlers
  readonly received: (received: ActivityRecord) => void
  readonly due: (deadline: Deadline) => Promise<void>
}

export type World = {
  readonly service: RuntimeService
  readonly deadlines: Deadlines
  readonly names: () => AddressBook
  /**
   * @param clientId of a window that asks for the pen; null for a page that needs none
   * @param onLeave once, when the line has ended
   */
  readonly accept: (connection: Connection, clientId: string | null, onLeave?: () => void) => Promise<void>
  /** Ends every line to it, and stops it. */
  readonly end: () => Promise<void>
}

/** Whose window has the pen of this one. */
export const controlKey = (id: string): string => `control.${id}`

/** What pages keep of each runtime (components/models/preferences.ts). */
const PLACES = ['entities', 'cameras', 'networks', 'panels'].map((name) => `preferences.${name}`)

/** That the words were written down: the next wallet has others. */
export const forgetPhrase = ({ slot }: RuntimePorts): Promise<void> => slot('preferences.hasPhrase').clear()

/** Removes all that is kept of a runtime that is no more: its store, what lies beside it, and at the very end its mark. */
export const removeStored = async (ports: RuntimePorts, id: string): Promise<void> => {
  await ports.deleteStore(databaseOf(id))
  for (const kept of ['entities', 'names', 'deadlines', 'place.sidepanel', 'place.view', ...PLACES])
    await ports.slot(`${kept}.${id}`).clear()
  for (const alarm of [wakeAlarm(id), deadlineAlarm(id)]) await ports.alarms.clear(alarm)
  await ports.sessionSlot(controlKey(id)).clear()
  await canarySlot(ports, id).clear()
}

type Given = {
  readonly entry: () => RuntimeEntry
  readonly ports: RuntimePorts
  readonly hooks: WorldHooks
  readonly registry: Pick<Registry, 'entries' | 'onChange'>
}

type Parts = {
  readonly service: RuntimeService
  readonly book: BookKeeper
  readonly calls: RuntimeHandlers
  readonly control: ControlLease
}

/** What a page is told of all runtimes: nothing while the wallet is locked. */
export const listingsFor = (
  { wallet }: Pick<HostStatus, 'wallet'>,
  { entries }: Pick<Registry, 'entries'>,
): HostStatus['runtimes'] =>
  wallet !== 'unlocked'
    ? []
    : entries().map(({ id, name, kind, copyOf, usedMs }) => ({ id, name, kind, copyOf, usedAt: usedMs }))

const serverOf = ({ entry, hooks, registry }: Given, parts: Parts): RAdapterServer => {
  const { service, book, calls, control } = parts
  const status = (): Omit<HostStatus, 'control'> => {
    const shared = hooks.status()
    return {
      ...shared,
      ...service.status,
      runtimeId: entry().id,
      runtimes: listingsFor(shared, registry),
    }
  }
  return createServer({
    host: () => service.host,
    status,
    naming: () => ({ book: book.current(), owner: service.owner, runtime: entry() }),
    onChange: (listener) => {
      const stops = [
        hooks.onChange(listener),
        service.onChange(listener),
        book.onChange(listener),
        control.onChange(listener),
        registry.onChange(listener),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
    handlers: {
      ...hooks.handlers,
      ...calls,
      ...book.handlers,
      'entity.create': (params) => service.createEntity(params, book.current()),
      ...runtimeServiceHandlers(service, hooks.keyring),
      ...simnetHandlers(() => service.world),
    },
  })
}

const partsOf = async ({ entry, ports, hooks }: Given): Promise<Parts> => {
  const { id } = entry()
  const service = new RuntimeService(entry, ports)
  const book = await openBook(ports.slot(`names.${id}`), () => service.host?.env() ?? null)
  const calls = commandHandlers(() => service.host, ports.clock, book.current, {
    address: () => hooks.keyring()?.key(OWN_ADDRESS).address ?? null,
    chain: (name) => service.chain(name),
  })
  const control = createControl({ slot: ports.sessionSlot(controlKey(id)), isAlive: ports.isPageAlive })
  return { service, book, calls, control }
}

export const createWorld = async (given: Given): Promise<World> => {
  const { entry, ports, hooks } = given
  const { id } = entry()
  const parts = await partsOf(given)
  const { service, book, control } = parts
  const deadlines = createDeadlines({
    slot: ports.slot(`deadlines.${id}`),
    alarms: ports.alarms,
    alarm: deadlineAlarm(id),
    clock: ports.clock,
    names: book.current,
    tell: hooks.due,
  })
  const notices = createNotices(hooks.received)
  service.onChange(() => {
    // A copy owes nobody a word.
    const host: RuntimeHost | null = entry().kind === 'local' ? service.host : null
    notices(host)
    deadlines.follow(host)
  })
  // Whatever came due while no worker was there, should its alarm have been lost.
  void deadlines.ring().catch(() => undefined)
  const server = serverOf(given, parts)
  return {
    service,
    deadlines,
    names: book.current,
    accept: async (connection, clientId, onLeave = () => undefined) => {
      if (clientId === null) return server.accept(connection, { ...seatOf('admin'), leave: onLeave })
      const place = await control.enter(clientId)
      const leave = (): void => {
        void place.leave()
        onLeave()
      }
      server.accept(connection, { access: 'admin', ...place, leave })
    },
    end: async () => {
      server.close()
      await service.stop()
    },
  }
}
