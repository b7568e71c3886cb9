/**
 * Signatures that cost one hash: deterministic, 65 bytes, and accepted by nobody but `isFakelySigned`. Anyone can make
 * them, which no actor in the simulator does. Real keys run on a share of the seeds.
 */
import type { Board } from '../../runtime/jurisdiction/board.ts'
import { type Bytes, concat, equalBytes, fromHex } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import { addressOf } from '../../runtime/lib/secp.ts'
import type { Address } from '../../runtime/lib/units.ts'
import { liveOracle, type Oracle } from '../../runtime/oracle.ts'
import type { Signer } from '../../runtime/ports.ts'
import { type TestKeys, testSigner } from '../support/signer.ts'

const signatureOf = (address: Address, digest: Bytes): Bytes => {
  const half = taggedHash('fake-signature', fromHex(address), digest)
  return concat(half, half, Uint8Array.of(27))
}

/** Like `testSigner`, boxes included, but for the signature. */
export const fakeSigner = (name: string, keys: TestKeys): Signer => {
  const address = addressOf(keys.secret)
  const real = testSigner(name)
  return { ...real, sign: (entityId, digest) => (entityId === keys.entityId ? signatureOf(address, digest) : null) }
}

export const isFakelySigned = (board: Board, digest: Bytes, hanko: Bytes): boolean => {
  const [member, ...others] = board.members
  return member !== undefined && others.length === 0 && equalBytes(hanko, signatureOf(member.address, digest))
}

export const fakeOracle = (signer: Signer): Oracle => liveOracle(signer, isFakelySigned)
