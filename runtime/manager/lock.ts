/**
 * One writer per runtime id, by a Web Lock `xln-runtime-lock:{id}` (W3C Web Locks API; atomic, freed by the browser
 * when its context dies) and a BroadcastChannel `xln-runtime:{id}` on which the holder says who it is, what it commits, and,
 * asked, that it lives (pulse.ts).
 *
 * Contract: the lock decides, the channel only informs; a message can be late, lost or forged by another page of
 * this origin, and nothing is granted because of one. Whoever is to take it over asks the holder first, which finishes
 * what it has begun and lets go; one that does not in time is taken from. A stolen lock does not stop its former holder
 * (tried): that is the work of the fencing epoch in the database.
 */
import * as v from 'valibot'

/** Who holds, or asks for, a runtime. */
export type WriterIdentity = {
  /** Drawn at start, different for every context. */
  readonly instanceId: string
  /** Kind of context, for people: "background", "view". */
  readonly label: string
}

/** The part of `navigator.locks` used here. */
export type LocksPort = {
  request(
    name: string,
    options: { readonly ifAvailable: true } | { readonly steal: true },
    held: (lock: unknown) => Promise<void>,
  ): Promise<unknown>
}

/** The part of `BroadcastChannel` used here. */
export type WriterChannel = {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  close(): void
}

export type WriterPorts = {
  readonly locks: LocksPort
  readonly openChannel: (name: string) => WriterChannel
  readonly wait: (durationMs: number) => Promise<void>
}

export type WriterLease = {
  /** Frees the lock, then tells the others. Idempotent; call it after the last commit. */
  release(): Promise<void>
  /** Resolves once the lock is no longer ours. 'stolen': stop at once, the database is another writer's. */
  readonly ended: Promise<'released' | 'stolen'>
  /** Resolves when another context asks for the runtime: finish, and release. */
  readonly asked: Promise<void>
  /** Tells those who look on of a committed frame. */
  tellFrame(height: number): void
}

export type LockResult =
  | { readonly type: 'acquired'; readonly lease: WriterLease }
  /** `holder` is null when it did not answer in time: busy, frozen, or just gone. */
  | { readonly type: 'held_by_other'; readonly holder: WriterIdentity | null }

/** What is heard on the channel. */
export type WriterNotice =
  | { readonly type: 'held'; readonly holder: WriterIdentity }
  | { readonly type: 'released'; readonly holder: WriterIdentity }
  | { readonly type: 'frame'; readonly height: number }
  /** It lives; the height is null until it has told of a frame. */
  | { readonly type: 'beat'; readonly height: number | null }

/** One that looks on. */
export type Watch = {
  /** Asks the holder for a beat. */
  readonly ask: () => void
  readonly stop: () => void
}

const ANSWER_TIMEOUT_MS = 500
/** A holder has this long to finish what it has begun. */
const HAND_OVER_TIMEOUT_MS = 10_000
const identity = v.strictObject({
  instanceId: v.pipe(v.string(), v.maxLength(64)),
  label: v.pipe(v.string(), v.maxLength(64)),
})
const height = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const message = v.variant('type', [
  v.strictObject({ type: v.literal('who') }),
  v.strictObject({ type: v.literal('held'), holder: identity }),
  v.strictObject({ type: v.literal('released'), holder: identity }),
  v.strictObject({ type: v.literal('frame'), height }),
  v.strictObject({ type: v.literal('pulse') }),
  v.strictObject({ type: v.literal('beat'), height: v.nullable(height) }),
  v.strictObject({ type: v.literal('hand_over') }),
])

const channelName = (runtimeId: string): string => `xln-runtime:${runtimeId}`
const lockName = (runtimeId: string): string => `xln-runtime-lock:${runtimeId}`

/** Follows who holds the runtime, and asks once. */
export const watchWriter = (
  runtimeId: string,
  { openChannel }: Pick<WriterPorts, 'openChannel'>,
  onNotice: (notice: WriterNotice) => void,
): Watch => {
  const channel = openChannel(channelName(runtimeId))
  channel.addEventListener('message', ({ data }) => {
    const parsed = v.safeParse(message, data)
    if (!parsed.success) return
    const { output } = parsed
    if (output.type !== 'who' && output.type !== 'pulse' && output.type !== 'hand_over') onNotice(output)
  })
  channel.postMessage({ type: 'who' })
  return { ask: () => channel.postMessage({ type: 'pulse' }), stop: () => channel.close() }
}

