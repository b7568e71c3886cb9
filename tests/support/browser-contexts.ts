/**
 * A browser of several contexts (pages, workers) in memory: the Web Locks request API and BroadcastChannel between
 * them, and the death of a context, which frees its locks and silences its channels. Node 20 has no `navigator.locks`.
 *
 * Contract: exclusive locks, with `ifAvailable`, `steal` and the queue of the standard; messages are cloned and arrive
 * in order, each in a microtask of its own, at every other channel of the name.
 */
import type { WriterChannel, WriterPorts } from '../../runtime/manager/lock.ts'

type LockOptions = { readonly ifAvailable?: boolean; readonly steal?: boolean }
type LockCallback = (lock: { readonly name: string } | null) => unknown
type Claim = { readonly owner: symbol; readonly grant: () => void; readonly abort: (reason: Error) => void }
type Listener = (event: { readonly data: unknown }) => void
type OpenChannel = { readonly name: string; readonly owner: symbol; readonly listeners: Listener[] }

export type FakeContext = Pick<WriterPorts, 'openChannel'> & {
  readonly locks: { request(name: string, options: LockOptions, callback: LockCallback): Promise<unknown> }
  /** The context ends without a word: a killed worker, a closed page. */
  die(): void
}
export type FakeBrowser = { context(): FakeContext }

const noop = () => {}

export const createFakeBrowser = (): FakeBrowser => {
  const held = new Map<string, Claim>()
  const queues = new Map<string, Claim[]>()
  const channels = new Set<OpenChannel>()
  const queueOf = (name: string): Claim[] => {
    const queue = queues.get(name) ?? []
    queues.set(name, queue)
    return queue
  }
  const advance = (name: string): void => {
    if (held.has(name)) return
    const next = queueOf(name).shift()
    if (next === undefined) return
    held.set(name, next)
    next.grant()
  }
  const drop = (name: string, claim: Claim): void => {
    if (held.get(name) === claim) held.delete(name)
    advance(name)
  }

  const request = (owner: symbol, name: string, options: LockOptions, callback: LockCallback): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const settle = (lock: { name: string } | null, end: () => void): void => {
        Promise.resolve()
          .then(() => callback(lock))
          .then(resolve, reject)
          .finally(end)
      }
      const claim: Claim = { owner, abort: reject, grant: () => settle({ name }, () => drop(name, claim)) }
      if (options.steal === true) {
        held.get(name)?.abort(new DOMException('the lock was stolen', 'AbortError'))
        held.delete(name)
        queueOf(name).unshift(claim)
        advance(name)
      } else if (options.ifAvailable === true && (held.has(name) || queueOf(name).length > 0)) {
        settle(null, noop)
      } else {
        queueOf(name).push(claim)
        advance(name)
      }
    })

  const openChannel = (owner: symbol, name: string): WriterChannel => {
    const self: OpenChannel = { name, owner, listeners: [] }
    channels.add(self)
    return {
      postMessage: (message) => {
        if (!channels.has(self)) throw new DOMException('the channel is closed', 'InvalidStateError')
        for (const other of channels) {
          if (other === self || other.name !== name) continue
          const data: unknown = structuredClone(message)
          queueMicrotask(() => {
            if (channels.has(other)) for (const listener of other.listeners) listener({ data })
          })
        }
      },
      addEventListener: (_type, listener) => {
        self.listeners.push(listener)
      },
      close: () => {
        channels.delete(self)
      },
    }
  }

  const context = (): FakeContext => {
    const owner = Symbol('context')
    let isDead = false
    return {
      locks: {
        // Who is dead asks for nothing, says nothing, and hears nothing.
        request: (name, options, callback) => (isDead ? new Promise(noop) : request(owner, name, options, callback)),
      },
      openChannel: (name) => {
        const channel = openChannel(owner, name)
        return { ...channel, postMessage: (message) => (isDead ? undefined : channel.postMessage(message)) }
      },
      die: () => {
        isDead = true
        for (const channel of channels) if (channel.owner === owner) channels.delete(channel)
        for (const [name, queue] of queues)
          queues.set(
            name,
            queue.filter((claim) => claim.owner !== owner),
          )
        for (const [name, claim] of held) if (claim.owner === owner) drop(name, claim)
      },
    }
  }
  return { context }
}
