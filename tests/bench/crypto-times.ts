/** What the two dear operations of every frame cost where this runs, in Node or in a page. */
import { utf8 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import { recoverAddress, sign } from '../../runtime/lib/secp.ts'
import { keysOf } from '../support/signer.ts'
import { medianOf } from './measure.ts'

export type CryptoTimes = { readonly signMicroseconds: number; readonly recoverMicroseconds: number }

const REPEATS = 60

export const cryptoTimes = (): CryptoTimes => {
  const { secret } = keysOf('own0')
  const signing: number[] = []
  const recovering: number[] = []
  for (let i = 0; i < REPEATS; i++) {
    const digest = taggedHash('bench-probe', utf8(`${i}`))
    const started = performance.now()
    const signature = sign(secret, digest)
    const signed = performance.now()
    recoverAddress(digest, signature)
    signing.push((signed - started) * 1_000)
    recovering.push((performance.now() - signed) * 1_000)
  }
  // The first half warms up.
  const warm = (times: readonly number[]): number => Math.round(medianOf(times.slice(REPEATS / 2)))
  return { signMicroseconds: warm(signing), recoverMicroseconds: warm(recovering) }
}