/** Asks who the holder is; null when nobody says so in time. */
const askHolder = async (runtimeId: string, ports: WriterPorts): Promise<WriterIdentity | null> => {
  let stop = () => {}
  const answer = new Promise<WriterIdentity>((resolve) => {
    const watch = watchWriter(runtimeId, ports, (notice) => {
      if (notice.type === 'held') resolve(notice.holder)
    })
    stop = watch.stop
  })
  const holder = await Promise.race([answer, ports.wait(ANSWER_TIMEOUT_MS).then(() => null)])
  stop()
  return holder
}

type Holding = {
  readonly holder: WriterIdentity
  readonly height: () => number | null
  /** Somebody wants it. */
  readonly onAsked: () => void
}

/** Says who holds the runtime, now and whenever asked. */
const announce = (channel: WriterChannel, { holder, height: at, onAsked }: Holding): void => {
  const tell = () => channel.postMessage({ type: 'held', holder })
  channel.addEventListener('message', ({ data }) => {
    const parsed = v.safeParse(message, data)
    if (!parsed.success) return
    if (parsed.output.type === 'who') tell()
    if (parsed.output.type === 'pulse') channel.postMessage({ type: 'beat', height: at() })
    if (parsed.output.type === 'hand_over') onAsked()
  })
  tell()
}

const later = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}

/** Null when it is not to be had this way. */
const hold = async (
  runtimeId: string,
  self: WriterIdentity,
  ports: WriterPorts,
  how: { readonly ifAvailable: true } | { readonly steal: true },
): Promise<WriterLease | null> => {
  const until = later()
  let granted: (isOurs: boolean) => void = () => {}
  const isOurs = new Promise<boolean>((resolve) => {
    granted = resolve
  })
  const request = ports.locks.request(lockName(runtimeId), how, (lock) => {
    granted(lock !== null)
    return lock === null ? Promise.resolve() : until.promise
  })
  // A request that fails before it was decided must reject this call, not hang it.
  if (!(await Promise.race([isOurs, request.then(() => false)]))) return null

  const channel = ports.openChannel(channelName(runtimeId))
  const asked = later()
  let told: number | null = null
  announce(channel, { holder: self, height: () => told, onAsked: asked.resolve })
  let isOpen = true
  // The request settles when the lock is gone: rejected with AbortError when it was stolen.
  const ended = request.then(
    () => {
      channel.postMessage({ type: 'released', holder: self })
      return 'released' as const
    },
    () => 'stolen' as const,
  )
  const closed = ended.then((end) => {
    isOpen = false
    channel.close()
    return end
  })
  return {
    ended: closed,
    asked: asked.promise,
    tellFrame: (committed) => {
      told = committed
      if (isOpen) channel.postMessage({ type: 'frame', height: committed })
    },
    release: async () => {
      until.resolve()
      await closed
    },
  }
}

/** Resolves when the holder has let go, or its time is up. */
const askToHandOver = async (runtimeId: string, ports: WriterPorts): Promise<void> => {
  const released = later()
  const { stop } = watchWriter(runtimeId, ports, (notice) => {
    if (notice.type === 'released') released.resolve()
  })
  const channel = ports.openChannel(channelName(runtimeId))
  channel.postMessage({ type: 'hand_over' })
  await Promise.race([released.promise, ports.wait(HAND_OVER_TIMEOUT_MS)])
  channel.close()
  stop()
}

/**
 * Takes the runtime if it is free. @param take also when it is not: the holder is asked to hand it over, and it is
 * taken from one that does not.
 * @throws what the lock manager throws (a context that may not use locks).
 */
export const acquireWriterLock = async (
  runtimeId: string,
  self: WriterIdentity,
  ports: WriterPorts,
  take = false,
): Promise<LockResult> => {
  const free = await hold(runtimeId, self, ports, { ifAvailable: true })
  if (free !== null) return { type: 'acquired', lease: free }
  if (!take) return { type: 'held_by_other', holder: await askHolder(runtimeId, ports) }
  await askToHandOver(runtimeId, ports)
  const handed = await hold(runtimeId, self, ports, { ifAvailable: true })
  if (handed !== null) return { type: 'acquired', lease: handed }
  const taken = await hold(runtimeId, self, ports, { steal: true })
  return taken === null ? { type: 'held_by_other', holder: null } : { type: 'acquired', lease: taken }
}

/** The browser's own ports; `navigator.locks` exists in service workers and pages alike. */
export const browserWriterPorts = (): WriterPorts => ({
  locks: navigator.locks,
  openChannel: (name) => new BroadcastChannel(name),
  wait: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
})
