/**
 * The provider in the page's own world, there before any script of the page. Declared in the manifest, so it works
 * under any content security policy. It holds nothing worth stealing.
 */
import { defineContentScript } from 'wxt/utils/define-content-script'
import { announce, takeEthereum, uuid } from './inpage/announce.ts'
import { joinChannel } from './inpage/channel.ts'
import { createProvider } from './inpage/provider.ts'

export default defineContentScript({
  matches: ['http://*/*', 'https://*/*'],
  runAt: 'document_start',
  allFrames: true,
  world: 'MAIN',
  // A name would be a variable of the page.
  globalName: false,
  main: () => {
    const draw = crypto.getRandomValues.bind(crypto)
    const newId = (): string => uuid(draw)
    const send = joinChannel(window, (text) => receive(text))
    const { provider, receive } = createProvider({ send, newId, report: (error) => reportError(error) })
    takeEthereum(window, provider)
    announce(window, provider, newId())
  },
})
