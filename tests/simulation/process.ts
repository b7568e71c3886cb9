/**
 * The life of one runtime process: boot and recovery, its ports onto the simulated world, and its deaths. The order of
 * the boot is the host's: fencing epoch, recovery, history, loop; what cannot be trusted is opened for reading only.
 *
 * Everything asynchronous in a process is an event of the queue (a disk write, a canary write, a timer, a submission to
 * the chain), so a crash can fall between any two of them. A dead process gets no answers and is not heard.
 */
import type { JAdapter } from '../../runtime/jadapter/types.ts'
import { startRuntime } from '../../runtime/loop.ts'
import type { Canary, CanaryMark, Parcel, Store, StoreBatch, Transport } from '../../runtime/ports.ts'
import { readBook } from '../../runtime/radapter/activity-known.ts'
import { recover } from '../../runtime/recover.ts'
import { memoryCanary } from '../../runtime/storage/canary.ts'
import { StoreError } from '../../runtime/storage/store.ts'
import type { RuntimeInput } from '../../runtime/types.ts'
import type { DiskFault, SimDisk } from '../support/sim-disk.ts'
import { sendParcel } from './network.ts'
import { hold } from './violation.ts'
import { watchAnswer, watchRecovered, watchSent } from './watch.ts'
import {
  type Actor,
  type CrashPoint,
  count,
  fail,
  note,
  type Process,
  ROLES,
  speaker,
  type Want,
  type World,
} from './world.ts'

const never = (): Promise<never> => new Promise(() => undefined)

/** Runs `run` for this process in `delayMs`: not at all once it is dead, and only later while it is suspended. */
const later = (world: World, process: Process, delayMs: number, label: string, run: () => void): (() => void) => {
  let cancel: () => void
  const fire = () => {
    if (process.state === 'ended') return
    const wait = process.pausedUntilMs - world.queue.now()
    if (wait > 0) cancel = world.queue.after(wait, label, fire)
    else run()
  }
  cancel = world.queue.after(delayMs, label, fire)
  return () => cancel()
}

const pause = (world: World, process: Process, delayMs: number, label: string): Promise<void> =>
  new Promise((resolve) => later(world, process, delayMs, label, resolve))

/** Looks at something where an error would be taken for the runtime's own. */
const check = (world: World, look: () => void): void => {
  try {
    look()
  } catch (error) {
    fail(world, error)
  }
}

/** True when this process is to die here and now. */
const springs = (world: World, process: Process, point: CrashPoint): boolean => {
  const { trap } = process
  if (trap?.point !== point || trap.countdown-- > 0) return false
  process.trap = null
  count(world, point)
  return true
}

const end = (world: World, process: Process): void => {
  const { actor } = process
  process.state = 'ended'
  process.host = null
  process.listeners.clear()
  note(world, process.id, 'ends')
  actor.processes = actor.processes.filter((other) => other !== process)
  for (const want of actor.wants) if (want.askedOf === process) want.askedOf = null
  if (actor.processes.length === 0) comeBack(world, actor)
  else world.queue.after(1, 'ask the other', () => askAll(world, actor))
}

/** Kill −9: what was appended stays. */
export const kill = (world: World, process: Process): void => {
  if (process.state === 'ended') return
  end(world, process)
  process.diskProcess.kill()
}

/** Every process on the disk dies, and what was not synced is gone. */
export const cutPower = (world: World, disk: SimDisk): void => {
  disk.crash()
  endAllOn(world, disk)
}

const endAllOn = (world: World, disk: SimDisk): void => {
  for (const actor of world.actors.values())
    for (const process of actor.processes) if (process.disk === disk) end(world, process)
}

const comeBack = (world: World, actor: Actor): void => {
  if (actor.isComing) return
  actor.isComing = true
  const delayMs = Math.max(world.random.faults.between(20, 3_000), actor.sleepsUntilMs - world.queue.now())
  world.queue.after(delayMs, `boot ${actor.role}`, () => {
    actor.isComing = false
    if (actor.processes.length === 0) boot(world, actor)
  })
}

const isCheckpointKey = (key: string): boolean => /^(fkv|dkv|ckpt|half)\//.test(key)

