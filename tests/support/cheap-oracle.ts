/** An oracle for tests in bulk: the simulator's signatures, which cost a hash, for several entities; boxes are real. */
import type { Oracle } from '../../runtime/oracle.ts'
import type { Signer } from '../../runtime/ports.ts'
import { fakeOracle, fakeSigner } from '../simulation/fake-signer.ts'
import { keysOf, testSigner } from './signer.ts'

/** Returns what gives each tick an oracle of its own. */
export const cheapOracles = (names: readonly string[]): (() => Oracle) => {
  const signers = names.map((name) => fakeSigner(name, keysOf(name)))
  const signer: Signer = {
    ...testSigner(...names),
    sign: (entityId, digest) =>
      signers.map((one) => one.sign(entityId, digest)).find((signature) => signature !== null) ?? null,
  }
  return () => fakeOracle(signer)
}
