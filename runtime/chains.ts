/**
 * The chains of a runtime: hands transactions to them and their blocks to the runtime, in order and each once.
 *
 * Contract: a chain that fails stops nothing but itself. What it was asked for waits, it is asked again with backoff,
 * and meanwhile it is said to be down. What fails besides chains (this runtime, its log) is the caller's business.
 */
import { callKey, pendingJTxs } from './entity/calls.ts'
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
  no_signer: 'refused',
  locked: 'refused',
  unfunded: 'refused',
  unreachable: 'unreachable',
  rate_limited: 'unreachable',
  node_error: 'unreachable',
  malformed: 'untrusted',
  wrong_chain: 'untrusted',
  wrong_genesis: 'untrusted',
  no_contract: 'untrusted',
  wrong_contract: 'untrusted',
  unlinked: 'untrusted',
  endpoints_disagree: 'untrusted',
  reorged_too_deep: 'untrusted',
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
  /** What keeps the chain from being read. */
  let trouble: ChainTrouble | null = null
  let unsent: readonly JTx[] = []
  const inHand = new Set<JTx>()
  /** What was not taken at the last try, and why. */
  const refusals = new Map<JTx, ChainTrouble>()
  let isToObserve = false
  /** What was refused may be tried again. */
  let isToResend = false
  let tries = 0
  let sendTries = 0
  let isRunning = false
  let isAsked = false
  let isStopped = false
  let cancel = (): void => {}
  let cancelSending = (): void => {}

  /** Says how the chain is, if it is not as it was. */
  const show = (): void => {
    const reason = trouble ?? [...refusals.values()][0] ?? null
    if (reason === (status.type === 'up' ? null : status.reason)) return
    const sinceMs = status.type === 'up' ? clock.now() : status.sinceMs
    status = reason === null ? CHAIN_UP : { type: 'down', sinceMs, reason }
    runtime.onChange()
  }
  /** Feeds every block above the last applied one. */
  const pull = async (): Promise<void> => {
    for (;;) {
      const replica = runtime.env().jReplicas.get(name)
      if (replica === undefined || isStopped) return
      const blocks = await chain.blocksAfter({ height: replica.height, hash: replica.blockHash })
      if (blocks.length === 0) return
      for (const block of blocks) {
        const outcome = await runtime.submit({ type: 'j_block', jurisdiction: name, block })
        if (outcome.type === 'rejected')
          throw new JAdapterError('malformed', `${name} at block ${block.height}: ${outcome.rejection.type}`)
      }
    }
  }
  /** Tells the entity that what it wanted was refused for good. */
  const report = async (jTx: JTx, reason: string): Promise<void> => {
    if (jTx.type === 'batch') {
      const { entityId, nonce } = jTx
      await runtime.submit({ type: 'batch_failed', entityId, nonce, reason })
      return
    }
    // A call is nobody's in particular: whoever asks for it is told.
    const key = callKey(jTx)
    for (const { entityId, state } of runtime.env().eReplicas.values())
      if (state.calls.has(key)) await runtime.submit({ type: 'call_failed', entityId, key, reason })
  }
  const submit = async (jTx: JTx): Promise<void> => {
    const result = await chain.submit(jTx)
    // It waits for a later block.
    if (result.type === 'early') return
    unsent = unsent.filter((other) => other !== jTx)
    refusals.delete(jTx)
    if (result.type === 'reverted') await report(jTx, result.reason.name)
    if (refusals.size === 0) sendTries = 0
    show()
  }
  const refused = (jTx: JTx, error: unknown): void => {
    if (isStopped || error instanceof RuntimeStopped) return
    const reason = troubleOf(error)
    if (reason === null) return runtime.onFailure(error)
    refusals.set(jTx, reason)
    show()
    cancelSending()
    cancelSending = schedule(Math.min(TIMING.resendFirstMs * 2 ** sendTries, TIMING.resendMaxMs), retry)
    sendTries++
  }
  /** Hands over what waits. An outcome may take as long as the chain takes to be sure of it, so nobody waits for it. */
  const submitAll = (): void => {
    for (const jTx of unsent) {
      // In hand since an earlier round, or stopped by what this round's reading has shown to be over.
      if (inHand.has(jTx) || refusals.get(jTx) === 'unreachable') refusals.delete(jTx)
      if (inHand.has(jTx) || (refusals.has(jTx) && !isToResend)) continue
      inHand.add(jTx)
      submit(jTx)
        .catch((error: unknown) => refused(jTx, error))
        .finally(() => inHand.delete(jTx))
    }
    isToResend = false
  }
  const round = async (): Promise<void> => {
    await pull()
    submitAll()
    if (!isToObserve) return
    isToObserve = false
    await chain.observe(Math.floor(clock.now() / 1_000)).catch((error: unknown) => {
      isToObserve = true
      throw error
    })
  }
  const failed = (error: unknown): void => {
    if (isStopped || error instanceof RuntimeStopped) return
    const reason = troubleOf(error)
    if (reason === null) return runtime.onFailure(error)
    trouble = reason
    show()
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
        trouble = null
        show()
      }
    } catch (error) {
      failed(error)
    }
    isRunning = false
    // Asked again after the last look: by a block that came, or by a press.
    if (isAsked && !isStopped && trouble === null) kick()
  }
  const kick = (): void => {
    isAsked = true
    if (!isRunning && !isStopped) void run()
  }
  const retry = (): void => {
    isToResend = true
    kick()
  }
  /** A chain that cannot be read has its own time to be asked again. */
  const ask = (): void => {
    if (trouble === null) kick()
  }
  const unsubscribe = chain.subscribe(kick)
  return {
    kick,
    retry,
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
      cancelSending()
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
        for (const jTx of pendingJTxs(state)) lines.get(jTx.jurisdiction)?.send(jTx)
    },
    submit: (jTx) => lines.get(jTx.jurisdiction)?.send(jTx),
    observe: (name) => lines.get(name)?.observe(),
    retry: () => {
      for (const line of lines.values()) if (line.status().type === 'down') line.retry()
    },
    status: (name) => lines.get(name)?.status() ?? CHAIN_UP,
    stop: () => {
      for (const line of lines.values()) line.stop()
    },
  }
}
