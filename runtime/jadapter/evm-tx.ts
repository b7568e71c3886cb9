/**
 * EVM transactions with a base fee (EIP-1559 in the envelope of EIP-2718): what is signed, and what is sent.
 *
 * Contract: pure; the same transaction and signature give the same bytes and the same hash.
 */
import { RLP } from '@ethereumjs/rlp'
import { type Bytes, concat, fromHex } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import { type Address, max } from '../lib/units.ts'

export type Fees = {
  /** Base fee and tip together never exceed this, per unit of gas. */
  readonly maxFeeWei: bigint
  readonly tipWei: bigint
}

export type EvmTx = Fees & {
  readonly chainId: bigint
  readonly nonce: number
  readonly to: Address
  readonly valueWei: bigint
  readonly data: Bytes
  readonly gasLimit: bigint
}

export type SealedTx = { readonly raw: Bytes; readonly hash: Bytes }

const TYPE = Uint8Array.of(2)
const SIGNATURE_BYTES = 65

const fieldsOf = (tx: EvmTx) => [
  tx.chainId,
  tx.nonce,
  tx.tipWei,
  tx.maxFeeWei,
  tx.gasLimit,
  fromHex(tx.to),
  tx.valueWei,
  tx.data,
  // No access list.
  [],
]

const withoutLeadingZeros = (bytes: Bytes): Bytes => {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? bytes.subarray(bytes.length) : bytes.subarray(first)
}

/** What the sender signs. */
export const txDigest = (tx: EvmTx): Bytes => keccak(concat(TYPE, RLP.encode(fieldsOf(tx))))

/** @param signature 65 bytes r ‖ s ‖ v over `txDigest`, v ∈ {27, 28}; null when it is none. */
export const sealTx = (tx: EvmTx, signature: Bytes): SealedTx | null => {
  const yParity = (signature[64] ?? 0) - 27
  if (signature.length !== SIGNATURE_BYTES || (yParity !== 0 && yParity !== 1)) return null
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32, 64)].map(withoutLeadingZeros)
  const raw = concat(TYPE, RLP.encode([...fieldsOf(tx), yParity, r as Bytes, s as Bytes]))
  return { raw, hash: keccak(raw) }
}

/** Nodes take a transaction in the place of another only if both fees are at least a tenth higher; this is an eighth. */
export const raised = ({ maxFeeWei, tipWei }: Fees): Fees => ({
  maxFeeWei: maxFeeWei + maxFeeWei / 8n + 1n,
  tipWei: tipWei + tipWei / 8n + 1n,
})

/** The higher of each. */
export const atLeast = (fees: Fees, floor: Fees): Fees => ({
  maxFeeWei: max(fees.maxFeeWei, floor.maxFeeWei),
  tipWei: max(fees.tipWei, floor.tipWei),
})
