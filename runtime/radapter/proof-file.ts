/**
 * What two sides of an account have signed, as a file that anybody can check with `contracts/verify-proof.mjs`, which
 * describes the format: frames with both signatures, the state they lead to with its Merkle paths, and the preimages of
 * the payments in them. Whatever is signed can be recomputed from it; names and decimals are beside that.
 */
import { frameCodec } from '../account/codec.ts'
import { proveState } from '../account/frame.ts'
import { frameNonce } from '../account/proof.ts'
import type { AccountReplica } from '../account/types.ts'
import { encode } from '../codec/schema.ts'
import { toHex, utf8 } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import type { MerkleProof } from '../lib/merkle.ts'

export type ProofLabels = {
  readonly left: string
  readonly right: string
  readonly tokens: readonly { readonly tokenId: number; readonly symbol: string; readonly decimals: number }[]
}

const pathOf = (proof: MerkleProof) =>
  proof.map(({ bit, sibling, siblingIsRight }) => ({ bit, sibling: toHex(sibling), siblingIsRight }))

/**
 * Its frames above the height `since`, the newest in any case.
 * @returns JSON, or null where nothing is signed yet.
 */
export const proofFile = ({ state, frames }: AccountReplica, since: number, labels: ProofLabels): string | null => {
  const [newest] = frames
  if (newest === undefined) return null
  const shown = frames.filter((signed) => signed === newest || signed.frame.height > since).reverse()
  const { terms, deltas, locks } = state
  const proven = proveState(state)
  const file = {
    format: 'xln-account-proof',
    version: 1,
    nonce: frameNonce(newest.frame),
    terms: { ...terms, chainId: terms.chainId.toString() },
    termsPath: pathOf(proven.terms),
    deltasPath: pathOf(proven.deltas),
    frames: shown.map(({ frame, leftHanko, rightHanko }) => ({
      encoded: toHex(encode(frameCodec, frame)),
      left: toHex(leftHanko),
      right: toHex(rightHanko),
    })),
    deltas: [...deltas.entries()].map(([key, delta]) => ({ ...delta, path: pathOf(deltas.prove(key) ?? []) })),
    locks: [...locks.values()].map((lock) => ({ ...lock, hashlock: toHex(lock.hashlock) })),
    payments: shown.flatMap(({ frame }) =>
      frame.accountTxs.flatMap((tx) =>
        tx.type === 'htlc_resolve' && tx.outcome.type === 'secret'
          ? [{ hashlock: toHex(tx.hashlock), preimage: toHex(tx.outcome.preimage) }]
          : [],
      ),
    ),
    labels,
  }
  const text = (value: object): string =>
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one))
  const whole = JSON.parse(text(file)) as object
  return `${JSON.stringify({ ...whole, checksum: toHex(keccak(utf8(text(file)))) }, null, 2)}\n`
}
