/**
 * The service worker: wallet session, runtimes, and the RAdapter server of each on every port. It may die at any
 * instant; all it keeps is in storage, and the next event starts it again. Listeners are registered synchronously, as
 * MV3 requires; whatever arrives before the session has been read waits for it. Sites come by a port of their own, and
 * get no further than the provider. Started as the worker of a page, the same script serves files (files.ts).
 */
import { browser } from 'wxt/browser'
import { defineBackground } from 'wxt/utils/define-background'
import { createRAdapter } from '../../runtime/radapter/adapter.ts'
import { commandHandlers } from '../../runtime/radapter/commands.ts'
import { systemPorts } from '../../runtime/radapter/line.ts'
import { portConnection, readPortName } from '../../runtime/radapter/port.ts'
import type { RAdapter } from '../../runtime/radapter/types.ts'
import { PROVIDER_PORT } from '../inpage/wire.ts'
import { createAutoLock } from './auto-lock.ts'
import { browserRuntimePorts } from './browser-ports.ts'
import { deadlinesOfAlarm } from './deadlines.ts'
import { type FilesScope, serveFiles } from './files.ts'
import { followLinks } from './links.ts'
import { notifyDeadline, notifyReceived } from './notify.ts'
import { browserProviderPorts, senderOf } from './provider/browser.ts'
import { createProvider, followProvider, type Provider } from './provider/provider.ts'
import { OWN_ADDRESS, runtimeOfAlarm } from './runtime-service.ts'
import { openRuntimes, type Runtimes } from './runtimes.ts'
import { createUpdates, type Updates, updateHandlers } from './update.ts'
import { browserWalletPorts } from './wallet/browser.ts'
import { walletHandlers } from './wallet/handlers.ts'
import { AUTO_LOCK_ALARM, WalletSession } from './wallet/session.ts'
import type { WorldHooks } from './world.ts'

export default defineBackground({
  main: () => {
    if (isWorkerOfPage(globalThis)) return serveFiles(globalThis)
    const ports = browserWalletPorts()
    const ready = ports.then((wallet) => WalletSession.open(wallet))
    const runtimes: Promise<Runtimes> = Promise.all([ports, ready]).then(([wallet, session]) =>
      openRuntimes(browserRuntimePorts(wallet), hooksOf(session, { runtimes, sites, updates })),
    )
    const calls = Promise.all([ready, runtimes]).then(([session, { current }]) =>
      commandHandlers(() => current.host, systemPorts.clock, current.names, {
        address: () => session.keyring?.key(OWN_ADDRESS).address ?? null,
        chain: (name) => current.chain(name),
      }),
    )
    const providerPorts = Promise.all([ports, ready, runtimes, calls]).then(([wallet, session, { current }, given]) =>
      browserProviderPorts(wallet, session, current, given),
    )
    const provider = createProvider(providerPorts)
    const sites = followProvider(provider.started)
    const updates = createUpdates(
      {
        onAvailable: (listener) => browser.runtime.onUpdateAvailable.addListener(listener),
        reload: () => browser.runtime.reload(),
      },
      runtimes,
    )
    const started = Promise.all([ready, runtimes]).then(([session, all]) => {
      followWallet(session, all)
      // For whoever develops this, in the worker's console; not so much as a name of it is in what is shipped.
      if (import.meta.env.MODE === 'development') {
        Object.defineProperty(globalThis, 'xlnEnv', { get: () => all.current.host?.env() ?? null })
        Object.defineProperty(globalThis, 'xlnAdapter', { value: adapterFor(all) })
      }
      return all
    })

    browser.runtime.onConnect.addListener((port) => {
      if (port.sender?.id !== browser.runtime.id) return port.disconnect()
      if (port.name === PROVIDER_PORT) return provider.router.serve(port, senderOf(port.sender))
      const target = readPortName(port.name)
      // Nobody but this extension's own pages: its scripts inside other pages have its id, and those pages' origin.
      if (target === null || port.sender.origin !== location.origin) return port.disconnect()
      const connection = portConnection(port)
      void started.then((all) => all.accept(connection, target))
    })
    browser.windows.onRemoved.addListener((windowId) => {
      void Promise.all([providerPorts, provider.started]).then(async ([{ window }, { windowClosed }]) => {
        if (await window.isIt(windowId)) await windowClosed()
      })
    })
    browser.alarms.onAlarm.addListener(({ name }) => {
      const [waking, due] = [runtimeOfAlarm(name), deadlinesOfAlarm(name)]
      // A wake needs nothing but a running worker: what is due runs first when the runtime starts.
      if (waking !== null) void started.then((all) => all.wake(waking))
      // A notification that cannot be shown is no reason for anything else to fail.
      if (due !== null)
        void started
          .then((all) => all.world(due))
          .then((world) => world?.deadlines.ring())
          .catch(() => undefined)
      if (name === AUTO_LOCK_ALARM) void Promise.all([ready, started]).then(([session]) => session.onAlarm(name))
    })
    followLinks()
    browser.runtime.onInstalled.addListener(({ reason }) => {
      if (reason === 'install') void browser.tabs.create({ url: '/welcome.html' })
    })
  },
})

/** Of a process that serves runtimes, to its own: everything a page can ask for, and any command as the engine takes it. */
const adapterFor = (runtimes: Runtimes): RAdapter => {
  const target = { runtimeId: null, clientId: null }
  return createRAdapter({
    mode: 'embedded',
    server: { accept: (connection) => void runtimes.accept(connection, target) },
  })
}

/** No service worker knows this class. */
const isWorkerOfPage = (scope: object): scope is FilesScope => 'DedicatedWorkerGlobalScope' in scope

type Around = {
  readonly runtimes: Promise<Runtimes>
  readonly sites: ReturnType<typeof followProvider> & Pick<Provider, 'handlers'>
  readonly updates: Updates
}

const hooksOf = (session: WalletSession, { runtimes, sites, updates }: Around): WorldHooks => ({
  keyring: () => session.keyring,
  status: () => ({ ...session.state, approvals: sites.view(), updateReady: updates.isReady() }),
  onChange: (listener) => {
    const stops = [session.onChange(listener), sites.onChange(listener), updates.onChange(listener)]
    return () => {
      for (const stop of stops) stop()
    }
  },
  handlers: {
    ...walletHandlers(Promise.resolve(session), {
      lock: async () => {
        await (await runtimes).stop()
        await session.lock()
      },
      forget: async () => {
        await (await runtimes).forget()
        await sites.forget()
      },
    }),
    ...sites.handlers,
    ...updateHandlers(updates),
  },
  // A notification that cannot be shown is no reason for anything else to fail.
  received: (received) => void notifyReceived(received).catch(() => undefined),
  due: (deadline) => notifyDeadline(deadline, session.state.wallet !== 'unlocked'),
})

/** Runtimes run for as long as there are keys. */
const followWallet = (session: WalletSession, runtimes: Runtimes): void => {
  const autoLock = createAutoLock(session, runtimes)
  const follow = () => {
    const { keyring } = session
    runtimes.follow(keyring)
    if (keyring === null) void autoLock()
  }
  session.onChange(follow)
  follow()
}
