/** Batches and boards as the contracts read them. */
import { AbiCoder, keccak256 } from 'ethers'
import { describe, expect, test } from 'vitest'
import { BATCH_TYPE, batchDigest, batchHash, encodeBatch, encodeHanko } from '../../../runtime/jurisdiction/batch.ts'
import { boardId, boardOfOne, parseBoard } from '../../../runtime/jurisdiction/board.ts'
import { EMPTY_BATCH, type JBatch } from '../../../runtime/jurisdiction/types.ts'
import { Fault } from '../../../runtime/lib/assert.ts'
import { toHex } from '../../../runtime/lib/bytes.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import { addressOf } from '../../../runtime/lib/secp.ts'
import type { Address } from '../../../runtime/lib/units.ts'
import { keysOf } from '../../support/signer.ts'
import { paperChain, TUSD } from '../../support/world.ts'

const { entityId, secret } = keysOf('alice')
const bob = keysOf('bob').entityId
const batch: JBatch = {
  ...EMPTY_BATCH,
  reserveToReserve: [{ to: bob, tokenId: TUSD, amount: 5n }],
  reserveToCollateral: [{ counterparty: bob, tokenId: TUSD, amount: 7n, epoch: 0 }],
}

describe('batch', () => {
  test('bytes are abi.encode of the entity and its lists', () => {
    const [decoded] = AbiCoder.defaultAbiCoder().decode([BATCH_TYPE], encodeBatch(entityId, batch))
    expect(decoded.toArray(true)).toEqual([entityId, [], [[bob, 1n, 5n]], [], [], [[bob, 1n, 7n, 0n]], []])
    expect(toHex(batchHash(encodeBatch(entityId, batch)))).toBe(keccak256(encodeBatch(entityId, batch)))
  })
  test('the digest binds chain, contract, entity, nonce and bytes', () => {
    const subject = { ...paperChain.terms, entityId, nonce: 1, batch: encodeBatch(entityId, batch) }
    const digest = toHex(batchDigest(subject))
    const others = [
      { ...subject, chainId: 1n },
      { ...subject, depository: `0x${'11'.repeat(20)}` as Address },
      { ...subject, entityId: bob },
      { ...subject, nonce: 2 },
      { ...subject, batch: encodeBatch(entityId, { ...batch, reserveToReserve: [] }) },
    ]
    expect(new Set([digest, ...others.map((other) => toHex(batchDigest(other)))]).size).toBe(6)
  })
  test('more operations than the contract takes is a fault', () => {
    const reserveToReserve = Array.from({ length: LIMITS.batchOperations + 1 }, () => ({
      to: bob,
      tokenId: TUSD,
      amount: 1n,
    }))
    expect(() => encodeBatch(entityId, { ...EMPTY_BATCH, reserveToReserve })).toThrow(Fault)
  })
  test('a hanko is of members only, each once, each of 65 bytes', () => {
    const address = addressOf(secret)
    const board = boardOfOne(address)
    const signature = new Uint8Array(65)
    expect(encodeHanko(board, [{ address, signature }]).length).toBeGreaterThan(65)
    const stranger = addressOf(keysOf('bob').secret)
    for (const signatures of [
      [{ address: stranger, signature }],
      [
        { address, signature },
        { address, signature },
      ],
      [{ address, signature: new Uint8Array(64) }],
    ])
      expect(() => encodeHanko(board, signatures)).toThrow(Fault)
  })
})

describe('board', () => {
  const [a, b] = ['alice', 'bob'].map((name) => addressOf(keysOf(name).secret)) as [Address, Address]
  test('its id is the hash of its encoding, whatever the order it was written in', () => {
    const written = [
      { address: a, weight: 1 },
      { address: b, weight: 2 },
    ]
    const one = parseBoard({ threshold: 2, members: written })
    const two = parseBoard({ threshold: 2, members: [...written].reverse() })
    expect(one).toEqual(two)
    if (one.type !== 'ok') throw new Error('a board')
    const sorted = [...written].sort((x, y) => (x.address < y.address ? -1 : 1))
    const encoded = AbiCoder.defaultAbiCoder().encode(
      ['uint16', 'address[]', 'uint16[]'],
      [2, sorted.map(({ address }) => address), sorted.map(({ weight }) => weight)],
    )
    expect(boardId(one.board)).toBe(keccak256(encoded))
    expect(boardId(boardOfOne(addressOf(secret)))).toBe(entityId)
  })
  test('a board that could never sign, or that contracts would not take, is refused', () => {
    const member = (address: Address, weight = 1) => ({ address, weight })
    const problems = [
      { threshold: 1, members: [] },
      {
        threshold: 1,
        members: Array.from({ length: 17 }, (_, i) => member(`0x${i.toString(16).padStart(40, '0')}` as Address)),
      },
      { threshold: 1, members: [member(a), member(a)] },
      { threshold: 3, members: [member(a), member(b)] },
      { threshold: 0, members: [member(a)] },
      { threshold: 1.5, members: [member(a, 2)] },
      { threshold: 1, members: [member(a, 0)] },
      { threshold: 1, members: [member(a, 65_536)] },
    ].map((board) => {
      const parsed = parseBoard(board)
      return parsed.type === 'ok' ? 'ok' : parsed.problem.type
    })
    expect(problems).toEqual([
      'member_count',
      'member_count',
      'member_twice',
      'threshold_out_of_range',
      'threshold_out_of_range',
      'threshold_out_of_range',
      'weight_out_of_range',
      'weight_out_of_range',
    ])
  })
})
