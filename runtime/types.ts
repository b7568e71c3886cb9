/**
 * Runtime: one process's world. It orders inputs into ticks, routes messages between its entities and to the
 * outside, and is the one thing that is made durable. `Env` is immutable; a tick makes the next one.
 */

import type { ResealHindrance } from './account/reseal.ts'

import type { EntityRejection } from './entity/errors.ts'
import type { EntityEvent } from './entity/events.ts'
import type { EntityIdentity } from './entity/frame.ts'
import type { AccountFloor, EntityAnswer, EntityState, EntityTx, Profile } from './entity/types.ts'
import type { JRejection } from './jurisdiction/errors.ts'
import type { JBlock, JReplica, JTx } from './jurisdiction/types.ts'
import type { Bytes } from './lib/bytes.ts'
import type { MerkleMap } from './lib/merkle.ts'
import type { CommandId, EntityId, Start } from './lib/units.ts'

/** A message between two of our own entities, delivered in the next tick. */
export type QueuedMessage = {
  readonly from: EntityId
  readonly to: EntityId
  readonly bytes: Bytes
  readonly notBeforeMs: number
  /** How often it has come too early. */
  readonly tries: number
}

/** A message to another runtime, sent again byte for byte until that runtime says it has committed it. */
export type OutboxEntry = {
  readonly seq: number
  readonly from: EntityId
  readonly to: EntityId
  readonly bytes: Bytes
}

export type StoredAnswer = { readonly height: number; readonly answer: EntityAnswer }

export type EntityReplica = { readonly entityId: EntityId; readonly state: EntityState }

export type Env = {
  readonly runtimeId: string
  readonly name: string
  /** Height of the last committed tick; 0 before the first. */
  readonly height: number
  readonly timestampMs: number
  readonly eReplicas: MerkleMap<EntityReplica>
  readonly jReplicas: MerkleMap<JReplica>
  /** Entities known by their own word, keyed by id. */
  readonly profiles: MerkleMap<Profile>
  readonly queue: readonly QueuedMessage[]
  /** Simulated entities that are cut off for now, and since when (ms): messages from them and to them wait. */
  readonly unplugged: MerkleMap<number>
  /** The last one; null in a runtime whose peers are all in it. */
  readonly start: Start | null
  readonly outbox: MerkleMap<OutboxEntry>
  readonly nextSeq: number
  readonly answers: MerkleMap<StoredAnswer>
  /** `answers` by height, oldest first, so that the oldest can be forgotten. */
  readonly answerOrder: MerkleMap<CommandId>
}

export type RuntimeTx =
  | { readonly type: 'import_jurisdiction'; readonly replica: JReplica }
  | { readonly type: 'import_entity'; readonly identity: EntityIdentity }
  | { readonly type: 'import_profile'; readonly profile: Profile }
  /** Cuts a simulated entity of a test world off, or connects it again. */
  | { readonly type: 'set_unplugged'; readonly entityId: EntityId; readonly isUnplugged: boolean }
  /** Takes a copy of a world to a chain of its own (`fork.ts`); a tick of its own. */
  | { readonly type: 'fork'; readonly jurisdiction: string; readonly chainId: bigint }

/** Everything that can make a tick happen. */
export type RuntimeInput =
  | { readonly type: 'runtime'; readonly tx: RuntimeTx }
  | { readonly type: 'command'; readonly commandId: CommandId; readonly entityId: EntityId; readonly tx: EntityTx }
  /** `start`: the sender's, null of one that has not said that it started. */
  | {
      readonly type: 'message'
      readonly from: EntityId
      readonly to: EntityId
      readonly start: Start | null
      readonly bytes: Bytes
    }
  /**
   * The runtime has started and has peers elsewhere. `floors`: of accounts whose signatures it has forgotten. `takesOver`:
   * it speaks for its keys also to those who listen to another instance of them.
   */
  | {
      readonly type: 'start'
      readonly number: number
      readonly floors: readonly AccountFloor[]
      readonly takesOver: boolean
    }
  /** Another runtime has committed the outbox entry. */
  | { readonly type: 'receipt'; readonly seq: number }
  | { readonly type: 'j_block'; readonly jurisdiction: string; readonly block: JBlock }
  | { readonly type: 'batch_failed'; readonly entityId: EntityId; readonly nonce: number; readonly reason: string }
  | { readonly type: 'call_failed'; readonly entityId: EntityId; readonly key: string; readonly reason: string }

/** One committed tick, as the WAL keeps it: enough to make the same tick again without keys, clock or network. */
export type RuntimeFrame = {
  readonly timestampMs: number
  readonly entropy: Bytes
  readonly inputs: readonly RuntimeInput[]
  /** What the keys answered, in the order they were asked. */
  readonly oracle: readonly Bytes[]
}

export type RuntimeRejection =
  | EntityRejection
  | JRejection
  | { readonly type: 'unknown_entity'; readonly entityId: string }
  | { readonly type: 'entity_exists'; readonly entityId: EntityId }
  | { readonly type: 'unknown_jurisdiction'; readonly name: string }
  /** The owner's own entities, and the real world, have no plug. */
  | { readonly type: 'not_simulated'; readonly entityId: EntityId }
  | { readonly type: 'jurisdiction_exists'; readonly name: string }
  /** Something is on its way that was signed for the chain the world is to leave. */
  | { readonly type: 'not_quiet'; readonly hindrance: ResealHindrance }
  /** Its chain, or somebody in it, is elsewhere; or the chain id is none for it. */
  | { readonly type: 'not_forkable' }
  | { readonly type: 'unknown_receipt'; readonly seq: number }
  /** Not above the last start. */
  | { readonly type: 'stale_start'; readonly number: number }
  /** Only chains, peers and clocks say such things; or the command's id is none. */
  | { readonly type: 'not_a_command' }

export type InputOutcome =
  | { readonly type: 'applied'; readonly height: number; readonly answer: EntityAnswer }
  | { readonly type: 'rejected'; readonly rejection: RuntimeRejection }

export type RuntimeEvent = { readonly entityId: EntityId; readonly event: EntityEvent }

export type RuntimeOutputs = {
  readonly parcels: readonly OutboxEntry[]
  /** Bytes that left before and leave again because the peer asked; nothing was changed for them. */
  readonly resends: readonly { readonly from: EntityId; readonly to: EntityId; readonly bytes: Bytes }[]
  readonly jTxs: readonly JTx[]
  /** Chains that should be looked at now. */
  readonly observe: readonly string[]
}
