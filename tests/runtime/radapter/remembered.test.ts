/** Remembered views: whole, or nothing. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRemembered, writeRemembered } from '../../../runtime/radapter/remembered.ts'
import { frame } from '../../support/fixture-frames.ts'

test('a view comes back as it was', () => {
  expect(readRemembered(writeRemembered(frame()))).toEqual(frame())
})

test('anything else is nothing', () => {
  const text = writeRemembered(frame()) ?? ''
  for (const kept of [undefined, null, 7, '', '{}', text.slice(0, -1), text.replace('"frame"', '"status"')])
    expect(readRemembered(kept)).toBeNull()
  fc.assert(fc.property(fc.anything(), (kept) => readRemembered(kept) === null))
})