const isCheckpoint = ({ puts, deletes }: StoreBatch): boolean =>
  [...puts.map(({ key }) => key), ...deletes].some(isCheckpointKey)

const CRASHING_WRITES: readonly (readonly [CrashPoint, DiskFault])[] = [
  ['crash before append', 'crash_before_append'],
  ['crash after append, unsynced, lost', 'crash_before_sync'],
  ['crash after commit, unheard', 'crash_after_sync'],
]

/** The write this process dies of, if there is one waiting for it. */
const crashingWrite = (world: World, process: Process, batch: StoreBatch): (() => void) | null => {
  const { disk, diskProcess } = process
  const write = (fault: DiskFault) => {
    disk.inject(fault)
    // Whatever it would have been answered, nobody is left to hear it.
    diskProcess.store.commit(batch).catch(() => undefined)
  }
  if (isCheckpoint(batch)) {
    const isIndex = batch.puts.some(({ key }) => key.startsWith('ckpt/'))
    const point = isIndex ? 'crash before a checkpoint index' : 'crash inside a checkpoint'
    return springs(world, process, point) ? () => cutPower(world, disk) : null
  }
  for (const [point, fault] of CRASHING_WRITES) {
    if (!springs(world, process, point)) continue
    return () => {
      write(fault)
      endAllOn(world, disk)
    }
  }
  if (!springs(world, process, 'crash after append, unsynced, kept')) return null
  return () => {
    write('slow_sync')
    kill(world, process)
    disk.flush()
  }
}

const commit = async (world: World, process: Process, batch: StoreBatch): Promise<void> => {
  await pause(world, process, world.random.disk.between(0, 6), `${process.id} writes`)
  const isQuestion = batch.puts.length + batch.deletes.length === 0
  const die = isQuestion ? null : crashingWrite(world, process, batch)
  if (die !== null) {
    die()
    return never()
  }
  if (!isQuestion) meetFault(world, process, isCheckpoint(batch))
  // The append happens within this call; a claim that comes while it is being synced is later than it.
  const isLate = isFenced(process) && !isQuestion
  try {
    await process.diskProcess.store.commit(batch)
  } catch (error) {
    if (error instanceof StoreError) noteFailure(world, process, batch, error)
    throw error
  }
  check(world, () =>
    hold(!isLate, 'fence', () => `${process.id} committed with epoch ${batch.epoch} after it was claimed anew`),
  )
}

const meetFault = (world: World, process: Process, isOfCheckpoint: boolean): void => {
  const { disk, nextWrite } = process
  if (nextWrite === null || (nextWrite === 'checkpoint_quota' && !isOfCheckpoint)) return
  process.nextWrite = null
  disk.inject(nextWrite === 'checkpoint_quota' ? 'quota' : nextWrite)
  if (nextWrite !== 'slow_sync') return
  count(world, 'slow sync')
  world.queue.after(world.random.disk.between(200, 8_000), 'sync', disk.flush)
}

/** A write that fails is to halt its process, whatever the write was for. */
const noteFailure = (world: World, process: Process, batch: StoreBatch, error: StoreError): void => {
  if (error.type === 'fenced')
    check(world, () => hold(isFenced(process), 'fence', () => `${process.id} was fenced by nobody`))
  count(world, isCheckpoint(batch) ? `${error.type} in a checkpoint` : error.type)
  process.mayHalt = batch.puts.length + batch.deletes.length > 0
}

/** Another process has claimed the disk since. */
const isFenced = ({ actor, disk, order }: Process): boolean => disk === actor.trueDisk && order < actor.claimedBy

const storeOf = (world: World, process: Process): Store => {
  const { store } = process.diskProcess
  const reading = <T>(read: () => Promise<T>): Promise<T> => {
    if (process.state === 'booting' && springs(world, process, 'crash during recovery')) {
      kill(world, process)
      return never()
    }
    return read()
  }
  return {
    get: (key) => reading(() => store.get(key)),
    getMany: (keys) => reading(() => store.getMany(keys)),
    range: (range) => reading(() => store.range(range)),
    snapshot: (visit) => reading(() => store.snapshot(visit)),
    claimEpoch: async () => {
      await pause(world, process, world.random.disk.between(0, 6), `${process.id} claims`)
      const { actor, order } = process
      const isTrue = process.disk === actor.trueDisk
      const epoch = await reading(() => {
        if (isTrue) actor.claimedBy = order
        return store.claimEpoch()
      })
      if (isTrue) actor.claimedEpoch = epoch
      return epoch
    },
    commit: (batch) => commit(world, process, batch),
    close: () => store.close(),
  }
}

