/**
 * Links of a page: which clicks open the wallet, and which messages the worker believes.
 *
 * @vitest-environment happy-dom
 */
import { describe, expect, test } from 'vitest'
import { linkOf, readOpenLink } from '../../entrypoints/inpage/links.ts'

const press = (href: string, { isTrusted = true, button = 0 } = {}): string | null => {
  const anchor = document.createElement('a')
  anchor.setAttribute('href', href)
  const inside = document.createElement('span')
  anchor.append(inside)
  return linkOf({ isTrusted, button, composedPath: () => [inside, anchor, document.body] })
}

describe('a click', () => {
  test('of a person on an xln: link is ours, also on what lies inside it', () => {
    expect(press('xln:abc')).toBe('xln:abc')
    expect(press(' XLN:abc ')).toBe('XLN:abc')
  })
  test.each([
    ['https://xln.example/', {}],
    ['javascript:alert(1)', {}],
    ['xln:abc', { isTrusted: false }],
    ['xln:abc', { button: 1 }],
    [`xln:${'a'.repeat(20_000)}`, {}],
  ])('%.20s %j is not', (href, how) => {
    expect(press(href, how)).toBeNull()
  })
})

describe('a message', () => {
  test('of the relay is read', () => {
    expect(readOpenLink({ type: 'open-link', link: 'xln:abc' })).toEqual({ type: 'open-link', link: 'xln:abc' })
  })
  test.each([
    null,
    'open-link',
    { type: 'open-link' },
    { type: 'open-link', link: 7 },
    { type: 'open-link', link: 'https://a.example' },
    { type: 'other', link: 'xln:abc' },
    { type: 'open-link', link: `xln:${'a'.repeat(20_000)}` },
  ])('%j is nothing', (message) => {
    expect(readOpenLink(message)).toBeNull()
  })
})
