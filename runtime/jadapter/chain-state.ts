/**
 * The state of an embedded chain: one immutable Merkle map of rows, and the stack of versions an EVM works on.
 *
 *   a/<address>          RLP of nonce, balance, an unused storage root, code hash
 *   c/<address>          code
 *   s/<address>/<slot>   value without leading zeros; a slot of zero has no row
 *
 * Addresses and slots are lower-case hex without 0x. Checkpoint, commit and revert only move references; two versions
 * differ by the rows that differ, and the root commits to every row.
 */
import { type Bytes, EMPTY, equalBytes, toHex } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import { MerkleMap } from '../lib/merkle.ts'

export type ChainState = MerkleMap<Bytes>

export const emptyState = (): ChainState => MerkleMap.empty<Bytes>(keccak)

/** @param address 0x-hex, here and below. */
export const accountKey = (address: string): string => `a/${address.slice(2)}`
export const codeKey = (address: string): string => `c/${address.slice(2)}`
export const slotKey = (address: string, slot: Bytes): string => `${slotsOf(address)}${toHex(slot).slice(2)}`
/** What the keys of all slots of an account start with. */
export const slotsOf = (address: string): string => `s/${address.slice(2)}/`

export const withoutLeadingZeros = (value: Bytes): Bytes => {
  const first = value.findIndex((byte) => byte !== 0)
  return first < 0 ? EMPTY : value.slice(first)
}

export type StateStack = {
  /** Forgets all versions and works on `state`. */
  reset(state: ChainState): void
  current(): ChainState
  get(key: string): Bytes | undefined
  /** The row as it was when the present transaction began, which is what the price of a write depends on (EIP-2200). */
  original(key: string): Bytes | undefined
  startTransaction(): void
  /** Nothing is stored as no row. */
  put(key: string, value: Bytes): void
  deleteUnder(prefix: string): void
  checkpoint(): void
  commit(): void
  revert(): void
}

export const createStateStack = (): StateStack => {
  let versions: readonly ChainState[] = []
  let current = emptyState()
  let original = current
  return {
    reset: (state) => {
      versions = []
      current = state
      original = state
    },
    current: () => current,
    get: (key) => current.get(key),
    original: (key) => original.get(key),
    startTransaction: () => {
      original = current
    },
    put: (key, value) => {
      const before = current.get(key)
      if (value.length === 0) current = current.delete(key)
      // A row written with what it holds stays the same row, so that it counts as no difference.
      else if (before === undefined || !equalBytes(before, value)) current = current.set(key, value)
    },
    deleteUnder: (prefix) => {
      for (const key of current.keys()) if (key.startsWith(prefix)) current = current.delete(key)
    },
    checkpoint: () => {
      versions = [...versions, current]
    },
    commit: () => {
      versions = versions.slice(0, -1)
    },
    revert: () => {
      current = versions.at(-1) ?? current
      versions = versions.slice(0, -1)
    },
  }
}
