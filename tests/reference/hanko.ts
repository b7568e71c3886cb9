/**
 * Who signed: the one valid encoding of a board with enough of its members' signatures, and who a signature is by.
 *
 * Contract: `verdictOn` decodes nothing it has not written itself: it takes the parts, writes the canonical bytes, and
 * compares. Signatures are recovered over secp256k1 in bigint arithmetic (SEC 1, 4.1.6), slowly.
 */
import { bytes, encode, fixed, type Hex, keccak, list, type Part, tuple, word } from './words.ts'

export type Board = {
  readonly threshold: bigint
  readonly members: readonly Hex[]
  readonly weights: readonly bigint[]
}
export type Signed = { readonly r: bigint; readonly s: bigint; readonly v: bigint }
/** What a hanko says; `bitmap` bit i is member i, `signatures` are of the set bits in order. */
export type Seal = { readonly board: Board; readonly bitmap: bigint; readonly signatures: readonly Signed[] }

export const P = 2n ** 256n - 2n ** 32n - 977n
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const HALF_N = N >> 1n
const GX = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n
const GY = 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n
type Point = { readonly x: bigint; readonly y: bigint } | null

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by
const power = (base: bigint, exponent: bigint, by: bigint): bigint => {
  let [result, square, left] = [1n, mod(base, by), exponent]
  for (; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % by
    square = (square * square) % by
  }
  return result
}
const inverse = (value: bigint, by: bigint): bigint => power(value, by - 2n, by)

const add = (a: Point, b: Point): Point => {
  if (a === null) return b
  if (b === null) return a
  if (a.x === b.x && mod(a.y + b.y, P) === 0n) return null
  const slope =
    a.x === b.x ? mod(3n * a.x * a.x * inverse(2n * a.y, P), P) : mod((b.y - a.y) * inverse(mod(b.x - a.x, P), P), P)
  const x = mod(slope * slope - a.x - b.x, P)
  return { x, y: mod(slope * (a.x - x) - a.y, P) }
}
const times = (point: Point, factor: bigint): Point => {
  let [result, doubled, left]: [Point, Point, bigint] = [null, point, mod(factor, N)]
  for (; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = add(result, doubled)
    doubled = add(doubled, doubled)
  }
  return result
}

const addressOf = (point: Point): Hex | null => {
  if (point === null) return null
  const hash = keccak(encode(word(point.x), word(point.y)))
  return `0x${hash.slice(-40)}`
}
export const addressOfKey = (key: bigint): Hex => addressOf(times({ x: GX, y: GY }, key)) ?? '0x'

export const sign = (digest: Hex, key: bigint, nonce: bigint): Signed => {
  const at = times({ x: GX, y: GY }, nonce)
  const r = mod(at?.x ?? 0n, N)
  const s = mod(inverse(nonce, N) * (BigInt(digest) + r * key), N)
  const odd = ((at?.y ?? 0n) & 1n) === 1n
  return s > HALF_N ? { r, s: N - s, v: odd ? 27n : 28n } : { r, s, v: odd ? 28n : 27n }
}

/** Null where no key could have signed this, or where the signature is not the canonical one of its two. */
export const signerOf = (digest: Hex, { r, s, v }: Signed): Hex | null => {
  if (r <= 0n || r >= N || s <= 0n || s > HALF_N || (v !== 27n && v !== 28n)) return null
  const square = mod(r ** 3n + 7n, P)
  const root = power(square, (P + 1n) / 4n, P)
  if (mod(root * root, P) !== square) return null
  const y = (root & 1n) === (v === 28n ? 1n : 0n) ? root : P - root
  const by = inverse(r, N)
  const sum = add(times({ x: r, y }, s * by), times({ x: GX, y: GY }, -BigInt(digest) * by))
  return addressOf(sum)
}

const boardParts = ({ threshold, members, weights }: Board): readonly Part[] => [
  word(threshold),
  list(members.map(fixed)),
  list(weights.map(word)),
]
export const boardHash = (board: Board): Hex => keccak(encode(...boardParts(board)))

export const signatureBytes = ({ r, s, v }: Signed): Hex => `0x${word(r).hex}${word(s).hex}${word(v).hex.slice(-2)}`
export const hankoBytes = ({ board, bitmap, signatures }: Seal): Hex =>
  encode(
    tuple([
      tuple(boardParts(board)),
      word(bitmap),
      bytes(`0x${signatures.map((signature) => signatureBytes(signature).slice(2)).join('')}`),
    ]),
  )

const UINT16 = 2n ** 16n
const BOARD_MEMBERS = 16

export const isBoard = ({ threshold, members, weights }: Board): boolean => {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  const isAscending = members.every((member, at) => at === 0 || BigInt(members[at - 1] ?? '0x0') < BigInt(member))
  return (
    members.length >= 1 &&
    members.length <= BOARD_MEMBERS &&
    weights.length === members.length &&
    isAscending &&
    BigInt(members[0] ?? '0x0') > 0n &&
    weights.every((weight) => weight >= 1n && weight < UINT16) &&
    threshold >= 1n &&
    threshold < UINT16 &&
    threshold <= total
  )
}

/** Is `hanko` this seal, whole, and does it sign `digest` for the entity with that board? */
export const isSignedBy = (
  entityId: Hex,
  digest: Hex,
  { hanko, seal, signer }: { readonly hanko: Hex; readonly seal: Seal; readonly signer: typeof signerOf },
): boolean => {
  const { board, bitmap, signatures } = seal
  if (hanko !== hankoBytes(seal) || !isBoard(board) || boardHash(board) !== entityId) return false
  const signers = board.members.flatMap((member, at) => (((bitmap >> BigInt(at)) & 1n) === 1n ? [{ member, at }] : []))
  if (bitmap >> BigInt(board.members.length) !== 0n || signers.length !== signatures.length) return false
  const weight = signers.reduce((sum, { at }) => sum + (board.weights[at] ?? 0n), 0n)
  if (weight < board.threshold) return false
  return signers.every(({ member }, at) => {
    const signature = signatures[at]
    return signature !== undefined && signer(digest, signature) === member
  })
}
