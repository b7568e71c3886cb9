/**
 * The loop: the one place where a runtime meets the world. It gathers inputs into ticks, makes each tick durable
 * before anything leaves, and drives chains, transport, timers and listeners from what was committed.
 *
 * Order within a tick (I-DURABLE): step → invariants → one strict commit (record, head, activity rows) → canary →
 * publish → send. A fault, or a commit that failed, halts this runtime: what was not published never happened.
 */

import { encode } from './codec/schema.ts'
import { isRetryable } from './errors.ts'
import { emptyEnv, runtimeFrameCodec, runtimeRoot } from './frame.ts'
import type { RuntimeHost } from './host.ts'
import { checkEnv } from './invariants.ts'
import type { JAdapter } from './jadapter/types.ts'
import type { JTx } from './jurisdiction/types.ts'
import { toHex } from './lib/bytes.ts'
import { LIMITS, TIMING } from './lib/limits.ts'
import { liveOracle, type Oracle } from './oracle.ts'
import type { Canary, Clock, Entropy, Parcel, Scheduler, Signer, Store, Transport } from './ports.ts'
import { type ActivityBook, projectActivity } from './radapter/activity.ts'
import { type Position, rebuild } from './recover.ts'
import { createSignedNonces } from './signed-nonces.ts'
import { envRows } from './snapshot.ts'
import { outboxKey, type RuntimeStep, stepRuntime } from './step.ts'
import { listCheckpoints, pruneCheckpoints, writeCheckpoint } from './storage/checkpoint.ts'
import { append } from './storage/wal.ts'
import type { Env, InputOutcome, RuntimeInput } from './types.ts'

export type LoopPorts = {
  readonly store: Store
  /** What `claimEpoch` returned. */
  readonly epoch: number
  readonly canary: Canary
  readonly clock: Clock
  readonly entropy: Entropy
  readonly signer: Signer
  /** How the signer is asked; by default `liveOracle`. */
  readonly oracle?: (signer: Signer) => Oracle
  readonly schedule: Scheduler
  /** By jurisdiction name. */
  readonly chains: ReadonlyMap<string, JAdapter>
  /** Null when every counterparty lives in this runtime. */
  readonly transport: Transport | null
  /** Frames between two checkpoints. */
  readonly checkpointInterval: number
}

type Waiting = {
  readonly input: RuntimeInput
  readonly resolve: (outcome: InputOutcome) => void
  readonly reject: (error: Error) => void
}

/** A runtime that stopped takes nothing more. */
export class RuntimeStopped extends Error {
  override readonly name = 'RuntimeStopped'
  readonly retryable = false
}

const MAX_INPUTS_PER_TICK = 1_000
/** A runtime that has been quiet for so long, this far from its checkpoint, writes one: the next start is short. */
const QUIET_MS = 2_000
const QUIET_FRAMES = 16

type Start = Position & {
  readonly activity: ActivityBook
  /** How far the state is from the checkpoint it was restored from. */
  readonly replayedFrames: number
}

