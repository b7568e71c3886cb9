/**
 * Every bug planted in the protocol core is caught by the rule it names within forty seeds: a green simulator
 * means something.
 */
import { expect, it, vi } from 'vitest'
import { catchBug, patchesOf } from './planted/catch.ts'

vi.mock('@noble/curves/ed25519.js', async (original) => {
  const { fastX25519 } = await import('./fast-crypto.ts')
  return { ...(await original<object>()), x25519: fastX25519 }
})
vi.mock('@noble/hashes/sha3.js', async (original) => {
  const { fastKeccak } = await import('./fast-crypto.ts')
  return { ...(await original<object>()), keccak_256: fastKeccak }
})

it.each(patchesOf('core'))('%s', { timeout: 1_200_000 }, async (name) => {
  const caught = await catchBug(name)
  expect(caught, 'caught within forty seeds').not.toBeNull()
  expect(caught?.isExpected, `${caught?.rule} is not the rule this patch names`).toBe(true)
  console.log(`${name}: ${caught?.rule} after ${caught?.seeds} seeds. ${caught?.detail}`)
})
