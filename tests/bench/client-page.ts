/**
 * A page of the extension that asks its worker as the pages of the product do, without their screens: for timing the
 * worker alone. It is added to a copy of the build, never to the build.
 */
import { type PortLike, portAdapter } from '../../runtime/radapter/port.ts'
import { DEFAULT_VIEW, type FrameView, type RAdapter } from '../../runtime/radapter/types.ts'

declare const chrome: { readonly runtime: { connect(options: { readonly name: string }): PortLike } }

/** What the page puts on `globalThis`. */
export type ClientPage = {
  /** A new wallet, and its world complete. */
  readonly createWallet: (password: string) => Promise<void>
  /** Payments to Bob, one after another, until this height, or a little above. @returns the height. */
  readonly payUntil: (enough: number) => Promise<number>
  /** Milliseconds from opening a connection to the first view. */
  readonly firstView: () => Promise<number>
}

const AMOUNT = 1_000n
const MAX_FEE = 1_000_000n
/** Longer than anything here takes. */
const AUTO_LOCK_MINUTES = 240

const connected = async (): Promise<RAdapter> => {
  const adapter = portAdapter(() => chrome.runtime.connect({ name: 'radapter' }))
  await adapter.connect()
  return adapter
}

/** The next view that `isIt` is true of. */
const viewWhere = (
  adapter: RAdapter,
  entityId: string | null,
  isIt: (view: FrameView) => boolean,
): Promise<FrameView> =>
  new Promise((resolve) => {
    const stop = adapter.onFrame((view) => {
      if (!isIt(view)) return
      stop()
      resolve(view)
    })
    adapter.setView({ ...DEFAULT_VIEW, selectedEntityId: entityId })
  })
const anyView = (adapter: RAdapter): Promise<FrameView> => viewWhere(adapter, null, () => true)

const createWallet = async (password: string): Promise<void> => {
  const adapter = await connected()
  await adapter.rpc('wallet.draftPhrase', {})
  await adapter.rpc('wallet.create', { password })
  await adapter.rpc('wallet.setAutoLock', { minutes: AUTO_LOCK_MINUTES })
  await anyView(adapter)
  adapter.disconnect()
}

const payUntil: ClientPage['payUntil'] = async (enough) => {
  const adapter = await connected()
  const view = await anyView(adapter)
  const from = view.entities.find(({ isOwn }) => isOwn)?.entityId ?? ''
  let { height } = view
  while (height < enough) {
    const commandId = crypto.randomUUID()
    const payment = {
      commandId,
      from,
      to: 'Bob',
      amount: AMOUNT,
      tokenId: DEFAULT_VIEW.tokenId,
      memo: '',
      maxFee: MAX_FEE,
    }
    const { paymentId } = await adapter.rpc('pay.send', payment)
    const settled = await viewWhere(adapter, from, ({ activity }) =>
      (activity?.entries ?? []).some(({ status, proof }) => proof?.paymentId === paymentId && status === 'sent'),
    )
    height = settled.height
  }
  adapter.disconnect()
  return height
}

const firstView = async (): Promise<number> => {
  const started = performance.now()
  const adapter = portAdapter(() => chrome.runtime.connect({ name: 'radapter' }))
  const view = anyView(adapter)
  await adapter.connect()
  await view
  const elapsed = performance.now() - started
  adapter.disconnect()
  return elapsed
}

const page: ClientPage = { createWallet, payUntil, firstView }
Object.assign(globalThis, { bench: page })
