/** The relay between a page and the worker, in a world of its own where the page's scripts cannot reach it. */
import { browser } from 'wxt/browser'
import { defineContentScript } from 'wxt/utils/define-content-script'
import { uuid } from './inpage/announce.ts'
import { offerChannel } from './inpage/channel.ts'
import { isServed } from './inpage/frames.ts'
import { linkOf, OPEN_LINK, type OpenLink } from './inpage/links.ts'
import { createRefusal, createRelay, type Relay } from './inpage/relay.ts'
import { PROVIDER_CHANGED, PROVIDER_ORIGIN, PROVIDER_PORT } from './inpage/wire.ts'

/** Nothing may be asked of anybody by a page that nobody sees yet. */
const isPrerendering = (): boolean => 'prerendering' in document && document.prerendering === true

const followLinks = (): void =>
  document.addEventListener(
    'click',
    (event) => {
      const link = linkOf(event)
      if (link === null) return
      // The browser would ask which program opens it.
      event.preventDefault()
      const asked: OpenLink = { type: OPEN_LINK, link }
      browser.runtime.sendMessage(asked).catch(() => undefined)
    },
    { capture: true },
  )

const followPage = (relay: Relay): void => {
  if (isPrerendering()) {
    relay.hide()
    document.addEventListener('prerenderingchange', relay.show, { once: true })
  }
  addEventListener('pagehide', relay.hide)
  addEventListener('pageshow', (event) => {
    if (event.persisted) relay.show()
  })
  browser.runtime.onMessage.addListener((message: unknown, _sender, answer: (origin: string) => void) => {
    if (message === PROVIDER_CHANGED) relay.poke()
    if (message === PROVIDER_ORIGIN) answer(self.origin)
  })
}

export default defineContentScript({
  matches: ['http://*/*', 'https://*/*'],
  runAt: 'document_start',
  allFrames: true,
  main: () => {
    const isOurs = isServed(window)
    const relay = isOurs
      ? createRelay({
          connect: () => browser.runtime.connect({ name: PROVIDER_PORT }),
          toPage: (text) => toPage(text),
          schedule: (delayMs, run) => {
            const timer = setTimeout(run, delayMs)
            return () => clearTimeout(timer)
          },
        })
      : createRefusal((text) => toPage(text))
    const toPage = offerChannel(
      window,
      uuid((bytes) => crypto.getRandomValues(bytes)),
      relay.fromPage,
    )
    // What is not served has no other way to the wallet either.
    if (!isOurs) return
    followPage(relay)
    followLinks()
  },
})
