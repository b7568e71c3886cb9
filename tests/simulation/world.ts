/**
 * What a simulated world consists of. Three actors, each with a runtime and a disk of its own, a network between them,
 * and (on most seeds) one chain they all watch. The other files of this folder are its laws.
 */
import { createHash, type Hash } from 'node:crypto'
import type { Tiers } from '../../runtime/checkpoints.ts'
import type { EntityIdentity } from '../../runtime/entity/frame.ts'
import type { EntityTx, Invoice, Profile } from '../../runtime/entity/types.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import type { JAdapter } from '../../runtime/jadapter/types.ts'
import type { JReplica } from '../../runtime/jurisdiction/types.ts'
import type { Bytes } from '../../runtime/lib/bytes.ts'
import type { CommandId, EntityId } from '../../runtime/lib/units.ts'
import type { Oracle } from '../../runtime/oracle.ts'
import type { CanaryMark, Parcel, Signer } from '../../runtime/ports.ts'
import type { ActivityBook } from '../../runtime/radapter/activity.ts'
import type { Env, InputOutcome } from '../../runtime/types.ts'
import type { DiskFault, SimDisk, SimProcess } from '../support/sim-disk.ts'
import type { EventQueue } from './event-queue.ts'
import type { Ledger } from './ledger.ts'
import type { Random } from './random.ts'

export type Role = 'alice' | 'hub' | 'bob'
export const ROLES: readonly Role[] = ['alice', 'hub', 'bob']

/** Who plays a role; the same for many seeds, because keys cost more than anything else here. */
export type Player = {
  readonly role: Role
  readonly entityId: EntityId
  readonly identity: EntityIdentity
  readonly profile: Profile
  readonly signer: Signer
}
export type Cast = {
  readonly players: ReadonlyMap<Role, Player>
  readonly oracle: (signer: Signer) => Oracle
  readonly isSigned: (signer: EntityId, digest: Bytes, hanko: Bytes) => boolean
}

export type OwnOutcome = Extract<InputOutcome, { type: 'applied' }>

/** Where a process dies at the next opportunity. */
export type CrashPoint =
  | 'crash before append'
  | 'crash after append, unsynced, lost'
  | 'crash after append, unsynced, kept'
  | 'crash after commit, unheard'
  | 'crash after commit, before canary'
  | 'crash durable but unsent'
  | 'crash half the outputs sent'
  | 'crash inside a checkpoint'
  | 'crash before a checkpoint index'
  | 'crash during recovery'

export type Trap = { readonly point: CrashPoint; countdown: number }

/** One life of a runtime, from boot to its end. */
export type Process = {
  readonly actor: Actor
  readonly id: string
  /** How many booted before it, and this one. */
  readonly order: number
  readonly disk: SimDisk
  readonly diskProcess: SimProcess
  readonly listeners: Set<(parcel: Parcel) => void>
  state: 'booting' | 'running' | 'read_only' | 'ended'
  /** Frozen until then, as a suspended worker is. */
  pausedUntilMs: number
  epoch: number
  host: RuntimeHost | null
  trap: Trap | null
  /** What its next write meets, short of a crash. */
  nextWrite: Extract<DiskFault, 'slow_sync' | 'quota' | 'io'> | 'checkpoint_quota' | null
  /** A write of its failed: a halt is what we want. */
  mayHalt: boolean
  /** The Env last looked at. */
  seen: Env | null
  /** Died between two sends of one tick. */
  diedSending: boolean
  /** Copies of each message that reached it while it owned its log, less those it has receipted. */
  readonly heard: Map<string, number>
}

export type Actor = {
  readonly role: Role
  readonly player: Player
  readonly entropy: Random
  readonly slot: { mark: CanaryMark | null }
  /** The one its processes open; a damaged copy for a while, or the true one. */
  disk: SimDisk
  readonly trueDisk: SimDisk
  /** The rows as they were some time ago. */
  backup: ReadonlyMap<string, Bytes> | null
  clockOffsetMs: number
  processes: Process[]
  /** The last epoch claimed on the true disk, and which process (by its order) claims or has claimed it. */
  claimedEpoch: number
  claimedBy: number
  /** Which of two processes the network reaches, while there are two. */
  route: 'both' | 'newest' | 'oldest'
  boots: number
  /** A boot has been planned. */
  isComing: boolean
  /** Kept down by a long sleep. */
  sleepsUntilMs: number
  /** The newest Env any process has published. */
  published: Env | null
  history: ActivityBook | null
  /** Root of every published height. */
  readonly roots: Map<number, string>
  readonly wants: Want[]
}

