/**
 * Sites and a wallet without a browser: the real provider over a running town, the real relay and page object at the
 * other end of ports in memory, storage that can stop at any moment as a killed worker would find it.
 */

import type { ProviderPorts } from '../../entrypoints/background/provider/ports.ts'
import { createProvider, type Provider } from '../../entrypoints/background/provider/provider.ts'
import type { PagePort, Router, Sender } from '../../entrypoints/background/provider/router.ts'
import { runtimePort } from '../../entrypoints/background/provider/runtime.ts'
import type { KeyValueArea } from '../../entrypoints/background/wallet/ports.ts'
import { createProvider as createPageProvider, type PageProvider } from '../../entrypoints/inpage/provider.ts'
import { createRelay, type Relay, type RelayPort } from '../../entrypoints/inpage/relay.ts'
import type { Ask, Told } from '../../entrypoints/inpage/wire.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { SIMNET_CHAIN_ID } from '../../runtime/manager/simnet.ts'
import { commandHandlers, type RuntimeHandlers } from '../../runtime/radapter/commands.ts'
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { modelAll } from '../support/history-model.ts'
import { type ManualTime, manualTime, quiet } from '../support/manual-time.ts'
import type { Running } from '../support/running.ts'

export const ADDRESS = `0x${'ab'.repeat(20)}`
export const SITE = 'https://bakery.example'
export const BREAD = { to: 'Bakery', amount: '5.00', memo: 'Two loaves' }

/** Never settles: what a dead worker was waiting for. */
const never = <T>(): Promise<T> => new Promise<T>(() => undefined)

/** The life of one worker: each step it takes outside itself is counted, and at the chosen one it dies. */
export type Life = {
  readonly isOver: () => boolean
  readonly end: () => void
  /** @param effect what the step does; it dies before, or after it was done and before it hears of it. */
  readonly step: <T>(effect: () => Promise<T>) => Promise<T>
  readonly steps: () => number
}
export type Death = { readonly step: number; readonly isBefore: boolean } | null

export const createLife = (death: Death = null, onDeath: () => void = () => undefined): Life => {
  let taken = 0
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    onDeath()
  }
  return {
    isOver: () => isOver,
    end,
    steps: () => taken,
    step: async (effect) => {
      if (isOver) return never()
      const isLast = death?.step === taken++
      if (isLast && death.isBefore) {
        end()
        return never()
      }
      const value = await effect()
      if (isLast) end()
      return isOver ? never() : value
    },
  }
}

/** Keeps JSON text, as the browser does. */
const areaOver = (rows: Map<string, string>, life: Life): KeyValueArea => ({
  get: (key) =>
    life.step(async () => {
      const row = rows.get(key)
      return row === undefined ? undefined : JSON.parse(row)
    }),
  set: (key, value) => life.step(async () => void rows.set(key, JSON.stringify(value))),
  remove: (key) => life.step(async () => void rows.delete(key)),
})

type Pipe = { readonly relay: RelayPort; readonly worker: PagePort; readonly cut: () => void }

/** Two ends; messages are copies and arrive later, in order. */
const createPipe = (): Pipe => {
  const state = { isOpen: true }
  const end = <In, Out>() => {
    const heard = new Set<(message: In) => void>()
    const ended = new Set<() => void>()
    return { heard, ended, out: (_: Out): void => undefined }
  }
  const [page, worker] = [end<Told, Ask>(), end<unknown, Told>()]
  const carry = <M>(listeners: ReadonlySet<(message: M) => void>, message: M): void => {
    if (!state.isOpen) throw new Error('the port is closed')
    const text = JSON.stringify(message)
    queueMicrotask(() => {
      if (state.isOpen) for (const listener of listeners) listener(JSON.parse(text) as M)
    })
  }
  const close = (told: readonly ReadonlySet<() => void>[]): void => {
    if (!state.isOpen) return
    state.isOpen = false
    queueMicrotask(() => {
      for (const listeners of told) for (const listener of listeners) listener()
    })
  }
  return {
    relay: {
      postMessage: (message) => carry(worker.heard, message),
      disconnect: () => close([worker.ended]),
      onMessage: { addListener: (listener) => void page.heard.add(listener) },
      onDisconnect: { addListener: (listener) => void page.ended.add(listener) },
    },
    worker: {
      postMessage: (message) => carry(page.heard, message),
      onMessage: { addListener: (listener) => void worker.heard.add(listener) },
      onDisconnect: { addListener: (listener) => void worker.ended.add(listener) },
    },
    cut: () => close([page.ended]),
  }
}

