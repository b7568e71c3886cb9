/**
 * One page's connection to a runtime: the signals everything on screen is computed from.
 *
 * `present` and `hostStatus` are written by the adapter's subscriptions and by nothing else; what is shown is
 * what is committed. `look` changes what is looked at, and `lookBack` when; neither changes what is.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import {
  type Balance,
  type ConnectionStatus,
  DEFAULT_VIEW,
  type EntityReplicaFull,
  type FrameView,
  type HostStatus,
  type RAdapter,
  type TokenView,
  type ViewState,
} from '../../runtime/radapter/types.ts'
import type { PlacePort } from './place.ts'

export type Session = {
  /** What is shown: the present, or a moment of the past in its place. */
  readonly frameView: ReadonlySignal<FrameView | null>
  /** The view that was pushed last, whatever is shown. */
  readonly present: ReadonlySignal<FrameView | null>
  readonly hostStatus: ReadonlySignal<HostStatus | null>
  readonly connection: ReadonlySignal<ConnectionStatus>
  /** False until the first push of this page: what is shown before it is remembered. */
  readonly isLive: ReadonlySignal<boolean>
  /** Counts connections made, so that a call can tell whether the line it went out on is gone. */
  readonly epoch: ReadonlySignal<number>
  readonly viewState: ReadonlySignal<ViewState>
  readonly tokens: ReadonlySignal<readonly TokenView[]>
  /** The token the view speaks of; null before the first frame. */
  readonly token: ReadonlySignal<TokenView | null>
  readonly entity: ReadonlySignal<EntityReplicaFull | null>
  readonly balance: ReadonlySignal<Balance | null>
  /** True where nothing may be done: halted, another window is the writer, or what is shown is past. */
  readonly isReadOnly: ReadonlySignal<boolean>
  tokenOf(tokenId: number): TokenView
  /** Whether a jurisdiction lists this token; of another its symbol and decimals are not to be believed. */
  isKnown(tokenId: number): boolean
  readonly rpc: RAdapter['rpc']
  readonly getRetained: RAdapter['getRetained']
  readonly getFrameAt: RAdapter['getFrameAt']
  /** The height this tab was at before a reload, once; null for the present. */
  takeHeight(): number | null
  /** Shows a view of the past; null shows the present again. */
  lookBack(frame: FrameView | null): void
  look(patch: Partial<ViewState>): void
  /** Shows the owner's entity that was last looked at, here or before, or the first one, from its first page. */
  lookHome(): void
  /** For a line that is up but gives no answer. */
  reconnect(): void
  /** @returns undo: stops listening and closes the connection. */
  start(): () => void
}

const HOME: Partial<ViewState> = {
  selectedAccountId: null,
  accountPage: 1,
  activityPage: 1,
  activitySearch: '',
  activityFilter: 'all',
  activityTokenId: null,
}

/** Named by its number and shown in its smallest unit: nothing about it may be guessed. */
const unknownToken = (tokenId: number): TokenView => ({ tokenId, symbol: `#${tokenId}`, decimals: 0, isTest: false })

const isOwn = (frame: FrameView, entityId: string | null): boolean =>
  frame.entities.some((entity) => entity.isOwn && entity.entityId === entityId)

/** The entity that was chosen, while it is there; the first one otherwise. */
const ownEntityId = (frame: FrameView, chosen: Chosen): string | null => {
  const wanted = chosen.of(frame.runtimeId)
  return isOwn(frame, wanted) ? wanted : (frame.entities.find((entity) => entity.isOwn)?.entityId ?? null)
}

/** What a page was last shown, so that it need not open on nothing. */
export type Memory = {
  /** The last view this page was pushed while the wallet was unlocked; null when there is none. */
  load(): Promise<FrameView | null>
  save(view: FrameView): void
  clear(): void
}
export const NO_MEMORY: Memory = { load: () => Promise.resolve(null), save: () => undefined, clear: () => undefined }

/** Which of the owner's entities was looked at last, in each runtime; kept beyond this page and this browser session. */
export type Chosen = { of(runtimeId: string): string | null; set(runtimeId: string, entityId: string): void }
const NOTHING_CHOSEN: Chosen = { of: () => null, set: () => undefined }

type Start = {
  readonly place?: PlacePort
  readonly view?: ViewState
  readonly remembered?: FrameView | null
  readonly memory?: Memory
  readonly chosen?: Chosen
}