/** A command a client wants done, asked again with the same id until it is answered. */
export type Want = {
  readonly commandId: CommandId
  readonly tx: EntityTx
  answer: OwnOutcome | null
  isRefused: boolean
  /** Asked of a process that has not answered. */
  askedOf: Process | null
  readonly onApplied: ((answer: OwnOutcome['answer']) => void) | null
}

export type Link = { blockedUntilMs: number; keeps: boolean; kept: Parcel[] }

export type Faults = {
  /** Probability of each, per parcel. */
  drop: number
  duplicate: number
  reorder: number
  delay: number
}

export type Options = {
  readonly hasChain: boolean
  readonly tiers: Tiers
  readonly hasThirdAccount: boolean
  /** Longest pause between two wishes. */
  readonly paceMs: number
}

export type World = {
  readonly seed: number
  readonly options: Options
  readonly queue: EventQueue
  readonly cast: Cast
  readonly actors: ReadonlyMap<Role, Actor>
  readonly jReplica: JReplica
  /** The chain as a process reaches it; null without one. */
  readonly chain: JAdapter | null
  readonly random: { readonly network: Random; readonly disk: Random; readonly faults: Random; readonly work: Random }
  readonly faults: Faults
  readonly links: Map<string, Link>
  /** Parcels on the wire. */
  inFlight: number
  /** Every message that ever left, for delivering again. */
  readonly sent: Parcel[]
  readonly counters: Map<string, number>
  readonly ledgers: Map<string, Ledger>
  /** signer/account/nonce → the frame hash signed for it. */
  readonly slots: Map<string, string>
  /** Height of the best proof each actor was seen to hold, by actor and account. */
  readonly proofs: Map<string, number>
  /** Preimages the hub has paid for and is owed: hub, account and lock. */
  readonly owed: Set<string>
  /** paymentId → hashlock, once it has been locked. */
  readonly payments: Map<string, string>
  /** Locks of payments of one's own, by actor. */
  readonly ownLocks: Set<string>
  /** Open invoices the clients know of. */
  readonly invoices: { readonly payee: Role; readonly invoice: Invoice }[]
  /** What went wrong where nobody was waiting for it. */
  failure: Error | null
  readonly transcript: Hash
  events: number
  isHealing: boolean
}

export const count = (world: World, name: string): void => {
  world.counters.set(name, (world.counters.get(name) ?? 0) + 1)
}

/** Remembers the first thing that went wrong; the run stops at the end of this event. */
export const fail = (world: World, error: unknown): void => {
  world.failure ??= error instanceof Error ? error : new Error(String(error))
}

/** Writes down what happened, so that two runs can be compared. */
export const note = (world: World, ...parts: readonly (string | number | Bytes)[]): void => {
  for (const part of parts) world.transcript.update(typeof part === 'number' ? `${part} ` : part)
}

export const newTranscript = (): Hash => createHash('sha256')

export const actorOf = (world: World, entityId: string): Actor | undefined => {
  for (const actor of world.actors.values()) if (actor.player.entityId === entityId) return actor
  return undefined
}

export const actor = (world: World, role: Role): Actor => world.actors.get(role) as Actor

/** The process whose word counts: the newest one running. */
export const speaker = (one: Actor): Process | undefined => one.processes.findLast(({ state }) => state === 'running')
export const isAlive = (process: Process): boolean => process.state !== 'ended'

/** True while somebody is away for hours: the others have little to do. */
export const isNight = (world: World): boolean =>
  [...world.actors.values()].some(({ sleepsUntilMs }) => sleepsUntilMs > world.queue.now())
