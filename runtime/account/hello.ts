/**
 * hello: before anything is signed in an account after a start, each side says where it stands there and by which
 * signature of the other it knows so. A database that came back older than it was is found out by the peers it has
 * signed for, whatever was restored with it; and of two starts of the same keys the later one is listened to.
 *
 *   hello = keccak(tag ‖ chainId ‖ depository ‖ left ‖ right ‖ byLeft ‖ encoding)              signed by the sender
 */
import { encode } from '../codec/schema.ts'
import { type Bytes, concat, equalBytes, fromHex, word, wordOfBytes, ZERO_32 } from '../lib/bytes.ts'
import { keccak, taggedHash } from '../lib/hash.ts'
import type { EntityId, Start } from '../lib/units.ts'
import { helloCodec } from './codec.ts'
import { disputeDigest } from './proof.ts'
import { bestProof } from './seal.ts'
import type { AccountMessage, AccountReplica, AccountTerms, Hello } from './types.ts'

export type HelloMessage = Extract<AccountMessage, { type: 'hello' }>

export const helloDigest = (terms: AccountTerms, byLeft: boolean, hello: Hello): Bytes => {
  const { chainId, depository, left, right } = terms
  const place = [word(chainId), wordOfBytes(fromHex(depository)), fromHex(left), fromHex(right), word(byLeft ? 1 : 0)]
  return taggedHash('xln:hello:v1', concat(...place, encode(helloCodec, hello)))
}

/** What this side says; `replica` is null where it has no account. */
export const helloOf = (
  replica: AccountReplica | null,
  said: Pick<Hello, 'start' | 'known' | 'floor'> & { readonly epoch: number },
): Hello => {
  const proof = replica === null ? null : bestProof(replica)
  return {
    ...said,
    height: replica?.state.height ?? 0,
    frameHash: replica?.state.frameHash ?? ZERO_32,
    pendingHash: replica?.pending?.hash ?? ZERO_32,
    proof: proof && {
      nonce: proof.nonce,
      bodyHash: keccak(proof.body),
      hanko: replica?.isLeft ? proof.rightHanko : proof.leftHanko,
    },
  }
}

/** 1: the first is later; −1: the second is, or the two are rivals; 0: they are the same. */
export const compareStarts = (a: Start, b: Start): -1 | 0 | 1 => {
  if (a.number !== b.number) return a.number > b.number ? 1 : -1
  return equalBytes(a.instance, b.instance) ? 0 : -1
}

/** in_step: what one lacks is on its way. ahead, behind: the other side, or this one, has forgotten frames. */
export type Standing = 'in_step' | 'ahead' | 'behind' | 'fork' | 'unproven'

/** Where this side stands beside a peer that says `hello` on the same epoch's terms. */
export const standing = (
  replica: AccountReplica,
  hello: Hello,
  verify: (signer: EntityId, digest: Bytes, hanko: Bytes) => boolean,
): Standing => {
  const { state, pending, isLeft } = replica
  const { height, frameHash } = hello
  const isSame = equalBytes(frameHash, state.frameHash)
  if (height === state.height && isSame) return 'in_step'
  if (height < state.height) return equalBytes(hello.pendingHash, state.frameHash) ? 'in_step' : 'ahead'
  if (pending !== null && equalBytes(frameHash, pending.hash)) return 'in_step'
  const { terms } = state
  const isProven = (): boolean => {
    if (hello.proof === null) return false
    const { nonce, bodyHash, hanko } = hello.proof
    const digest = disputeDigest({ terms, nonce, bodyHash, frameHash })
    return Math.floor(nonce / 4) === height && verify(isLeft ? terms.left : terms.right, digest, hanko)
  }
  if (!isProven()) return 'unproven'
  return height === state.height ? 'fork' : 'behind'
}
