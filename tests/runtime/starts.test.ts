/**
 * Two runtimes with a line between them, each over a disk and a canary of its own: restarts, a database that went back in
 * time, and two processes over copies of one disk.
 */
import { afterEach, describe, expect, test } from 'vitest'
import type { EntityTx } from '../../runtime/entity/types.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import { present } from '../../runtime/lib/assert.ts'
import { word } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { CommandId, EntityId } from '../../runtime/lib/units.ts'
import { type LoopPorts, startRuntime } from '../../runtime/loop.ts'
import type { CanaryMark, Parcel, Transport } from '../../runtime/ports.ts'
import { readBook } from '../../runtime/radapter/activity-known.ts'
import { type Recovered, recover } from '../../runtime/recover.ts'
import { memoryCanary } from '../../runtime/storage/canary.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import type { InputOutcome, RuntimeInput } from '../../runtime/types.ts'
import { type ManualTime, manualTime, quiet } from '../support/manual-time.ts'
import { identityOf, keysOf, testSigner } from '../support/signer.ts'
import { tiersOf } from '../support/tiers.ts'
import { paperChain, profileFor, START_MS, TUSD, usd } from '../support/world.ts'

/** Carries every parcel to whoever listens for its receiver. */
const createLine = () => {
  const listeners = new Map<string, Set<(parcel: Parcel) => void>>()
  return (name: string): Transport => {
    const own = new Set<(parcel: Parcel) => void>()
    return {
      send: (parcel) => {
        for (const hear of [...(listeners.get(parcel.to) ?? [])]) queueMicrotask(() => hear(parcel))
      },
      onParcel: (listener) => {
        const id = keysOf(name).entityId
        own.add(listener)
        const all = listeners.get(id) ?? new Set()
        listeners.set(id, all.add(listener))
        return () => {
          all.delete(listener)
          return own.delete(listener)
        }
      },
    }
  }
}
type Line = ReturnType<typeof createLine>

/** What outlives a process. */
type Home = {
  readonly name: string
  readonly other: string
  readonly disk: MemoryDisk
  readonly slot: { mark: CanaryMark | null }
}
const newHome = (name: string, other: string): Home => ({ name, other, disk: createMemoryDisk(), slot: { mark: null } })
const copyOfDisk = ({ rows, epoch }: MemoryDisk): MemoryDisk => ({ rows: new Map(rows), epoch })

type Process = {
  readonly home: Home
  readonly host: RuntimeHost
  readonly recovered: Recovered
  readonly run: (tx: EntityTx) => Promise<InputOutcome>
}

const hosts: RuntimeHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop()
})

/** Whatever is on its way has arrived. */
const settled = async (time: ManualTime): Promise<void> => {
  for (let n = 0; n < 12; n++) {
    for (let m = 0; m < 12; m++) await quiet()
    time.advance(1_000)
  }
}

let processes = 0
type Options = { readonly resyncs?: boolean; readonly takesOver?: boolean }

/** What every process here has; `salt` tells apart what two of them draw. */
const portsOf = (given: Pick<LoopPorts, 'store' | 'epoch' | 'canary'> & { time: ManualTime; salt: number }) => {
  const { time, salt, ...rest } = given
  let drawn = 0
  return {
    ...rest,
    clock: time.clock,
    schedule: time.schedule,
    entropy: { draw: () => taggedHash('test-entropy', word(salt), word(drawn++)) },
    chains: new Map(),
    tiers: tiersOf(5, 500),
  }
}

/** @throws Error that says why, where it must not be written to. */
const boot = async (
  home: Home,
  { line, time, resyncs = false, takesOver = false }: { line: Line; time: ManualTime } & Options,
): Promise<Process> => {
  const { name, other, disk, slot } = home
  const store = memoryStore(disk)
  const canary = memoryCanary(slot)
  const epoch = await store.claimEpoch()
  const recovered = await recover({ store, runtimeId: name, name, canary, claimedEpoch: epoch, resyncs })
  if (recovered.damage !== null) throw new Error(recovered.damage.type)
  const salt = processes++
  let commands = 0
  const host = startRuntime(
    { ...recovered, activity: await readBook(store) },
    { ...portsOf({ store, epoch, canary, time, salt }), signer: testSigner(name), transport: line(name), takesOver },
  )
  hosts.push(host)
  if (recovered.env.height === 0) {
    const imports: readonly RuntimeInput[] = [
      { type: 'runtime', tx: { type: 'import_jurisdiction', replica: paperChain } },
      { type: 'runtime', tx: { type: 'import_entity', identity: identityOf(name) } },
      { type: 'runtime', tx: { type: 'import_profile', profile: profileFor(other) } },
    ]
    await Promise.all(imports.map(host.submit))
  }
  const run = async (tx: EntityTx): Promise<InputOutcome> => {
    const commandId = `test-${salt}-${commands++}` as CommandId
    const outcome = await host.submit({ type: 'command', commandId, entityId: keysOf(name).entityId, tx })
    await settled(time)
    return outcome
  }
  return { home, host, recovered, run }
}

