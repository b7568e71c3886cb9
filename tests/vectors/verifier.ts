/**
 * An independent verifier of delta proofs: from one token's figures and two Merkle paths to the accountStateRoot both
 * sides of an account sign. It shares no code with the runtime; it is written from the formats alone:
 *
 *   delta    RLP list: tokenId, collateral, ondelta, offdelta, leftCreditLimit, rightCreditLimit, leftHold, rightHold,
 *            leftAllowance, rightAllowance; numbers minimal big-endian, ondelta and offdelta zig-zag coded
 *   leaf     keccak(0x00 ‖ u16 key length ‖ key ‖ value hash)
 *   branch   keccak(0x01 ‖ u32 bit ‖ left ‖ right)
 *   path     token key (8 hex digits) → root of the section "deltas" → root of the sections
 */
import { concat, encodeRlp, getBytes, keccak256, toBeArray, toBeHex, toUtf8Bytes } from 'ethers'

export type DeltaFields = {
  readonly tokenId: number
  readonly collateral: bigint
  readonly ondelta: bigint
  readonly offdelta: bigint
  readonly leftCreditLimit: bigint
  readonly rightCreditLimit: bigint
  readonly leftHold: bigint
  readonly rightHold: bigint
  readonly leftAllowance: bigint
  readonly rightAllowance: bigint
}
/** From the leaf up; `sibling` is 0x-hex. */
export type Step = { readonly bit: number; readonly sibling: string; readonly siblingIsRight: boolean }
export type Proof = {
  readonly delta: DeltaFields
  readonly inSection: readonly Step[]
  readonly section: readonly Step[]
}

const unsigned = (value: bigint): Uint8Array => toBeArray(value)
const zigzag = (value: bigint): Uint8Array => toBeArray(value < 0n ? -2n * value - 1n : 2n * value)

const valueHash = (delta: DeltaFields): string =>
  keccak256(
    encodeRlp([
      unsigned(BigInt(delta.tokenId)),
      unsigned(delta.collateral),
      zigzag(delta.ondelta),
      zigzag(delta.offdelta),
      unsigned(delta.leftCreditLimit),
      unsigned(delta.rightCreditLimit),
      unsigned(delta.leftHold),
      unsigned(delta.rightHold),
      unsigned(delta.leftAllowance),
      unsigned(delta.rightAllowance),
    ]),
  )

const leaf = (key: string, hash: string): string => {
  const bytes = toUtf8Bytes(key)
  return keccak256(concat(['0x00', toBeHex(bytes.length, 2), bytes, hash]))
}

const fold = (start: string, path: readonly Step[]): string =>
  path.reduce((hash, { bit, sibling, siblingIsRight }) => {
    const children = siblingIsRight ? [hash, sibling] : [sibling, hash]
    return keccak256(concat(['0x01', toBeHex(bit, 4), ...children]))
  }, start)

/** The accountStateRoot of every account that holds exactly this delta in exactly this place; 0x-hex. */
export const rootOf = ({ delta, inSection, section }: Proof): string => {
  const key = delta.tokenId.toString(16).padStart(8, '0')
  return fold(leaf('deltas', fold(leaf(key, valueHash(delta)), inSection)), section)
}

/** False for anything that is not 32 bytes of hex each. */
export const isWellFormed = ({ inSection, section }: Proof): boolean =>
  [...inSection, ...section].every(({ sibling }) => getBytes(sibling).length === 32)