export type Worker = {
  readonly router: Router
  readonly provider: Promise<Provider>
  readonly life: Life
  readonly pipes: Set<Pipe>
}

export type Site = {
  readonly provider: PageProvider
  readonly relay: Relay
  readonly request: (method: string, params?: unknown) => Promise<unknown>
  /** Answers in the order in which they came, each with its id. */
  readonly told: readonly Told[]
}

export type Desktop = {
  readonly time: ManualTime
  /** The worker that lives now; another one once it was killed. */
  readonly worker: () => Worker
  readonly kill: () => void
  /** How and when the next worker dies. */
  readonly doom: (death: Death) => void
  readonly open: (sender?: Partial<Sender>) => Site
  /** A line without a relay: what a page could send if it had got hold of one. */
  readonly dial: (sender?: Partial<Sender>) => { readonly send: (ask: Ask) => void; readonly told: readonly Told[] }
  readonly setUnlocked: (isUnlocked: boolean) => void
  /** Another runtime, or another entity of the owner, is the one sites deal with. */
  readonly move: (to: { readonly runtimeId?: string; readonly owner?: EntityId }) => void
  /** The tab in sight: what its page answers, if it answers. */
  readonly lookAt: (answer: () => Promise<string | null>) => void
  /** The owner closes the approval window. */
  readonly closeWindow: () => Promise<void>
  readonly window: { readonly isOpen: boolean; readonly shown: number }
  readonly badge: () => number
  /** The first question in the window, once there is one. */
  readonly question: () => Promise<ReturnType<Provider['view']>[number]>
  readonly approve: () => Promise<void>
  readonly rows: { readonly session: Map<string, string>; readonly local: Map<string, string> }
}

/** Lets everything come to rest, however many steps that takes. */
export const rest = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await quiet()
}