const accountOf = ({ host, home }: Process) => {
  const state = present(host.env().eReplicas.get(keysOf(home.name).entityId), home.name).state
  return {
    replica: present(state.accounts.get(keysOf(home.other).entityId), 'an account'),
    status: state.sessions.get(keysOf(home.other).entityId)?.status.type,
  }
}
const offdelta = (process: Process): bigint => {
  const [delta] = [...accountOf(process).replica.state.deltas.values()]
  return present(delta, 'a token').offdelta
}
const pay = (process: Process, dollars: number): Promise<InputOutcome> =>
  process.run({
    type: 'direct_payment',
    counterparty: keysOf(process.home.other).entityId as EntityId,
    tokenId: TUSD,
    amount: usd(dollars),
    memo: '',
  })

/** You and Shop, with an account in which each owes the other what it likes. */
const startBoth = async () => {
  const time = manualTime(START_MS)
  const line = createLine()
  const around = { line, time }
  const you = await boot(newHome('You', 'Shop'), around)
  const shop = await boot(newHome('Shop', 'You'), around)
  const counterparty = keysOf('Shop').entityId
  await you.run({ type: 'open_account', counterparty, tokenId: TUSD, creditLimit: usd(100) })
  await shop.run({
    type: 'set_credit_limit',
    counterparty: keysOf('You').entityId,
    tokenId: TUSD,
    limit: usd(100),
  })
  await pay(you, 10)
  return { around, you, shop }
}
const agreed = (one: Process, two: Process) => {
  const [a, b] = [accountOf(one).replica, accountOf(two).replica]
  expect([a.state.height, a.state.root, a.pending]).toEqual([b.state.height, b.state.root, null])
}

describe('a database that went back in time', () => {
  /** The disk as it was before the last two payments; the canary as it is. */
  const setBack = async () => {
    const both = await startBoth()
    const { you } = both
    const old = copyOfDisk(you.home.disk)
    await pay(you, 3)
    await pay(you, 4)
    await you.host.stop()
    return { ...both, home: { ...you.home, disk: old } }
  }

  test('opened as always -- frozen, and it says why', async () => {
    const { home, around } = await setBack()
    await expect(boot(home, around)).rejects.toThrow('rolled_back')
  })

  test('opened to be brought up to date -- the peer gives back what was forgotten, once, and both go on', async () => {
    const { home, around, shop } = await setBack()
    const before = present(home.slot.mark, 'a mark')
    const you = await boot(home, { ...around, resyncs: true })
    await settled(around.time)
    agreed(you, shop)
    await pay(you, 1)
    await pay(shop, 2)
    agreed(you, shop)
    const back = offdelta(you)
    expect(back < 0n ? -back : back).toBe(usd(16))
    const after = present(home.slot.mark, 'a mark')
    for (const [account, nonce] of Object.entries(before.signedNonces))
      expect(after.signedNonces[account]).toBeGreaterThanOrEqual(nonce)
    expect(after.epoch).toBeGreaterThan(before.epoch)
  })

  test('with nobody to ask -- nothing is signed, and the canary forgets nothing', async () => {
    const { home, around } = await setBack()
    const before = present(home.slot.mark, 'a mark')
    const you = await boot(home, { ...around, line: createLine(), resyncs: true })
    await pay(you, 1)
    const { replica, status } = accountOf(you)
    expect([status, replica.pending, replica.mempool.length]).toEqual(['greeting', null, 1])
    const after = present(home.slot.mark, 'a mark')
    for (const [account, nonce] of Object.entries(before.signedNonces))
      expect(after.signedNonces[account]).toBeGreaterThanOrEqual(nonce)
  })

  test('stopped after any commit of that -- it is brought up to date the next time', async () => {
    let isDone = false
    for (let commits = 1; !isDone; commits++) {
      const { home, around, shop } = await setBack()
      const first = await boot(home, { ...around, resyncs: true })
      const from = first.recovered.env.height
      // The tick in hand is finished, and no other begins.
      const cut = new Promise<void>((resolve) => {
        first.host.onChange(() => {
          if (first.host.env().height - from === commits) resolve(first.host.stop())
        })
      })
      await settled(around.time)
      isDone = first.host.env().height - from < commits
      if (!isDone) await cut
      await first.host.stop()
      const next = await boot(home, { ...around, resyncs: true })
      await settled(around.time)
      agreed(next, shop)
      expect([accountOf(next).status, accountOf(shop).status]).toEqual(['open', 'open'])
      await next.host.stop()
      await shop.host.stop()
    }
  })

  test('with both sides of an account in it -- nobody elsewhere can say what was forgotten: frozen', async () => {
    const { home, around } = await setBack()
    const store = memoryStore(home.disk)
    const open = { store, runtimeId: 'You', name: 'You', canary: memoryCanary(home.slot), resyncs: true }
    const recovered = await recover({ ...open, claimedEpoch: await store.claimEpoch() })
    expect(recovered.damage).toBeNull()
    const local = await startLocal(around.time)
    const stale = await recover({ ...local, resyncs: true })
    expect(stale.damage?.type).toBe('rolled_back')
  })
})

