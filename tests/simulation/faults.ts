/**
 * What goes wrong: one fault after another at random times, each counted when it has really happened. Every name in
 * `FAULTS` must have a counter above zero after a full run.
 */
import { walKey } from '../../runtime/storage/wal.ts'
import { createSimDisk, type DiskDamage, type SimDisk } from '../support/sim-disk.ts'
import { cutLink, mendNetwork } from './network.ts'
import { boot, cutPower, kill, restart } from './process.ts'
import {
  type Actor,
  actor,
  type CrashPoint,
  count,
  isNight,
  type Process,
  ROLES,
  speaker,
  type World,
} from './world.ts'

const CRASH_POINTS: readonly CrashPoint[] = [
  'crash before append',
  'crash after append, unsynced, lost',
  'crash after append, unsynced, kept',
  'crash after commit, unheard',
  'crash after commit, before canary',
  'crash durable but unsent',
  'crash half the outputs sent',
  'crash half the outputs sent',
  'crash inside a checkpoint',
  'crash before a checkpoint index',
]

/** Every fault that can be met, by the name it is counted under. */
export const FAULTS: readonly string[] = [
  ...new Set(CRASH_POINTS),
  'crash during recovery',
  'kill',
  'power cut',
  'restart',
  'drop',
  'duplicate',
  'reorder',
  'delay',
  'one-way partition',
  'reconnect storm',
  'second writer',
  'fenced',
  'zombie paused',
  'slow sync',
  'quota',
  'quota in a checkpoint',
  'io',
  'clock forward',
  'clock back',
  'sleep past expiry',
  'checkpoint row torn',
  'checkpoint row flipped',
  'opened read-only: height',
  'opened read-only: empty',
  'opened read-only: log',
]

type Fault = { readonly weight: number; readonly strike: (world: World, one: Actor, process: Process) => void }

const setTrap = (world: World, _one: Actor, process: Process): void => {
  const random = world.random.faults
  // Each seed has a favourite, so that few seeds meet every point.
  const favourite = CRASH_POINTS[world.seed % CRASH_POINTS.length] as CrashPoint
  process.trap = { point: random.chance(0.4) ? favourite : random.pick(CRASH_POINTS), countdown: random.between(0, 2) }
}

/** A kill that is followed by one or two more while the runtime is coming back. */
const crashInRecovery = (world: World, one: Actor, process: Process): void => {
  kill(world, process)
  world.queue.after(1, 'boot with a trap', () => {
    if (one.processes.length > 0) return
    const next = boot(world, one)
    next.trap = { point: 'crash during recovery', countdown: world.random.faults.between(0, 6) }
  })
}

const killNow = (world: World, _one: Actor, process: Process): void => {
  count(world, 'kill')
  kill(world, process)
}
const powerCut = (world: World, one: Actor): void => {
  count(world, 'power cut')
  cutPower(world, one.disk)
}
const restartNow = (world: World, _one: Actor, process: Process): void => {
  count(world, 'restart')
  restart(world, process)
}

const partition = (world: World, one: Actor): void => {
  const random = world.random.faults
  const other = random.pick([...world.actors.values()].filter((candidate) => candidate !== one))
  count(world, 'one-way partition')
  const forMs = random.between(500, 30_000)
  cutLink(world, { from: one.player.entityId, to: other.player.entityId, forMs, keeps: random.chance(0.5) })
}

/** A second writer claims the epoch; the first one, perhaps suspended meanwhile, goes on as if nothing had happened. */
const secondWriter = (world: World, one: Actor, process: Process): void => {
  const random = world.random.faults
  if (one.processes.length > 1 || one.disk !== one.trueDisk) return
  count(world, 'second writer')
  one.route = random.pick(['both', 'newest', 'oldest'] as const)
  if (random.chance(0.4)) pauseProcess(world, process)
  boot(world, one)
}

const pauseProcess = (world: World, process: Process): void => {
  count(world, 'zombie paused')
  process.pausedUntilMs = world.queue.now() + world.random.faults.between(100, 8_000)
}

const nextWrite =
  (fault: NonNullable<Process['nextWrite']>): Fault['strike'] =>
  (_world, _one, process) => {
    process.nextWrite = fault
  }

