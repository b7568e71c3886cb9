/**
 * One tick of the runtime = one iteration. Messages queued in earlier ticks, new inputs and due wakes are handed to
 * the entities once; whatever the entities send is delivered in a later tick. Refused inputs are left out of the
 * committed frame and out of the state; a tick that changed nothing commits nothing.
 */

import { type AppliedEnv, applyJBlock, applyRuntimeTx, learnProfile } from './apply.ts'
import { isDue } from './entity/deadline.ts'
import type { EntityContext } from './entity/draft.ts'
import { type EntityStep, stepEntity } from './entity/step.ts'
import { ownProfile } from './entity/tx/invoice.ts'
import type { EntityFrame, EntityTx, Profile } from './entity/types.ts'
import { isRetryable, rejectInput } from './errors.ts'
import { type ForkTx, forkWorld } from './fork.ts'
import type { JEvent } from './jurisdiction/types.ts'
import { present } from './lib/assert.ts'
import { type Bytes, utf8, word } from './lib/bytes.ts'
import { taggedHash } from './lib/hash.ts'
import { LIMITS, TIMING } from './lib/limits.ts'
import { type CommandId, type EntityId, parseCommandId } from './lib/units.ts'
import type { Oracle } from './oracle.ts'
import { outboxKey, route } from './outbox.ts'
import type {
  Env,
  InputOutcome,
  QueuedMessage,
  RuntimeEvent,
  RuntimeFrame,
  RuntimeInput,
  RuntimeOutputs,
} from './types.ts'

export type Tick = { readonly timestampMs: number; readonly entropy: Bytes }

export type RuntimeStep = {
  /** The same object as before when nothing changed. */
  readonly env: Env
  /** Null when nothing changed: there is nothing to commit. */
  readonly frame: RuntimeFrame | null
  /** One per input, in order. */
  readonly outcomes: readonly InputOutcome[]
  readonly outputs: RuntimeOutputs
  readonly events: readonly RuntimeEvent[]
  readonly entityFrames: readonly { readonly entityId: EntityId; readonly frame: EntityFrame }[]
}

/** What an entity is asked to do this tick, and which input (or queued message) asked. */
type Job = { readonly tx: EntityTx; readonly input: number | null; readonly queued: QueuedMessage | null }

type Work = {
  env: Env
  readonly jobs: Map<EntityId, Job[]>
  readonly outcomes: (InputOutcome | null)[]
  readonly accepted: Set<number>
  /** Which input first carried a command id in this tick, and the inputs that repeated it. */
  readonly commands: Map<CommandId, number>
  readonly repeats: { readonly index: number; readonly first: number }[]
  changed: boolean
}

