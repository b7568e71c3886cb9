/**
 * Who signed: the one valid encoding of a board with enough of its members' signatures, and who a signature is by.
 *
 * Contract: `verdictOn` decodes nothing it has not written itself: it takes the parts, writes the canonical bytes, and
 * compares. Signatures are recovered over secp256k1 in bigint arithmetic (SEC 1, 4.1.6), slowly.
 */
import { bytes, encode, fixed, type Hex, keccak, list, type Part, packed, word } from './words.ts'

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
/** (X : Y : Z) stands for (X / Z², Y / Z³); Z = 0 is the point at infinity. */
type Point = { readonly x: bigint; readonly y: bigint; readonly z: bigint }

const INFINITY: Point = { x: 1n, y: 1n, z: 0n }
const G: Point = { x: GX, y: GY, z: 1n }

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by
const power = (base: bigint, exponent: bigint, by: bigint): bigint => {
  let [result, square, left] = [1n, mod(base, by), exponent]
  for (; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % by
    square = (square * square) % by
  }
  return result
}
/** By Fermat: both moduli are prime. */
const inverse = (value: bigint, by: bigint): bigint => power(value, by - 2n, by)

const double = ({ x, y, z }: Point): Point => {
  const ySquared = (y * y) % P
  const slope = (3n * x * x) % P
  const s = (4n * x * ySquared) % P
  const nextX = mod(slope * slope - 2n * s, P)
  return { x: nextX, y: mod(slope * (s - nextX) - 8n * ySquared * ySquared, P), z: (2n * y * z) % P }
}
const add = (a: Point, b: Point): Point => {
  if (a.z === 0n) return b
  if (b.z === 0n) return a
  const [aSquared, bSquared] = [(a.z * a.z) % P, (b.z * b.z) % P]
  const [ax, bx] = [(a.x * bSquared) % P, (b.x * aSquared) % P]
  const [ay, by] = [(a.y * bSquared * b.z) % P, (b.y * aSquared * a.z) % P]
  if (ax === bx) return ay === by ? double(a) : INFINITY
  const [h, r] = [mod(bx - ax, P), mod(by - ay, P)]
  const hSquared = (h * h) % P
  const v = (ax * hSquared) % P
  const x = mod(r * r - h * hSquared - 2n * v, P)
  return { x, y: mod(r * (v - x) - ay * h * hSquared, P), z: (a.z * b.z * h) % P }
}
const times = (point: Point, factor: bigint): Point => {
  let [result, doubled, left] = [INFINITY, point, mod(factor, N)]
  for (; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = add(result, doubled)
    doubled = double(doubled)
  }
  return result
}
const affine = ({ x, y, z }: Point): { readonly x: bigint; readonly y: bigint } | null => {
  if (z === 0n) return null
  const by = inverse(z, P)
  return { x: mod(x * by * by, P), y: mod(y * by * by * by, P) }
}

const addressOf = (point: Point): Hex | null => {
  const at = affine(point)
  return at && `0x${keccak(encode(word(at.x), word(at.y))).slice(-40)}`
}
export const addressOfKey = (key: bigint): Hex => addressOf(times(G, key)) ?? '0x'

/** `nonce` must be secret and drawn afresh anywhere but in a test. */
export const sign = (digest: Hex, key: bigint, nonce: bigint): Signed => {
  const at = affine(times(G, nonce))
  const r = mod(at?.x ?? 0n, N)
  const s = mod(inverse(nonce, N) * (BigInt(digest) + r * key), N)
  const odd = ((at?.y ?? 0n) & 1n) === 1n
  return s > HALF_N ? { r, s: N - s, v: odd ? 27n : 28n } : { r, s, v: odd ? 28n : 27n }
}

/** Null where no key could have signed this, or where the signature is not the canonical one of its two. */
export const signerOf = (digest: Hex, { r, s, v }: Signed): Hex | null => {
  if (r <= 0n || r >= N || s <= 0n || s > HALF_N || (v !== 27n && v !== 28n)) return null
  const square = mod(r * r * r + 7n, P)
  const root = power(square, (P + 1n) / 4n, P)
  if (mod(root * root, P) !== square) return null
  const y = (root & 1n) === (v === 28n ? 1n : 0n) ? root : P - root
  const by = inverse(r, N)
  return addressOf(add(times({ x: r, y, z: 1n }, s * by), times(G, -BigInt(digest) * by)))
}

const boardParts = ({ threshold, members, weights }: Board): readonly Part[] => [
  word(threshold),
  list(members.map(fixed)),
  list(weights.map(word)),
]
export const boardHash = (board: Board): Hex => keccak(encode(...boardParts(board)))

export const signatureBytes = ({ r, s, v }: Signed): Hex => `0x${word(r).hex}${word(s).hex}${word(v).hex.slice(-2)}`
export const hankoBytes = ({ board, bitmap, signatures }: Seal): Hex =>
  encode(...boardParts(board), word(bitmap), bytes(packed(...signatures.map(signatureBytes))))

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
