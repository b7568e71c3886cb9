/** The proofs by which a defence is weighed, on the embedded chain and on a real node. */
import type { Bytes } from '../../runtime/lib/bytes.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import { bodyOf, htlc, tokenProof } from './court.ts'

export type Size = { readonly tokens: number; readonly locks: number }

export const USUAL: Size = { tokens: 2, locks: 10 }
export const LARGEST: Size = { tokens: LIMITS.tokensPerAccount, locks: LIMITS.locksPerAccount }

/** RIGHT claims so much in every token; every lock is LEFT's, of one unit. */
export const defenceBody = (
  { tokens, locks }: Size,
  { claim, expirySeconds }: { readonly claim: bigint; readonly expirySeconds: number },
): Bytes =>
  bodyOf({
    tokens: Array.from({ length: tokens }, (_, i) =>
      tokenProof(i + 1, -claim, { leftAllowance: 1_000n, rightAllowance: 1_000n }),
    ),
    htlcs: Array.from({ length: locks }, (_, i) => htlc(`${i}`, { expirySeconds, amount: 1n })),
  })
