/** The single-writer lock: one holder at a time, known by name, freed when its context dies. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  acquireWriterLock,
  type LockResult,
  type WriterLease,
  type WriterNotice,
  type WriterPorts,
  watchWriter,
} from '../../../runtime/manager/lock.ts'
import { createFakeBrowser, type FakeBrowser, type FakeContext } from '../../support/browser-contexts.ts'
import { quiet } from '../../support/manual-time.ts'

const ID = 'simnet'
const WORKER = { instanceId: 'i-1', label: 'background' }
const PAGE = { instanceId: 'i-2', label: 'view' }

let browser: FakeBrowser
let worker: FakeContext
let page: FakeContext

/** An answer always arrives within microtasks; a wait that ends at once would race with it, so this one never ends. */
const patient = (context: FakeContext): WriterPorts => ({ ...context, wait: () => new Promise(() => {}) })
const impatient = (context: FakeContext): WriterPorts => ({ ...context, wait: async () => {} })

const leaseOf = (result: LockResult): WriterLease => {
  if (result.type !== 'acquired') throw new Error(`expected the lock, got ${result.type}`)
  return result.lease
}
const acquire = (context: FakeContext, self = WORKER, id = ID) => acquireWriterLock(id, self, patient(context))

beforeEach(() => {
  browser = createFakeBrowser()
  worker = browser.context()
  page = browser.context()
})

describe('acquireWriterLock', () => {
  it('a free runtime is acquired; whoever comes second learns who has it', async () => {
    expect((await acquire(worker)).type).toBe('acquired')
    expect(await acquire(page, PAGE)).toEqual({ type: 'held_by_other', holder: WORKER })
  })

  it('twice in one context -- the second is told it is us', async () => {
    await acquire(worker)
    expect(await acquire(worker)).toEqual({ type: 'held_by_other', holder: WORKER })
  })

  it('runtimes do not stand in each other’s way', async () => {
    await acquire(worker, WORKER, 'one')
    expect((await acquire(page, PAGE, 'two')).type).toBe('acquired')
  })

  it('of many that start together exactly one gets it', async () => {
    const results = await Promise.all(
      Array.from({ length: 5 }, (_, i) => acquire(browser.context(), { instanceId: `i-${i}`, label: 'view' })),
    )
    expect(results.filter(({ type }) => type === 'acquired').length).toBe(1)
    for (const result of results)
      if (result.type === 'held_by_other') expect(result.holder).toEqual({ instanceId: 'i-0', label: 'view' })
  })

  it('release frees it, and is idempotent', async () => {
    const lease = leaseOf(await acquire(worker))
    await Promise.all([lease.release(), lease.release()])
    expect(await lease.ended).toBe('released')
    expect((await acquire(page, PAGE)).type).toBe('acquired')
    await lease.release()
    expect((await acquire(worker)).type).toBe('held_by_other')
  })

  it('the death of its context frees it', async () => {
    await acquire(worker)
    worker.die()
    expect((await acquire(page, PAGE)).type).toBe('acquired')
  })

  it('a holder that does not answer is held_by_other without a name', async () => {
    void worker.locks.request(`xln-runtime-lock:${ID}`, {}, () => new Promise(() => {}))
    const result = await acquireWriterLock(ID, PAGE, impatient(page))
    expect(result).toEqual({ type: 'held_by_other', holder: null })
  })

  it('a stolen lock ends the lease', async () => {
    const lease = leaseOf(await acquire(worker))
    void page.locks.request(`xln-runtime-lock:${ID}`, { steal: true }, () => new Promise(() => {}))
    expect(await lease.ended).toBe('stolen')
    await lease.release()
    expect(await acquireWriterLock(ID, WORKER, impatient(worker))).toEqual({ type: 'held_by_other', holder: null })
  })

  it('a context that may not use locks is told so', async () => {
    const forbidden = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) }
    await expect(acquireWriterLock(ID, WORKER, { ...patient(worker), locks: forbidden })).rejects.toThrow('no')
  })
})

describe('taking over', () => {
  const take = (wait: WriterPorts['wait']) => acquireWriterLock(ID, PAGE, { ...page, wait }, true)
  const never: WriterPorts['wait'] = () => new Promise(() => {})

  it('from nobody -- it is free, and nobody is asked', async () => {
    const asked: unknown[] = []
    worker.openChannel(`xln-runtime:${ID}`).addEventListener('message', ({ data }) => asked.push(data))
    expect((await take(never)).type).toBe('acquired')
    await quiet()
    expect(asked).toEqual([{ type: 'held', holder: PAGE }])
  })

  it('the holder is asked, and has it until it lets go', async () => {
    const lease = leaseOf(await acquire(worker))
    const taken = take(never)
    await lease.asked
    await quiet()
    expect(await acquire(browser.context())).toEqual({ type: 'held_by_other', holder: WORKER })
    await lease.release()
    expect((await taken).type).toBe('acquired')
    expect(await lease.ended).toBe('released')
  })

  it('from one that does not let go -- when its ten seconds are up, not before', async () => {
    const lease = leaseOf(await acquire(worker))
    const waits: number[] = []
    let isOver = () => {}
    const taken = take((durationMs) => {
      waits.push(durationMs)
      return new Promise((resolve) => {
        isOver = resolve
      })
    })
    await lease.asked
    await quiet()
    expect(await acquire(browser.context())).toEqual({ type: 'held_by_other', holder: WORKER })
    expect(waits).toEqual([10_000])
    isOver()
    expect((await taken).type).toBe('acquired')
    expect(await lease.ended).toBe('stolen')
    expect(await acquire(browser.context())).toEqual({ type: 'held_by_other', holder: PAGE })
  })
})

describe('watchWriter', () => {
  const heard = async (work: () => Promise<void>): Promise<readonly WriterNotice[]> => {
    const notices: WriterNotice[] = []
    const { stop } = watchWriter(ID, page, (notice) => notices.push(notice))
    await work()
    stop()
    return notices
  }

  it('hears who takes it and who lets it go; the lock is free by then', async () => {
    let next: Promise<LockResult> | undefined
    const notices: WriterNotice[] = []
    const { stop } = watchWriter(ID, page, (notice) => {
      notices.push(notice)
      if (notice.type === 'released') next = acquire(page, PAGE)
    })
    const lease = leaseOf(await acquire(worker))
    await lease.release()
    await Promise.resolve()
    expect(notices).toEqual([
      { type: 'held', holder: WORKER },
      { type: 'released', holder: WORKER },
    ])
    expect((await next)?.type).toBe('acquired')
    stop()
  })

  it('asks at once who holds it already', async () => {
    await acquire(worker)
    expect(await heard(async () => await Promise.resolve())).toEqual([{ type: 'held', holder: WORKER }])
  })

  it('ignores what is not a notice', async () => {
    const channel = worker.openChannel(`xln-runtime:${ID}`)
    const nonsense = [null, 'held', { type: 'held' }, { type: 'held', holder: { ...WORKER, more: 1 } }, { type: 'who' }]
    expect(
      await heard(async () => {
        for (const message of nonsense) channel.postMessage(message)
        await Promise.resolve()
      }),
    ).toEqual([])
  })

  it('hears nothing once stopped', async () => {
    const notices: WriterNotice[] = []
    watchWriter(ID, page, (notice) => notices.push(notice)).stop()
    await acquire(worker)
    await Promise.resolve()
    expect(notices).toEqual([])
  })
})