export const startRuntime = (start: Start, ports: LoopPorts): RuntimeHost => {
  let { env, root, recordHash, activity } = start
  let halted: string | null = null
  let stopping = false
  let running: Promise<void> | null = null
  let waiting: Waiting[] = []
  let cancelTimer = () => {}
  let cancelQuiet = () => {}
  let checkpointHeight = env.height - start.replayedFrames
  let isQuiet = false
  const listeners = new Set<() => void>()
  const signed = createSignedNonces()
  const courier = createCourier(ports, () => env)

  const notify = () => {
    for (const listener of listeners) listener()
  }
  const halt = (error: unknown) => {
    halted = error instanceof Error ? error.message : String(error)
    cancelTimer()
    cancelQuiet()
    for (const { reject } of waiting) reject(new RuntimeStopped(halted))
    waiting = []
    notify()
  }

  /** Makes the step durable and true. */
  const commit = async (step: RuntimeStep, frame: NonNullable<RuntimeStep['frame']>): Promise<void> => {
    checkEnv(step.env, env)
    const postRoot = runtimeRoot(step.env)
    const { height, timestampMs } = step.env
    const projected = projectActivity(activity, step.env, { height, timestampMs }, step.events)
    const payload = encode(runtimeFrameCodec, frame)
    const record = append({ height, timestampMs, prevHash: recordHash, payload, postRoot })
    await ports.store.commit({ epoch: ports.epoch, puts: [...record.rows, ...projected.rows], deletes: [] })
    const before = env
    env = step.env
    root = postRoot
    recordHash = record.hash
    activity = projected.book
    signed.note(before, env)
    const mark = {
      epoch: ports.epoch,
      height,
      recordHash: toHex(recordHash),
      signedNonces: signed.marks(),
    }
    await ports.canary.write(mark)
  }

  const checkpoint = async (): Promise<void> => {
    const { height, timestampMs } = env
    await writeCheckpoint(ports.store, ports.epoch, { height, root, recordHash, timestampMs, rows: sortedRows(env) })
    await pruneCheckpoints(ports.store, ports.epoch)
    checkpointHeight = height
  }

  /** @returns false when there was nothing to do. */
  const tick = async (): Promise<boolean> => {
    const nowMs = Math.max(env.timestampMs, ports.clock.now())
    if (waiting.length === 0 && (nextDueMs(env) ?? Number.POSITIVE_INFINITY) > nowMs) return false
    const batch = waiting.slice(0, MAX_INPUTS_PER_TICK)
    waiting = waiting.slice(batch.length)
    const inputs = batch.map(({ input }) => input)
    try {
      const oracle = (ports.oracle ?? liveOracle)(ports.signer)
      const step = stepRuntime(env, inputs, { timestampMs: nowMs, entropy: ports.entropy.draw() }, oracle)
      if (step.frame !== null) await commit(step, step.frame)
      courier.send(step.outputs)
      for (const jTx of step.outputs.jTxs) chains.submit(jTx)
      for (const name of step.outputs.observe) chains.observe(name)
      batch.forEach(({ resolve }, i) => {
        resolve(step.outcomes[i] as InputOutcome)
      })
      if (step.frame !== null) {
        notify()
        if (env.height - checkpointHeight >= ports.checkpointInterval) await checkpoint()
      }
      return true
    } catch (error) {
      // The batch was not published; its askers must not wait for ever.
      waiting = [...batch, ...waiting]
      throw error
    }
  }

  const run = async (): Promise<void> => {
    cancelTimer()
    cancelQuiet()
    try {
      while (!stopping && halted === null && (await tick())) isQuiet = false
      if (isQuiet && !stopping && halted === null) await checkpoint()
    } catch (error) {
      halt(error)
    }
    running = null
    isQuiet = false
    if (halted !== null || stopping) return
    // An input may have come between the last look at the queue and now, while `kick` still saw a loop running.
    if (waiting.length > 0) return kick()
    const due = nextDueMs(env)
    if (due !== null) cancelTimer = ports.schedule(Math.max(due - ports.clock.now(), 0), kick)
    if (env.height - checkpointHeight >= Math.min(QUIET_FRAMES, ports.checkpointInterval))
      cancelQuiet = ports.schedule(QUIET_MS, () => {
        isQuiet = true
        kick()
      })
  }
  const kick = () => {
    if (halted === null && !stopping) running ??= Promise.resolve().then(run)
  }

  const submit = (input: RuntimeInput): Promise<InputOutcome> => {
    if (halted !== null || stopping)
      return Promise.reject(new RuntimeStopped(halted ?? 'this runtime has been stopped'))
    return new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject })
      kick()
    })
  }

  const chains = createChainDriver(ports, { env: () => env, submit, onFailure: halt })
  signed.note(emptyEnv(env.runtimeId, env.name), env)
  chains.start()
  courier.start(submit)
  kick()

  const stop = async (): Promise<void> => {
    stopping = true
    cancelTimer()
    cancelQuiet()
    courier.stop()
    chains.stop()
    await running
    for (const { reject } of waiting) reject(new RuntimeStopped('this runtime has been stopped'))
    waiting = []
  }

  return {
    env: () => env,
    activity: () => activity,
    root: () => root,
    halted: () => halted,
    checkpointInterval: ports.checkpointInterval,
    checkpoints: async () =>
      (await listCheckpoints(ports.store)).flatMap((listed) =>
        listed.type === 'ok' ? [{ height: listed.index.height, timestampMs: listed.index.timestampMs }] : [],
      ),
    envAt: async (height) => {
      if (height === env.height) return env
      if (!Number.isInteger(height) || height < 1 || height > env.height) return null
      const past = await rebuild({ store: ports.store, runtimeId: env.runtimeId, name: env.name, upTo: height })
      return past.damage === null && past.env.height === height ? past.env : null
    },
    submit,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop,
  }
}

/** When the runtime next has something to do by itself; null when it has not. */
export const nextDueMs = (env: Env): number | null => {
  let due: number | null = null
  const consider = (atMs: number) => {
    if (due === null || atMs < due) due = atMs
  }
  for (const queued of env.queue) consider(queued.notBeforeMs)
  for (const { state } of env.eReplicas.values()) {
    const first = state.wakes.first()
    if (first !== undefined) consider(first[1].atMs)
  }
  return due
}

const sortedRows = (env: Env) => [...envRows(env)].sort((a, b) => (a.key < b.key ? -1 : 1))

/**
 * Keeps sending what the outbox holds until the other runtime says it has it. Waiting is counted in rounds of the
 * timer, so that a clock that is set back, or new messages without end, never keep an old message from going again.
 */
