/** Codecs of the ids and small values that every layer writes. */
import type { Bytes } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import { isReadable } from '../lib/text.ts'
import {
  type Address,
  type CommandId,
  type EntityId,
  type PaymentId,
  parseCommandId,
  parseTokenId,
  type TokenId,
} from '../lib/units.ts'
import { bigUint, bytes, bytesUpTo, type Codec, hex, refine, text, uint } from './schema.ts'

export const entityId: Codec<EntityId> = hex<EntityId>(32)
export const address: Codec<Address> = hex<Address>(20)
export const paymentId: Codec<PaymentId> = hex<PaymentId>(32)
export const tokenId: Codec<TokenId> = refine<number, TokenId>(uint, (id) => parseTokenId(id) !== null, 'a token id')
export const hash32: Codec<Bytes> = bytes(32)
/** Merged signature of an entity; 65 bytes a member, in board order. */
export const hanko: Codec<Bytes> = bytesUpTo(65 * LIMITS.boardMembers)
export const amount: Codec<bigint> = bigUint(LIMITS.amountBits)
const readable = (limit: number): Codec<string> => refine(text(limit), isReadable, 'readable text')
export const memo: Codec<string> = readable(LIMITS.memoBytes)
export const label: Codec<string> = readable(LIMITS.labelBytes)
export const reason: Codec<string> = readable(LIMITS.reasonBytes)
export const envelope: Codec<Bytes> = bytesUpTo(LIMITS.envelopeBytes)
export const commandId: Codec<CommandId> = refine<string, CommandId>(
  text(LIMITS.nameBytes),
  (id) => parseCommandId(id) !== null,
  'a command id',
)
