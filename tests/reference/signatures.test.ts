/**
 * Boards, hankos and signatures: the runtime and the EntityProvider against the reference, ten thousand cases each, no
 * difference.
 */
import { expect, test } from 'vitest'
import providerArtifact from '../../contracts/artifacts/EntityProvider.json' with { type: 'json' }
import { encodeHanko } from '../../runtime/jurisdiction/batch.ts'
import { boardId, isBoardOf, type Board as OurBoard } from '../../runtime/jurisdiction/board.ts'
import { concat, EMPTY, fromHex, toHex } from '../../runtime/lib/bytes.ts'
import type { Address, EntityId } from '../../runtime/lib/units.ts'
import { isSignedByBoard } from '../../runtime/oracle.ts'
import { createRandom } from '../simulation/random.ts'
import { registeredEntityId } from './digests.ts'
import { CHAIN_ID, openEvm } from './evm.ts'
import { CASES, compare, equal, type Family, FEW, PATIENCE, SEED } from './family.ts'
import { type Board, boardHash, hankoBytes, isBoard, isSignedBy, signatureBytes, type signerOf } from './hanko.ts'
import { drawSealed, rememberingSigner, type Sealed } from './signers.ts'
import type { Hex } from './words.ts'

const signer = rememberingSigner()
const ourBoard = ({ threshold, members, weights }: Board): OurBoard => ({
  threshold: Number(threshold),
  members: members.map((address, at) => ({ address: address as Address, weight: Number(weights[at] ?? 1n) })),
})

/** Beyond these there is nothing to encode: neither ABI takes it. */
const isWritable = ({ threshold, members, weights }: Board): boolean =>
  threshold < 65_536n && weights.length === members.length

const boards: Family<Sealed> = {
  name: 'boards (runtime)',
  draw: drawSealed,
  expected: ({ seal: { board }, entityId }) => ({
    id: isWritable(board) && boardHash(board),
    isOf: isBoard(board) && boardHash(board) === entityId,
  }),
  actual: ({ seal: { board }, entityId }) => ({
    id: isWritable(board) && boardId(ourBoard(board)),
    isOf: board.weights.length === board.members.length && isBoardOf(entityId as EntityId, ourBoard(board)),
  }),
}

test('boards', async () => {
  const found = await compare(boards)
  equal(found)
  expect(found.answers).toBeGreaterThan(CASES / 20)
  const careless = ({ seal: { board }, entityId }: Sealed) => ({
    id: isWritable(board) && boardHash(board),
    isOf: boardHash(board) === entityId,
  })
  expect((await compare({ ...boards, expected: careless }, FEW)).differences).toBeGreaterThan(0)
})

/** Without a bitmap, as the runtime passes signatures on: each is of a later member than the one before. */
const standsBehind = ({ seal: { board, signatures }, digest }: Sealed, by: typeof signerOf): boolean => {
  let next = 0
  let weight = 0n
  for (const signature of signatures) {
    const member = by(digest, signature)
    const at = board.members.findIndex((known, i) => i >= next && known === member)
    if (at < 0) return false
    weight += board.weights[at] ?? 0n
    next = at + 1
  }
  return signatures.length > 0 && weight >= board.threshold
}

type Merged = Sealed & { readonly ragged: number }
const merged: Family<Merged> = {
  name: 'merged signatures (runtime)',
  draw: (random) => {
    const drawn = drawSealed(random)
    const { seal } = drawn
    const signatures = isBoard(seal.board) ? seal.signatures : []
    return { ...drawn, seal: { ...seal, signatures }, ragged: random.chance(0.6) ? 0 : random.pick([1, 64, 66]) }
  },
  expected: (drawn) => drawn.ragged === 0 && standsBehind(drawn, signer),
  actual: ({ seal: { board, signatures }, digest, ragged }) => {
    const hanko = signatures.map((signature) => fromHex(signatureBytes(signature)))
    return isSignedByBoard(ourBoard(board), fromHex(digest), concat(EMPTY, ...hanko, new Uint8Array(ragged)))
  },
}

