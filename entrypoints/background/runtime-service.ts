/**
 * Holds one local runtime open while the wallet is unlocked, and says how it is doing.
 *
 * Contract: its states follow one another as the table of the lifecycle says. `start` and `stop` run one after another
 * and are idempotent: whoever starts what is being started waits for the same start. A runtime that cannot be opened is
 * reported, never replaced.
 */
import { isQuota } from '../../runtime/checkpoints.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import type { JAdapter, TestChain } from '../../runtime/jadapter/types.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { nextDueMs } from '../../runtime/loop.ts'
import {
  boundedBy,
  LOCAL_TIERS,
  type LocalRuntime,
  type LocalRuntimeOptions,
  openLocalRuntime,
} from '../../runtime/manager/local.ts'
import { MORE_ENTITIES, type OwnEntities, openOwnEntities } from '../../runtime/manager/own-entities.ts'
import type { RuntimeEntry } from '../../runtime/manager/registry.ts'
import {
  ownIdentity,
  SIMNET_CHAIN,
  type SimnetIdentities,
  seedSimnet,
  simnetIdentities,
} from '../../runtime/manager/simnet.ts'
import type { Slot } from '../../runtime/ports.ts'
import type { AddressBook } from '../../runtime/radapter/address-book.ts'
import { internal, RAdapterError, walletLocked } from '../../runtime/radapter/errors.ts'
import type { StopReason } from '../../runtime/radapter/health.ts'
import { type LifecycleEvent, nextState } from '../../runtime/radapter/lifecycle.ts'
import type { HostStatus, RpcMethods } from '../../runtime/radapter/types.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import { canaryOf, type RuntimePorts } from './ports.ts'
import type { EntityRole, KeyRef, Keyring } from './wallet/keyring.ts'

const WAKE_ALARM = 'runtime.wake.'

/** Whose alarm this is; null when it is something else's. */
export const runtimeOfAlarm = (name: string): string | null =>
  name.startsWith(WAKE_ALARM) ? name.slice(WAKE_ALARM.length) : null

export const wakeAlarm = (runtimeId: string): string => WAKE_ALARM + runtimeId

export const databaseOf = (runtimeId: string): string => `xln-${runtimeId}`

/** What this context is to be where another one may write. */
type Role = LocalRuntimeOptions['role']

export type RuntimeStatus = Pick<HostStatus, 'runtime' | 'progress' | 'reason' | 'storage'>
const reasonOf = (error: unknown): StopReason => {
  if (error instanceof StoreError && error.type === 'version') return { type: 'newer_version' }
  return { type: 'fault', detail: error instanceof Error ? error.message : 'the runtime could not be started' }
}

const isHeld = (reason: StopReason | null): boolean =>
  reason?.type === 'held_elsewhere' || reason?.type === 'held_silent'

