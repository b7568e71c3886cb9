/**
 * The palette, in both lights: the agreed colours, text that is read on either ground, and marks that are seen there
 * (WCAG 2.2, https://www.w3.org/TR/WCAG22: 1.4.3 and 1.4.11). axe looks at text where it stands; what is drawn, such as
 * the seam's outlined and hatched parts, it does not look at.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const LIGHTS = ['light', 'dark'] as const
type Light = (typeof LIGHTS)[number]

const TOKENS = new Map(
  [...readFileSync(`${import.meta.dirname}/../../components/tokens.css`, 'utf8').matchAll(/--([\w-]+): ([^;]+);/g)].map(
    ([, name = '', value = '']) => [name, value],
  ),
)

const colorOf = (name: string, light: Light): string => {
  const value = TOKENS.get(name) ?? ''
  const [, other] = /^var\(--([\w-]+)\)$/.exec(value) ?? []
  if (other !== undefined) return colorOf(other, light)
  const [, inLight, inDark] = /^light-dark\((#\w{6}), (#\w{6})\)$/.exec(value) ?? []
  const color = light === 'light' ? inLight : inDark
  if (color === undefined) throw new Error(`--${name} is no colour: ${value}`)
  return color
}

const luminanceOf = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
const contrastOf = (one: string, other: string): number => {
  const [dark = 0, bright = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}

const GROUNDS = ['ground', 'card']
const TEXT = { of: ['ink', 'muted', 'accent', 'caution', 'danger'], on: GROUNDS, least: 4.5 }
const ON_ACCENT = { of: ['on-accent'], on: ['accent'], least: 4.5 }
const MARKS = { of: ['edge', 'theirs', 'accent', 'caution', 'danger'], on: GROUNDS, least: 3 }

describe.each(LIGHTS)('%s', (light) => {
  test.each([
    ['text', TEXT],
    ['text on the accent', ON_ACCENT],
    ['marks', MARKS],
  ] as const)('%s -- seen on every ground it stands on', (_, { of, on, least }) => {
    const faint = of.flatMap((name) =>
      on.flatMap((ground) => {
        const contrast = contrastOf(colorOf(name, light), colorOf(ground, light))
        return contrast < least ? [`${name} on ${ground}: ${contrast.toFixed(2)}`] : []
      }),
    )
    expect(faint).toEqual([])
  })
})

test('the agreed colours', () => {
  const names = ['ground', 'card', 'ink', 'muted', 'accent', 'caution', 'danger']
  expect(names.map((name) => [name, ...LIGHTS.map((light) => colorOf(name, light))])).toEqual([
    ['ground', '#fbfaf6', '#0d1218'],
    ['card', '#ffffff', '#161b22'],
    ['ink', '#192029', '#ecebe7'],
    ['muted', '#5c646f', '#9ea5ae'],
    ['accent', '#006d69', '#5cd5c7'],
    ['caution', '#975800', '#f0ba59'],
    ['danger', '#ba2b28', '#f97770'],
  ])
})
