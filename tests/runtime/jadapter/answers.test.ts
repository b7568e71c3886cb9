/** What nodes answer: read as it is, or not at all. */

import { describe, expect, it } from 'vitest'
import {
  countOf,
  dataOf,
  hashOf,
  headerOf,
  logsOf,
  quantityOf,
  receiptOf,
  revertDataOf,
} from '../../../runtime/jadapter/answers.ts'
import { JAdapterError } from '../../../runtime/jadapter/types.ts'
import { fromHex, toHex } from '../../../runtime/lib/bytes.ts'
import { actor } from '../../contracts/world.ts'
import { fc } from '../../support/property.ts'

const HASH = `0x${'ab'.repeat(32)}`
const { address } = actor('depository')
const log = {
  address,
  topics: [HASH],
  data: '0x01',
  blockNumber: '0x5',
  blockHash: HASH,
  logIndex: '0x0',
  removed: false,
}
const block = { number: '0x5', hash: HASH, parentHash: HASH, timestamp: '0x64', baseFeePerGas: '0x7' }
const receipt = { blockNumber: '0x5', blockHash: HASH, status: '0x1', logs: [log] }
const asked = { address, from: 1, to: 9 }

const refused = (read: () => unknown): string | null => {
  try {
    read()
    return null
  } catch (error) {
    if (error instanceof JAdapterError) return error.type
    throw error
  }
}

describe('numbers and bytes', () => {
  it('are read', () => {
    expect([quantityOf('0x0'), quantityOf('0xFF'), countOf('0x10')]).toEqual([0n, 255n, 16])
    expect([dataOf('0x'), dataOf('0xAB01'), hashOf(HASH.toUpperCase().replace('0X', '0x'))]).toEqual([
      fromHex('0x'),
      fromHex('0xab01'),
      fromHex(HASH),
    ])
  })

  it.each([undefined, null, 1, '', '0x', '1', '-0x1', `0x${'f'.repeat(65)}`, '0xg', {}])('%j is no number', (value) => {
    expect(refused(() => quantityOf(value))).toBe('malformed')
  })

  it('a count beyond 2^53 is none', () => {
    expect(refused(() => countOf('0x20000000000000'))).toBe('malformed')
  })
})

describe('blocks, logs and receipts', () => {
  it('are read', () => {
    expect(headerOf(block)).toEqual({
      height: 5,
      hash: fromHex(HASH),
      parentHash: fromHex(HASH),
      timestampSeconds: 100,
      baseFeeWei: 7n,
    })
    expect(headerOf({ ...block, baseFeePerGas: undefined })?.baseFeeWei).toBeNull()
    const read = { address, topics: [HASH], data: '0x01' }
    const placed = { ...read, height: 5, blockHash: fromHex(HASH), index: 0 }
    expect(logsOf([log], asked)).toEqual([placed])
    expect(receiptOf(receipt)).toEqual({ height: 5, blockHash: fromHex(HASH), isDone: true, logs: [read] })
    expect(receiptOf({ ...receipt, status: '0x0' })?.isDone).toBe(false)
  })

  it('that are not there are null; a receipt of what still waits is one too', () => {
    expect([headerOf(null), receiptOf(null), receiptOf({ ...receipt, blockHash: null })]).toEqual([null, null, null])
  })

  it.each<readonly [string, readonly unknown[]]>([
    ['of another contract', [{ ...log, address: actor('other').address }]],
    ['below the range', [{ ...log, blockNumber: '0x0' }]],
    ['above the range', [{ ...log, blockNumber: '0xa' }]],
    ['of a block that is gone', [{ ...log, removed: true }]],
    ['twice', [log, log]],
    ['out of order', [{ ...log, logIndex: '0x1' }, log]],
    ['blocks out of order', [{ ...log, blockNumber: '0x6' }, log]],
    ['without a block', [{ ...log, blockHash: null }]],
  ])('logs %s are refused', (_, logs) => {
    expect(refused(() => logsOf(logs, asked))).toBe('malformed')
  })

  it('nothing else is thrown, whatever comes', () => {
    const readers = [headerOf, receiptOf, (value: unknown) => logsOf(value, asked), quantityOf, hashOf, dataOf]
    /** What it should be, with one part replaced by anything. */
    const spoilt = (value: object) =>
      fc.tuple(fc.constantFrom(...Object.keys(value)), fc.anything()).map(([name, any]) => ({ ...value, [name]: any }))
    const nearly = fc.oneof(
      spoilt(block),
      spoilt(receipt),
      fc.anything(),
      fc.array(fc.oneof(spoilt(log), fc.constant(log), fc.anything())),
    )
    fc.assert(
      fc.property(nearly, (value) => {
        for (const read of readers) expect(['malformed', null]).toContain(refused(() => read(value)))
      }),
    )
  })
})

describe('what a call was undone with', () => {
  const data = toHex(fromHex('0x08c379a0'))
  it.each<readonly [unknown, string | null]>([
    [data, data],
    [`Reverted ${data}`, data],
    ['0x', '0x'],
    [{ data }, data],
    [{ data: { data } }, data],
    [{ result: data }, data],
    [null, null],
    [undefined, null],
    ['no data', null],
    [{ message: data }, null],
    [7, null],
  ])('of %j is %j', (value, expected) => {
    const found = revertDataOf(value)
    expect(found === null ? null : toHex(found)).toBe(expected)
  })
})
