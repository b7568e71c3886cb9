/**
 * One writer per runtime id, by a Web Lock `xln-runtime-lock:{id}` (W3C Web Locks API; atomic, freed by the browser
 * when its context dies) and a BroadcastChannel `xln-runtime:{id}` on which the holder says who it is.
 *
 * Contract: the lock decides, the channel only informs; a message can be late, lost or forged by another page of
 * this origin, and nothing is granted because of one. A stolen lock does not stop its former holder (tried): that is
 * the work of the fencing epoch in the database.
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
    options: { readonly ifAvailable: true },
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
}

export type LockResult =
  | { readonly type: 'acquired'; readonly lease: WriterLease }
  /** `holder` is null when it did not answer in time: busy, frozen, or just gone. */
  | { readonly type: 'held_by_other'; readonly holder: WriterIdentity | null }

/** What is heard on the channel. */
export type WriterNotice =
  | { readonly type: 'held'; readonly holder: WriterIdentity }
  | { readonly type: 'released'; readonly holder: WriterIdentity }

const ANSWER_TIMEOUT_MS = 500
const identity = v.strictObject({
  instanceId: v.pipe(v.string(), v.maxLength(64)),
  label: v.pipe(v.string(), v.maxLength(64)),
})
const message = v.variant('type', [
  v.strictObject({ type: v.literal('who') }),
  v.strictObject({ type: v.literal('held'), holder: identity }),
  v.strictObject({ type: v.literal('released'), holder: identity }),
])

const channelName = (runtimeId: string): string => `xln-runtime:${runtimeId}`
const lockName = (runtimeId: string): string => `xln-runtime-lock:${runtimeId}`

/** Follows who holds the runtime, and asks once. @returns a function that stops following. */
export const watchWriter = (
  runtimeId: string,
  { openChannel }: Pick<WriterPorts, 'openChannel'>,
  onNotice: (notice: WriterNotice) => void,
): (() => void) => {
  const channel = openChannel(channelName(runtimeId))
  channel.addEventListener('message', ({ data }) => {
    const parsed = v.safeParse(message, data)
    if (parsed.success && parsed.output.type !== 'who') onNotice(parsed.output)
  })
  channel.postMessage({ type: 'who' })
  return () => channel.close()
}

/** Asks who the holder is; null when nobody says so in time. */
const askHolder = async (runtimeId: string, ports: WriterPorts): Promise<WriterIdentity | null> => {
  let stop = () => {}
  const answer = new Promise<WriterIdentity>((resolve) => {
    stop = watchWriter(runtimeId, ports, (notice) => {
      if (notice.type === 'held') resolve(notice.holder)
    })
  })
  const holder = await Promise.race([answer, ports.wait(ANSWER_TIMEOUT_MS).then(() => null)])
  stop()
  return holder
}

/** Says who holds the runtime, now and whenever asked. */
const announce = (channel: WriterChannel, holder: WriterIdentity): void => {
  const tell = () => channel.postMessage({ type: 'held', holder })
  channel.addEventListener('message', ({ data }) => {
    const parsed = v.safeParse(message, data)
    if (parsed.success && parsed.output.type === 'who') tell()
  })
  tell()
}

/**
 * Takes the runtime if it is free; never waits for it and never takes it away.
 * @throws what the lock manager throws (a context that may not use locks).
 */
export const acquireWriterLock = async (
  runtimeId: string,
  self: WriterIdentity,
  ports: WriterPorts,
): Promise<LockResult> => {
  let letGo = () => {}
  const untilReleased = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let granted: (isOurs: boolean) => void = () => {}
  const isOurs = new Promise<boolean>((resolve) => {
    granted = resolve
  })
  const request = ports.locks.request(lockName(runtimeId), { ifAvailable: true }, (lock) => {
    granted(lock !== null)
    return lock === null ? Promise.resolve() : untilReleased
  })
  // A request that fails before it was decided must reject this call, not hang it.
  if (!(await Promise.race([isOurs, request.then(() => false)])))
    return { type: 'held_by_other', holder: await askHolder(runtimeId, ports) }

  const channel = ports.openChannel(channelName(runtimeId))
  announce(channel, self)
  // The request settles when the lock is gone: rejected with AbortError when it was stolen.
  const ended = request.then(
    () => {
      channel.postMessage({ type: 'released', holder: self })
      return 'released' as const
    },
    () => 'stolen' as const,
  )
  const closed = ended.then((how) => {
    channel.close()
    return how
  })
  const release = async () => {
    letGo()
    await closed
  }
  return { type: 'acquired', lease: { release, ended: closed } }
}

/** The browser's own ports; `navigator.locks` exists in service workers and pages alike. */
export const browserWriterPorts = (): WriterPorts => ({
  locks: navigator.locks,
  openChannel: (name) => new BroadcastChannel(name),
  wait: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
})
