/**
 * One runtime, two contexts: the second looks on and follows; when it is told to take over, the first finishes what it
 * has begun, and looks on from then on. One that does not let go is taken from, and writes nothing more.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import type { RuntimePorts } from '../../entrypoints/background/ports.ts'
import { RuntimeService } from '../../entrypoints/background/runtime-service.ts'
import { present } from '../../runtime/lib/assert.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import type { CommandId, TokenId } from '../../runtime/lib/units.ts'
import type { WriterPorts } from '../../runtime/manager/lock.ts'
import { FIRST_RUNTIME } from '../../runtime/manager/registry.ts'
import type { RuntimeState } from '../../runtime/radapter/lifecycle.ts'
import { memoryStore } from '../../runtime/storage/memory.ts'
import { readWal, WAL_START } from '../../runtime/storage/wal.ts'
import { createFakeBrowser, type FakeBrowser } from '../support/browser-contexts.ts'
import { manualTime, quiet } from '../support/manual-time.ts'
import { createWalletMachine, type WalletMachine } from '../support/wallet-machine.ts'

let machine: WalletMachine
let browser: FakeBrowser

const hold = (
  change: (ports: WriterPorts) => WriterPorts = (ports) => ports,
  around: Partial<RuntimePorts> = {},
): RuntimeService => {
  const ports = machine.ports(browser.context())
  // A holder that answers does so in time; only who waits for nobody is told that the time is up.
  const patient: WriterPorts = { ...ports.writer, wait: () => new Promise(() => {}) }
  return new RuntimeService(() => FIRST_RUNTIME, { ...ports, ...around, writer: change(patient) })
}

const comesTo = (service: RuntimeService, state: RuntimeState): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (service.status.runtime !== state) return
      stop()
      resolve()
    }
    const stop = service.onChange(look)
    look()
  })

const offer = (service: RuntimeService, number: number) => {
  const tx = { type: 'create_offer', tokenId: 1 as TokenId, amount: null, memo: `${number}` } as const
  const entityId = present(service.owner, 'an owner')
  return present(service.host, 'a host').submit({
    type: 'command',
    commandId: `offer-${number}` as CommandId,
    entityId,
    tx,
  })
}
const offersOf = (service: RuntimeService): readonly string[] => {
  const { state } = present(service.host?.env().eReplicas.get(present(service.owner, 'an owner')), 'an entity')
  return [...state.offers.values()].map(({ memo }) => memo).sort()
}
const heightOf = ({ host }: RuntimeService): number => present(host, 'a host').env().height
const rootOf = ({ host }: RuntimeService): string => toHex(present(host, 'a host').root())

let first: RuntimeService
let second: RuntimeService
beforeEach(async () => {
  machine = createWalletMachine()
  browser = createFakeBrowser()
  first = hold()
  await first.start(machine.keyring)
})

describe('looking on', () => {
  test('every frame of the writer is seen, executed again; nothing is taken', async () => {
    second = hold()
    await second.start(machine.keyring)
    expect([second.status.runtime, second.status.reason]).toEqual([
      'read-only',
      { type: 'held_elsewhere', name: 'Simnet' },
    ])
    for (let i = 0; i < 5; i++) await offer(first, i)
    await quiet()
    expect([heightOf(second), rootOf(second)]).toEqual([heightOf(first), rootOf(first)])
    expect(offersOf(second)).toEqual(['0', '1', '2', '3', '4'])
    await expect(offer(second, 9)).rejects.toThrow('reading only')
  })
})

describe('a writer that hangs', () => {
  test('three beats in vain -- said to who looks on; it answers again, and that is said; a lost frame is seen', async () => {
    const hanging = { is: false }
    const dull = (ports: WriterPorts): WriterPorts => ({
      ...ports,
      openChannel: (name) => {
        const channel = ports.openChannel(name)
        return {
          ...channel,
          postMessage: (message) => (hanging.is ? undefined : channel.postMessage(message)),
          addEventListener: (type, listener) =>
            channel.addEventListener(type, (event) => (hanging.is ? undefined : listener(event))),
        }
      },
    })
    await first.stop()
    first = hold(dull)
    await first.start(machine.keyring)
    const time = manualTime(0)
    second = hold(undefined, { schedule: time.schedule })
    await second.start(machine.keyring)
    const pass = async (): Promise<void> => {
      time.advance(5_000)
      await quiet()
    }
    const reasons: (string | undefined)[] = []
    second.onChange(() => reasons.push(second.status.reason?.type))
    await quiet()
    for (let i = 0; i < 3; i++) await pass()
    hanging.is = true
    await offer(first, 1)
    for (let i = 0; i < 3; i++) await pass()
    expect([reasons, offersOf(second)]).toEqual([[], []])
    await pass()
    expect([second.status.runtime, second.status.reason]).toEqual([
      'read-only',
      { type: 'held_silent', name: 'Simnet' },
    ])
    hanging.is = false
    await pass()
    expect([reasons, offersOf(second)]).toEqual([['held_silent', 'held_elsewhere'], ['1']])
    await second.stop()
    expect(time.nextInMs()).toBe(null)
  })

  test('silent -- it is asked to hand over all the same, and taken from', async () => {
    const time = manualTime(0)
    await first.stop()
    first = hold((ports) => ({
      ...ports,
      openChannel: (name) => ({ ...ports.openChannel(name), addEventListener: () => undefined }),
    }))
    await first.start(machine.keyring)
    second = hold((ports) => ({ ...ports, wait: async () => {} }), { schedule: time.schedule })
    await second.start(machine.keyring)
    time.advance(15_000)
    expect(second.status.reason?.type).toBe('held_silent')
    await second.reopen(machine.keyring)
    expect(second.status.runtime).toBe('running')
  })
})

describe('taking over', () => {
  test('what was accepted is committed, nothing twice; the places are changed, and changed back', async () => {
    second = hold()
    await second.start(machine.keyring)
    const asked = Array.from({ length: 50 }, (_, i) =>
      offer(first, i).then(
        (outcome) => outcome.type,
        () => 'stopped',
      ),
    )
    const taken = second.reopen(machine.keyring)
    const outcomes = await Promise.all(asked)
    await taken
    await comesTo(first, 'read-only')
    expect(second.status.runtime).toBe('running')
    const committed = outcomes.flatMap((outcome, i) => (outcome === 'applied' ? [`${i}`] : [])).sort()
    expect(offersOf(second)).toEqual(committed)
    await offer(second, 100)
    await quiet()
    expect([heightOf(first), rootOf(first)]).toEqual([heightOf(second), rootOf(second)])
    await first.reopen(machine.keyring)
    await comesTo(second, 'read-only')
    await offer(first, 101)
    await quiet()
    expect(rootOf(second)).toBe(rootOf(first))
  })

  /** Its channel is deaf, as a suspended context's is. */
  const deaf = (ports: WriterPorts): WriterPorts => ({
    ...ports,
    openChannel: (name) => ({ ...ports.openChannel(name), addEventListener: () => undefined }),
  })
  const takeFrom = async (change: (ports: WriterPorts) => WriterPorts): Promise<void> => {
    await first.stop()
    first = hold(change)
    await first.start(machine.keyring)
    second = hold((ports) => ({ ...ports, wait: async () => {} }))
    await second.start(machine.keyring)
    await second.reopen(machine.keyring)
    expect(second.status.runtime).toBe('running')
  }

  test('a writer that hears nothing -- taken from; it finds out, and looks on', async () => {
    await takeFrom(deaf)
    await comesTo(first, 'read-only')
    await expect(offer(first, 1)).rejects.toThrow('reading only')
    await offer(second, 2)
    expect(offersOf(second)).toEqual(['2'])
  })

  test('a zombie that does not know -- its next frame is refused by the store, and not one row of it is there', async () => {
    await takeFrom((ports) => ({
      ...deaf(ports),
      // What became of its lock is not told either.
      locks: {
        request: (name, how, held) => {
          ports.locks.request(name, how, held).catch(() => undefined)
          return new Promise(() => undefined)
        },
      },
    }))
    expect(first.status.runtime).toBe('running')
    const before = heightOf(second)
    await expect(offer(first, 1)).rejects.toThrow('belongs to writer')
    expect(first.status.runtime).toBe('halted')
    expect(heightOf(second)).toBe(before)
    await offer(second, 2)
    expect(offersOf(second)).toEqual(['2'])
    const store = memoryStore(present(machine.disks.get('xln-simnet'), 'a disk'))
    const steps: string[] = []
    for await (const step of readWal(store, { fromHeight: 1, prevHash: WAL_START })) steps.push(step.type)
    expect(steps).toEqual([...Array.from({ length: heightOf(second) }, () => 'record'), 'end'])
  })
})
