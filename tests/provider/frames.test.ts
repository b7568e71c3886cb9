/**
 * Which frames are served: the page, and its own frames with nobody else's above them. What is not served is refused
 * where it stands, and the worker never hears of it.
 */
import { describe, expect, test } from 'vitest'
import { senderOf } from '../../entrypoints/background/provider/browser.ts'
import { isServed } from '../../entrypoints/inpage/frames.ts'
import { createRefusal } from '../../entrypoints/inpage/relay.ts'
import type { Told } from '../../entrypoints/inpage/wire.ts'

const SHOP = 'https://shop.example'
const AD = 'https://ad.example'

describe('by the relay', () => {
  test.each([
    ['the page itself', SHOP, [], true],
    ['its own frame', SHOP, [SHOP], true],
    ['its own frame in its own frame', SHOP, [SHOP, SHOP], true],
    ['a foreign frame', AD, [SHOP], false],
    ['the page\u2019s own origin inside a foreign frame', SHOP, [AD, SHOP], false],
    ['its own frame in its own frame in a foreign page', SHOP, [SHOP, AD], false],
    ['another port of the same host', `${SHOP}:8443`, [SHOP], false],
    ['a sandboxed page', 'null', [], false],
    ['a sandboxed frame', 'null', [SHOP], false],
    ['a sandboxed frame in a sandboxed frame', 'null', ['null'], false],
    ['its own frame in a sandboxed frame', SHOP, ['null', SHOP], false],
  ])('%s -- %s in %j: %j', (_, origin, ancestorOrigins, expected) => {
    expect(isServed({ origin, location: { ancestorOrigins } })).toBe(expected)
  })

  test('a frame that is not served hears 4100 at once, and nothing else', () => {
    const told: Told[] = []
    const relay = createRefusal((text) => void told.push(JSON.parse(text) as Told))
    relay.fromPage(JSON.stringify({ id: 'a', request: '{"method":"eth_accounts"}' }))
    relay.fromPage('nonsense')
    relay.hide()
    relay.show()
    relay.poke()
    expect(told).toMatchObject([{ type: 'answer', id: 'a', answer: { error: { code: 4100 } } }])
  })
})

describe('by the worker, whatever the relay says', () => {
  type BrowserSender = Parameters<typeof senderOf>[0]
  const tabAt = (url: string) => ({ url }) as NonNullable<NonNullable<BrowserSender>['tab']>
  const cart = tabAt(`${SHOP}/cart`)
  const cases: readonly (readonly [string, BrowserSender, string | null])[] = [
    ['the page', { origin: SHOP, frameId: 0, tab: cart }, SHOP],
    ['its own frame', { origin: SHOP, frameId: 7, tab: cart }, SHOP],
    ['a foreign frame', { origin: AD, frameId: 7, tab: cart }, null],
    ['a frame of a page that is not named', { origin: SHOP, frameId: 7, tab: tabAt('') }, null],
    ['a frame of no tab', { origin: SHOP, frameId: 7 }, null],
    ['a sandboxed frame', { origin: 'null', frameId: 7, tab: cart }, null],
    ['a page of a file', { origin: 'file://', frameId: 0, tab: tabAt('file:///home/a.html') }, null],
    ['another extension', { origin: 'chrome-extension://abc', frameId: 0 }, null],
    ['nobody at all', undefined, null],
  ]
  test.each(cases)('%s', (_, sender, served) => {
    const { origin, isForeign } = senderOf(sender)
    expect(isForeign ? null : origin).toBe(served)
  })
})
