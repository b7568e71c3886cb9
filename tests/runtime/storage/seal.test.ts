/** Sealed rows: round trip, and no damaged byte that is taken for content. */

import { describe, expect, it } from 'vitest'
import { seal, unseal } from '../../../runtime/storage/seal.ts'
import { fc } from '../../support/property.ts'

const KIND = { tag: 'test', version: 1 }
const body = fc.uint8Array({ maxLength: 80 })

describe('seal', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(body, (bytes) => {
        expect(unseal(KIND, seal(KIND, bytes))).toEqual({ type: 'ok', body: bytes })
      }),
    )
  })
  it('every changed bit and every cut is corrupt, never another version', () => {
    const sealed = seal(KIND, Uint8Array.of(1, 2, 3))
    for (let i = 0; i < sealed.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = new Uint8Array(sealed)
        flipped[i] = (flipped[i] ?? 0) ^ (1 << bit)
        expect(unseal(KIND, flipped).type).toBe('corrupt')
      }
      expect(unseal(KIND, sealed.slice(0, i)).type).toBe('corrupt')
    }
    expect(unseal(KIND, Uint8Array.of(...sealed, 0)).type).toBe('corrupt')
  })
  it('a sound row of another version says which', () => {
    expect(unseal(KIND, seal({ ...KIND, version: 7 }, Uint8Array.of(1)))).toEqual({
      type: 'unknown_version',
      version: 7,
    })
  })
  it('a sound row of another kind is corrupt', () => {
    expect(unseal(KIND, seal({ ...KIND, tag: 'other' }, Uint8Array.of(1))).type).toBe('corrupt')
  })
  it('any value in, only declared results out', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.anything()), (value) => {
        expect(['ok', 'corrupt', 'unknown_version']).toContain(unseal(KIND, value).type)
      }),
    )
  })
})
