/** The mark outside the database follows an account from epoch to epoch: it never falls, and never cries wolf. */
import { expect, test } from 'vitest'
import { EMPTY } from '../../runtime/lib/bytes.ts'
import { createSignedNonces, signedNoncesOf } from '../../runtime/signed-nonces.ts'
import { compareCanary, type DatabaseMark } from '../../runtime/storage/canary.ts'
import type { Env } from '../../runtime/types.ts'
import { createWorld, TUSD, usd } from '../support/world.ts'

const HASH = `0x${'11'.repeat(32)}`
const verdict = (kept: Env, found: Env): string => {
  const mark = { epoch: 1, height: kept.height, recordHash: HASH, signedNonces: signedNoncesOf(kept) }
  const { height } = found
  const database: DatabaseMark = { epoch: 1, height, recordHash: HASH, signedNonces: signedNoncesOf(found) }
  return compareCanary(mark, database).type
}

test('a judged account -- what was signed before is over; what a restart finds is what was kept', () => {
  const world = createWorld({ entities: { alice: {}, hub: {} } })
  const [left, right] = [world.id('alice'), world.id('hub')]
  const pair = { left, right }
  const signed = createSignedNonces()
  const kept: (readonly [Env, Readonly<Record<string, number>>])[] = []
  const note = (): void => {
    for (const { before, step } of world.history.slice(kept.length)) {
      signed.note(before, step.env)
      kept.push([step.env, signed.marks()])
    }
  }
  world.open('alice', 'hub', 50)
  world.ok('hub', { type: 'direct_payment', counterparty: left, tokenId: TUSD, amount: usd(5), memo: '' })
  note()
  const dispute = { ...pair, epoch: 0, nonce: 4, byLeft: true, windowEndSeconds: 0, body: EMPTY }
  world.tick([world.mine([{ type: 'dispute_started', ...dispute }])])
  world.tick([world.mine([{ type: 'dispute_finalized', ...pair, epoch: 1, nonce: 4 }])])
  expect(world.account('alice', 'hub').status.type).toBe('closed')
  note()
  world.open('alice', 'hub', 50)
  note()
  expect(world.account('alice', 'hub').state).toMatchObject({ terms: { epoch: 1 }, height: 1 })

  let last = 0
  for (const [i, [env, marks]] of kept.entries()) {
    const mark = Object.values(marks)[0] ?? 0
    expect(mark).toBeGreaterThanOrEqual(last)
    last = mark
    expect(signedNoncesOf(env), 'a restart finds what was kept').toEqual(marks)
    const next = kept[i + 1]?.[0]
    // The mark may be one commit behind, and never one ahead.
    if (next !== undefined && next.height > env.height) expect(verdict(env, next)).toBe('database_ahead')
  }
  const [first] = kept.find(([, marks]) => Object.keys(marks).length > 0) ?? []
  const newest = kept.at(-1)?.[0]
  if (first === undefined || newest === undefined) throw new Error('nothing was signed')
  expect(verdict(newest, { ...first, height: newest.height }), 'another epoch was signed in').toBe('rolled_back')
})