/** What the mark says must never be less than what it said. */
const checkMark = (before: CanaryMark | null, after: CanaryMark | null): void => {
  if (before === null) return
  hold(after !== null && after.height >= before.height, '10-monotonic', () => `the canary fell below ${before.height}`)
  for (const [account, nonce] of Object.entries(before.signedNonces))
    hold(
      (after.signedNonces[account] ?? 0) >= nonce,
      '10-monotonic',
      () => `the canary forgot nonce ${nonce} of ${account}`,
    )
}

const canaryOf = (world: World, process: Process): Canary => {
  const { slot } = process.actor
  const inner = memoryCanary(slot)
  const dies = (point: CrashPoint): boolean => {
    if (!springs(world, process, point)) return false
    kill(world, process)
    return true
  }
  return {
    read: inner.read,
    write: async (mark) => {
      if (dies('crash after commit, before canary')) return never()
      await pause(world, process, world.random.disk.between(0, 2), `${process.id} marks`)
      const before = slot.mark
      await inner.write(mark)
      check(world, () => checkMark(before, slot.mark))
      return dies('crash durable but unsent') ? never() : undefined
    },
  }
}

/** One name for a message and for its receipt. */
const messageKey = ({ type, from, to, seq }: Parcel): string =>
  type === 'message' ? `${from}/${to}/${seq}` : `${to}/${from}/${seq}`

/** A receipt makes the sender forget: only who owned the log when the message came may give it. */
const watchReceipt = (process: Process, parcel: Parcel): void => {
  if (parcel.type !== 'receipt') return
  const key = messageKey(parcel)
  const copies = process.heard.get(key) ?? 0
  hold(copies > 0, 'fence', () => `${process.id} receipted message ${parcel.seq}, which came after it was claimed anew`)
  process.heard.set(key, copies - 1)
}

const transportOf = (world: World, process: Process): Transport => ({
  send: (parcel) => {
    if (process.state === 'ended') {
      if (parcel.type === 'message' && process.diedSending) count(world, 'crash half the outputs sent')
      process.diedSending = false
      return
    }
    note(world, process.id, parcel.type, parcel.seq, parcel.type === 'message' ? parcel.bytes : '')
    check(world, () => {
      watchSent(world, process, parcel)
      watchReceipt(process, parcel)
    })
    sendParcel(world, parcel)
    const { trap } = process
    if (parcel.type !== 'message' || trap?.point !== 'crash half the outputs sent' || trap.countdown-- > 0) return
    // It counts only if there was another half.
    process.diedSending = true
    kill(world, process)
  },
  onParcel: (listener) => {
    const hear = (parcel: Parcel) => {
      const key = messageKey(parcel)
      if (parcel.type === 'message' && !isFenced(process)) process.heard.set(key, (process.heard.get(key) ?? 0) + 1)
      listener(parcel)
    }
    process.listeners.add(hear)
    return () => process.listeners.delete(hear)
  },
})

const chainOf = (world: World, process: Process, chain: JAdapter): JAdapter => {
  const slowly = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    await pause(world, process, world.random.network.between(10, 300), `${process.id} ${what}`)
    return work()
  }
  return {
    ...chain,
    submit: (jTx) => slowly('submits', () => chain.submit(jTx)),
    observe: () => slowly('observes', () => chain.observe(Math.floor(world.queue.now() / 1_000))),
    subscribe: (listener) =>
      chain.subscribe(() => {
        later(world, process, world.random.network.between(5, 200), `${process.id} block`, listener)
      }),
  }
}

