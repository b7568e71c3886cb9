/**
 * Every arrow of the lifecycle, walked by a real runtime; and the drawing of it in README, which has the same arrows.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { RuntimeService } from '../../entrypoints/background/runtime-service.ts'
import { present } from '../../runtime/lib/assert.ts'
import type { CommandId, TokenId } from '../../runtime/lib/units.ts'
import { LOCAL_TIERS } from '../../runtime/manager/local.ts'
import { acquireWriterLock } from '../../runtime/manager/lock.ts'
import { FIRST_RUNTIME, type RuntimeEntry } from '../../runtime/manager/registry.ts'
import { LIFECYCLE, nextState, type RuntimeState } from '../../runtime/radapter/lifecycle.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import { createFakeBrowser, type FakeBrowser } from '../support/browser-contexts.ts'
import { quiet } from '../support/manual-time.ts'
import { read } from '../support/sources.ts'
import { createWalletMachine, type WalletMachine } from '../support/wallet-machine.ts'

type Ports = ReturnType<WalletMachine['ports']>
type Walk = {
  readonly machine: WalletMachine
  readonly browser: FakeBrowser
  readonly service: RuntimeService
  readonly states: RuntimeState[]
}

/** A holder over this machine, which writes down each state it comes to. */
const hold = (
  machine: WalletMachine = createWalletMachine(),
  change: (ports: Ports) => Ports = (ports) => ports,
  entry: RuntimeEntry = FIRST_RUNTIME,
  browser: FakeBrowser = createFakeBrowser(),
): Walk => {
  const service = new RuntimeService(() => entry, change(machine.ports(browser.context())))
  const states: RuntimeState[] = [service.status.runtime]
  service.onChange(() => {
    const { runtime } = service.status
    // The same state twice is an arrow only where the table has one.
    if (runtime !== states.at(-1) || runtime === 'replaying') states.push(runtime)
  })
  return { machine, browser, service, states }
}

const start = async ({ service, machine }: Walk): Promise<void> => service.start(machine.keyring)

