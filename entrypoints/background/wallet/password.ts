/**
 * Passwords as bytes: NFKC (Unicode Standard Annex #15), so that the same password typed on another keyboard is the
 * same password, then UTF-8.
 *
 * Contract: length is counted in code points after normalisation; composition rules beyond length are not imposed
 * (NIST SP 800-63B).
 */
import { type Bytes, isWellFormed, utf8 } from '../../../runtime/lib/bytes.ts'
import { type Outcome, ok, rejected } from './errors.ts'

export const PASSWORD_MIN_LENGTH = 12
/** Long enough for any sentence, short enough that hashing it is not a way to stall the worker. */
export const PASSWORD_MAX_LENGTH = 1024

/** The bytes to derive from; only a password that could have been set has any. */
export const passwordBytes = (password: string): Outcome<Bytes> => {
  if (!isWellFormed(password)) return rejected({ type: 'password_malformed' })
  const normal = password.normalize('NFKC')
  const have = Array.from(normal).length
  if (have < PASSWORD_MIN_LENGTH) return rejected({ type: 'password_too_short', have, need: PASSWORD_MIN_LENGTH })
  if (have > PASSWORD_MAX_LENGTH) return rejected({ type: 'password_too_long', have, limit: PASSWORD_MAX_LENGTH })
  return ok(utf8(normal))
}
