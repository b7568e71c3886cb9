/** Remembered views: whole, or nothing. */

import { expect, test } from 'vitest'
import { readRemembered, writeRemembered } from '../../../runtime/radapter/remembered.ts'
import { frame } from '../../support/fixture-frames.ts'
import { fc } from '../../support/property.ts'

test('a view comes back as it was', () => {
  const once = readRemembered(writeRemembered(frame()))
  expect(once).toMatchObject(frame())
  expect(once === null ? null : readRemembered(writeRemembered(once))).toEqual(once)
})

test('anything else is nothing', () => {
  const text = writeRemembered(frame()) ?? ''
  for (const kept of [undefined, null, 7, '', '{}', text.slice(0, -1), text.replace('"frame"', '"status"')])
    expect(readRemembered(kept)).toBeNull()
  fc.assert(fc.property(fc.anything(), (kept) => readRemembered(kept) === null))
})
