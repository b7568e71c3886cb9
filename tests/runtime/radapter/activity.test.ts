/** The history of each entity: what every event writes, restoring it from its rows, and reading it in pages. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { EntityEvent } from '../../../runtime/entity/events.ts'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import { batchHash } from '../../../runtime/jurisdiction/batch.ts'
import type { JBlock, JEvent } from '../../../runtime/jurisdiction/types.ts'
import { Fault, present } from '../../../runtime/lib/assert.ts'
import { type Bytes, toHex, word, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import { projectActivity } from '../../../runtime/radapter/activity.ts'
import { createHistory } from '../../../runtime/radapter/activity-history.ts'
import { readBook } from '../../../runtime/radapter/activity-known.ts'
import type { ActivityEntry } from '../../../runtime/radapter/types.ts'
import { memoryStore } from '../../../runtime/storage/memory.ts'
import { modelEntry, modelPage } from '../../support/history-model.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { paymentIdOf, TUSD, usd } from '../../support/world.ts'
import { type WrittenHistory, writtenHistory } from '../../support/written-history.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

const pay = (running: Running, to: string, amount: bigint, memo = ''): EntityTx & { readonly type: 'pay' } => ({
  type: 'pay',
  paymentId: paymentIdOf(running.host.env().height),
  to: running.id(to),
  invoice: null,
  offerId: null,
  payee: null,
  tokenId: TUSD,
  amount,
  memo,
  maxFee: usd(1),
})

const all = (running: Running, name: string, search = '', height = Number.MAX_SAFE_INTEGER): readonly ActivityEntry[] =>
  modelPage(running.rows(), { entityId: running.id(name), height, search, page: 1, pageSize: 100 }).entries

/** The next block of the chain, with what it did. */
const mine = async (running: Running, events: readonly JEvent[]): Promise<void> => {
  const replica = running.host.env().jReplicas.get('sim')
  const height = (replica?.height ?? 0) + 1
  const timestampSeconds = Math.max((replica?.timestampSeconds ?? 0) + 1, Math.floor(running.time.clock.now() / 1_000))
  const block: JBlock = {
    height,
    hash: taggedHash('block', word(height)),
    previousHash: replica?.blockHash ?? ZERO_32,
    timestampSeconds,
    events,
  }
  await running.host.submit({ type: 'j_block', jurisdiction: 'sim', block })
  await quiet()
}
const reserve = (running: Running, amount: bigint): JEvent => ({
  type: 'reserve_updated',
  entityId: running.id('You'),
  tokenId: TUSD,
  amount,
})
/** The batch on its way was done. */
const processed = (running: Running, nonce: number): JEvent => {
  const bytes = running.host.env().eReplicas.get(running.id('You'))?.state.batch.inFlight?.jTx.bytes
  if (bytes === undefined) throw new Error('no batch is on its way')
  return { type: 'batch_processed', entityId: running.id('You'), nonce, batchHash: batchHash(bytes) }
}
const settledAt = (running: Running, collateral: bigint): JEvent => {
  const [left, right] = [running.id('You'), running.id('Hub')].sort()
  return {
    type: 'account_settled',
    left: left ?? running.id('You'),
    right: right ?? running.id('Hub'),
    tokenId: TUSD,
    collateral,
    ondelta: 0n,
    epoch: 0,
    nonce: 0,
  }
}

