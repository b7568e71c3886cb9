/**
 * Holds the one local runtime of this wallet open while it is unlocked, and says how it is doing.
 *
 * Contract: `start` and `stop` are idempotent and run one after another; a second `start` gives the first one's
 * result. A runtime that cannot be opened is reported, never replaced.
 */
import { isQuota } from '../../runtime/checkpoints.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import type { JAdapter, TestChain } from '../../runtime/jadapter/types.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { nextDueMs } from '../../runtime/loop.ts'
import { LOCAL_TIERS, type LocalRuntime, openLocalRuntime } from '../../runtime/manager/local.ts'
import { browserWriterPorts } from '../../runtime/manager/lock.ts'
import { type OwnEntities, openOwnEntities } from '../../runtime/manager/own-entities.ts'
import {
  ownIdentity,
  SIMNET_CHAIN,
  SIMNET_CHAIN_ID,
  type SimnetIdentities,
  seedSimnet,
  simnetIdentities,
} from '../../runtime/manager/simnet.ts'
import type { AddressBook } from '../../runtime/radapter/address-book.ts'
import { internal, RAdapterError, walletLocked } from '../../runtime/radapter/errors.ts'
import type { StopReason } from '../../runtime/radapter/health.ts'
import type { HostStatus, RpcMethods } from '../../runtime/radapter/types.ts'
import { deleteDexieStore, openDexieStore } from '../../runtime/storage/dexie.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import { forgetCanary, localCanary } from './canary.ts'
import { packagedCode } from './code.ts'
import { localSlot } from './slot.ts'
import type { EntityRole, KeyRef, Keyring } from './wallet/keyring.ts'
import type { Alarms } from './wallet/ports.ts'

export const WAKE_ALARM = 'runtime.wake'

export const RUNTIME_ID = 'simnet'
const RUNTIME_NAME = 'Simnet'
const DATABASE = `xln-${RUNTIME_ID}`
const RUNTIME_INDEX = 0
const OWN_ENTITIES = `entities.${RUNTIME_ID}`

export type RuntimeStatus = Pick<HostStatus, 'runtime' | 'progress' | 'reason' | 'storage'>
const reasonOf = (error: unknown): StopReason => {
  if (error instanceof StoreError && error.type === 'version') return { type: 'newer_version' }
  return { type: 'fault', detail: error instanceof Error ? error.message : 'the runtime could not be started' }
}

export const OWN_ADDRESS: KeyRef = { type: 'address', index: 0 }
const STOPPED: RuntimeStatus = { runtime: 'stopped', progress: null, reason: null, storage: 'ok' }

const ownRef = (entityIndex: number) => ({ role: 'own' as const, runtimeIndex: RUNTIME_INDEX, entityIndex })

/** The owner's n-th entity under these keys, whose signer knows it from then on. */
const ownEntity = (keyring: Keyring, index: number, label: string): ReturnType<typeof ownIdentity> => {
  const identity = ownIdentity(label, keyring.entity(ownRef(index)))
  keyring.register(identity.entityId, ownRef(index))
  return identity
}

/** Identities of the Simnet under these keys, whose signer knows them from then on. */
const identitiesOf = (keyring: Keyring): SimnetIdentities => {
  const refOf = (role: EntityRole, entityIndex: number) => ({ role, runtimeIndex: RUNTIME_INDEX, entityIndex })
  const identities = simnetIdentities((role, index) => keyring.entity(refOf(role, index)))
  keyring.register(identities.own.entityId, ownRef(0))
  for (const [i, { entityId }] of [identities.hub, ...identities.peers].entries())
    keyring.register(entityId, refOf('simulated', i))
  return identities
}

export class RuntimeService {
  readonly #alarms: Alarms
  readonly #listeners = new Set<() => void>()
  #queue: Promise<unknown> = Promise.resolve()
  #status: RuntimeStatus = STOPPED
  #open: Exclude<LocalRuntime, { type: 'held_by_other' }> | null = null
  #own: { readonly owner: EntityId; readonly more: OwnEntities } | null = null
  /** Ends the wait of a start that a stop has overtaken. */
  #abandon: () => void = () => undefined

