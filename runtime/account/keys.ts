/** Keys of the account's maps: fixed length, so that their code-point order is the order of what they name. */
import { toHex } from '../lib/bytes.ts'
import type { TokenId } from '../lib/units.ts'
import type { LockKey } from './types.ts'

export const deltaKey = (tokenId: TokenId): string => tokenId.toString(16).padStart(8, '0')
export const lockKey = (lock: LockKey): string => `${toHex(lock.hashlock)}:${lock.part.toString(16).padStart(4, '0')}`