describe('payments', () => {
  test('to a name -- one entry, pending and then sent with its proof; the other side has received it', async () => {
    const running = await town.fork()
    const seen: string[] = []
    const tx = pay(running, 'Bob', usd(3.21), 'tea')
    const started = running.host.env().height + 1
    running.host.onChange(() => {
      const status = modelEntry(running.rows(), running.id('You'), tx.paymentId)?.entry.status
      if (status !== undefined && seen.at(-1) !== status) seen.push(status)
    })
    await running.run('You', tx)
    expect(seen).toEqual(['pending', 'sent'])
    const [sent, ...others] = all(running, 'You')
    expect(others).toEqual([])
    expect(sent).toMatchObject({
      id: tx.paymentId,
      kind: 'payment_out',
      status: 'sent',
      height: started,
      counterpartyId: running.id('Bob'),
      counterpartyLabel: 'Bob',
      amount: usd(3.21),
      fee: 3_310n,
      memo: 'tea',
      failure: '',
    })
    const [received] = all(running, 'Bob')
    expect(received).toMatchObject({
      kind: 'payment_in',
      status: 'received',
      counterpartyLabel: 'You',
      amount: usd(3.21),
      memo: 'tea',
    })
    expect(received?.proof?.preimage).toBe(sent?.proof?.preimage)
    expect(sent?.proof).toMatchObject({ paymentId: tx.paymentId, isProof: true })
    expect(all(running, 'Hub')).toEqual([])
  })

  test('refused before sending -- no entry, no row', async () => {
    const running = await town.fork()
    const before = running.host.activity()
    await expect(running.run('You', pay(running, 'Bob', usd(5_000)))).rejects.toThrow('over_capacity')
    expect(running.host.activity()).toBe(before)
  })

  test('cancelled -- the same entry has failed, says why, and cost nothing', async () => {
    const running = await town.fork()
    const tx = pay(running, 'Bob', usd(1))
    const commandId = (text: string) => text as never
    const started = running.host.submit({ type: 'command', commandId: commandId('a'), entityId: running.id('You'), tx })
    const cancel = { type: 'cancel_payment', paymentId: tx.paymentId } as const
    await running.host.submit({ type: 'command', commandId: commandId('b'), entityId: running.id('You'), tx: cancel })
    await started
    await quiet()
    expect(all(running, 'You')).toMatchObject([
      { id: tx.paymentId, status: 'failed', failure: 'cancelled', fee: 0n, proof: null },
    ])
  })

  test('as of an earlier height -- what ended later was still pending, what began later is not there', async () => {
    const running = await town.fork()
    const begun = running.host.env().height + 1
    await running.run('You', pay(running, 'Bob', usd(2)))
    expect(all(running, 'You', '', begun - 1)).toEqual([])
    expect(all(running, 'You', '', begun)).toMatchObject([{ status: 'pending', failure: '', proof: null }])
    expect(all(running, 'You', 'sent', begun)).toEqual([])
    expect(all(running, 'You', 'pending', begun)).toHaveLength(1)
  })

  test('direct -- sent and received at once, on both sides', async () => {
    const running = await town.fork()
    const tx: EntityTx = {
      type: 'direct_payment',
      counterparty: running.id('Hub'),
      tokenId: TUSD,
      amount: usd(5),
      memo: 'dues',
    }
    await running.run('You', tx)
    expect(all(running, 'You')).toMatchObject([
      { kind: 'payment_out', status: 'sent', counterpartyLabel: 'Hub', amount: usd(5), memo: 'dues' },
    ])
    expect(all(running, 'Hub')).toMatchObject([
      { kind: 'payment_in', status: 'received', counterpartyLabel: 'You', amount: usd(5) },
    ])
  })
})

