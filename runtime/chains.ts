/**
 * The chains of a runtime: hands transactions to them and their blocks to the runtime, in order and each once.
 *
 * Contract: a chain that fails stops nothing but itself. What it was asked for waits, it is asked again with backoff,
 * and meanwhile it is said to be down. What fails besides chains (this runtime, its log) is the caller's business.
 */
import { type RuntimeHost, RuntimeStopped } from './host.ts'
import { type JAdapter, JAdapterError, type JAdapterFailure } from './jadapter/types.ts'
import type { JTx } from './jurisdiction/types.ts'
import { TIMING } from './lib/limits.ts'
import type { Clock, Scheduler } from './ports.ts'
import { CHAIN_UP, type ChainStatus, type ChainTrouble } from './radapter/health.ts'
import { StoreError } from './storage/store.ts'
import type { Env } from './types.ts'

type Ports = {
  readonly clock: Clock
  readonly schedule: Scheduler
  readonly chains: ReadonlyMap<string, JAdapter>
}
type Runtime = {
  readonly env: () => Env
  readonly submit: RuntimeHost['submit']
  /** A chain went down or came back. */
  readonly onChange: () => void
  /** No chain's fault. */
  readonly onFailure: (error: unknown) => void
}

export type Chains = {
  readonly start: () => void
  readonly submit: (jTx: JTx) => void
  /** Asks for a block at the present time. */
  readonly observe: (name: string) => void
  readonly retry: () => void
  readonly status: (name: string) => ChainStatus
  readonly stop: () => void
}

const TROUBLES: { readonly [T in JAdapterFailure]: ChainTrouble } = {
  refused: 'refused',
  malformed: 'untrusted',
  corrupt: 'untrusted',
  foreign: 'untrusted',
  failed: 'stopped',
  closed: 'stopped',
}

/** What is wrong with the chain; null when something else is wrong. */
const troubleOf = (error: unknown): ChainTrouble | null => {
  if (error instanceof JAdapterError) return TROUBLES[error.type]
  if (error instanceof StoreError && error.retryable) return error.type === 'quota' ? 'storage_full' : 'stopped'
  return null
}

/** One chain: whatever there is to do with it is done in rounds, one at a time. */
const createLine = (chain: JAdapter, { clock, schedule }: Ports, runtime: Runtime) => {
  const { name } = chain
  let status = CHAIN_UP
  let unsent: readonly JTx[] = []
  let isToObserve = false
  let tries = 0
  let isRunning = false
  let isAsked = false
  let isStopped = false
  let cancel = (): void => {}

  const set = (next: ChainStatus): void => {
    const isSame = next.type === 'up' ? status.type === 'up' : status.type === 'down' && status.reason === next.reason
    status = next.type === 'down' && status.type === 'down' ? { ...next, sinceMs: status.sinceMs } : next
    if (!isSame) runtime.onChange()
  }
  /** Feeds every block above the last applied one. */
  const pull = async (): Promise<void> => {
    for (;;) {
      const height = runtime.env().jReplicas.get(name)?.height
      if (height === undefined || isStopped) return
      const blocks = await chain.blocksAfter(height)
      if (blocks.length === 0) return
      for (const block of blocks) {
        const outcome = await runtime.submit({ type: 'j_block', jurisdiction: name, block })
        if (outcome.type === 'rejected')
          throw new JAdapterError('malformed', `${name} at block ${block.height}: ${outcome.rejection.type}`)
      }
    }
  }
  const submit = async (jTx: JTx): Promise<void> => {
    const result = await chain.submit(jTx)
    if (result.type !== 'reverted' || jTx.type !== 'batch') return
    const { entityId, nonce } = jTx
    await runtime.submit({ type: 'batch_failed', entityId, nonce, reason: result.reason.name })
  }
  /** What the node refuses keeps nothing else from being sent. @returns the first refusal */
  const submitAll = async (): Promise<unknown> => {
    let refusal: unknown = null
    for (const jTx of unsent) {
      try {
        await submit(jTx)
        unsent = unsent.filter((other) => other !== jTx)
      } catch (error) {
        if (troubleOf(error) !== 'refused') throw error
        refusal ??= error
      }
    }
    return refusal
  }
  const round = async (): Promise<void> => {
    await pull()
    const refusal = await submitAll()
    if (isToObserve) {
      isToObserve = false
      await chain.mine(Math.floor(clock.now() / 1_000)).catch((error: unknown) => {
        isToObserve = true
        throw error
      })
    }
    if (refusal !== null) throw refusal
  }
  const failed = (error: unknown): void => {
    if (isStopped || error instanceof RuntimeStopped) return
    const reason = troubleOf(error)
    if (reason === null) return runtime.onFailure(error)
    set({ type: 'down', sinceMs: clock.now(), reason })
    cancel = schedule(Math.min(TIMING.resendFirstMs * 2 ** tries, TIMING.resendMaxMs), kick)
    tries++
  }
  const run = async (): Promise<void> => {
    isRunning = true
    cancel()
    try {
      while (isAsked && !isStopped) {
        isAsked = false
        await round()
        tries = 0
        set(CHAIN_UP)
      }
    } catch (error) {
      failed(error)
    }
    isRunning = false
    // Asked again after the last look: by a block that came, or by a press.
    if (isAsked && !isStopped && status.type === 'up') kick()
  }
  const kick = (): void => {
    isAsked = true
    if (!isRunning && !isStopped) void run()
  }
  /** A chain that is down has its own time to be asked again. */
  const ask = (): void => {
    if (status.type === 'up') kick()
  }
  const unsubscribe = chain.subscribe(kick)
  return {
    kick,
    status: () => status,
    send: (jTx: JTx) => {
      unsent = [...unsent, jTx]
      ask()
    },
    observe: () => {
      isToObserve = true
      ask()
    },
    stop: () => {
      isStopped = true
      cancel()
      unsubscribe()
    },
  }
}

export const createChains = (ports: Ports, runtime: Runtime): Chains => {
  const lines = new Map([...ports.chains].map(([name, chain]) => [name, createLine(chain, ports, runtime)]))
  return {
    start: () => {
      for (const line of lines.values()) line.kick()
      // What was in flight when this runtime last stopped may never have arrived; the nonce makes it safe to repeat.
      for (const { state } of runtime.env().eReplicas.values())
        if (state.batch.inFlight !== null)
          lines.get(state.batch.inFlight.jTx.jurisdiction)?.send(state.batch.inFlight.jTx)
    },
    submit: (jTx) => lines.get(jTx.jurisdiction)?.send(jTx),
    observe: (name) => lines.get(name)?.observe(),
    retry: () => {
      for (const line of lines.values()) if (line.status().type === 'down') line.kick()
    },
    status: (name) => lines.get(name)?.status() ?? CHAIN_UP,
    stop: () => {
      for (const line of lines.values()) line.stop()
    },
  }
}
