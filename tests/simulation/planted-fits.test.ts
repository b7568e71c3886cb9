/** Every planted bug still fits the source: told in a second, not when its search comes up. */
import { expect, it } from 'vitest'
import { patchesOf, patchText } from './planted/catch.ts'
import { planted } from './planted/plant.ts'

it.each([...patchesOf('core'), ...patchesOf('edges')])('%s', (name) => {
  expect(planted(patchText(name)).size).toBeGreaterThan(0)
})