describe('chain', () => {
  test('a reserve that grows -- a deposit of the difference; one that shrinks is none', async () => {
    const running = await town.fork()
    await mine(running, [reserve(running, usd(50))])
    await mine(running, [reserve(running, usd(80))])
    await mine(running, [reserve(running, usd(10))])
    expect(all(running, 'You').map(({ kind, status, amount }) => [kind, status, amount])).toEqual([
      ['deposit', 'received', usd(30)],
      ['deposit', 'received', usd(50)],
    ])
  })

  test('reserve to reserve -- pending until its batch is processed; a later one waits for its own', async () => {
    const running = await town.fork()
    await mine(running, [reserve(running, usd(50))])
    const send = (amount: bigint): EntityTx => ({
      type: 'reserve_to_reserve',
      to: running.id('Bob'),
      tokenId: TUSD,
      amount,
    })
    await running.run('You', send(usd(1)))
    await running.run('You', send(usd(2)))
    const statuses = () => all(running, 'You', 'bob').map(({ amount, status }) => [amount, status])
    expect(statuses()).toEqual([
      [usd(2), 'pending'],
      [usd(1), 'pending'],
    ])
    await mine(running, [processed(running, 1), reserve(running, usd(49))])
    expect(statuses()).toEqual([
      [usd(2), 'pending'],
      [usd(1), 'sent'],
    ])
    await mine(running, [processed(running, 2), reserve(running, usd(47))])
    expect(statuses()).toEqual([
      [usd(2), 'sent'],
      [usd(1), 'sent'],
    ])
  })

  test('a batch the chain refused -- its operations have failed with the reason, the next batch has not', async () => {
    const running = await town.fork()
    await mine(running, [reserve(running, usd(50))])
    const send = (amount: bigint): EntityTx => ({
      type: 'reserve_to_reserve',
      to: running.id('Bob'),
      tokenId: TUSD,
      amount,
    })
    await running.run('You', send(usd(1)))
    await running.run('You', send(usd(2)))
    await running.host.submit({ type: 'batch_failed', entityId: running.id('You'), nonce: 1, reason: 'E_PAUSED' })
    await quiet()
    expect(all(running, 'You', 'bob').map(({ amount, status, failure }) => [amount, status, failure])).toEqual([
      [usd(2), 'pending', ''],
      [usd(1), 'failed', 'E_PAUSED'],
    ])
  })

  test('collateral -- pending, then settled; what the request does not explain the other side put in', async () => {
    const running = await town.fork()
    await mine(running, [reserve(running, usd(50))])
    await running.run('You', {
      type: 'reserve_to_collateral',
      counterparty: running.id('Hub'),
      tokenId: TUSD,
      amount: usd(20),
    })
    const own = () => all(running, 'You', 'hub').map(({ amount, status }) => [amount, status])
    expect(own()).toEqual([[usd(20), 'pending']])
    await mine(running, [processed(running, 1), reserve(running, usd(30)), settledAt(running, usd(20))])
    expect(own()).toEqual([[usd(20), 'sent']])
    expect(all(running, 'Hub')).toMatchObject([
      { kind: 'collateral', status: 'received', amount: usd(20), counterpartyLabel: 'You' },
    ])
    // The known collateral survives a restart, so the next settlement is again told by its difference.
    const restarted = await running.restart()
    await mine(restarted, [settledAt(restarted, usd(25))])
    expect(all(restarted, 'You', 'hub').map(({ amount, status }) => [amount, status])).toEqual([
      [usd(5), 'received'],
      [usd(20), 'sent'],
    ])
  })
})

describe('book', () => {
  test('restored from its rows -- the same pages, and the same open operations', async () => {
    const running = await town.fork()
    await mine(running, [reserve(running, usd(50))])
    await running.run('You', pay(running, 'Bob', usd(1), 'one'))
    await running.run('You', { type: 'reserve_to_reserve', to: running.id('Bob'), tokenId: TUSD, amount: usd(3) })
    const before = ['You', 'Hub', 'Bob'].map((name) => all(running, name))
    const restarted = await running.restart()
    expect(['You', 'Hub', 'Bob'].map((name) => all(restarted, name))).toEqual(before)
    await mine(restarted, [processed(restarted, 1), reserve(restarted, usd(47))])
    expect(all(restarted, 'You')[0]).toMatchObject({ kind: 'reserve_transfer', status: 'sent' })
  })

  test.each(['value', 'key'])('a row with another %s -- Fault I-ACTIVITY', async (part) => {
    const { rows } = await history(1)
    const [[key, value]] = [...rows()].filter(([name]) => name.includes('/e/')) as [[string, Bytes]]
    rows().delete(key)
    if (part === 'key') rows().set(key.replace('/0000', '/0001'), value)
    else rows().set(key, value.slice(1))
    const reads = memoryStore({ rows: rows(), epoch: 0 })
    await expect(readBook(reads)).rejects.toThrow(Fault)
    await expect(readBook(reads)).rejects.toThrow('I-ACTIVITY')
  })

  test('nothing happened -- the same book, no rows', async () => {
    const book = (await history(3)).history().book()
    const nothing = projectActivity(book, town.host.env(), { height: 99, timestampMs: 0 }, [])
    expect(nothing).toEqual({ book, rows: [], gone: [], placed: new Map() })
    expect(nothing.book).toBe(book)
  })
})

