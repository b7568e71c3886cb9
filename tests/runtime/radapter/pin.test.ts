/** A page stays on the runtime it began on. */
import { describe, expect, test } from 'vitest'
import { createPin } from '../../../runtime/radapter/pin.ts'

const here = (runtimeId: string, wallet: 'unlocked' | 'locked' | 'none' = 'unlocked') => ({ runtimeId, wallet })

describe('createPin', () => {
  test('an address that names none -- the first that is heard of, whatever is the current one later', () => {
    const pin = createPin(null)
    expect(pin.id()).toBe(null)
    expect([pin.heard(here('one', 'locked')), pin.id()]).toEqual([false, 'one'])
    expect([pin.heard(here('two')), pin.id()]).toEqual([false, 'one'])
  })

  test('what is shown before anything is heard counts as well', () => {
    const pin = createPin(null)
    pin.to('one')
    pin.to('two')
    pin.heard(here('three'))
    expect(pin.id()).toBe('one')
  })

  test('an address that names one -- that one, always', () => {
    const pin = createPin('named')
    for (const status of [here('one'), here('one', 'none'), here('two')]) expect(pin.heard(status)).toBe(false)
    expect(pin.id()).toBe('named')
  })

  test('the wallet is gone -- it has to connect anew, once, and is on whichever comes next', () => {
    const pin = createPin(null)
    expect(pin.heard(here('one', 'none'))).toBe(false)
    pin.heard(here('one'))
    expect([pin.heard(here('one', 'none')), pin.id()]).toEqual([true, null])
    expect(pin.heard(here('one', 'none'))).toBe(false)
    pin.heard(here('two'))
    expect(pin.id()).toBe('two')
  })
})
