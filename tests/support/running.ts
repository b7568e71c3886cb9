/**
 * A runtime as it runs: the real loop over a disk in memory, a clock that is moved by hand and a chain on paper. You
 * (the owner), Hub, Bob, Alice and Bakery, each with an account at Hub and credit both ways.
 */
import type { Tiers } from '../../runtime/checkpoints.ts'
import type { EntityTx, HubPolicy } from '../../runtime/entity/types.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import { present } from '../../runtime/lib/assert.ts'
import { type Bytes, word } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { CommandId, EntityId } from '../../runtime/lib/units.ts'
import { type LoopPorts, startRuntime } from '../../runtime/loop.ts'
import type { Store, Transport } from '../../runtime/ports.ts'
import { readBook } from '../../runtime/radapter/activity-known.ts'
import { beginning, recover } from '../../runtime/recover.ts'
import { memoryCanary } from '../../runtime/storage/canary.ts'
import { createMemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import type { RuntimeInput } from '../../runtime/types.ts'
import { type ManualTime, manualTime, quiet } from './manual-time.ts'
import { identityOf, keysOf, testSigner } from './signer.ts'
import { tiersOf } from './tiers.ts'
import { paperChain, START_MS, TETH, TUSD, usd } from './world.ts'

export const PEERS = ['Hub', 'Bob', 'Alice', 'Bakery'] as const
const NAMES = ['You', ...PEERS]
/** Names whose keys are there before anybody is brought in under them. */
export const SPARE = ['Savings', 'Travel'] as const

const policy: HubPolicy = {
  fees: [
    { tokenId: TUSD, base: 100n, ppm: 1_000 },
    { tokenId: TETH, base: 0n, ppm: 1_000 },
  ],
  newcomerCredit: [{ tokenId: TUSD, limit: usd(100) }],
}

export type Running = {
  readonly host: RuntimeHost
  readonly time: ManualTime
  readonly id: (name: string) => EntityId
  /** Commits one command and everything that follows from it. */
  readonly run: (name: string, tx: EntityTx) => Promise<void>
  /** Puts nonsense in the place of a row. */
  readonly damage: (key: string) => void
  /** Everything the disk holds. */
  readonly rows: () => ReadonlyMap<string, Bytes>
  /** Stops the runtime and starts it again from its disk. */
  readonly restart: () => Promise<Running>
  /** Another runtime with a past of its own from here on, started from a copy of the disk. */
  readonly fork: () => Promise<Running>
}

type Disk = ReturnType<typeof createMemoryDisk>

/** What may go wrong around a runtime; by default there is no chain and nobody elsewhere, and the disk never fails. */
export type Around = {
  readonly storeOf?: (store: Store) => Store
  readonly chains?: LoopPorts['chains']
  readonly transport?: Transport
  readonly tiers?: Tiers
}

const open = async (disk: Disk, time: ManualTime, canary = memoryCanary(), around: Around = {}): Promise<Running> => {
  let drawn = 0
  let commands = 0
  const store = (around.storeOf ?? ((plain) => plain))(memoryStore(disk))
  const epoch = await store.claimEpoch()
  const position =
    disk.rows.size === 0
      ? beginning('test', 'Simnet')
      : await recover({ store, runtimeId: 'test', name: 'Simnet', canary, claimedEpoch: epoch })
  const start = { ...position, activity: await readBook(store) }
  const host = startRuntime(start, {
    store,
    epoch,
    canary,
    clock: time.clock,
    schedule: time.schedule,
    entropy: { draw: () => taggedHash('test-entropy', word(epoch), word(drawn++)) },
    signer: testSigner(...NAMES, ...SPARE),
    chains: around.chains ?? new Map(),
    transport: around.transport ?? null,
    tiers: around.tiers ?? tiersOf(50, 500),
  })
  const ids = new Map(NAMES.map((name) => [name, keysOf(name).entityId]))
  const id = (name: string): EntityId => present(ids.get(name), name)
  const run = async (name: string, tx: EntityTx): Promise<void> => {
    const commandId = `test-${epoch}-${commands++}` as CommandId
    const outcome = await host.submit({ type: 'command', commandId, entityId: id(name), tx })
    if (outcome.type === 'rejected') throw new Error(`${name}: ${tx.type} was refused: ${outcome.rejection.type}`)
    await quiet()
  }
  const restart = async (): Promise<Running> => {
    await host.stop()
    return open(disk, time, canary, around)
  }
  const fork = (): Promise<Running> =>
    open({ rows: new Map(disk.rows), epoch: disk.epoch }, manualTime(time.clock.now()))
  const damage = (key: string): void => {
    disk.rows.set(key, new Uint8Array(3))
  }
  return { host, time, id, run, damage, rows: () => new Map(disk.rows), restart, fork }
}

/** Everybody known, with nobody's account open yet. */
export const startEmpty = async (around: Around = {}): Promise<Running> => {
  const running = await open(createMemoryDisk(), manualTime(START_MS), memoryCanary(), around)
  const inputs: readonly RuntimeInput[] = [
    { type: 'runtime', tx: { type: 'import_jurisdiction', replica: paperChain } },
    ...NAMES.map((name): RuntimeInput => {
      const options = { isOwn: name === 'You', ...(name === 'Hub' ? { hubPolicy: policy } : {}) }
      return { type: 'runtime', tx: { type: 'import_entity', identity: identityOf(name, options) } }
    }),
  ]
  await Promise.all(inputs.map(running.host.submit))
  return running
}

/** Everybody with an account at Hub, who grants each 100 tUSD; each grants Hub 1,000. */
export const startTown = async (around: Around = {}): Promise<Running> => {
  const running = await startEmpty(around)
  for (const name of NAMES.filter((other) => other !== 'Hub'))
    await running.run(name, {
      type: 'open_account',
      counterparty: running.id('Hub'),
      tokenId: TUSD,
      creditLimit: usd(1_000),
    })
  return running
}