export const stepRuntime = (before: Env, inputs: readonly RuntimeInput[], tick: Tick, oracle: Oracle): RuntimeStep => {
  const height = before.height + 1
  const [first, ...others] = inputs
  if (first?.type === 'runtime' && first.tx.type === 'fork' && others.length === 0)
    return stepFork(before, first.tx, { tick, height, oracle })
  const work: Work = {
    env: before,
    jobs: new Map(),
    outcomes: [],
    accepted: new Set(),
    commands: new Map(),
    repeats: [],
    changed: false,
  }
  takeQueue(work, tick.timestampMs)
  inputs.forEach((input, index) => {
    work.outcomes[index] = take(work, input, { index, height, tick })
  })
  takeWakes(work, tick.timestampMs)
  const events: RuntimeEvent[] = []
  const entityFrames: { entityId: EntityId; frame: EntityFrame }[] = []
  const sent: EntityStep['outputs'][number][] = []
  const directory = work.env
  for (const entityId of [...work.jobs.keys()].sort()) {
    const jobs = work.jobs.get(entityId) ?? []
    const state = present(directory.eReplicas.get(entityId), entityId).state
    const { context, savepoint } = entityContext(directory, entityId, { tick, height, oracle })
    // Only a refused input is left out of the record. Queued messages and wakes are worked through again on replay,
    // refused or not, and must then find the same answers.
    const undo = (index: number) => (jobs[index]?.input === null ? () => undefined : savepoint())
    const step = stepEntity(
      state,
      jobs.map((job) => job.tx),
      context,
      undo,
    )
    settleJobs(work, { inputs, jobs, step, nowMs: tick.timestampMs, height })
    for (const event of step.events) events.push({ entityId, event })
    if (step.frame !== null) {
      work.env = { ...work.env, eReplicas: work.env.eReplicas.set(entityId, { entityId, state: step.state }) }
      work.changed = true
      entityFrames.push({ entityId, frame: step.frame })
    }
    for (const profile of step.profiles) apply(work, learnProfile(work.env, profile))
    sent.push(...step.outputs)
  }
  for (const { index, first } of work.repeats) work.outcomes[index] = work.outcomes[first] ?? null
  const { env: routed, changed, outputs } = route(work.env, sent, work.changed)
  const outcomes = work.outcomes.map((outcome) => present(outcome, 'every input has an outcome'))
  if (!changed) return { env: before, frame: null, outcomes, outputs, events: [], entityFrames: [] }
  const env: Env = { ...routed, height, timestampMs: tick.timestampMs }
  const accepted = inputs.filter((_, index) => work.accepted.has(index))
  const frame: RuntimeFrame = { ...tick, inputs: accepted, oracle: [...oracle.answers()] }
  return { env, frame, outcomes, outputs, events, entityFrames }
}

/** A fork is a tick of its own: nothing that is due happens in it. */
const stepFork = (
  before: Env,
  tx: ForkTx,
  { tick, height, oracle }: { readonly tick: Tick; readonly height: number; readonly oracle: Oracle },
): RuntimeStep => {
  const forked = forkWorld(before, tx, { timestampMs: tick.timestampMs, height, seal: oracle.seal })
  const nothing = { outputs: { parcels: [], resends: [], jTxs: [], observe: [] }, events: [] }
  if (forked.type === 'rejected') return { ...nothing, env: before, frame: null, outcomes: [forked], entityFrames: [] }
  const frame: RuntimeFrame = { ...tick, inputs: [{ type: 'runtime', tx }], oracle: [...oracle.answers()] }
  return { ...nothing, ...forked, frame, outcomes: [{ type: 'applied', height, answer: DONE }] }
}

const apply = (work: Work, result: AppliedEnv): AppliedEnv => {
  if (result.type === 'applied' && result.env !== work.env) {
    work.env = result.env
    work.changed = true
  }
  return result
}

const addJob = (work: Work, entityId: EntityId, job: Job): void => {
  const jobs = work.jobs.get(entityId)
  if (jobs === undefined) work.jobs.set(entityId, [job])
  else jobs.push(job)
}

/** Whoever is cut off neither sends nor receives; the message waits. */
export const isDeliverable = ({ unplugged }: Env, { from, to }: QueuedMessage): boolean =>
  !unplugged.has(from) && !unplugged.has(to)

const takeQueue = (work: Work, nowMs: number): void => {
  const isDue = (message: QueuedMessage) => message.notBeforeMs <= nowMs && isDeliverable(work.env, message)
  const due = work.env.queue.filter(isDue)
  if (due.length === 0) return
  work.env = { ...work.env, queue: work.env.queue.filter((message) => !isDue(message)) }
  work.changed = true
  for (const queued of due)
    addJob(work, queued.to, { tx: { type: 'message', from: queued.from, bytes: queued.bytes }, input: null, queued })
}

const takeWakes = (work: Work, nowMs: number): void => {
  for (const [entityId, { state }] of work.env.eReplicas.entries())
    for (const wake of state.wakes.values()) {
      if (wake.atMs > nowMs) break
      addJob(work, entityId as EntityId, { tx: { type: 'wake', wake }, input: null, queued: null })
    }
}

const DONE = { type: 'done' } as const