test(
  'merged signatures',
  async () => {
    const found = await compare(merged)
    equal(found)
    expect(found.answers).toBe(2)
    const careless = ({ seal, ...rest }: Merged): unknown =>
      merged.expected({ ...rest, seal: { ...seal, board: { ...seal.board, threshold: 1n } } })
    expect((await compare({ ...merged, expected: careless }, CASES / 20)).differences).toBeGreaterThan(0)
  },
  PATIENCE,
)

const encodings: Family<Sealed> = {
  name: 'hankos (runtime)',
  draw: drawSealed,
  expected: ({ seal }) => hankoBytes(seal),
  actual: ({ seal }) => {
    const { board, bitmap, signatures } = seal
    const used = board.members.filter((_, at) => ((bitmap >> BigInt(at)) & 1n) === 1n)
    const isSaid = isBoard(board) && bitmap >> BigInt(board.members.length) === 0n && used.length === signatures.length
    if (!isSaid) return hankoBytes(seal)
    const given = used.map((address, at) => ({
      address: address as Address,
      signature: fromHex(signatureBytes(signatures[at] ?? { r: 0n, s: 0n, v: 0n })),
    }))
    return toHex(encodeHanko(ourBoard(board), given.reverse()))
  },
}

test('hankos', async () => {
  equal(await compare(encodings))
  const careless = ({ seal }: Sealed): Hex => hankoBytes({ ...seal, bitmap: seal.bitmap ^ 1n })
  const mutant = await compare({ ...encodings, expected: careless }, FEW)
  expect(mutant.differences).toBeGreaterThan(0)
})

type Handed = Sealed & { readonly spoil: number }
/** A hanko with something after it, without its end, or with its signatures' length padded out. */
const handed = ({ seal, spoil }: Handed): Hex => {
  const bytes = hankoBytes(seal)
  return spoil === 0 ? bytes : spoil === 1 ? `${bytes}${'00'.repeat(32)}` : (bytes.slice(0, -64) as Hex)
}
const evm = await openEvm()
const provider = await evm.contract(providerArtifact)
const hankos: Family<Handed> = {
  name: 'hankos (contracts)',
  draw: (random) => ({ ...drawSealed(random), spoil: random.chance(0.95) ? 0 : random.between(1, 2) }),
  expected: (drawn) => isSignedBy(drawn.entityId, drawn.digest, { hanko: handed(drawn), seal: drawn.seal, signer }),
  actual: async (drawn) =>
    (await provider.call('requireSigned', [drawn.entityId, drawn.digest, handed(drawn), false])) !== null,
}

test(
  'hankos before the EntityProvider',
  async () => {
    const found = await compare(hankos)
    equal(found)
    expect(found.answers).toBe(2)
    const careless = (drawn: Handed): boolean =>
      isSignedBy(drawn.entityId, drawn.digest, { hanko: hankoBytes(drawn.seal), seal: drawn.seal, signer })
    expect((await compare({ ...hankos, expected: careless }, CASES / 10)).differences).toBeGreaterThan(0)
  },
  PATIENCE,
)

test(
  'boards before the EntityProvider: usable ones become entities, by number',
  async () => {
    const random = createRandom(SEED, 'registered entities')
    const office = { chainId: BigInt(CHAIN_ID), contract: provider.address }
    let number = 0n
    for (let at = 0; at < 200; at += 1) {
      const { board } = drawSealed(random).seal
      const answer = isWritable(board) ? await provider.call('registerEntity', [board]) : null
      number += answer === null ? 0n : 1n
      const told = answer?.events.map(({ args }) => [...args])
      const expected = [[registeredEntityId(office, number), number, boardHash(board)]]
      expect(told).toEqual(isBoard(board) ? expected : undefined)
    }
    expect(number).toBeGreaterThan(50n)
  },
  PATIENCE,
)