export const OWN_ADDRESS: KeyRef = { type: 'address', index: 0 }
const abortable = () => {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
const abandonedAt = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

const STOPPED: RuntimeStatus = { runtime: 'stopped', progress: null, reason: null, storage: 'ok' }

/** The keys of one runtime. */
type Keys = { readonly keyring: Keyring; readonly runtimeIndex: number }

/** The owner's n-th entity under these keys, whose signer knows it from then on. */
const ownEntity = ({ keyring, runtimeIndex }: Keys, entityIndex: number, label: string) => {
  const ref = { role: 'own' as const, runtimeIndex, entityIndex }
  const identity = ownIdentity(label, keyring.entity(ref))
  keyring.register(identity.entityId, ref)
  return identity
}

/** How many of these are the owner's under the keys of this runtime: entity 0, 1, … without a gap. */
export const ownCount = (keyring: Keyring, runtimeIndex: number, entityIds: readonly string[]): number => {
  const isOwn = (entityIndex: number): boolean =>
    entityIds.includes(ownIdentity('', keyring.entity({ role: 'own', runtimeIndex, entityIndex })).entityId)
  let count = 0
  while (count <= MORE_ENTITIES && isOwn(count)) count++
  return count
}

/** Identities of the Simnet under these keys, whose signer knows them from then on. */
const identitiesOf = ({ keyring, runtimeIndex }: Keys): SimnetIdentities => {
  const refOf = (role: EntityRole, entityIndex: number) => ({ role, runtimeIndex, entityIndex })
  const identities = simnetIdentities((role, index) => keyring.entity(refOf(role, index)))
  keyring.register(identities.own.entityId, refOf('own', 0))
  for (const [i, { entityId }] of [identities.hub, ...identities.peers].entries())
    keyring.register(entityId, refOf('simulated', i))
  return identities
}

/**
 * Whose keys these are: their signer knows all of them from then on.
 * @param slot the list of the owner's further entities; `more` fails when it cannot be read
 */
export const knowKeys = (
  keys: Keys,
  slot: Slot,
): { readonly identities: SimnetIdentities; readonly more: Promise<OwnEntities> } => ({
  identities: identitiesOf(keys),
  more: openOwnEntities(slot, (index, label) => ownEntity(keys, index, label)),
})

export class RuntimeService {
  readonly #entry: () => RuntimeEntry
  readonly #id: string
  readonly #ports: RuntimePorts
  readonly #listeners = new Set<() => void>()
  #queue: Promise<unknown> = Promise.resolve()
  #starting: Promise<void> | null = null
  /** How often it was told to stop. */
  #stops = 0
  #status: RuntimeStatus = STOPPED
  #open: LocalRuntime | null = null
  #own: { readonly owner: EntityId; readonly more: OwnEntities } | null = null
  /** Tells a start that a stop has overtaken it. */
  #abandon: () => void = () => undefined

  /** @param entry its name may change. */
  constructor(entry: () => RuntimeEntry, ports: RuntimePorts) {
    this.#entry = entry
    this.#id = entry().id
    this.#ports = ports
  }

  get status(): RuntimeStatus {
    return this.#status
  }

  /** The runtime once its world is complete; null before and after. */
  get host(): RuntimeHost | null {
    return this.#status.runtime === 'running' ||
      this.#status.runtime === 'read-only' ||
      this.#status.runtime === 'halted'
      ? (this.#open?.host ?? null)
      : null
  }

  /** What runs, and its chain where that is a test world's. */
  get world(): { readonly host: RuntimeHost; readonly testChain: TestChain | null } | null {
    const { host } = this
    const open = this.#open
    return host === null || open?.type !== 'running' ? null : { host, testChain: open.chain.testChain }
  }

  /** The chain of this name, while it is reached. */
  chain(name: string): JAdapter | null {
    const open = this.#open
    return open?.type === 'running' && open.chain.name === name ? open.chain : null
  }

  /** The first entity of the wallet that was last at work here. */
  get owner(): EntityId | null {
    return this.#own?.owner ?? null
  }

  /** @throws RAdapterError */
  createEntity(
    params: RpcMethods['entity.create']['params'],
    book: AddressBook,
  ): Promise<RpcMethods['entity.create']['result']> {
    const { host } = this
    if (host === null || this.#own === null)
      return Promise.reject(new RAdapterError({ ...internal(true), message: 'no runtime is running' }))
    return this.#own.more.create(host, book, params)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(keyring: Keyring): Promise<void> {
    this.#starting ??= this.#startAs('writer', keyring)
    return this.#starting
  }

  /** Another try at a runtime that has stopped by itself, or could only be read; one that another context has is taken. */
  async reopen(keyring: Keyring): Promise<void> {
    const { runtime, reason } = this.#status
    if (runtime !== 'halted' && runtime !== 'read-only') return
    await this.stop()
    this.#starting ??= this.#startAs(isHeld(reason) ? 'taker' : 'writer', keyring)
    await this.#starting
  }

  #startAs(role: Role, keyring: Keyring): Promise<void> {
    const { signal, abort } = abortable()
    this.#abandon = abort
    return this.#inTurn(async () => {
      if (this.#open !== null) return
      // One that has failed to start starts from the beginning.
      if (this.#status.runtime !== 'stopped') this.#end()
      this.#go('start')
      try {
        await this.#begin(role, keyring, signal)
      } catch (error) {
        // What was to be stopped has nothing to say any more.
        if (signal.aborted) return
        // One that halted while its world was made has said so itself, and why.
        if (this.#status.runtime !== 'halted')
          this.#go('fail', { reason: reasonOf(error), storage: isQuota(error) ? 'full' : 'ok' })
      }
    })
  }

  /** Another context has it, or is to have it: what was begun is finished, and from then on it is only looked at. */
  async #yield(lost: LocalRuntime, keyring: Keyring): Promise<void> {
    if (this.#open !== lost) return
    const stopped = this.stop()
    const stops = this.#stops
    await stopped
    // Stopped by somebody else meanwhile: the keys may be gone.
    if (this.#stops === stops) this.#starting ??= this.#startAs('reader', keyring)
  }

  /** Also ends a start that does not come to its end by itself. */
  stop(): Promise<void> {
    this.#abandon()
    this.#starting = null
    this.#stops++
    return this.#inTurn(async () => {
      if (this.#status.runtime === 'stopped') return
      const open = this.#open
      this.#open = null
      this.#go('drain')
      await open?.close()
      this.#go('close')
    })
  }

  #ownSlot() {
    return this.#ports.slot(`entities.${this.#id}`)
  }

  async #begin(role: Role, keyring: Keyring, signal: AbortSignal): Promise<void> {
    const { clock, entropy, schedule, code, openStore, writer } = this.#ports
    const { worldId, name, kind, index: runtimeIndex, chainId } = this.#entry()
    const keys = Promise.resolve().then(async () => {
      const { identities, ...known } = knowKeys({ keyring, runtimeIndex }, this.#ownSlot())
      const more = await known.more
      this.#own = { owner: identities.own.entityId, more }
      return { identities, more }
    })
    // Where the runtime is not opened at all, its own reason is told.
    keys.catch(() => undefined)
    // The lock and the database are waited for, and the keys are work: at the same time.
    const opening = openLocalRuntime({
      runtimeId: worldId,
      lockId: this.#id,
      name,
      owner: async () => (await keys).identities.own.entityId,
      signs: kind === 'local',
      chainName: SIMNET_CHAIN,
      chainId,
      openStore: (options) => openStore(databaseOf(this.#id), options),
      canary: canaryOf(this.#ports, this.#id),
      clock,
      entropy,
      signer: keyring.signer(runtimeIndex),
      gasSigners: () => [keyring.gasSigner(OWN_ADDRESS)],
      code,
      schedule,
      writer: {
        self: { instanceId: toHex(crypto.getRandomValues(new Uint8Array(16))), label: 'background' },
        ports: writer,
      },
      role,
      tiers: LOCAL_TIERS,
      onProgress: (progress) => this.#go('replay', { progress }),
      onHolder: (isSilent) => this.#holder(isSilent),
      signal,
    })
    const opened = await Promise.race([opening, abandonedAt(signal)])
    if (opened === undefined) return this.#leave(opening)
    this.#open = opened
    const { identities, more } = await keys
    if (opened.type === 'following') return this.#go('distrust', { reason: { type: 'held_elsewhere', name } })
    if (opened.type === 'read_only') return this.#go('distrust', { reason: opened.reason })
    this.#follow(opened.host)
    void opened.lost.then(() => this.#yield(opened, keyring))
    const { address } = keyring.key(OWN_ADDRESS)
    const seeded = seedSimnet(opened.host, opened.chain, identities, address).then(() => more.finish(opened.host))
    await Promise.race([seeded, abandonedAt(signal)])
    if (!signal.aborted) this.#go('open', { storage: opened.host.storage() })
  }

  /** Another context holds it, and answers or does not. */
  #holder(isSilent: boolean): void {
    if (!isHeld(this.#status.reason)) return
    this.#set({
      ...this.#status,
      reason: { type: isSilent ? 'held_silent' : 'held_elsewhere', name: this.#entry().name },
    })
  }

  /** What does not come to its end in time is left behind, and closed when it does. */
  #leave(opening: Promise<LocalRuntime>): Promise<void> {
    return boundedBy(this.#ports.schedule)(opening.then((late) => late.close()))
  }

  /** Reports a halt, and keeps an alarm set for the next thing that is due, since this worker may be gone by then. */
  #follow(host: RuntimeHost): void {
    let alarmMs: number | null = null
    host.onChange(() => {
      // What a runtime does while it is being closed is nobody's status any more.
      if (this.#open?.host !== host) return
      const [reason, storage] = [host.halted(), host.storage()]
      if (reason !== null) {
        if (this.#status.runtime !== 'halted') this.#go('fail', { reason: { type: 'fault', detail: reason }, storage })
        return
      }
      if (storage !== this.#status.storage) this.#set({ ...this.#status, storage })
      const due = nextDueMs(host.env())
      if (due === alarmMs) return
      alarmMs = due
      // An alarm that cannot be set costs punctuality, not money: the next start runs what is due first.
      const { alarms } = this.#ports
      const alarm = wakeAlarm(this.#id)
      const set = due === null ? alarms.clear(alarm) : alarms.create(alarm, due)
      set.catch(() => {})
    })
  }

  #go(event: LifecycleEvent, about: Partial<Omit<RuntimeStatus, 'runtime'>> = {}): void {
    this.#set({ ...STOPPED, ...about, runtime: nextState(this.#status.runtime, event) })
  }

  /** Of one that holds nothing. */
  #end(): void {
    this.#go('drain')
    this.#go('close')
  }

  #set(status: RuntimeStatus): void {
    this.#status = status
    for (const listener of this.#listeners) listener()
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const run = this.#queue.then(task, task)
    this.#queue = run
    return run
  }
}

type HostHandlers = { readonly [M in 'host.retry' | 'host.reopen']: () => Promise<RpcMethods[M]['result']> }

export const runtimeServiceHandlers = (service: RuntimeService, keyring: () => Keyring | null): HostHandlers => ({
  'host.retry': () => {
    service.host?.retry()
    return Promise.resolve({})
  },
  'host.reopen': () => {
    const keys = keyring()
    if (keys === null) return Promise.reject(new RAdapterError(walletLocked))
    // It says by its status how it goes, which may take a while.
    void service.reopen(keys)
    return Promise.resolve({})
  },
})
