/** Panels beside each other: what fits of what is wanted, and what is kept of it. */
import { describe, expect, test } from 'vitest'
import { FIRST_PANELS, partOf, readPanels, standsIn, tracksOf, writePanels } from '../../components/models/panels.ts'

const WIDE = { width: 1_200, isWide: true }
const widths = (tracks: readonly string[]): readonly number[] => tracks.map((track) => Number.parseInt(track, 10))

describe('standsIn', () => {
  test('three panels -- each has at least 300 px, wherever the splitters are dragged', () => {
    for (const network of [0, 385, 1000])
      for (const accounts of [0, 500, 1000]) {
        const parts = widths(tracksOf(standsIn({ network, accounts }, WIDE)))
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(1000)
        for (const part of parts) expect(part * WIDE.width).toBeGreaterThanOrEqual(299 * 1000)
      }
  })

  test('two panels -- they share everything, whatever the network has elsewhere', () => {
    const { accounts } = standsIn({ network: 600, accounts: 900 }, { width: 800, isWide: false })
    expect(accounts).toEqual({ least: 375, now: 625, most: 625 })
  })

  test('no room to move anything -- all are alike, and it stands where it is', () => {
    const { network, accounts } = standsIn(FIRST_PANELS, { width: 500, isWide: true })
    expect([network.now, accounts.now]).toEqual([333, 500])
  })

  test('a narrower window forgets nothing: in a wide one it is as it was', () => {
    const panels = { network: 500, accounts: 650 }
    expect(standsIn(panels, { width: 920, isWide: true }).network.now).toBeLessThan(500)
    expect(standsIn(panels, { width: 2_400, isWide: true }).network.now).toBe(500)
  })
})

test('partOf -- as many pixels as the hand has moved, of what the splitter divides', () => {
  const stands = standsIn({ network: 400, accounts: 500 }, WIDE)
  expect(partOf('network', 120, stands, WIDE)).toBe(100)
  expect(Math.round(partOf('accounts', 72, stands, WIDE))).toBe(100)
  expect(partOf('accounts', 80, stands, { width: 800, isWide: false })).toBe(100)
})

test('what is written is read back; anything else is nothing', () => {
  expect(readPanels(writePanels({ network: 412.4, accounts: 500 }))).toEqual({ network: 412, accounts: 500 })
  for (const text of [undefined, '', '1', '1 2 3', '-1 5', '1000 1', 'a b']) expect(readPanels(text)).toBe(null)
})