/** A machine on which a world was made and left, with a log that has to be gone through at the next start. */
const withHistory = async (): Promise<WalletMachine> => {
  const walk = hold()
  await start(walk)
  await walk.service.stop()
  const { rows } = present(walk.machine.disks.get('xln-simnet'), 'a disk')
  for (const key of rows.keys()) if (/^(ckpt|fkv|dkv)\//.test(key)) rows.delete(key)
  return walk.machine
}

/** As `states`, without the frames in between. */
const course = ({ states }: Walk): readonly RuntimeState[] => states.filter((state, i) => state !== states[i - 1])

const WALKS = {
  'a new world, and its end': async () => {
    const walk = hold()
    await start(walk)
    await start(walk)
    await walk.service.stop()
    await walk.service.stop()
    return walk
  },
  'one that is there': async () => {
    const walk = hold(await withHistory())
    await start(walk)
    return walk
  },
  'a copy': async () => {
    const machine = await withHistory()
    const walk = hold(machine, undefined, { ...FIRST_RUNTIME, kind: 'snapshot' })
    await start(walk)
    await walk.service.stop()
    return walk
  },
  'a database that is gone': async () => {
    const machine = await withHistory()
    machine.disks.clear()
    const walk = hold(machine)
    await start(walk)
    return walk
  },
  'a store of a newer version, and one that can be opened after all': async () => {
    let isNewer = true
    const walk = hold(undefined, (ports) => ({
      ...ports,
      openStore: async (name, options) => {
        if (isNewer) throw new StoreError('version', 'it is newer')
        return ports.openStore(name, options)
      },
    }))
    await start(walk)
    isNewer = false
    await walk.service.reopen(walk.machine.keyring)
    return walk
  },
  'a chain that cannot be opened': async () => {
    const machine = await withHistory()
    const walk = hold(machine, (ports) => ({
      ...ports,
      openStore: async (name, options) => {
        const store = await ports.openStore(name, options)
        return {
          ...store,
          range: async (range) => {
            if (walk.states.includes('replaying') && range.from.startsWith('act')) throw new StoreError('io', 'gone')
            return store.range(range)
          },
        }
      },
    }))
    await start(walk)
    return walk
  },
  'another writer': async () => {
    const walk = hold()
    await start(walk)
    const { service, machine } = walk
    present(machine.disks.get('xln-simnet'), 'a disk').epoch++
    const { host } = service
    const tx = { type: 'create_offer', tokenId: 1 as TokenId, amount: null, memo: '' } as const
    const input = { type: 'command', commandId: 'offer' as CommandId, entityId: ownerOf(walk), tx } as const
    await expect(host?.submit(input)).rejects.toThrow('belongs to writer')
    await service.stop()
    return walk
  },
  'stopped while it starts': async () => {
    const walk = hold()
    const started = start(walk)
    const stopped = walk.service.stop()
    await Promise.all([started, stopped])
    return walk
  },
  'stopped while it replays': async () => {
    const walk = hold(await withHistory())
    const started = start(walk)
    const stopped = new Promise<void>((resolve) => {
      const unsubscribe = walk.service.onChange(() => {
        if (walk.service.status.runtime !== 'replaying') return
        unsubscribe()
        resolve(walk.service.stop())
      })
    })
    await Promise.all([started, stopped])
    return walk
  },
} satisfies { readonly [name: string]: () => Promise<Walk> }

const ownerOf = ({ service }: Walk) => present(service.owner, 'an owner')

const walked: { [name: string]: Walk } = {}
beforeAll(async () => {
  for (const [name, run] of Object.entries(WALKS)) walked[name] = await run()
}, 60_000)
const of = (name: keyof typeof WALKS): Walk => present(walked[name], name)

describe('the course of a runtime', () => {
  test('a new world -- started once however often, stopped once', () => {
    const walk = of('a new world, and its end')
    expect(course(walk)).toEqual(['stopped', 'starting', 'running', 'draining', 'stopped'])
  })

  test('one that is there -- tells which frame it is at', () => {
    const walk = of('one that is there')
    expect(course(walk)).toEqual(['stopped', 'starting', 'replaying', 'running'])
    expect(walk.states.filter((state) => state === 'replaying').length).toBeGreaterThan(3)
  })

  test('a copy -- is only looked at', () => {
    const walk = of('a copy')
    expect(course(walk)).toEqual(['stopped', 'starting', 'replaying', 'read-only', 'draining', 'stopped'])
  })

  test('a database that is gone -- nothing is made in its place', () => {
    const walk = of('a database that is gone')
    expect([course(walk), walk.service.status.reason]).toEqual([
      ['stopped', 'starting', 'read-only'],
      { type: 'database_missing' },
    ])
    expect([...walk.machine.disks.keys()]).toEqual([])
    expect(walk.service.host?.checkpointInterval).toBe(LOCAL_TIERS.diffInterval)
  })

  test('a newer version -- halted, and started again from the beginning', () => {
    const walk = of('a store of a newer version, and one that can be opened after all')
    expect(course(walk)).toEqual(['stopped', 'starting', 'halted', 'draining', 'stopped', 'starting', 'running'])
  })

  test('a failure after the log was read -- halted', () => {
    expect(course(of('a chain that cannot be opened'))).toEqual(['stopped', 'starting', 'replaying', 'halted'])
  })

  test('another writer’s epoch -- halted by the first commit', () => {
    expect(course(of('another writer'))).toEqual(['stopped', 'starting', 'running', 'halted', 'draining', 'stopped'])
  })

  test('stopped while it starts -- it does not go on', () => {
    expect(course(of('stopped while it starts'))).toEqual(['stopped', 'starting', 'draining', 'stopped'])
    expect(course(of('stopped while it replays'))).toEqual(['stopped', 'starting', 'replaying', 'draining', 'stopped'])
  })

  test('held by another context -- looked at, and says so', async () => {
    const { machine } = of('a new world, and its end')
    const browser = createFakeBrowser()
    const context = browser.context()
    const ports = { locks: context.locks, openChannel: context.openChannel, wait: async () => {} }
    await acquireWriterLock(FIRST_RUNTIME.id, { instanceId: 'other', label: 'view' }, ports)
    const walk = hold(machine, undefined, FIRST_RUNTIME, browser)
    await start(walk)
    expect([course(walk), walk.service.status.reason]).toEqual([
      ['stopped', 'starting', 'read-only'],
      { type: 'held_elsewhere', name: 'Simnet' },
    ])
    expect(walk.service.host?.checkpointInterval).toBe(LOCAL_TIERS.diffInterval)
  })
})

test('a store that fails while the world is made -- halted once, and started again from what there is', async () => {
  let left = 3
  const walk = hold(undefined, (ports) => ({
    ...ports,
    openStore: async (name, options) => {
      const store = await ports.openStore(name, options)
      return {
        ...store,
        commit: async (batch) => {
          if (left-- === 0) throw new StoreError('quota', 'no room')
          return store.commit(batch)
        },
      }
    },
  }))
  await start(walk)
  expect([course(walk), walk.service.status.storage]).toEqual([['stopped', 'starting', 'halted'], 'full'])
  await walk.service.reopen(walk.machine.keyring)
  expect(course(walk).at(-1)).toBe('running')
})

describe('stopping', () => {
  /** Whose stores count themselves; `range` may be made to wait for ever. */
  const counted = (machine: WalletMachine, hangs: (from: string) => boolean = () => false) => {
    const open = { stores: 0 }
    let limit = (): void => undefined
    const browser = createFakeBrowser()
    const walk = hold(
      machine,
      (ports) => ({
        ...ports,
        schedule: (delayMs, run) => {
          if (delayMs === 5_000) limit = run
          return ports.schedule(delayMs, run)
        },
        openStore: async (name, options) => {
          const store = await ports.openStore(name, options)
          open.stores++
          return {
            ...store,
            range: (range) => (hangs(range.from) ? new Promise(() => undefined) : store.range(range)),
            close: async () => {
              open.stores--
              await store.close()
            },
          }
        },
      }),
      FIRST_RUNTIME,
      browser,
    )
    return { walk, open, browser, limit: () => limit() }
  }

  test('in the middle of its log -- no further frame is gone through, and store and lock are free', async () => {
    const { walk, open, browser } = counted(await withHistory())
    const started = start(walk)
    const stopped = new Promise<void>((resolve) => {
      walk.service.onChange(() => {
        if (walk.states.filter((state) => state === 'replaying').length === 3) resolve(walk.service.stop())
      })
    })
    await Promise.all([started, stopped])
    expect(course(walk)).toEqual(['stopped', 'starting', 'replaying', 'draining', 'stopped'])
    expect([walk.states.filter((state) => state === 'replaying').length, open.stores]).toEqual([3, 0])
    const next = hold(walk.machine, undefined, FIRST_RUNTIME, browser)
    await start(next)
    expect(course(next).at(-1)).toBe('running')
  })

  test('while its store does not answer -- left behind after a while', async () => {
    const { walk, limit } = counted(await withHistory(), (from) => from.startsWith('wal/'))
    const started = start(walk)
    await quiet()
    const stopped = walk.service.stop()
    await quiet()
    expect(walk.service.status.runtime).toBe('starting')
    limit()
    await Promise.all([started, stopped])
    expect(course(walk)).toEqual(['stopped', 'starting', 'draining', 'stopped'])
  })

  test('what cannot be opened over a store does not keep it', async () => {
    const machine = await withHistory()
    const disk = present(machine.disks.get('xln-simnet'), 'a disk')
    disk.rows.set('schema', Uint8Array.of(1))
    const { walk, open } = counted(machine)
    await start(walk)
    expect([course(walk), open.stores]).toEqual([['stopped', 'starting', 'halted'], 0])
  })

  test('a store that never closes -- left behind after a while, and the lock is free', async () => {
    let limit = (): void => undefined
    const browser = createFakeBrowser()
    const walk = hold(
      undefined,
      (ports) => ({
        ...ports,
        schedule: (delayMs, run) => {
          if (delayMs === 5_000) limit = run
          return ports.schedule(delayMs, run)
        },
        openStore: async (name, options) => ({
          ...(await ports.openStore(name, options)),
          close: () => new Promise(() => {}),
        }),
      }),
      FIRST_RUNTIME,
      browser,
    )
    await start(walk)
    const stopped = walk.service.stop()
    await quiet()
    expect(walk.service.status.runtime).toBe('draining')
    limit()
    await stopped
    const next = hold(walk.machine, undefined, FIRST_RUNTIME, browser)
    await start(next)
    expect(course(next).at(-1)).toBe('running')
  })
})

const arrowsOf = (states: readonly RuntimeState[]): readonly string[] =>
  states.slice(1).map((state, i) => `${states[i]} --> ${state}`)
const TABLE = Object.entries(LIFECYCLE).flatMap(([from, arrows]) =>
  Object.entries(arrows).map(([event, to]) => ({ from, event, to })),
)

describe('the table', () => {
  test('every arrow was walked, and no other', () => {
    const seen = new Set(Object.values(walked).flatMap(({ states }) => arrowsOf(states)))
    expect([...seen].toSorted()).toEqual([...new Set(TABLE.map(({ from, to }) => `${from} --> ${to}`))].toSorted())
  })

  test('what leads nowhere is a fault', () => {
    expect(() => nextState('stopped', 'drain')).toThrow(/I-LIFECYCLE/)
    expect(() => nextState('draining', 'open')).toThrow(/I-LIFECYCLE/)
  })

  test('README draws the same', () => {
    const drawn = [...read('README.md').matchAll(/^ {2}([a-z-]+) --> ([a-z-]+): ([a-z]+)$/gm)]
    expect(drawn.map(([, from, to, event]) => ({ from, event, to }))).toEqual(TABLE)
  })
})