const jumpClock = (world: World, one: Actor): void => {
  const random = world.random.faults
  // With a chain, a jump must stay within what a lock's margin allows for: beyond it only the court helps.
  const range = world.options.hasChain ? 8 * 60_000 : 3_600_000
  const offset = random.between(-range, range)
  count(world, offset > one.clockOffsetMs ? 'clock forward' : 'clock back')
  one.clockOffsetMs = offset
  world.queue.after(random.between(1_000, 60_000), 'clock set right', () => {
    one.clockOffsetMs = 0
  })
}

/** A wallet is away for hours; locks towards it expire. Only while nothing is revealed that could expire unanswered. */
const sleepPastExpiry = (world: World): void => {
  const one = actor(world, world.random.faults.pick(['alice', 'bob'] as const))
  const accounts = [...world.actors.values()].flatMap(({ published, player }) => [
    ...(published?.eReplicas.get(player.entityId)?.state.accounts.values() ?? []),
  ])
  const isQuiet = accounts.every(
    ({ state, pending, mempool }) =>
      state.locks.size === 0 &&
      (pending?.next.locks.size ?? 0) === 0 &&
      mempool.every(({ type }) => type !== 'htlc_lock'),
  )
  if (!isQuiet || world.counters.has('sleep past expiry')) return
  count(world, 'sleep past expiry')
  one.sleepsUntilMs = world.queue.now() + 3 * 3_600_000
  for (const process of one.processes) kill(world, process)
}

/**
 * The newest checkpoint loses or changes a byte: recovery must do with the one before it. A full that is the last one is
 * spared once the log no longer leads from the beginning: what both would be made of is gone then.
 */
const damageCheckpoint = (world: World, one: Actor): void => {
  if (one.disk !== one.trueDisk) return
  const keys = [...one.trueDisk.durableRows().keys()]
  const indexes = keys.filter((key) => key.startsWith('ckpt/')).sort()
  const newest = indexes.at(-1)
  if (newest === undefined) return
  const isFull = newest.endsWith('/f')
  const isLast = indexes.filter((key) => key.endsWith('/f')).length < 2
  if (isFull && isLast && !keys.includes(walKey(1))) return
  const random = world.random.faults
  const prefix = `${isFull ? 'fkv' : 'dkv'}/${newest.slice('ckpt/'.length, -1)}`
  const rows = keys.filter((key) => key.startsWith(prefix)).sort()
  const key = random.chance(0.4) ? newest : random.pick(rows)
  const isTorn = random.chance(0.5)
  const damage: DiskDamage = isTorn
    ? { type: 'truncate', key, length: random.between(0, 8) }
    : { type: 'flip', key, byte: random.between(0, 20) }
  cutPower(world, one.trueDisk)
  if (one.trueDisk.damage(damage)) count(world, isTorn ? 'checkpoint row torn' : 'checkpoint row flipped')
}

/** A disk with these rows, as if they had been written in one go. */
const diskOf = (rows: ReadonlyMap<string, Uint8Array>, epoch: number): SimDisk => {
  const disk = createSimDisk()
  const { store } = disk.boot()
  for (let i = 0; i < epoch; i++) void store.claimEpoch()
  void store.commit({ epoch, puts: [...rows].map(([key, value]) => ({ key, value })), deletes: [] })
  return disk
}

const heightOf = (rows: ReadonlyMap<string, Uint8Array>): number => {
  const newest = [...rows.keys()]
    .filter((key) => key.startsWith('wal/'))
    .sort()
    .at(-1)
  return newest === undefined ? 0 : Number(newest.slice('wal/'.length))
}

