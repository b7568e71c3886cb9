/**
 * The loop: the one place where a runtime meets the world. It gathers inputs into ticks, makes each tick durable
 * before anything leaves, and drives chains, transport, timers and listeners from what was committed.
 *
 * Order within a tick (I-DURABLE): step → invariants → one strict commit (record, head, activity rows) → canary →
 * publish → send. A fault, or a commit that failed, halts this runtime: what was not published never happened. A
 * checkpoint for which there is no room is only put off, for the log holds everything without it.
 */

import { createChains } from './chains.ts'
import { createCheckpoints, isQuota, type Tiers } from './checkpoints.ts'
import { encode } from './codec/schema.ts'
import { createCourier } from './courier.ts'
import { emptyEnv, runtimeFrameCodec, runtimeRoot } from './frame.ts'
import { type RuntimeHost, RuntimeStopped } from './host.ts'
import { checkEnv } from './invariants.ts'
import type { JAdapter } from './jadapter/types.ts'
import { toHex } from './lib/bytes.ts'
import type { EntityId } from './lib/units.ts'
import { liveOracle, type Oracle } from './oracle.ts'
import { createPast } from './past.ts'
import type { Canary, Clock, Entropy, Scheduler, Signer, Store, Transport } from './ports.ts'
import type { ActivityBook } from './radapter/activity.ts'
import { createHistory } from './radapter/activity-history.ts'
import type { Position, Recovered } from './recover.ts'
import { createSignedNonces } from './signed-nonces.ts'
import { startInput } from './starts.ts'
import { isDeliverable, type RuntimeStep, stepRuntime } from './step.ts'
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
  /** Speaks for its keys although another instance has done so later; by default it does not. */
  readonly takesOver?: boolean
  readonly tiers: Tiers
}

type Waiting = {
  readonly input: RuntimeInput
  readonly resolve: (outcome: InputOutcome) => void
  readonly reject: (error: Error) => void
}

const MAX_INPUTS_PER_TICK = 1_000

type Start = Position &
  Pick<Recovered, 'base' | 'unsound' | 'replayedFrames' | 'marks'> & {
    readonly activity: ActivityBook
  }

export const startRuntime = (start: Start, ports: LoopPorts): RuntimeHost => {
  let { env, root, recordHash } = start
  const history = createHistory(ports.store, start.activity)
  let halted: string | null = null
  let stopping = false
  let running: Promise<void> | null = null
  let waiting: Waiting[] = []
  let cancelTimer = () => {}
  let isFull = false
  const listeners = new Set<() => void>()
  const signed = createSignedNonces(start.marks)

  const notify = () => {
    for (const listener of listeners) listener()
  }
  const courier = createCourier(ports, () => env, notify)
  const { base, unsound, replayedFrames } = start
  const checkpoints = createCheckpoints(ports, { base, unsound, height: env.height - replayedFrames }, notify)
  const halt = (error: unknown) => {
    halted = error instanceof Error ? error.message : String(error)
    isFull = isQuota(error)
    cancelTimer()
    for (const { reject } of waiting) reject(new RuntimeStopped(halted))
    waiting = []
    notify()
  }

  /** Makes the step durable and true. */
  const commit = async (step: RuntimeStep, frame: NonNullable<RuntimeStep['frame']>): Promise<void> => {
    checkEnv(step.env, env)
    const postRoot = runtimeRoot(step.env)
    const { height, timestampMs } = step.env
    const projected = await history.project(step.env, { height, timestampMs }, step.events)
    const payload = encode(runtimeFrameCodec, frame)
    const record = append({ height, timestampMs, prevHash: recordHash, payload, postRoot })
    await ports.store.commit({ epoch: ports.epoch, puts: [...record.rows, ...projected.rows], deletes: projected.gone })
    const before = env
    env = step.env
    root = postRoot
    recordHash = record.hash
    history.adopt(projected)
    signed.note(before, env)
    const signedNonces = signed.marks()
    await ports.canary.write({ epoch: ports.epoch, height, recordHash: toHex(recordHash), signedNonces })
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
      if (step.frame !== null) notify()
      return true
    } catch (error) {
      // The batch was not published; its askers must not wait for ever.
      waiting = [...batch, ...waiting]
      throw error
    }
  }

  const run = async (): Promise<void> => {
    cancelTimer()
    try {
      for (let isBusy = true; isBusy && !stopping && halted === null; ) {
        isBusy = await tick()
        await checkpoints.afterTick({ env, root, recordHash }, isBusy)
        // A chunk between two ticks, never a tick late for more than that.
        if (!stopping && (await checkpoints.work({ env, root, recordHash }))) isBusy = true
      }
    } catch (error) {
      halt(error)
    }
    running = null
    if (halted !== null || stopping) return
    // An input may have come between the last look at the queue and now, while `kick` still saw a loop running.
    if (waiting.length > 0) return kick()
    const due = Math.min(
      nextDueMs(env) ?? Number.POSITIVE_INFINITY,
      checkpoints.nextTryMs() ?? Number.POSITIVE_INFINITY,
    )
    if (Number.isFinite(due)) cancelTimer = ports.schedule(Math.max(due - ports.clock.now(), 0), kick)
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

  const chains = createChains(ports, { env: () => env, submit, onChange: notify, onFailure: halt })
  signed.note(emptyEnv(env.runtimeId, env.name), env)
  chains.start()
  const input =
    ports.transport === null ? null : startInput(env, { marks: start.marks, takesOver: ports.takesOver ?? false })
  // Before anything a peer says. Refused by nothing but a halt, which everybody hears of.
  if (input !== null) submit(input).catch(() => undefined)
  courier.start(submit)
  kick()

  const stop = async (): Promise<void> => {
    stopping = true
    cancelTimer()
    courier.stop()
    chains.stop()
    await running
    for (const { reject } of waiting) reject(new RuntimeStopped('this runtime has been stopped'))
    waiting = []
  }

  return {
    env: () => env,
    activity: history.book,
    history,
    root: () => root,
    halted: () => halted,
    storage: () => (isFull ? 'full' : checkpoints.storage()),
    chainStatus: chains.status,
    unreachable: () => new Map([...courier.unreachable(), ...unpluggedIn(env)]),
    retry: () => {
      chains.retry()
      courier.retry()
      checkpoints.retry()
      kick()
    },
    checkpointInterval: ports.tiers.diffInterval,
    ...createPast(ports.store, { env: () => env, base: checkpoints.base }),
    submit,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop,
  }
}

const unpluggedIn = (env: Env): readonly (readonly [EntityId, number])[] =>
  [...env.unplugged.entries()].map(([id, sinceMs]) => [id as EntityId, sinceMs])

/** When the runtime next has something to do by itself; null when it has not. */
export const nextDueMs = (env: Env): number | null => {
  let due: number | null = null
  const consider = (atMs: number) => {
    if (due === null || atMs < due) due = atMs
  }
  for (const queued of env.queue) if (isDeliverable(env, queued)) consider(queued.notBeforeMs)
  for (const { state } of env.eReplicas.values()) {
    const first = state.wakes.first()
    if (first !== undefined) consider(first[1].atMs)
  }
  return due
}