/** Handles an input of the runtime's own, or queues it for its entity (whose outcome comes later: null). */
const take = (
  work: Work,
  input: RuntimeInput,
  { index, height, tick }: { readonly index: number; readonly height: number; readonly tick: Tick },
): InputOutcome | null => {
  const { timestampMs: nowMs, entropy } = tick
  const finish = (result: AppliedEnv): InputOutcome => {
    apply(work, result)
    if (result.type === 'rejected') return result
    work.accepted.add(index)
    // What says nothing new holds already, and no frame is written for its sake.
    return { type: 'applied', height: work.changed ? height : work.env.height, answer: DONE }
  }
  const forEntity = (entityId: EntityId, tx: EntityTx): InputOutcome | null => {
    if (!work.env.eReplicas.has(entityId)) return rejectInput({ type: 'unknown_entity', entityId })
    addJob(work, entityId, { tx, input: index, queued: null })
    return null
  }
  switch (input.type) {
    case 'runtime':
      return finish(applyRuntimeTx(work.env, input.tx, nowMs))
    case 'j_block': {
      const outcome = finish(applyJBlock(work.env, input.jurisdiction, input.block))
      if (outcome.type === 'applied') takeBlock(work, input)
      return outcome
    }
    case 'receipt': {
      const key = outboxKey(input.seq)
      if (!work.env.outbox.has(key)) return rejectInput({ type: 'unknown_receipt', seq: input.seq })
      return finish({ type: 'applied', env: { ...work.env, outbox: work.env.outbox.delete(key) } })
    }
    case 'message': {
      const { from, to, start, bytes } = input
      const isGreeting = work.env.start !== null
      return forEntity(to, isGreeting ? { type: 'parcel', from, start, bytes } : { type: 'message', from, bytes })
    }
    case 'start': {
      const { number, floors, takesOver } = input
      if (number <= (work.env.start?.number ?? 0)) return rejectInput({ type: 'stale_start', number })
      const instance = taggedHash('xln:instance:v1', entropy)
      const outcome = finish({ type: 'applied', env: { ...work.env, start: { number, instance } } })
      for (const id of work.env.eReplicas.keys())
        addJob(work, id as EntityId, { tx: { type: 'greet', floors, takesOver }, input: null, queued: null })
      return outcome
    }
    case 'batch_failed':
      return forEntity(input.entityId, { type: 'batch_failed', nonce: input.nonce, reason: input.reason })
    case 'call_failed':
      return forEntity(input.entityId, { type: 'call_failed', key: input.key, reason: input.reason })
    case 'command': {
      if (parseCommandId(input.commandId) === null || !isCommand(input.tx))
        return rejectInput({ type: 'not_a_command' })
      const known = work.env.answers.get(input.commandId)
      if (known !== undefined) return { type: 'applied', ...known }
      const first = work.commands.get(input.commandId)
      if (first !== undefined) {
        work.repeats.push({ index, first })
        return null
      }
      work.commands.set(input.commandId, index)
      return forEntity(input.entityId, input.tx)
    }
  }
}

/** What a client may ask for; the rest is what the world tells us, and comes in by its own kind of input. */
export const isCommand = ({ type }: EntityTx): boolean =>
  type !== 'message' &&
  type !== 'parcel' &&
  type !== 'greet' &&
  type !== 'j_event' &&
  type !== 'batch_failed' &&
  type !== 'call_failed' &&
  type !== 'wake'

const concerns = (event: JEvent, entityId: EntityId): boolean => {
  switch (event.type) {
    case 'reserve_updated':
    case 'batch_processed':
      return event.entityId === entityId
    case 'account_settled':
    case 'dispute_started':
    case 'counter_registered':
    case 'dispute_finalized':
      return event.left === entityId || event.right === entityId
    case 'debt_created':
    case 'debt_enforced':
      return event.debtor === entityId || event.creditor === entityId
    // Whoever holds a lock on it wants to know; the entity looks.
    case 'secret_revealed':
      return true
  }
}

