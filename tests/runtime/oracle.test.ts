/** The oracle: what keys answer live is what a replay hears, and a board counts each signature once. */
import { describe, expect, test } from 'vitest'
import type { Board } from '../../runtime/jurisdiction/board.ts'
import { parseBoard } from '../../runtime/jurisdiction/board.ts'
import { Fault } from '../../runtime/lib/assert.ts'
import { concat, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { addressOf, sign } from '../../runtime/lib/secp.ts'
import { isSignedByBoard, liveOracle, replayOracle } from '../../runtime/oracle.ts'
import { keysOf, testSigner } from '../support/signer.ts'
import { profileFor } from '../support/world.ts'

const DIGEST = keccak(utf8('digest'))
const signed = (name: string, digest = DIGEST) => sign(keysOf(name).secret, digest)
const NAMES = ['alice', 'bob', 'carol']

const boardOf = (threshold: number, weights: readonly number[]): Board => {
  const members = weights.map((weight, i) => ({ address: addressOf(keysOf(NAMES[i] ?? '').secret), weight }))
  const parsed = parseBoard({ threshold, members })
  if (parsed.type === 'ok') return parsed.board
  throw new Error(parsed.problem.type)
}
/** Their signatures in the order of the board. */
const hankoOf = (board: Board, names: readonly string[]) =>
  concat(
    ...board.members.flatMap(({ address }) =>
      names.filter((name) => addressOf(keysOf(name).secret) === address).map((name) => signed(name)),
    ),
  )

describe('isSignedByBoard', () => {
  const board = boardOf(2, [1, 1, 1])
  test('two of three, in board order', () => {
    for (const names of [['alice', 'bob'], ['bob', 'carol'], ['alice', 'carol'], NAMES])
      expect(isSignedByBoard(board, DIGEST, hankoOf(board, names)), names.join()).toBe(true)
  })
  test('not: too few, out of order, one twice, a stranger, another digest, odd lengths', () => {
    const [first, second] = board.members.map(
      ({ address }) => NAMES.find((name) => addressOf(keysOf(name).secret) === address) ?? '',
    )
    const [one, two] = [signed(first ?? ''), signed(second ?? '')]
    const bad = [
      one,
      concat(two, one),
      concat(one, one),
      concat(one, signed('mallory')),
      concat(one, signed(second ?? '', keccak(DIGEST))),
      concat(one, two).subarray(0, 129),
      concat(one, two, Uint8Array.of(0)),
      new Uint8Array(0),
      new Uint8Array(130),
    ]
    expect(bad.map((hanko) => isSignedByBoard(board, DIGEST, hanko))).toEqual(bad.map(() => false))
  })
  test('weights count, heads do not', () => {
    const weighted = boardOf(3, [3, 1, 1])
    expect(isSignedByBoard(weighted, DIGEST, hankoOf(weighted, ['alice']))).toBe(true)
    expect(isSignedByBoard(weighted, DIGEST, hankoOf(weighted, ['bob', 'carol']))).toBe(false)
  })
  test('a board without a threshold is signed by nobody', () => {
    expect(isSignedByBoard({ threshold: 0, members: [] }, DIGEST, new Uint8Array(0))).toBe(false)
    expect(isSignedByBoard({ threshold: 0, members: [] }, DIGEST, signed('alice'))).toBe(false)
  })
})

describe('oracle', () => {
  const alice = keysOf('alice').entityId
  test('what was taken live is played back in order, without keys', () => {
    const live = liveOracle(testSigner('alice'))
    const signature = live.seal(alice, DIGEST)
    const valid = live.verify(profileFor('alice'), DIGEST, signature)
    const forged = live.verify(profileFor('bob'), DIGEST, signature)
    const nothing = live.open(alice, new Uint8Array(60), DIGEST)
    const replay = replayOracle(live.answers())
    expect(replay.seal(alice, DIGEST)).toEqual(signature)
    expect([
      replay.verify(profileFor('alice'), DIGEST, signature),
      replay.verify(profileFor('bob'), DIGEST, signature),
    ]).toEqual([valid, forged])
    expect([valid, forged, nothing, replay.open(alice, new Uint8Array(60), DIGEST)]).toEqual([true, false, null, null])
    expect(replay.answers()).toEqual(live.answers())
    expect(() => replay.seal(alice, DIGEST)).toThrow(Fault)
  })
  test('what a refused input asked is forgotten', () => {
    const live = liveOracle(testSigner('alice'))
    live.seal(alice, DIGEST)
    const undo = live.savepoint()
    live.seal(alice, keccak(DIGEST))
    undo()
    const last = live.seal(alice, DIGEST)
    expect(live.answers().length).toBe(2)
    const replay = replayOracle(live.answers())
    replay.seal(alice, DIGEST)
    const again = replay.savepoint()
    replay.seal(alice, DIGEST)
    again()
    expect(replay.seal(alice, DIGEST)).toEqual(last)
  })
  test('without the key nothing is signed', () => {
    expect(() => liveOracle(testSigner('bob')).seal(alice, DIGEST)).toThrow('I-SIGNER')
  })
})
