/**
 * The service worker: wallet session, runtime, and the RAdapter server on every port. It may die at any instant; all
 * it keeps is in storage, and the next event starts it again. Listeners are registered synchronously, as MV3 requires;
 * whatever arrives before the session has been read waits for it. Sites come by a port of their own, and get no further
 * than the provider.
 */
import { browser } from 'wxt/browser'
import { defineBackground } from 'wxt/utils/define-background'
import { type BookKeeper, openBook } from '../../runtime/radapter/book-keeper.ts'
import { commandHandlers, type RuntimeHandlers } from '../../runtime/radapter/commands.ts'
import { systemPorts } from '../../runtime/radapter/line.ts'
import { portConnection } from '../../runtime/radapter/port.ts'
import { createServer, type RAdapterServer } from '../../runtime/radapter/server.ts'
import { simnetHandlers } from '../../runtime/radapter/simnet-methods.ts'
import type { HostStatus } from '../../runtime/radapter/types.ts'
import { PROVIDER_PORT } from '../inpage/wire.ts'
import { createAutoLock } from './auto-lock.ts'
import { createDeadlines, DEADLINE_ALARM, type Deadlines } from './deadlines.ts'
import { followLinks } from './links.ts'
import { createNotices } from './notices.ts'
import { notifyDeadline, notifyReceived } from './notify.ts'
import { browserProviderPorts, senderOf } from './provider/browser.ts'
import { createProvider, followProvider, type Provider } from './provider/provider.ts'
import { OWN_ADDRESS, RUNTIME_ID, RuntimeService, runtimeServiceHandlers, WAKE_ALARM } from './runtime-service.ts'
import { localSlot } from './slot.ts'
import { createUpdates, type Updates, updateHandlers } from './update.ts'
import { browserWalletPorts } from './wallet/browser.ts'
import { walletHandlers } from './wallet/handlers.ts'
import { AUTO_LOCK_ALARM, WalletSession } from './wallet/session.ts'

const PORT = 'radapter'

export default defineBackground({
  main: () => {
    const ports = browserWalletPorts()
    const ready = ports.then((wallet) => WalletSession.open(wallet))
    const service = ports.then((wallet) => new RuntimeService(wallet.alarms))
    const book = service.then((runtime) => openBook(localSlot('names'), () => runtime.host?.env() ?? null))
    const calls = Promise.all([ready, service, book]).then(([session, runtime, { current }]) =>
      commandHandlers(() => runtime.host, systemPorts.clock, current, {
        address: () => session.keyring?.key(OWN_ADDRESS).address ?? null,
        chain: (name) => runtime.chain(name),
      }),
    )
    const providerPorts = Promise.all([ports, ready, service, calls]).then((given) => browserProviderPorts(...given))
    const provider = createProvider(providerPorts)
    const updates = createUpdates(
      {
        onAvailable: (listener) => browser.runtime.onUpdateAvailable.addListener(listener),
        reload: () => browser.runtime.reload(),
      },
      service,
    )
    const deadlines = Promise.all([ports, ready, book]).then(([{ alarms, clock }, session, { current }]) =>
      createDeadlines({
        slot: localSlot(`deadlines.${RUNTIME_ID}`),
        alarms,
        clock,
        names: current,
        tell: (deadline) => notifyDeadline(deadline, session.state.wallet !== 'unlocked'),
      }),
    )
    const started = Promise.all([ready, service, calls, book, deadlines]).then((given) =>
      start(...given, provider.started, updates),
    )

    browser.runtime.onConnect.addListener((port) => {
      if (port.sender?.id !== browser.runtime.id) return port.disconnect()
      if (port.name === PROVIDER_PORT) return provider.router.serve(port, senderOf(port.sender))
      // Nobody but this extension's own pages: its scripts inside other pages have its id, and those pages' origin.
      if (port.name !== PORT || port.sender.origin !== location.origin) return port.disconnect()
      const connection = portConnection(port)
      void started.then((server) => server.accept(connection))
    })
    browser.windows.onRemoved.addListener((windowId) => {
      void Promise.all([providerPorts, provider.started]).then(async ([{ window }, { windowClosed }]) => {
        if (await window.isIt(windowId)) await windowClosed()
      })
    })
    browser.alarms.onAlarm.addListener(({ name }) => {
      // A wake needs nothing but a running worker: what is due runs first when the runtime starts.
      if (name === WAKE_ALARM) void started
      // A notification that cannot be shown is no reason for anything else to fail.
      if (name === DEADLINE_ALARM) void deadlines.then(({ ring }) => ring()).catch(() => undefined)
      if (name === AUTO_LOCK_ALARM) void Promise.all([ready, started]).then(([session]) => session.onAlarm(name))
    })
    followLinks()
    browser.runtime.onInstalled.addListener(({ reason }) => {
      if (reason === 'install') void browser.tabs.create({ url: '/welcome.html' })
    })
  },
})

const start = (
  session: WalletSession,
  service: RuntimeService,
  calls: RuntimeHandlers,
  book: BookKeeper,
  deadlines: Deadlines,
  provider: Promise<Provider>,
  updates: Updates,
): RAdapterServer => {
  const autoLock = createAutoLock(session, service)
  const follow = () => {
    const { keyring } = session
    void (keyring === null ? autoLock() : service.start(keyring))
  }
  session.onChange(follow)
  follow()
  // A notification that cannot be shown is no reason for anything else to fail.
  const notices = createNotices((received) => void notifyReceived(received).catch(() => undefined))
  service.onChange(() => {
    notices(service.host)
    deadlines.follow(service.host)
  })
  // Whatever came due while no worker was there, should its alarm have been lost.
  void deadlines.ring().catch(() => undefined)
  const sites = followProvider(provider)
  const status = (): HostStatus => ({
    ...session.state,
    ...service.status,
    approvals: sites.view(),
    updateReady: updates.isReady(),
  })
  return createServer({
    host: () => service.host,
    status,
    naming: () => ({ book: book.current(), owner: service.owner }),
    onChange: (listener) => {
      const stops = [
        session.onChange(listener),
        service.onChange(listener),
        sites.onChange(listener),
        book.onChange(listener),
        updates.onChange(listener),
      ]
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
        forget: async () => {
          await service.forget()
          await book.forget()
          await deadlines.forget()
          await sites.forget()
        },
      }),
      ...calls,
      ...book.handlers,
      'entity.create': (params) => service.createEntity(params, book.current()),
      ...sites.handlers,
      ...runtimeServiceHandlers(service, () => session.keyring),
      ...updateHandlers(updates),
      ...simnetHandlers(() => service.world),
    },
  })
}