const takeBlock = (work: Work, { jurisdiction, block }: Extract<RuntimeInput, { type: 'j_block' }>): void => {
  for (const [id, { state }] of work.env.eReplicas.entries()) {
    const entityId = id as EntityId
    const events = block.events.filter((event) => concerns(event, entityId))
    if (state.jurisdiction !== jurisdiction) continue
    if (events.length === 0 && !isDue(state, block.timestampSeconds)) continue
    const tx: EntityTx = { type: 'j_event', jHeight: block.height, blockHash: block.hash, events }
    addJob(work, entityId, { tx, input: null, queued: null })
  }
}

/** Turns what happened to an entity's transactions into outcomes, stored answers and retries. */
const settleJobs = (
  work: Work,
  done: {
    readonly inputs: readonly RuntimeInput[]
    readonly jobs: readonly Job[]
    readonly step: EntityStep
    readonly nowMs: number
    readonly height: number
  },
): void => {
  for (const [i, { input, queued }] of done.jobs.entries()) {
    const outcome = present(done.step.outcomes[i], 'one outcome a job')
    if (outcome.type === 'rejected') {
      if (input !== null) work.outcomes[input] = outcome
      if (queued !== null && isRetryable(outcome.rejection)) {
        const waitMs = Math.min(TIMING.resendFirstMs * 2 ** queued.tries, TIMING.resendMaxMs)
        const again = { ...queued, notBeforeMs: done.nowMs + waitMs, tries: queued.tries + 1 }
        work.env = { ...work.env, queue: [...work.env.queue, again] }
      }
      continue
    }
    if (input === null) continue
    const applied = { type: 'applied', height: done.height, answer: outcome.answer } as const
    work.outcomes[input] = applied
    work.accepted.add(input)
    const asked = done.inputs[input]
    if (asked?.type === 'command') {
      work.env = rememberAnswer(work.env, asked.commandId, applied)
      work.changed = true
    }
  }
}

/** The answer of a committed command is kept, so that asking again tells the same and does nothing. */
const rememberAnswer = (env: Env, commandId: CommandId, outcome: Extract<InputOutcome, { type: 'applied' }>): Env => {
  const { height, answer } = outcome
  const orderKey = `${height.toString().padStart(15, '0')}:${commandId}`
  let answers = env.answers.set(commandId, { height, answer })
  let answerOrder = env.answerOrder.set(orderKey, commandId)
  while (answerOrder.size > LIMITS.answers) {
    const [oldestKey, oldest] = present(answerOrder.first(), 'there is an oldest answer')
    answerOrder = answerOrder.delete(oldestKey)
    answers = answers.delete(oldest)
  }
  return { ...env, answers, answerOrder }
}

export const profileOf = (env: Env, entityId: EntityId): Profile | null => {
  const own = env.eReplicas.get(entityId)
  if (own === undefined) return env.profiles.get(entityId) ?? null
  const hubPolicyOf = (id: EntityId): Profile | null => {
    const other = env.eReplicas.get(id)
    return other === undefined ? (env.profiles.get(id) ?? null) : ownProfile(other.state, () => null)
  }
  return ownProfile(own.state, hubPolicyOf)
}

export const entityContext = (
  env: Env,
  entityId: EntityId,
  { tick, height, oracle }: { readonly tick: Tick; readonly height: number; readonly oracle: Oracle },
): { readonly context: EntityContext; readonly savepoint: () => () => void } => {
  const { state } = present(env.eReplicas.get(entityId), entityId)
  let drawn = 0
  const context: EntityContext = {
    nowMs: tick.timestampMs,
    runtimeHeight: height,
    chain: present(env.jReplicas.get(state.jurisdiction), state.jurisdiction),
    draw: () => taggedHash('xln:draw:v1', tick.entropy, utf8(entityId), word(drawn++)),
    seal: (digest) => oracle.seal(entityId, digest),
    open: (box, aad) => oracle.open(entityId, box, aad),
    verify: oracle.verify,
    profile: (id) => profileOf(env, id),
    start: env.start,
    isElsewhere: (id) => env.start !== null && !env.eReplicas.has(id),
  }
  const savepoint = () => {
    const undo = oracle.savepoint()
    const mark = drawn
    return () => {
      drawn = mark
      undo()
    }
  }
  return { context, savepoint }
}