/** `count` payments received by You, one a tick. */
const history = async (count: number): Promise<WrittenHistory> => {
  const env = town.host.env()
  const written = await writtenHistory()
  for (let n = 1; n <= count; n++) {
    const event: EntityEvent = {
      type: 'payment_received',
      from: town.id('Hub'),
      payer: n % 2 === 0 ? town.id('Bob') : null,
      hashlock: taggedHash('hashlock', word(n)),
      preimage: word(n),
      tokenId: TUSD,
      amount: BigInt(n) * 10_000n,
      memo: `No ${n}`,
      isProof: false,
    }
    await written.tick({ env, entityId: town.id('You'), height: n }, [event])
  }
  return written
}

describe('pages', () => {
  const COUNT = 3_000
  let written: WrittenHistory
  beforeAll(async () => {
    written = await history(COUNT)
  })
  const page = async (number: number, search = '', pageSize = 20, name = 'You') => {
    const query = { entityId: town.id(name), height: COUNT, search, page: number, pageSize }
    return present(await written.history().page(query), 'a page')
  }

  test('newest first, every entry once', async () => {
    const memos: string[] = []
    const { totalPages } = await page(1, '', 100)
    for (let number = 1; number <= totalPages; number++)
      memos.push(...(await page(number, '', 100)).entries.map(({ memo }) => memo))
    expect(memos).toEqual(Array.from({ length: COUNT }, (_, i) => `No ${COUNT - i}`))
  })

  test.each([
    [0, 1],
    [-5, 1],
    [151, 150],
    [Number.MAX_SAFE_INTEGER, 150],
  ])('page %i -- the nearest there is: %i', async (asked, shown) => {
    expect(await page(asked)).toMatchObject({ page: shown, totalPages: 150, totalEntries: COUNT })
    expect((await page(asked)).entries).toEqual((await page(shown)).entries)
  })

  test('an unknown entity -- one empty page', async () => {
    const nobody = await page(3, '', 10, 'Alice')
    expect(nobody).toEqual({ entries: [], page: 1, totalPages: 1, totalEntries: 0, balances: [] })
  })

  test.each([
    ['no 2999', 1],
    ['NO   2999', 1],
    ['29.99 tusd', 1],
    ['received', COUNT],
    ['bob', COUNT / 2],
    ['hub 29.99', 1],
    ['bob 29.99', 0],
    ['pending', 0],
    ['', COUNT],
  ])('search %j -- %i', async (search, found) => {
    expect((await page(1, search)).totalEntries).toBe(found)
  })

  test('search by id -- the entry', async () => {
    const id = toHex(taggedHash('hashlock', word(77)))
    expect((await page(1, id.toUpperCase())).entries.map(({ memo }) => memo)).toEqual(['No 77'])
  })

  test('the counterparty -- the payer if known, else the one who passed it on', async () => {
    const [first, second] = (await page(1)).entries
    expect([first?.counterpartyLabel, second?.counterpartyLabel]).toEqual(['Bob', 'Hub'])
  })

  test('the newest pages -- at once, without the store', async () => {
    const query = { entityId: town.id('You'), height: COUNT, search: '', pageSize: 20, balanceOf: TUSD }
    const before = written.history().book()
    const now = createHistory({ getMany: unreadable, range: unreadable }, before)
    expect(now.pageNow({ ...query, page: 6 })).toEqual(modelPage(written.rows(), { ...query, page: 6 }))
    expect(now.pageNow({ ...query, page: 100 })).toBe(null)
    await expect(now.page({ ...query, page: 100 })).rejects.toThrow('unreadable')
  })
})

const unreadable = () => Promise.reject(new Error('unreadable'))