export const createSession = (
  adapter: RAdapter,
  { view: initial = DEFAULT_VIEW, remembered = null, memory = NO_MEMORY, chosen = NOTHING_CHOSEN, place }: Start = {},
): Session => {
  const present = signal<FrameView | null>(remembered)
  const past = signal<FrameView | null>(null)
  const frameView = computed(() => past.value ?? present.value)
  const hostStatus = signal<HostStatus | null>(null)
  const isLive = signal(false)
  const connection = signal<ConnectionStatus>(adapter.status)
  const epoch = signal(0)
  let kept = place?.load(initial) ?? null
  const viewState = signal<ViewState>({ ...initial, ...kept?.view })

  const tokens = computed(() => frameView.value?.jurisdictions.flatMap((jurisdiction) => jurisdiction.tokens) ?? [])
  const token = computed(
    () => tokens.value.find(({ tokenId }) => tokenId === viewState.value.tokenId) ?? tokens.value[0] ?? null,
  )
  const entity = computed(() => frameView.value?.selectedEntity ?? null)
  const balance = computed(() => entity.value?.balances.find(({ tokenId }) => tokenId === token.value?.tokenId) ?? null)
  const isReadOnly = computed(() => {
    const runtime = hostStatus.value?.runtime
    const frame = frameView.value
    return (
      runtime === 'halted' ||
      runtime === 'read-only' ||
      (hostStatus.value?.control ?? 'writer') !== 'writer' ||
      (frame !== null && (!frame.live || frame.role === 'reader' || frame.halted !== null))
    )
  })

  let lastOwn: string | null = null
  /** Kept when the owner changes it on this page, and not when another page does. */
  const noteOwn = (frame: FrameView | null, entityId: string | null): void => {
    if (frame === null || entityId === null || entityId === lastOwn || !isOwn(frame, entityId)) return
    if (lastOwn !== null) chosen.set(frame.runtimeId, entityId)
    lastOwn = entityId
  }
  /** One that was just made is known as the owner's with its first view. */
  const noteMade = (): void => {
    const shown = present.value?.selectedEntity?.entityId
    if (shown !== undefined && shown === viewState.peek().selectedEntityId) noteOwn(present.peek(), shown)
  }
  const look = (patch: Partial<ViewState>): void => {
    // At once: a popup may be closed before the next view comes.
    noteOwn(present.peek(), patch.selectedEntityId ?? null)
    // Whoever asks again because the view has changed asks for the new one.
    batch(() => {
      viewState.value = { ...viewState.value, ...patch }
      adapter.setView(viewState.value)
    })
  }
  const lookHome = (): void => {
    const frame = present.value
    const { selectedEntityId } = viewState.peek()
    const own = frame === null || isOwn(frame, selectedEntityId) ? null : ownEntityId(frame, chosen)
    look({ ...HOME, ...(own === null ? {} : { selectedEntityId: own }) })
  }
  /** A page opens on the owner's own entity, whose id only the first frame tells. */
  const selectOwn = (): void => {
    const frame = present.value
    if (frame === null || viewState.peek().selectedEntityId !== null) return
    const own = ownEntityId(frame, chosen)
    if (own !== null) look({ selectedEntityId: own })
  }

  /** Where one stood in another runtime, or was remembered to stand, means nothing in this one. */
  const leaveOther = ({ runtimeId }: FrameView): void => {
    if ((kept ?? present.peek())?.runtimeId === runtimeId || (kept === null && present.peek() === null)) return
    kept = null
    lastOwn = null
    past.value = null
    present.value = null
    look(initial)
  }
  const keepPlace = (): void => {
    const frame = frameView.value
    // What waits to be shown again is where this tab still stands.
    if (frame !== null && isLive.value && (kept?.height ?? null) === null)
      place?.save(frame.runtimeId, viewState.value, frame.live ? null : frame.height)
  }

  const connect = (): void => {
    // A refused connection is not an event of its own: `connection` says so, and the adapter keeps trying.
    adapter.connect().catch(() => undefined)
  }
  const start = (): (() => void) => {
    const stops = [
      adapter.onFrame((frame) => {
        leaveOther(frame)
        present.value = frame
        isLive.value = true
        memory.save(frame)
      }),
      adapter.onHostStatus((status) => {
        hostStatus.value = status
        if (status.wallet === 'unlocked') return
        if (!isLive.peek()) present.value = null
        memory.clear()
      }),
      adapter.onStatusChange((status) => {
        connection.value = status
        if (status === 'connected') epoch.value += 1
      }),
      effect(selectOwn),
      effect(noteMade),
      effect(keepPlace),
    ]
    adapter.setView(viewState.peek())
    connect()
    return () => {
      for (const stop of stops) stop()
      adapter.disconnect()
    }
  }

  return {
    frameView,
    present,
    hostStatus,
    connection,
    isLive,
    epoch,
    viewState,
    tokens,
    token,
    entity,
    balance,
    isReadOnly,
    tokenOf: (tokenId) => tokens.value.find((known) => known.tokenId === tokenId) ?? unknownToken(tokenId),
    isKnown: (tokenId) => tokens.value.some((known) => known.tokenId === tokenId),
    rpc: (method, params) => adapter.rpc(method, params),
    getRetained: () => adapter.getRetained(),
    getFrameAt: (height) => adapter.getFrameAt(height),
    takeHeight: () => {
      const height = kept?.height ?? null
      kept = null
      return height
    },
    lookBack: (frame) => {
      past.value = frame
    },
    reconnect: () => {
      adapter.disconnect()
      connect()
    },
    look,
    lookHome,
    start,
  }
}