/** What `recover` is to be asked of a world whose accounts have both their sides in it, and which was set back. */
const startLocal = async (time: ManualTime) => {
  const disk = createMemoryDisk()
  const slot: { mark: CanaryMark | null } = { mark: null }
  const store = memoryStore(disk)
  const canary = memoryCanary(slot)
  const epoch = await store.claimEpoch()
  const recovered = await recover({ store, runtimeId: 'local', name: 'local', canary, claimedEpoch: epoch })
  const host = startRuntime(
    { ...recovered, activity: await readBook(store) },
    {
      ...portsOf({ store, epoch, canary, time, salt: processes++ }),
      signer: testSigner('You', 'Shop'),
      transport: null,
    },
  )
  hosts.push(host)
  const imports: readonly RuntimeInput[] = [
    { type: 'runtime', tx: { type: 'import_jurisdiction', replica: paperChain } },
    { type: 'runtime', tx: { type: 'import_entity', identity: identityOf('You') } },
    { type: 'runtime', tx: { type: 'import_entity', identity: identityOf('Shop') } },
  ]
  await Promise.all(imports.map(host.submit))
  const open = (id: string): Promise<InputOutcome> =>
    host.submit({
      type: 'command',
      commandId: id as CommandId,
      entityId: keysOf('You').entityId,
      tx: { type: 'open_account', counterparty: keysOf('Shop').entityId, tokenId: TUSD, creditLimit: usd(1) },
    })
  await open('a')
  await settled(time)
  const old = copyOfDisk(disk)
  await host.submit({
    type: 'command',
    commandId: 'b' as CommandId,
    entityId: keysOf('You').entityId,
    tx: { type: 'set_credit_limit', counterparty: keysOf('Shop').entityId, tokenId: TUSD, limit: usd(2) },
  })
  await settled(time)
  await host.stop()
  const stale = memoryStore(old)
  return {
    store: stale,
    runtimeId: 'local',
    name: 'local',
    canary: memoryCanary(slot),
    claimedEpoch: await stale.claimEpoch(),
  }
}

describe('two processes over copies of one disk', () => {
  test('the one that started last is heard; the other is told, and starting it again changes nothing', async () => {
    const { around, you, shop } = await startBoth()
    const copy = { ...you.home, disk: copyOfDisk(you.home.disk), slot: { mark: you.home.slot.mark } }
    const second = await boot(copy, around)
    await settled(around.time)
    await pay(second, 5)
    agreed(second, shop)
    await pay(you, 1)
    expect(accountOf(you).status).toBe('superseded')
    expect(await pay(you, 1)).toEqual({ type: 'rejected', rejection: { type: 'other_instance' } })
    await you.host.stop()
    const again = await boot(you.home, around)
    await settled(around.time)
    expect(accountOf(again).status).toBe('superseded')
    agreed(second, shop)
    const taker = await (async () => {
      await again.host.stop()
      return boot(you.home, { ...around, takesOver: true })
    })()
    await settled(around.time)
    agreed(taker, shop)
    await pay(taker, 2)
    agreed(taker, shop)
    await pay(second, 1)
    expect(accountOf(second).status).toBe('superseded')
  })
})
