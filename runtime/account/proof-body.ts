/**
 * The body of a dispute proof: what a court needs to know of an account's state, as the contracts take it:
 * `abi.encode(ProofBody)` (contracts/types/Proof.sol), laid out by hand because it is made for every frame.
 * Solidity ABI specification: https://docs.soliditylang.org/en/latest/abi-spec.html
 *
 *   ProofBody  leftResponseSeconds, rightResponseSeconds, tokens[], htlcs[], swaps[]
 *   token      tokenId, offdelta (int256), leftAllowance, rightAllowance       ascending by token
 *   htlc       tokenId, amount, byLeft, expirySeconds, hashlock, part          in lock-key order
 *   swap       six words each; no state has any yet
 *
 * An allowance is the most that clauses may take from that side in that token.
 */
import { type Bytes, concat, word } from '../lib/bytes.ts'
import type { AccountState } from './types.ts'

const WORD = 32
const HEAD_WORDS = 5
const HTLC_WORDS = 6

export const encodeProofBody = (state: Pick<AccountState, 'terms' | 'deltas' | 'locks'>): Bytes => {
  const tokens: Bytes[] = []
  for (const { tokenId, offdelta, leftAllowance, leftHold, rightAllowance, rightHold } of state.deltas.values())
    tokens.push(word(tokenId), word(offdelta), word(leftAllowance + leftHold), word(rightAllowance + rightHold))
  const htlcs: Bytes[] = []
  for (const { tokenId, amount, byLeft, expirySeconds, hashlock, part } of state.locks.values())
    htlcs.push(word(tokenId), word(amount), word(byLeft ? 1 : 0), word(expirySeconds), hashlock, word(part))
  const htlcsAt = HEAD_WORDS + 1 + tokens.length
  const swapsAt = htlcsAt + 1 + htlcs.length
  return concat(
    word(WORD),
    word(state.terms.leftResponseSeconds),
    word(state.terms.rightResponseSeconds),
    word(HEAD_WORDS * WORD),
    word(htlcsAt * WORD),
    word(swapsAt * WORD),
    word(state.deltas.size),
    ...tokens,
    word(state.locks.size),
    ...htlcs,
    word(0),
  )
}

export type BodyLock = { readonly hashlock: Bytes; readonly part: number; readonly expirySeconds: number }

/** A number that fits, or null: bodies come from a chain, and from peers. */
const readUint = (body: Bytes, at: number): number | null => {
  if (at < 0 || at + WORD > body.length) return null
  let value = 0n
  for (const byte of body.subarray(at, at + WORD)) value = (value << 8n) | BigInt(byte)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null
}

/** The locks of a body, in its order; null when the bytes are not laid out as a body is. */
export const readBodyLocks = (body: Bytes): readonly BodyLock[] | null => {
  const start = readUint(body, 0)
  const offset = start === null ? null : readUint(body, start + 3 * WORD)
  if (start === null || offset === null) return null
  const at = start + offset
  const count = readUint(body, at)
  if (count === null || at + (1 + count * HTLC_WORDS) * WORD > body.length) return null
  const locks: BodyLock[] = []
  for (let i = 0; i < count; i++) {
    const from = at + (1 + i * HTLC_WORDS) * WORD
    const expirySeconds = readUint(body, from + 3 * WORD)
    const part = readUint(body, from + 5 * WORD)
    if (expirySeconds === null || part === null) return null
    locks.push({ hashlock: body.slice(from + 4 * WORD, from + 5 * WORD), part, expirySeconds })
  }
  return locks
}