/** What the database has become, or null when there is too little history for it to differ. */
const damagedRows = (world: World, one: Actor): ReadonlyMap<string, Uint8Array> | null => {
  const random = world.random.faults
  const rows = one.trueDisk.durableRows()
  const newest = [...rows.keys()]
    .filter((key) => key.startsWith('wal/'))
    .sort()
    .at(-1)
  const marked = one.slot.mark?.height ?? 0
  // The record of a checkpoint's own height is not read any more.
  const isCovered =
    newest !== undefined && ['d', 'f'].some((kind) => rows.has(`${newest.replace('wal/', 'ckpt/')}/${kind}`))
  if (newest === undefined || isCovered || marked < 3) return null
  const kind = random.pick(['older', 'older', 'empty', 'tail', 'flip'] as const)
  if (kind === 'empty') return new Map()
  // Going back to what the mark still covers is no loss of anything that left.
  if (kind === 'older') return one.backup !== null && heightOf(one.backup) < marked ? one.backup : null
  if (kind === 'tail') return new Map([...rows].filter(([key]) => key !== newest))
  const value = Uint8Array.from(rows.get(newest) ?? [])
  const at = random.between(0, value.length - 1)
  value[at] = (value[at] ?? 0) ^ 1
  return new Map(rows).set(newest, value)
}

/** The wallet wakes up with another database than the one it wrote, and gets the true one back after a while. */
const swapDatabase = (world: World, one: Actor): void => {
  if (one.disk !== one.trueDisk) return
  const rows = damagedRows(world, one)
  if (rows === null) return
  cutPower(world, one.trueDisk)
  one.disk = diskOf(rows, one.claimedEpoch)
  world.queue.after(world.random.faults.between(6_000, 20_000), 'database restored', () => restoreDatabase(world, one))
}

const restoreDatabase = (world: World, one: Actor): void => {
  if (one.disk === one.trueDisk) return
  const other = one.disk
  one.disk = one.trueDisk
  cutPower(world, other)
}

const takeBackup = (world: World, one: Actor): void => {
  one.backup = one.trueDisk.durableRows()
  world.queue.after(1_000, 'tempt fate', () => {
    if (!world.isHealing && world.random.faults.chance(0.5)) swapDatabase(world, one)
  })
}

const STRIKES: readonly Fault[] = [
  { weight: 14, strike: setTrap },
  { weight: 2, strike: crashInRecovery },
  { weight: 1, strike: killNow },
  { weight: 1, strike: powerCut },
  { weight: 1, strike: restartNow },
  { weight: 3, strike: partition },
  { weight: 3, strike: secondWriter },
  { weight: 2, strike: nextWrite('slow_sync') },
  { weight: 2, strike: nextWrite('quota') },
  { weight: 2, strike: nextWrite('checkpoint_quota') },
  { weight: 1, strike: nextWrite('io') },
  { weight: 1, strike: jumpClock },
  { weight: 1, strike: sleepPastExpiry },
  { weight: 3, strike: damageCheckpoint },
  { weight: 2, strike: takeBackup },
  { weight: 2, strike: swapDatabase },
]

const strike = (world: World): void => {
  const random = world.random.faults
  const one = actor(world, random.pick(ROLES))
  const process = speaker(one)
  if (process === undefined) return
  if (random.chance(0.2)) return (STRIKES[world.seed % STRIKES.length] as Fault).strike(world, one, process)
  let left = random.fraction() * STRIKES.reduce((sum, { weight }) => sum + weight, 0)
  for (const fault of STRIKES) {
    left -= fault.weight
    if (left < 0) return fault.strike(world, one, process)
  }
}

export const startFaults = (world: World): void => {
  const next = () => {
    if (world.isHealing) return
    if (!isNight(world)) strike(world)
    const pauseMs = world.random.faults.between(world.options.paceMs, 4 * world.options.paceMs)
    world.queue.after(pauseMs * (isNight(world) ? 400 : 1), 'fault', next)
  }
  world.queue.after(1_500, 'fault', next)
}

/** From here on nothing fails: links mend, clocks are right, databases are the true ones, one process per actor. */
export const heal = (world: World): void => {
  world.isHealing = true
  mendNetwork(world)
  for (const one of world.actors.values()) {
    one.clockOffsetMs = 0
    one.sleepsUntilMs = 0
    restoreDatabase(world, one)
    one.trueDisk.flush()
    for (const process of one.processes) Object.assign(process, { trap: null, nextWrite: null, pausedUntilMs: 0 })
    for (const zombie of one.processes.slice(0, -1)) kill(world, zombie)
  }
}
