/** The provider's ports over the browser: the approval window, the badge, the tabs, and who a port belongs to. */
import { browser } from 'wxt/browser'
import type { RuntimeHandlers } from '../../../runtime/radapter/commands.ts'
import { systemPorts } from '../../../runtime/radapter/line.ts'
import { PROVIDER_CHANGED, PROVIDER_ORIGIN } from '../../inpage/wire.ts'
import type { Current } from '../runtimes.ts'
import type { KeyValueArea, WalletPorts } from '../wallet/ports.ts'
import type { WalletSession } from '../wallet/session.ts'
import type { ApprovalWindow, ProviderPorts } from './ports.ts'
import type { Sender } from './router.ts'
import { runtimePort } from './runtime.ts'

const WINDOW = 'provider.window'
/** 400 × 600 inside, whatever the frame around it takes. */
const SIZE = { width: 416, height: 640 }
const PAGE = '/approval.html'

const isWeb = (origin: string): boolean => /^https?:\/\//.test(origin)

const originOf = (url: string | undefined): string | null =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : null

type BrowserSender = NonNullable<Parameters<Parameters<typeof browser.runtime.onConnect.addListener>[0]>[0]['sender']>

/**
 * A frame belongs to its page when the browser says that both have one origin; where it does not say, it is foreign.
 * The frames in between the browser does not name: the relay has asked for them (entrypoints/inpage/frames.ts), and a
 * frame with a foreign one above it never gets here.
 */
export const senderOf = (sender: BrowserSender | undefined): Sender => {
  const origin = sender?.origin !== undefined && isWeb(sender.origin) ? sender.origin : null
  return { origin, isForeign: sender?.frameId !== 0 && originOf(sender?.tab?.url) !== origin }
}

/** The window that a worker which died had opened, or was just opening, is found again. */
const findWindow = async (
  session: KeyValueArea,
): Promise<{ readonly id: number | null; readonly wasOpen: boolean }> => {
  const stored = await session.get(WINDOW)
  const contexts = await browser.runtime.getContexts({
    contextTypes: ['TAB'],
    documentUrls: [browser.runtime.getURL(PAGE)],
  })
  const windows = await Promise.all(
    contexts.map(({ windowId }) => browser.windows.get(windowId).catch(() => undefined)),
  )
  const popup = windows.find((open) => open?.type === 'popup')?.id ?? null
  const known = typeof stored === 'number' ? await browser.windows.get(stored).catch(() => undefined) : undefined
  return { id: known?.id ?? popup, wasOpen: typeof stored === 'number' }
}

/** `isIt` is asked once, when a window was closed by somebody. */
type BrowserWindow = ApprovalWindow & { isIt(windowId: number): Promise<boolean> }

const approvalWindow = (session: KeyValueArea): BrowserWindow => {
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const run = turn.then(act)
    turn = run.catch(() => undefined)
    return run
  }
  return {
    show: () =>
      inTurn(async () => {
        const { id } = await findWindow(session)
        if (id !== null) return void (await browser.windows.update(id, { focused: true }))
        const opened = await browser.windows.create({ url: PAGE, type: 'popup', focused: true, ...SIZE })
        await session.set(WINDOW, opened?.id)
      }),
    close: () =>
      inTurn(async () => {
        const { id } = await findWindow(session)
        // Forgotten first: its closing is nobody's refusal.
        await session.remove(WINDOW)
        if (id !== null) await browser.windows.remove(id)
      }),
    state: () =>
      inTurn(async () => {
        const { id, wasOpen } = await findWindow(session)
        if (id !== null) await session.set(WINDOW, id)
        return id !== null ? 'open' : wasOpen ? 'closed' : 'never'
      }),
    isIt: (windowId) =>
      inTurn(async () => {
        const isIt = (await session.get(WINDOW)) === windowId
        if (isIt) await session.remove(WINDOW)
        return isIt
      }),
  }
}

const setBadge = (count: number): void => {
  // The window says the same; a badge that cannot be set costs nothing but that.
  browser.action.setBadgeText({ text: count === 0 ? '' : String(count) }).catch(() => undefined)
}

const broadcast = (): void => {
  const tell = async (): Promise<void> => {
    // Most tabs have nobody listening.
    for (const { id } of await browser.tabs.query({}))
      if (id !== undefined) browser.tabs.sendMessage(id, PROVIDER_CHANGED).catch(() => undefined)
  }
  tell().catch(() => undefined)
}

/**
 * The page in sight is asked itself, by its relay. So no permission is needed: `tabs` would show the wallet every
 * address of every tab, and `activeTab` opens the whole page to it at each press on its icon; a number is all that the
 * browser says of a tab here. A page without a relay (of the browser, of the wallet itself) gives no answer.
 */
const activeOrigin = async (): Promise<string | null> => {
  const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true })
  if (tab?.id === undefined) return null
  const origin: unknown = await browser.tabs.sendMessage(tab.id, PROVIDER_ORIGIN, { frameId: 0 })
  return typeof origin === 'string' && isWeb(origin) ? origin : null
}

export type BrowserProviderPorts = ProviderPorts & { readonly window: BrowserWindow }

export const browserProviderPorts = (
  { local, session: area }: WalletPorts,
  session: WalletSession,
  current: Current,
  calls: RuntimeHandlers,
): BrowserProviderPorts => ({
  session: area,
  local,
  clock: systemPorts.clock,
  schedule: systemPorts.schedule,
  wallet: {
    isUnlocked: () => session.state.wallet === 'unlocked',
    address: () => session.keyring?.key({ type: 'address', index: 0 }).address ?? null,
    onChange: (listener) => void session.onChange(listener),
  },
  runtime: runtimePort({
    host: () => (session.keyring !== null && current.status.runtime === 'running' ? current.host : null),
    owner: () => current.owner,
    onChange: (listener) => {
      session.onChange(listener)
      current.onChange(listener)
    },
    calls,
    runtimeId: () => current.entry.id,
    chainId: () => current.entry.chainId,
  }),
  window: approvalWindow(area),
  setBadge,
  broadcast,
  activeOrigin,
})
