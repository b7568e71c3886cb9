/**
 * The service worker: wallet session, runtime, and the RAdapter server on every port. It may die at any instant; all
 * it keeps is in storage, and the next event starts it again. Listeners are registered synchronously, as MV3 requires;
 * whatever arrives before the session has been read waits for it.
 */
import { browser } from 'wxt/browser'
import { defineBackground } from 'wxt/utils/define-background'
import { commandHandlers } from '../../runtime/radapter/commands.ts'
import { portConnection } from '../../runtime/radapter/port.ts'
import { createServer } from '../../runtime/radapter/server.ts'
import type { HostStatus } from '../../runtime/radapter/types.ts'
import { createAutoLock } from './auto-lock.ts'
import { RuntimeService, WAKE_ALARM } from './runtime-service.ts'
import { browserWalletPorts } from './wallet/browser.ts'
import { walletHandlers } from './wallet/handlers.ts'
import { AUTO_LOCK_ALARM, WalletSession } from './wallet/session.ts'

const PORT = 'radapter'

export default defineBackground({
  main: () => {
    const ports = browserWalletPorts()
    const ready = ports.then((wallet) => WalletSession.open(wallet))
    const service = ports.then((wallet) => new RuntimeService(wallet.alarms))
    const started = Promise.all([ready, service]).then(([session, runtime]) => start(session, runtime))

    browser.runtime.onConnect.addListener((port) => {
      // Nobody but this extension's own pages is answered here.
      if (port.name !== PORT || port.sender?.id !== browser.runtime.id) return port.disconnect()
      const connection = portConnection(port)
      void started.then((server) => server.accept(connection))
    })
    browser.alarms.onAlarm.addListener(({ name }) => {
      // A wake needs nothing but a running worker: what is due runs first when the runtime starts.
      if (name === WAKE_ALARM) void started
      if (name === AUTO_LOCK_ALARM) void Promise.all([ready, started]).then(([session]) => session.onAlarm(name))
    })
    browser.runtime.onInstalled.addListener(({ reason }) => {
      if (reason === 'install') void browser.tabs.create({ url: '/welcome.html' })
    })
  },
})

const start = (session: WalletSession, service: RuntimeService) => {
  const status = (): HostStatus => ({ ...session.state, ...service.status, approvals: [] })
  const autoLock = createAutoLock(session, service)
  const follow = () => {
    const { keyring } = session
    void (keyring === null ? autoLock() : service.start(keyring))
  }
  session.onChange(follow)
  follow()
  return createServer({
    host: () => service.host,
    status,
    onChange: (listener) => {
      const stops = [session.onChange(listener), service.onChange(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
    handlers: {
      ...walletHandlers(Promise.resolve(session), {
        lock: async () => {
          await service.stop()
          await session.lock()
        },
        forget: () => service.forget(),
      }),
      ...commandHandlers(() => service.host),
    },
  })
}
