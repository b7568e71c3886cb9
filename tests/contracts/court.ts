/**
 * What two actors sign off the chain and bring before it, written with ethers' own ABI coder: proofs, settlements,
 * agreements and arguments. Shares nothing with the runtime's encoders but keccak.
 */
import { AbiCoder, id, keccak256 } from 'ethers'
import type { JDisputeStart, JSettlement, JurisdictionTerms } from '../../runtime/jurisdiction/types.ts'
import { type Bytes, concat, EMPTY, fromHex, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { type Actor, hankoOf } from './world.ts'

export type TokenProof = {
  readonly tokenId: number
  readonly offdelta: bigint
  readonly leftAllowance: bigint
  readonly rightAllowance: bigint
}
export type Htlc = {
  readonly tokenId: number
  readonly amount: bigint
  readonly byLeft: number
  readonly expirySeconds: number
  readonly hashlock: Bytes
  readonly part: number
}
export type Swap = {
  readonly offerId: Bytes
  readonly byLeft: number
  readonly giveTokenId: number
  readonly giveAmount: bigint
  readonly wantTokenId: number
  readonly wantAmount: bigint
}
export type Body = {
  readonly leftResponseSeconds: bigint | number
  readonly rightResponseSeconds: bigint | number
  readonly tokens: readonly TokenProof[]
  readonly htlcs: readonly Htlc[]
  readonly swaps: readonly Swap[]
}

const BODY_TYPE = `tuple(${[
  'uint256 leftResponseSeconds',
  'uint256 rightResponseSeconds',
  'tuple(uint256 tokenId, int256 offdelta, uint256 leftAllowance, uint256 rightAllowance)[] tokens',
  'tuple(uint256 tokenId, uint256 amount, uint256 byLeft, uint256 expirySeconds, bytes32 hashlock, uint256 part)[] htlcs',
  'tuple(bytes32 offerId, uint256 byLeft, uint256 giveTokenId, uint256 giveAmount, uint256 wantTokenId, uint256 wantAmount)[] swaps',
]})`

const abi = (types: readonly string[], values: readonly unknown[]): Bytes =>
  fromHex(AbiCoder.defaultAbiCoder().encode(types, values))

export const RESPONSE_SECONDS = 1_000
const EMPTY_BODY: Body = {
  leftResponseSeconds: RESPONSE_SECONDS,
  rightResponseSeconds: RESPONSE_SECONDS,
  tokens: [],
  htlcs: [],
  swaps: [],
}
export const bodyOf = (body: Partial<Body>): Bytes => abi([BODY_TYPE], [{ ...EMPTY_BODY, ...body }])

/** One token with nothing conditional. */
export const tokenProof = (tokenId: number, offdelta: bigint, rest: Partial<TokenProof> = {}): TokenProof => ({
  tokenId,
  offdelta,
  leftAllowance: 0n,
  rightAllowance: 0n,
  ...rest,
})

/** `name` is what the preimage is the hash of. */
export const preimageOf = (name: string): Bytes => keccak(utf8(name))
export const htlc = (name: string, rest: Partial<Htlc> = {}): Htlc => ({
  tokenId: 1,
  amount: 10n,
  byLeft: 1,
  expirySeconds: 5_000,
  hashlock: keccak(preimageOf(name)),
  part: 0,
  ...rest,
})
export const swap = (rest: Partial<Swap> = {}): Swap => ({
  offerId: keccak(utf8('offer')),
  byLeft: 1,
  giveTokenId: 1,
  giveAmount: 100n,
  wantTokenId: 2,
  wantAmount: 50n,
  ...rest,
})
/** Fill ratios as arguments carry them: 65,535 is the whole. */
export const ratios = (...parts: readonly number[]): Bytes =>
  concat(EMPTY, ...parts.map((part) => Uint8Array.of(part >> 8, part & 255)))

const PLACE = ['bytes32', 'uint256', 'address', 'bytes32', 'bytes32', 'uint256', 'uint256']
export type Place = JurisdictionTerms & {
  readonly left: EntityId
  readonly right: EntityId
  readonly epoch: number
  readonly nonce: number
}
const digest = (tag: string, place: Place, types: readonly string[], values: readonly unknown[]): Bytes => {
  const { chainId, depository, left, right, epoch, nonce } = place
  return fromHex(
    keccak256(abi([...PLACE, ...types], [id(tag), chainId, depository, left, right, epoch, nonce, ...values])),
  )
}
export const FRAME_HASH = keccak(utf8('frame'))

export const proofDigest = (place: Place, body: Bytes, frameHash: Bytes = FRAME_HASH): Bytes =>
  digest('xln:dispute-proof:v1', place, ['bytes32', 'bytes32'], [keccak256(body), frameHash])
export const agreementDigest = (place: Place, body: Bytes): Bytes =>
  digest('xln:dispute-agreement:v1', place, ['bytes32'], [keccak256(body)])
export const settlementDigest = (place: Place, validUntil: number, diffs: JSettlement['diffs']): Bytes => {
  const words = diffs.map((diff) =>
    abi(['uint256', 'int256', 'int256', 'int256'], [diff.tokenId, diff.leftDiff, diff.rightDiff, diff.collateralDiff]),
  )
  return digest('xln:settlement:v1', place, ['uint256', 'bytes32'], [validUntil, keccak256(concat(EMPTY, ...words))])
}
export const argumentsDigest = (
  terms: JurisdictionTerms,
  claim: { readonly entity: EntityId; readonly counterparty: EntityId; readonly epoch: number; readonly body: Bytes },
  args: Bytes,
): Bytes =>
  fromHex(
    keccak256(
      abi(
        ['bytes32', 'uint256', 'address', 'bytes32', 'bytes32', 'uint256', 'bytes32', 'bytes32'],
        [
          id('xln:dispute-arguments:v1'),
          terms.chainId,
          terms.depository,
          claim.entity,
          claim.counterparty,
          claim.epoch,
          keccak256(claim.body),
          keccak256(args),
        ],
      ),
    ),
  )

/** An account between two actors on one chain, from which they sign things. */
export const pairOf = (terms: JurisdictionTerms, left: Actor, right: Actor) => {
  const place = (nonce: number, epoch = 0): Place => ({
    ...terms,
    left: left.entityId,
    right: right.entityId,
    epoch,
    nonce,
  })
  const both = (signed: Bytes) => ({ leftHanko: hankoOf(left, signed), rightHanko: hankoOf(right, signed) })
  return {
    place,
    /** A start by one of the two, with the other's signature. */
    start: (
      by: Actor,
      proof: { readonly nonce: number; readonly body: Bytes; readonly epoch?: number; readonly arguments?: Bytes },
    ): JDisputeStart => {
      const other = by === left ? right : left
      return {
        counterparty: other.entityId,
        nonce: proof.nonce,
        frameHash: FRAME_HASH,
        body: proof.body,
        counterpartyHanko: hankoOf(other, proofDigest(place(proof.nonce, proof.epoch), proof.body)),
        arguments: proof.arguments ?? EMPTY,
      }
    },
    /** The contract's `CounterProof`. */
    counter: (proof: { readonly nonce: number; readonly body: Bytes; readonly epoch?: number }) => ({
      nonce: proof.nonce,
      frameHash: FRAME_HASH,
      body: proof.body,
      ...both(proofDigest(place(proof.nonce, proof.epoch), proof.body)),
    }),
    agreement: (proof: { readonly nonce: number; readonly body: Bytes; readonly epoch?: number }) =>
      both(agreementDigest(place(proof.nonce, proof.epoch), proof.body)),
    settlement: (settlement: {
      readonly nonce: number
      readonly validUntil: number
      readonly diffs: JSettlement['diffs']
      readonly epoch?: number
    }): JSettlement => {
      const { nonce, validUntil, diffs, epoch } = settlement
      return {
        left: left.entityId,
        right: right.entityId,
        nonce,
        validUntil,
        diffs,
        ...both(settlementDigest(place(nonce, epoch), validUntil, diffs)),
      }
    },
    /** One side's arguments about the swaps in a body, signed by itself. */
    arguments: (by: Actor, body: Bytes, args: Bytes, epoch = 0): readonly unknown[] => {
      const counterparty = (by === left ? right : left).entityId
      const claim = { entity: by.entityId, counterparty, epoch, body }
      return [by.entityId, counterparty, args, hankoOf(by, argumentsDigest(terms, claim, args))]
    },
  }
}
