/** The canary: every way a database can stand to it, and marks from anywhere. */

import { describe, expect, it } from 'vitest'
import type { CanaryMark } from '../../../runtime/ports.ts'
import {
  CanaryUnreadable,
  compareCanary,
  type DatabaseMark,
  memoryCanary,
  parseCanaryMark,
  slotCanary,
} from '../../../runtime/storage/canary.ts'
import { fc } from '../../support/property.ts'

const HASH = `0x${'11'.repeat(32)}`
const OTHER = `0x${'22'.repeat(32)}`
const mark: CanaryMark = { epoch: 3, height: 10, recordHash: HASH, signedNonces: { 'left/right': 41 } }
const database: DatabaseMark = { epoch: 3, height: 10, recordHash: HASH, signedNonces: { 'left/right': 41, other: 4 } }

describe('compareCanary', () => {
  it('nothing and nothing is a fresh start', () => {
    expect(compareCanary(null, null)).toEqual({ type: 'ok' })
  })
  it('the same record is ok, also after later claims', () => {
    expect(compareCanary(mark, database)).toEqual({ type: 'ok' })
    expect(compareCanary(mark, { ...database, epoch: 9 })).toEqual({ type: 'ok' })
  })
  it('a database ahead is a normal crash', () => {
    const ahead = { ...database, height: 11, recordHash: OTHER }
    expect(compareCanary(mark, ahead)).toEqual({ type: 'database_ahead', mark, database: ahead })
    const verified = { ...ahead, hashAtMark: HASH }
    expect(compareCanary(mark, verified)).toEqual({ type: 'database_ahead', mark, database: verified })
    expect(compareCanary(null, database)).toEqual({ type: 'database_ahead', mark: null, database })
  })
  it.each<[string, string, DatabaseMark | null]>([
    ['an empty database', 'empty', null],
    ['a lower height', 'height', { ...database, height: 9 }],
    ['the same height with another record', 'history', { ...database, recordHash: OTHER }],
    ['ahead, but with another record at the mark', 'history', { ...database, height: 12, hashAtMark: OTHER }],
    ['ahead, but with fewer signatures', 'nonce', { ...database, height: 12, signedNonces: { 'left/right': 40 } }],
    ['an account it never heard of', 'nonce', { ...database, signedNonces: {} }],
    ['an older epoch at the same height', 'epoch', { ...database, epoch: 2 }],
    ['an older epoch ahead', 'epoch', { ...database, height: 12, epoch: 2 }],
  ])('%s is a rollback', (_, reason, found) => {
    expect(compareCanary(mark, found)).toEqual({ type: 'rolled_back', reason, mark, database: found })
  })
  it('never trusts a database that is behind in any respect', () => {
    const hash = fc.constantFrom(HASH, OTHER)
    const natural = fc.nat(3)
    const any = fc.record({ epoch: natural, height: natural, recordHash: hash })
    fc.assert(
      fc.property(any, any, (kept, found) => {
        const isBehind =
          found.epoch < kept.epoch ||
          found.height < kept.height ||
          (found.height === kept.height && found.recordHash !== kept.recordHash)
        const verdict = compareCanary({ ...kept, signedNonces: {} }, { ...found, signedNonces: {} }).type
        expect(verdict === 'rolled_back').toBe(isBehind)
        if (!isBehind) expect(verdict).toBe(found.height === kept.height ? 'ok' : 'database_ahead')
      }),
    )
  })
})

describe('parseCanaryMark', () => {
  it('a stored mark comes back, also through JSON', () => {
    expect(parseCanaryMark(JSON.parse(JSON.stringify(mark)))).toEqual({ type: 'ok', mark })
  })
  it.each([undefined, null])('%s is absent', (stored) => {
    expect(parseCanaryMark(stored)).toEqual({ type: 'absent' })
  })
  it.each<[string, unknown]>([
    ['text', 'mark'],
    ['no fields', {}],
    ['a field too many', { ...mark, more: 1 }],
    ['a negative height', { ...mark, height: -1 }],
    ['a hash that is none', { ...mark, recordHash: '0x' }],
    ['a nonce that is none', { ...mark, signedNonces: { 'left/right': '41' } }],
  ])('%s is malformed, never absent', (_, stored) => {
    expect(parseCanaryMark(stored)).toEqual({ type: 'malformed' })
  })
  it('any value in, only declared results out', () => {
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        expect(['absent', 'malformed']).toContain(parseCanaryMark(stored).type)
      }),
    )
  })
})

describe('memoryCanary', () => {
  it('keeps the mark for whoever opens the slot next', async () => {
    const slot = { mark: null }
    expect(await memoryCanary(slot).read()).toBeNull()
    await memoryCanary(slot).write(mark)
    expect(await memoryCanary(slot).read()).toEqual(mark)
  })
})

describe('slotCanary', () => {
  it('a writer that was suspended does not cover the mark of a later one', async () => {
    const slot = { mark: null }
    const later = { ...mark, epoch: 4, height: 12 }
    await memoryCanary(slot).write(later)
    await memoryCanary(slot).write({ ...mark, height: 99 })
    expect(await memoryCanary(slot).read()).toEqual(later)
  })
  it('what is there and no mark is an alarm to reader and writer, and stays', async () => {
    const slot: { stored: unknown } = { stored: { height: 'high' } }
    const canary = slotCanary({
      get: async () => slot.stored,
      set: async (written) => {
        slot.stored = written
      },
    })
    await expect(canary.read()).rejects.toThrow(CanaryUnreadable)
    await expect(canary.write(mark)).rejects.toThrow(CanaryUnreadable)
    expect(slot.stored).toEqual({ height: 'high' })
  })
})