  constructor(alarms: Alarms) {
    this.#alarms = alarms
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
    return this.#inTurn(async () => {
      if (this.#open !== null) return
      this.#set({ ...STOPPED, runtime: 'starting' })
      try {
        await this.#begin(keyring)
      } catch (error) {
        this.#set({ ...STOPPED, runtime: 'halted', reason: reasonOf(error), storage: isQuota(error) ? 'full' : 'ok' })
      }
    })
  }

  /** Another try at a runtime that has stopped by itself, or could only be read. */
  async reopen(keyring: Keyring): Promise<void> {
    const { runtime } = this.#status
    if (runtime !== 'halted' && runtime !== 'read-only') return
    // What a broken store says while it is closed is no reason not to open it.
    await this.stop().catch(() => undefined)
    await this.start(keyring)
  }

  /** Also ends a start that does not come to its end by itself. */
  stop(): Promise<void> {
    this.#abandon()
    return this.#inTurn(async () => {
      const open = this.#open
      this.#open = null
      this.#set(STOPPED)
      await open?.close()
    })
  }

  /** Stops, and removes everything the runtime has stored: the database first, for it is what the mark is about. */
  async forget(): Promise<void> {
    await this.stop()
    await this.#inTurn(async () => {
      await deleteDexieStore(DATABASE)
      await forgetCanary(RUNTIME_ID)
      await localSlot(OWN_ENTITIES).clear()
      this.#own = null
    })
  }

  async #begin(keyring: Keyring): Promise<void> {
    const identities = identitiesOf(keyring)
    const more = await openOwnEntities(localSlot(OWN_ENTITIES), (index, label) => ownEntity(keyring, index, label))
    this.#own = { owner: identities.own.entityId, more }
    const opened = await openLocalRuntime({
      runtimeId: RUNTIME_ID,
      name: RUNTIME_NAME,
      owner: identities.own.entityId,
      chainName: SIMNET_CHAIN,
      chainId: SIMNET_CHAIN_ID,
      openStore: (options) => openDexieStore(DATABASE, options),
      canary: localCanary(RUNTIME_ID),
      clock: { now: () => Date.now() },
      entropy: { draw: () => crypto.getRandomValues(new Uint8Array(32)) },
      signer: keyring.signer(RUNTIME_INDEX),
      gasSigners: () => [keyring.gasSigner(OWN_ADDRESS)],
      code: packagedCode,
      schedule: (delayMs, run) => {
        const timer = setTimeout(run, delayMs)
        return () => clearTimeout(timer)
      },
      writer: {
        self: { instanceId: toHex(crypto.getRandomValues(new Uint8Array(16))), label: 'background' },
        ports: browserWriterPorts(),
      },
      tiers: LOCAL_TIERS,
      onProgress: (progress) => this.#set({ ...STOPPED, runtime: 'replaying', progress }),
    })
    if (opened.type === 'held_by_other') {
      return this.#set({ ...STOPPED, runtime: 'halted', reason: { type: 'held_elsewhere', name: RUNTIME_NAME } })
    }
    this.#open = opened
    if (opened.type === 'read_only') return this.#set({ ...STOPPED, runtime: 'read-only', reason: opened.reason })
    this.#follow(opened.host)
    const abandoned = new Promise<boolean>((resolve) => {
      this.#abandon = () => resolve(true)
    })
    const { address } = keyring.key(OWN_ADDRESS)
    const seeded = seedSimnet(opened.host, opened.chain, identities, address)
      .then(() => more.finish(opened.host))
      .then(() => false)
    if (!(await Promise.race([seeded, abandoned])))
      this.#set({ ...STOPPED, runtime: 'running', storage: opened.host.storage() })
  }

  /** Reports a halt, and keeps an alarm set for the next thing that is due, since this worker may be gone by then. */
  #follow(host: RuntimeHost): void {
    let alarmMs: number | null = null
    host.onChange(() => {
      // What a runtime does while it is being closed is nobody's status any more.
      if (this.#open?.host !== host) return
      const [reason, storage] = [host.halted(), host.storage()]
      if (reason !== null)
        return this.#set({ ...STOPPED, runtime: 'halted', reason: { type: 'fault', detail: reason }, storage })
      if (storage !== this.#status.storage) this.#set({ ...this.#status, storage })
      const due = nextDueMs(host.env())
      if (due === alarmMs) return
      alarmMs = due
      // An alarm that cannot be set costs punctuality, not money: the next start runs what is due first.
      const set = due === null ? this.#alarms.clear(WAKE_ALARM) : this.#alarms.create(WAKE_ALARM, due)
      set.catch(() => {})
    })
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
