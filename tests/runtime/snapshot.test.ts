/** Snapshots: the rows of a state are the state, and rows that are damaged are no state. */
import { beforeAll, describe, expect, test } from 'vitest'
import { runtimeRoot } from '../../runtime/frame.ts'
import { checkEnv } from '../../runtime/invariants.ts'
import { Fault } from '../../runtime/lib/assert.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import type { StoreRow } from '../../runtime/ports.ts'
import { envFromForeignRows, envFromRows, envRows, partOfEnv } from '../../runtime/snapshot.ts'
import type { Env } from '../../runtime/types.ts'
import { createPuppet } from '../support/puppet.ts'
import { createWorld, TUSD, testPolicy, usd } from '../support/world.ts'
import { checkMostly } from '../support/world-checks.ts'

/** A state with something of every kind in it: caught in the middle of things, one account frozen. */
const busy = (): Env => {
  const entities = { alice: {}, hub: { hubPolicy: testPolicy }, bob: {} }
  const world = createWorld({ entities, elsewhere: { mallory: {}, trent: {} }, check: checkMostly })
  for (const name of ['alice', 'bob']) world.open(name, 'hub', 50)
  const mallory = createPuppet(world, 'mallory', 'hub')
  mallory.say([{ type: 'add_delta', tokenId: TUSD }])
  mallory.doctor([{ type: 'direct_payment', tokenId: TUSD, amount: 1n, memo: '' }], { accountTxs: [] })
  world.open('alice', 'trent', 5)
  world.tick([
    world.mine([
      { type: 'reserve_updated', entityId: world.id('alice'), tokenId: TUSD, amount: usd(500) },
      {
        type: 'account_settled',
        left: world.id('alice'),
        right: world.id('hub'),
        tokenId: TUSD,
        collateral: 5n,
        ondelta: 5n,
        epoch: 0,
        nonce: 0,
      },
    ]),
    world.command('bob', { type: 'create_offer', tokenId: TUSD, amount: null, memo: 'tips' }, 'offer'),
  ])
  const invoice = world.invoice('bob', usd(5), 'order')
  world.tick([
    world.command('alice', world.pay('bob', usd(5), { invoice })),
    world.command(
      'alice',
      { type: 'reserve_to_collateral', counterparty: world.id('hub'), tokenId: TUSD, amount: 9n },
      'r2c',
    ),
  ])
  world.tick([
    world.command('alice', { type: 'reserve_to_reserve', to: world.id('bob'), tokenId: TUSD, amount: 9n }, 'r2r'),
  ])
  world.tick([world.command('alice', world.pay('bob', usd(2)))])
  return world.env()
}

let env: Env
let rows: readonly StoreRow[]
beforeAll(() => {
  env = busy()
  rows = [...envRows(env)]
})
const rootOf = (of: Env): string => toHex(runtimeRoot(of))
/** The root after a change to the rows, or the invariant that noticed it. */
const after = (changed: readonly StoreRow[]): string => {
  try {
    return rootOf(envFromRows(changed))
  } catch (error) {
    if (error instanceof Fault) return error.invariant
    throw error
  }
}

describe('envRows', () => {
  test('has every kind of row, each key once', () => {
    const kinds = new Set(rows.map(({ key }) => key.replace(/^(\w+)(?:\/[^/]+)?(\/\w)?.*$/, '$1$2')))
    const expected = ['c', 'e', 'e/a', 'e/f', 'e/i', 'e/l', 'e/p', 'e/r', 'e/w', 'env', 'j', 'o', 'p']
    expect([...kinds].sort()).toEqual(expected)
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
  })
  test('gives the state back: same root, same rows, same invariants', () => {
    const restored = envFromRows(rows)
    expect(rootOf(restored)).toBe(rootOf(env))
    expect([...envRows(restored)]).toEqual(rows)
    checkEnv(restored)
    const account = [...restored.eReplicas.values()].flatMap(({ state }) => [...state.accounts.values()])
    expect(account.some(({ pending }) => pending !== null)).toBe(true)
    expect(account.some(({ status }) => status.type === 'frozen')).toBe(true)
  })
  test('gives the state back in any order of the keys within an entity', () => {
    const sorted = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1))
    expect(rootOf(envFromRows(sorted))).toBe(rootOf(env))
  })
})

describe('envFromRows', () => {
  test('a row that is missing is noticed', () => {
    for (const [i, row] of rows.entries())
      expect(after(rows.filter((_, at) => at !== i)), row.key).not.toBe(rootOf(env))
  })
  test('a row that is not what was written is a fault, or another root', () => {
    for (const [i, row] of rows.entries())
      for (const damaged of [row.value.subarray(0, -1), new Uint8Array(0)])
        expect(after(rows.map((old, at) => (at === i ? { ...old, value: damaged } : old))), row.key).not.toBe(
          rootOf(env),
        )
  })
  test('a row that nobody has asked for -- is a fault when it is, and names itself', () => {
    const i = rows.findIndex(({ key }) => key.includes('/i/'))
    const row = rows[i] as StoreRow
    const damaged = { ...row, value: row.value.subarray(0, -1) }
    const restored = partOfEnv(rows.map((old, at) => (at === i ? damaged : old)))
    const [, entityId = '', , key = ''] = row.key.split('/')
    const ask = () => restored?.eReplicas.get(entityId)?.state.invoices.get(key)
    expect(ask).toThrow(Fault)
    expect(ask).toThrow(row.key)
  })
  test('rows of somebody else -- each is read, and one that is not what was written is a fault', () => {
    expect(rootOf(envFromForeignRows(rows))).toBe(rootOf(env))
    for (const [i, row] of rows.entries()) {
      const damaged = { ...row, value: row.value.subarray(0, -1) }
      expect(() => envFromForeignRows(rows.map((old, at) => (at === i ? damaged : old))), row.key).toThrow(Fault)
    }
  })
  test('a row that belongs nowhere is a fault', () => {
    const value = new Uint8Array(1)
    for (const key of [
      'x/1',
      'e/0xabc/a/0xdef',
      `${rows.find(({ key: name }) => name.includes('/a/'))?.key.replace('/a/', '/z/')}`,
    ])
      expect(after([...rows, { key, value }])).toBe('I-SNAPSHOT')
  })
})
