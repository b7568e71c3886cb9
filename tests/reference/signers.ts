/** Boards and their signatures, drawn at random; half of them with something wrong. */
import type { Random } from '../simulation/random.ts'
import { hex, upTo } from './draw.ts'
import {
  addressOfKey,
  type Board,
  boardHash,
  N,
  type Seal,
  type Signed,
  sign,
  signatureBytes,
  signerOf,
} from './hanko.ts'
import { least } from './money.ts'
import { type Hex, keccak } from './words.ts'

const UINT16 = 2n ** 16n - 1n
/** Above all others, and without keys. */
const CROWD: readonly Hex[] = Array.from(
  { length: 17 },
  (_, at): Hex => `0x${'ff'.repeat(19)}${(at + 16).toString(16)}`,
)

/** Members with their keys, ascending by address. */
const MEMBERS: readonly { readonly key: bigint; readonly address: Hex }[] = [3n, 5n, 7n, 11n, 13n, 17n]
  .map((key) => ({ key, address: addressOfKey(key) }))
  .sort((a, b) => (a.address < b.address ? -1 : 1))
const DIGESTS: readonly Hex[] = [keccak('0x01'), keccak('0x02')]

/** Signatures are made once: the reference's arithmetic is slow. */
const SIGNATURES = new Map(
  DIGESTS.flatMap((digest) =>
    MEMBERS.map(({ key, address }) => [`${digest}${address}`, sign(digest, key, key * 1_000_003n)] as const),
  ),
)
const signatureOf = (digest: Hex, member: Hex): Signed =>
  SIGNATURES.get(`${digest}${member}`) ?? { r: 1n, s: 1n, v: 27n }

const spoiled = (random: Random, { r, s, v }: Signed): Signed =>
  random.pick([
    { r, s: N - s, v: 55n - v },
    { r, s, v: 55n - v },
    { r, s: s - 1n, v },
    { r: r + 1n, s, v },
    { r, s, v: random.pick([0n, 1n, 26n, 29n, 255n]) },
    { r: 0n, s, v },
    { r, s: 0n, v },
    { r: N, s, v },
  ])

/** Recovered once each: the same few signatures come again and again. */
export const rememberingSigner = (): typeof signerOf => {
  const known = new Map<string, Hex | null>()
  return (digest, signature) => {
    const key = `${digest}${signatureBytes(signature)}`
    const found = known.get(key) ?? (known.has(key) ? null : signerOf(digest, signature))
    known.set(key, found)
    return found
  }
}

const drawBoard = (random: Random, wild: boolean): Board => {
  const chosen = MEMBERS.filter(() => random.chance(0.25)).map(({ address }) => address)
  const members = chosen.length === 0 ? MEMBERS.slice(0, 1).map(({ address }) => address) : chosen
  const weights = members.map(() => (random.chance(0.8) ? BigInt(random.between(1, 4)) : random.pick([1n, UINT16])))
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  const threshold = 1n + upTo(random, least(total, UINT16))
  if (!wild) return { threshold, members, weights }
  switch (random.between(0, 7)) {
    case 0:
      return { threshold: random.pick([0n, total, total + 1n, 65_535n]), members, weights }
    case 1:
      return { threshold, members: [...members].reverse(), weights }
    case 2:
      return { threshold, members: [...members, ...members.slice(-1)], weights: [...weights, 1n] }
    case 3:
      return { threshold, members, weights: weights.map((weight, at) => (at === 0 ? 0n : weight)) }
    case 4:
      return { threshold, members: [`0x${'00'.repeat(20)}`, ...members], weights: [1n, ...weights] }
    case 5:
      return { threshold, members: [...members, ...CROWD].slice(0, 17), weights: CROWD.map(() => 1n) }
    case 6:
      return { threshold, members, weights: [...weights, 1n] }
    default:
      return { threshold, members, weights }
  }
}

/** Mostly signed by enough; a wild one has something wrong in it. */
const drawSeal = (random: Random, board: Board, digest: Hex, wild: boolean): Seal => {
  const signers = board.members.filter(() => random.chance(0.6))
  const bitmap = board.members.reduce(
    (sum, member, at) => (signers.includes(member) ? sum | (1n << BigInt(at)) : sum),
    0n,
  )
  const signatures = signers.map((member) => signatureOf(digest, member))
  if (!wild) return { board, bitmap, signatures }
  const at = random.between(0, Math.max(0, signatures.length - 1))
  switch (random.between(0, 5)) {
    case 0:
      return { board, bitmap: bitmap | (1n << BigInt(board.members.length)), signatures }
    case 1:
      return { board, bitmap, signatures: signatures.slice(1) }
    case 2:
      return { board, bitmap, signatures: [...signatures, ...signatures.slice(0, 1)] }
    case 3:
      return { board, bitmap: bitmap ^ 1n, signatures }
    case 4:
      return { board, bitmap, signatures: [...signatures].reverse() }
    default:
      return { board, bitmap, signatures: signatures.map((one, i) => (i === at ? spoiled(random, one) : one)) }
  }
}

export type Sealed = { readonly seal: Seal; readonly digest: Hex; readonly entityId: Hex }
/** Of some entity, mostly the board's own; over some digest, mostly the one that was signed. */
export const drawSealed = (random: Random): Sealed => {
  const digest = random.pick(DIGESTS)
  const seal = drawSeal(random, drawBoard(random, random.chance(0.4)), digest, random.chance(0.5))
  return {
    seal,
    digest: random.chance(0.95) ? digest : keccak(digest),
    entityId: random.chance(0.95) ? boardHash(seal.board) : hex(random, 32),
  }
}
