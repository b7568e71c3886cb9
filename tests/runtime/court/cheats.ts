/** What somebody with a key can do behind the back of its own runtime, and what its counterparties are shown. */
import { bestProof, type HeldProof } from '../../../runtime/account/seal.ts'
import { chainHanko } from '../../../runtime/entity/evidence.ts'
import type { JSubmission } from '../../../runtime/jadapter/types.ts'
import { batchDigest, encodeBatch, encodeHanko } from '../../../runtime/jurisdiction/batch.ts'
import { EMPTY_BATCH, type JBatch, type JBatchTx } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { type Bytes, EMPTY } from '../../../runtime/lib/bytes.ts'
import { sign } from '../../../runtime/lib/secp.ts'
import { identityOf, keysOf } from '../../support/signer.ts'
import type { Court } from './court-world.ts'

/** The newest proof `name` holds now; to be shown to the court when it has long been outdated. */
export const proofOf = (court: Court, name: string, counterparty: string): HeldProof =>
  present(bestProof(court.account(name, counterparty)), 'a proof')

/** The signature of `name` in the form the contracts take. */
export const hankoOf = (name: string, signature: Bytes): Bytes => chainHanko(identityOf(name).board, signature)
export const signAs = (name: string, digest: Bytes): Bytes => hankoOf(name, sign(keysOf(name).secret, digest))

/** A batch of `name` that its runtime knows nothing of; by default the next one the chain takes. */
export const batchOf = (court: Court, name: string, operations: Partial<JBatch>, at?: number): JBatchTx => {
  const { entityId, secret } = keysOf(name)
  const { board } = identityOf(name)
  const nonce = at ?? court.of(name).state(name).batch.nonce + 1
  const { chain } = court.chain
  const bytes = encodeBatch(entityId, { ...EMPTY_BATCH, ...operations })
  const digest = batchDigest({ ...chain.terms, entityId, nonce, batch: bytes })
  const address = present(board.members[0], 'a member').address
  const hanko = encodeHanko(board, [{ address, signature: sign(secret, digest) }])
  return { type: 'batch', jurisdiction: chain.name, entityId, nonce, bytes, hanko, sender: null }
}

export const startOf = (
  court: Court,
  { name, counterparty }: { readonly name: string; readonly counterparty: string },
  { nonce, frameHash, body, leftHanko, rightHanko }: HeldProof,
): JBatch['disputeStarts'][number] => {
  const theirs = court.id(name) < court.id(counterparty) ? rightHanko : leftHanko
  const counterpartyHanko = hankoOf(counterparty, theirs)
  return { counterparty: court.id(counterparty), nonce, frameHash, body, counterpartyHanko, arguments: EMPTY }
}

/** `name` calls the court with a proof of its choice. */
export const startWith = (
  court: Court,
  sides: { readonly name: string; readonly counterparty: string },
  proof: HeldProof,
): Promise<JSubmission> => court.submit(batchOf(court, sides.name, { disputeStarts: [startOf(court, sides, proof)] }))
