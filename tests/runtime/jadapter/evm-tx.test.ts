/** EIP-1559 transactions, against ethers. */
import { Transaction } from 'ethers'
import { describe, expect, it } from 'vitest'
import { encodeJTx } from '../../../runtime/jadapter/calls.ts'
import { atLeast, type EvmTx, raised, sealTx, txDigest } from '../../../runtime/jadapter/evm-tx.ts'
import type { JBatchTx } from '../../../runtime/jurisdiction/types.ts'
import { EMPTY, toHex } from '../../../runtime/lib/bytes.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import { addressOf, sign } from '../../../runtime/lib/secp.ts'
import { type Address, type EntityId, min } from '../../../runtime/lib/units.ts'
import { fc } from '../../support/property.ts'

const secretKey = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
const wei = fc.bigInt({ min: 0n, max: 2n ** 128n })
const arbitraryTx: fc.Arbitrary<EvmTx> = fc.record({
  chainId: fc.bigInt({ min: 1n, max: 2n ** 53n }),
  nonce: fc.nat(),
  to: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => toHex(bytes) as string as Address),
  valueWei: wei,
  data: fc.uint8Array({ maxLength: 300 }),
  gasLimit: fc.bigInt({ min: 0n, max: 2n ** 40n }),
  maxFeeWei: wei,
  tipWei: wei,
})

describe('sealTx', () => {
  it('gives the bytes, the hash and the sender that ethers reads', () => {
    fc.assert(
      fc.property(arbitraryTx, (tx) => {
        const fees = { ...tx, tipWei: min(tx.tipWei, tx.maxFeeWei) }
        const sealed = sealTx(fees, sign(secretKey, txDigest(fees)))
        const read = Transaction.from(toHex(sealed?.raw ?? EMPTY))
        expect({
          type: read.type,
          chainId: read.chainId,
          nonce: read.nonce,
          to: read.to?.toLowerCase(),
          valueWei: read.value,
          data: read.data,
          gasLimit: read.gasLimit,
          maxFeeWei: read.maxFeePerGas,
          tipWei: read.maxPriorityFeePerGas,
          accessList: read.accessList,
          hash: read.hash,
          digest: read.unsignedHash,
          from: read.from?.toLowerCase(),
        }).toEqual({
          ...fees,
          type: 2,
          data: toHex(fees.data),
          accessList: [],
          hash: toHex(sealed?.hash ?? EMPTY),
          digest: toHex(txDigest(fees)),
          from: addressOf(secretKey),
        })
      }),
    )
  })

  it('of the largest batch stays below what nodes take at most', () => {
    const word = 2n ** 256n - 1n
    const batch: JBatchTx = {
      type: 'batch',
      jurisdiction: 'x',
      entityId: toHex(new Uint8Array(32)) as EntityId,
      nonce: Number.MAX_SAFE_INTEGER,
      bytes: new Uint8Array(LIMITS.batchBytes).fill(1),
      hanko: new Uint8Array(LIMITS.hankoBytes).fill(1),
      sender: null,
    }
    const fees = { maxFeeWei: word, tipWei: word, gasLimit: word, valueWei: 0n }
    const place = { chainId: 2n ** 53n, nonce: 2 ** 40, to: addressOf(secretKey) }
    const tx: EvmTx = { ...place, ...fees, data: encodeJTx(batch) }
    expect(sealTx(tx, sign(secretKey, txDigest(tx)))?.raw.length).toBeLessThan(128 * 1_024)
  })

  it('takes no signature that is none', () => {
    const [tx] = fc.sample(arbitraryTx, { seed: 1, numRuns: 1 }) as [EvmTx]
    const good = sign(secretKey, txDigest(tx))
    for (const bad of [EMPTY, good.slice(0, 64), good.with(64, 0), good.with(64, 29)])
      expect(sealTx(tx, bad)).toBeNull()
  })
})

describe('fees', () => {
  it('raised are by more than the tenth that nodes ask for', () => {
    fc.assert(
      fc.property(wei, wei, (maxFeeWei, tipWei) => {
        const next = raised({ maxFeeWei, tipWei })
        expect(next.maxFeeWei * 10n > maxFeeWei * 11n && next.tipWei * 10n > tipWei * 11n).toBe(true)
      }),
    )
  })

  it('are the higher of two, each by itself', () => {
    expect(atLeast({ maxFeeWei: 5n, tipWei: 1n }, { maxFeeWei: 4n, tipWei: 2n })).toEqual({ maxFeeWei: 5n, tipWei: 2n })
  })
})