/** Starts a process over whatever disk the actor finds. With others still running, it is the second writer. */
export const boot = (world: World, actor: Actor): Process => {
  actor.boots++
  const process: Process = {
    actor,
    id: `${actor.role}#${actor.boots}`,
    order: actor.boots,
    disk: actor.disk,
    diskProcess: actor.disk.boot(),
    listeners: new Set(),
    state: 'booting',
    pausedUntilMs: 0,
    epoch: 0,
    host: null,
    trap: null,
    nextWrite: null,
    mayHalt: false,
    seen: null,
    diedSending: false,
    heard: new Map(),
  }
  actor.processes.push(process)
  start(world, process).catch((error: unknown) => fail(world, error))
  return process
}

const start = async (world: World, process: Process): Promise<void> => {
  const { actor } = process
  const { role, player } = actor
  const store = storeOf(world, process)
  const canary = canaryOf(world, process)
  process.epoch = await store.claimEpoch()
  const recovered = await recover({ store, runtimeId: role, name: role, canary, claimedEpoch: process.epoch })
  const activity = await readBook(store)
  note(world, process.id, 'recovers', recovered.env.height, recovered.root, recovered.damage?.type ?? 'whole')
  watchRecovered(world, process, recovered, activity)
  if (recovered.damage !== null) {
    process.state = 'read_only'
    return
  }
  const { chain } = world
  const host = startRuntime(
    { ...recovered, activity },
    {
      store,
      epoch: process.epoch,
      canary,
      clock: { now: () => world.queue.now() + actor.clockOffsetMs },
      entropy: { draw: () => actor.entropy.bytes(32) },
      signer: player.signer,
      oracle: world.cast.oracle,
      schedule: (delayMs, run) => later(world, process, delayMs, `${process.id} timer`, run),
      chains: new Map(chain === null ? [] : [[chain.name, chainOf(world, process, chain)]]),
      transport: transportOf(world, process),
      tiers: world.options.tiers,
    },
  )
  process.host = host
  process.state = 'running'
  host.onChange(() => onChange(world, process))
  introduce(world, process)
  askAll(world, actor)
}

/** A halt is right after a failed write or a lost epoch, and then the process is done; otherwise it is an alarm. */
const onChange = (world: World, process: Process): void => {
  const reason = process.host?.halted() ?? null
  if (reason === null) return
  check(world, () => hold(process.mayHalt, 'halt', () => `${process.id}: ${reason}`))
  kill(world, process)
}

/** Stops it as a host would, and starts anew. */
export const restart = (world: World, process: Process): void => {
  const { host } = process
  if (host === null) return
  host
    .stop()
    .then(() => kill(world, process))
    .catch((error: unknown) => fail(world, error))
}

/** What a fresh wallet imports; refused where it is known already. */
const introduce = (world: World, process: Process): void => {
  const { actor, host } = process
  const imports: RuntimeInput[] = [
    { type: 'runtime', tx: { type: 'import_jurisdiction', replica: world.jReplica } },
    { type: 'runtime', tx: { type: 'import_entity', identity: actor.player.identity } },
  ]
  for (const role of ROLES) {
    const other = world.actors.get(role)
    if (other && other !== actor)
      imports.push({ type: 'runtime', tx: { type: 'import_profile', profile: other.player.profile } })
  }
  if (host?.env().eReplicas.has(actor.player.entityId)) return
  // What is lost with the process is imported again at the next boot.
  for (const input of imports) host?.submit(input).catch(() => undefined)
}

export const ask = (world: World, process: Process, want: Want): void => {
  const { actor, host } = process
  if (host === null) return
  want.askedOf = process
  const { commandId, tx } = want
  const forget = () => {
    if (want.askedOf === process) want.askedOf = null
  }
  host.submit({ type: 'command', commandId, entityId: actor.player.entityId, tx }).then((outcome) => {
    if (process.state === 'ended') return
    forget()
    check(world, () => watchAnswer(world, actor, want, outcome))
  }, forget)
}

export const askAll = (world: World, actor: Actor): void => {
  const process = speaker(actor)
  if (process === undefined) return
  for (const want of actor.wants)
    if (want.answer === null && !want.isRefused && want.askedOf === null) ask(world, process, want)
}
