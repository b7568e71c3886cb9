/**
 * What was sent to a chain and is not final there yet, on disk through the `Store` port: written before it leaves, so
 * that after a restart the same bytes go again, or replace themselves at a higher fee, at the same place.
 *
 *   rpc/<name>/sent/<sender>/<nonce>   the nonce in 8 hex digits
 */
import { address, hash32 } from '../codec/common.ts'
import { bigUint, bytes, bytesUpTo, type Codec, decode, encode, list, struct, uint } from '../codec/schema.ts'
import type { Bytes } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import type { Address } from '../lib/units.ts'
import type { Store } from '../ports.ts'
import { type EvmTx, type SealedTx, sealTx } from './evm-tx.ts'
import { JAdapterError } from './types.ts'

export type Sent = {
  readonly from: Address
  /** As it was sent last. */
  readonly tx: EvmTx
  readonly signature: Bytes
  /** Of everything that was sent at this place, the last one last: any of them may be the one that gets in. */
  readonly hashes: readonly Bytes[]
  /** The newest block when it was sent last. */
  readonly sentAtHeight: number
}

export type SentBook = {
  /** In the order of senders and nonces. */
  readonly all: () => readonly Sent[]
  /** Resolves when it is durable. */
  readonly put: (sent: Sent) => Promise<void>
  readonly remove: (sent: Sent) => Promise<void>
}

/** A batch and its hanko, and what the ABI puts around them. */
const DATA_BYTES = LIMITS.batchBytes + LIMITS.hankoBytes + 1_024
const VARIANTS = 256

const word = bigUint(256)
const sentCodec: Codec<Sent> = struct<Sent>({
  from: address,
  tx: struct<EvmTx>({
    chainId: word,
    nonce: uint,
    to: address,
    valueWei: word,
    data: bytesUpTo(DATA_BYTES),
    gasLimit: word,
    maxFeeWei: word,
    tipWei: word,
  }),
  signature: bytes(65),
  hashes: list(hash32, VARIANTS),
  sentAtHeight: uint,
})

/** No more can be sent at this place: every one of them has to be looked for. */
export const isWornOut = ({ hashes }: Sent): boolean => hashes.length >= VARIANTS

export const sealSent = ({ tx, signature }: Pick<Sent, 'tx' | 'signature'>): SealedTx => {
  const sealed = sealTx(tx, signature)
  if (sealed === null) throw new JAdapterError('refused', 'a signature that is none')
  return sealed
}

const keyOf = (prefix: string, { from, tx }: Sent): string =>
  `${prefix}${from}/${tx.nonce.toString(16).padStart(8, '0')}`

export const openSentBook = async (options: {
  readonly store: Store
  readonly epoch: number
  readonly name: string
}): Promise<SentBook> => {
  const { store, epoch, name } = options
  const prefix = `rpc/${name}/sent/`
  const rows = await store.range({ from: prefix, to: `${prefix}~` })
  // A row that cannot be read is no loss: whoever wanted it sent says so again, and the chain knows what was done.
  const book = new Map<string, Sent>()
  for (const { key, value } of rows) {
    const decoded = decode(sentCodec, value)
    if (decoded.type === 'ok') book.set(key, decoded.value)
  }
  return {
    all: () => [...book].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sent]) => sent),
    put: async (sent) => {
      const key = keyOf(prefix, sent)
      await store.commit({ epoch, puts: [{ key, value: encode(sentCodec, sent) }], deletes: [] })
      book.set(key, sent)
    },
    remove: async (sent) => {
      const key = keyOf(prefix, sent)
      await store.commit({ epoch, puts: [], deletes: [key] })
      book.delete(key)
    },
  }
}