export const createDesktop = (running: Running): Desktop => {
  const time = manualTime(running.time.clock.now())
  const rows = { session: new Map<string, string>(), local: new Map<string, string>() }
  const wallet = { isUnlocked: true, listeners: new Set<() => void>() }
  const runtimeListeners = new Set<() => void>()
  const place = { runtimeId: 'test', owner: running.id('You') }
  const sight: { answer: () => Promise<string | null> } = { answer: () => Promise.resolve(null) }
  const tell = (listeners: ReadonlySet<() => void>): void => {
    for (const listener of listeners) listener()
  }
  const window = { isOpen: false, wasOpen: false, shown: 0 }
  const badge = { count: 0 }
  const relays = new Set<Relay>()
  const fate: { death: Death } = { death: null }
  let drawn = 0

  const guarded = (calls: RuntimeHandlers, life: Life): RuntimeHandlers => ({
    ...calls,
    'pay.send': (params) => life.step(() => calls['pay.send'](params)),
    'pay.get': (params) => life.step(() => calls['pay.get'](params)),
    'pay.quote': (params) => life.step(() => calls['pay.quote'](params)),
  })
  const portsOf = (life: Life): ProviderPorts => {
    const hear = (listener: () => void) => () => {
      if (!life.isOver()) listener()
    }
    return {
      session: areaOver(rows.session, life),
      local: areaOver(rows.local, life),
      clock: time.clock,
      schedule: (delayMs, run) => time.schedule(delayMs, hear(run)),
      wallet: {
        isUnlocked: () => wallet.isUnlocked,
        address: () => (wallet.isUnlocked ? ADDRESS : null),
        onChange: (listener) => void wallet.listeners.add(hear(listener)),
      },
      runtime: runtimePort({
        host: () => (wallet.isUnlocked ? running.host : null),
        owner: () => place.owner,
        onChange: (listener) => void runtimeListeners.add(hear(listener)),
        calls: guarded(
          commandHandlers(() => running.host, running.time.clock),
          life,
        ),
        runtimeId: () => place.runtimeId,
        chainId: () => SIMNET_CHAIN_ID,
      }),
      window: {
        show: () =>
          life.step(async () => {
            window.isOpen = true
            window.wasOpen = true
            window.shown++
          }),
        close: () =>
          life.step(async () => {
            window.isOpen = false
            window.wasOpen = false
          }),
        state: () => life.step(async () => (window.isOpen ? 'open' : window.wasOpen ? 'closed' : 'never')),
      },
      setBadge: (count) => {
        if (!life.isOver()) badge.count = count
      },
      broadcast: () => {
        for (const relay of relays) relay.poke()
      },
      activeOrigin: () => sight.answer(),
    }
  }
  const begin = (): Worker => {
    const pipes = new Set<Pipe>()
    const life = createLife(fate.death, () => {
      for (const pipe of pipes) pipe.cut()
    })
    fate.death = null
    const { router, started } = createProvider(Promise.resolve(portsOf(life)))
    return { router, provider: started, life, pipes }
  }
  let current = begin()
  /** Whoever needs a worker finds one. */
  const worker = (): Worker => {
    if (current.life.isOver()) current = begin()
    return current
  }

  const connect = (given: Partial<Sender>): RelayPort => {
    const pipe = createPipe()
    const { router, pipes } = worker()
    pipes.add(pipe)
    router.serve(pipe.worker, { origin: SITE, isForeign: false, ...given })
    return pipe.relay
  }
  const open = (given: Partial<Sender> = {}): Site => {
    const told: Told[] = []
    const relay = createRelay({
      connect: () => connect(given),
      toPage: (text) => {
        told.push(JSON.parse(text) as Told)
        receive(text)
      },
      schedule: time.schedule,
    })
    const { provider, receive } = createPageProvider({
      send: (text) => relay.fromPage(text),
      newId: () => `request-${++drawn}`,
      report: (error) => {
        throw error
      },
    })
    relays.add(relay)
    return {
      provider,
      relay,
      told,
      request: (method, params) => provider.request({ method, params }).catch((error: unknown) => error),
    }
  }
  const dial = (given: Partial<Sender> = {}): ReturnType<Desktop['dial']> => {
    const told: Told[] = []
    const port = connect(given)
    port.onMessage.addListener((message) => told.push(message))
    return { send: (ask) => port.postMessage(ask), told }
  }
  const question = async () => {
    await rest()
    const [first] = (await worker().provider).view()
    if (first === undefined) throw new Error('nothing is asked')
    return first
  }
  return {
    time,
    rows,
    window,
    worker,
    open,
    dial,
    question,
    kill: () => worker().life.end(),
    doom: (death) => {
      fate.death = death
    },
    badge: () => badge.count,
    setUnlocked: (isUnlocked) => {
      wallet.isUnlocked = isUnlocked
      tell(wallet.listeners)
      tell(runtimeListeners)
    },
    move: (to) => {
      Object.assign(place, to)
      tell(runtimeListeners)
    },
    lookAt: (answer) => {
      sight.answer = answer
    },
    closeWindow: async () => {
      window.isOpen = false
      await (await worker().provider).windowClosed()
    },
    approve: async () => {
      const { id, request } = await question()
      const { handlers } = await worker().provider
      const quote = request.type === 'pay' ? await handlers['approvals.quote']({ id }) : null
      const terms = quote === null ? null : { to: quote.to, amount: quote.amount, fee: quote.fee }
      await handlers['approvals.approve']({ id, terms })
    },
  }
}

/** Lets a site in, as the owner would. */
export const connected = async (desktop: Desktop, site: Site): Promise<void> => {
  const asked = site.request('eth_requestAccounts')
  await desktop.approve()
  await asked
}

/** Payments the owner made, as the history has them, newest first. */
export const paymentsIn = (running: Running): readonly ActivityEntry[] =>
  modelAll(running.rows(), {
    entityId: running.id('You'),
    height: running.host.env().height,
    search: '',
  }).filter(({ kind }) => kind === 'payment_out')
