/**
 * Keccak-256 in WebAssembly: the bytes of the reference in an eighth of its time, for processes that run runtimes. Pages
 * that only show one do not carry it.
 */
import { createKeccak } from 'hash-wasm'
import { type Hasher, installHasher } from '../lib/hash.ts'

const BITS = 256

/** Its memory is its own and is used for one hash at a time, from beginning to end. */
export const wasmHasher = async (): Promise<Hasher> => {
  const wasm = await createKeccak(BITS)
  return (bytes) => wasm.init().update(bytes).digest('binary')
}

/** Where there is no WebAssembly, or another's, the reference goes on. @returns whether it hashes now. */
export const useFastHasher = async (): Promise<boolean> => {
  try {
    return installHasher(await wasmHasher())
  } catch {
    return false
  }
}