const createCourier = (ports: LoopPorts, env: () => Env) => {
  const { transport } = ports
  const attempts = new Map<number, { readonly count: number; roundsLeft: number }>()
  let cancel: (() => void) | null = null
  let unsubscribe: () => boolean | void = () => {}
  const post = (parcel: Parcel & { readonly type: 'message' }, count: number) => {
    const backoff = Math.min(2 ** count, TIMING.resendMaxMs / TIMING.resendFirstMs)
    // The round under way began before this message, and does not count for it.
    attempts.set(parcel.seq, { count, roundsLeft: backoff + 1 })
    transport?.send(parcel)
  }
  const plan = () => {
    if (env().outbox.size > 0) cancel ??= ports.schedule(TIMING.resendFirstMs, resend)
  }
  const resend = () => {
    cancel = null
    for (const entry of env().outbox.values()) {
      const last = attempts.get(entry.seq)
      if (last === undefined || --last.roundsLeft <= 0) post({ type: 'message', ...entry }, (last?.count ?? -1) + 1)
    }
    for (const seq of attempts.keys()) if (!env().outbox.has(outboxKey(seq))) attempts.delete(seq)
    plan()
  }
  const receive = async (parcel: Parcel, submit: RuntimeHost['submit']): Promise<void> => {
    if (parcel.type === 'receipt') {
      // Nobody can sign for what was sent to another.
      const isTheirs = env().outbox.get(outboxKey(parcel.seq))?.to === parcel.from
      if (isTheirs) await submit({ type: 'receipt', seq: parcel.seq })
      return
    }
    const { from, to, seq, bytes } = parcel
    if (bytes.length > LIMITS.envelopedMessageBytes) return
    const outcome = await submit({ type: 'message', from, to, bytes })
    if (outcome.type === 'rejected' && isRetryable(outcome.rejection)) return
    // What changed nothing is not in the log, and a writer that has lost the log may judge by an old state.
    const isLogged = outcome.type === 'applied' && outcome.height <= env().height
    if (!isLogged) await ports.store.commit({ epoch: ports.epoch, puts: [], deletes: [] })
    transport?.send({ type: 'receipt', from: to, to: from, seq })
  }
  return {
    start: (submit: RuntimeHost['submit']) => {
      if (transport === null) return
      // A parcel that finds this runtime stopped is simply not receipted, and comes again.
      unsubscribe = transport.onParcel((parcel) => void receive(parcel, submit).catch(() => {}))
      resend()
    },
    send: (outputs: RuntimeStep['outputs']) => {
      for (const entry of outputs.parcels) post({ type: 'message', ...entry }, 0)
      for (const { from, to, bytes } of outputs.resends) transport?.send({ type: 'message', from, to, bytes, seq: 0 })
      plan()
    },
    stop: () => {
      cancel?.()
      unsubscribe()
    },
  }
}

/** Hands batches to the chains and their blocks to the runtime, in order and each once. */
const createChainDriver = (
  ports: LoopPorts,
  runtime: {
    readonly env: () => Env
    readonly submit: RuntimeHost['submit']
    readonly onFailure: (error: unknown) => void
  },
) => {
  const unsubscribes: (() => void)[] = []
  const pulling = new Map<string, Promise<void>>()
  let stopped = false

  /** Feeds every block above the last applied one. */
  const pull = async (name: string, chain: JAdapter): Promise<void> => {
    for (;;) {
      const height = runtime.env().jReplicas.get(name)?.height
      if (height === undefined || stopped) return
      const blocks = await chain.blocksAfter(height)
      if (blocks.length === 0) return
      for (const block of blocks) {
        const outcome = await runtime.submit({ type: 'j_block', jurisdiction: name, block })
        if (outcome.type === 'rejected')
          throw new Error(`chain ${name} at block ${block.height}: ${outcome.rejection.type}`)
      }
    }
  }
  const follow = (name: string, chain: JAdapter) => {
    const next = (pulling.get(name) ?? Promise.resolve()).then(() => pull(name, chain))
    pulling.set(
      name,
      next.catch((error: unknown) => {
        if (!stopped && !(error instanceof RuntimeStopped)) runtime.onFailure(error)
      }),
    )
  }
  const submit = async (jTx: JTx): Promise<void> => {
    const result = await ports.chains.get(jTx.jurisdiction)?.submit(jTx)
    if (result?.type !== 'reverted' || jTx.type !== 'batch') return
    const { entityId, nonce } = jTx
    await runtime.submit({ type: 'batch_failed', entityId, nonce, reason: result.reason.name })
  }
  const ignoreStop = (work: Promise<unknown>) => {
    work.catch((error: unknown) => {
      if (!stopped && !(error instanceof RuntimeStopped)) runtime.onFailure(error)
    })
  }
  return {
    start: () => {
      for (const [name, chain] of ports.chains) {
        unsubscribes.push(chain.subscribe(() => follow(name, chain)))
        follow(name, chain)
      }
      // What was in flight when this runtime last stopped may never have arrived; the nonce makes it safe to repeat.
      for (const { state } of runtime.env().eReplicas.values())
        if (state.batch.inFlight !== null) ignoreStop(submit(state.batch.inFlight.jTx))
    },
    submit: (jTx: JTx) => ignoreStop(submit(jTx)),
    observe: (name: string) => {
      const chain = ports.chains.get(name)
      if (chain) ignoreStop(chain.mine(Math.floor(ports.clock.now() / 1_000)))
    },
    stop: () => {
      stopped = true
      for (const unsubscribe of unsubscribes) unsubscribe()
    },
  }
}
