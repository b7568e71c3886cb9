/** The runtime's root and the encoding of its committed ticks. */
import { startCodec } from './account/codec.ts'
import { commandId, entityId, hash32, label, paymentId } from './codec/common.ts'
import {
  bigUint,
  bool,
  bytesUpTo,
  type Codec,
  encode,
  list,
  nullable,
  struct,
  text,
  uint,
  union,
} from './codec/schema.ts'
import { entityTxCodec, floorsCodec, profileCodec } from './entity/codec.ts'
import { identityCodec } from './entity/frame.ts'
import type { EntityAnswer } from './entity/types.ts'
import { jBlockCodec, jReplicaCodec } from './jurisdiction/codec.ts'
import { type Bytes, utf8 } from './lib/bytes.ts'
import { keccak, taggedHash } from './lib/hash.ts'
import { LIMITS } from './lib/limits.ts'
import { MerkleMap } from './lib/merkle.ts'
import type {
  EntityReplica,
  Env,
  OutboxEntry,
  QueuedMessage,
  RuntimeFrame,
  RuntimeInput,
  RuntimeTx,
  StoredAnswer,
} from './types.ts'

const messageBytes = bytesUpTo(LIMITS.envelopedMessageBytes)

export const outboxCodec: Codec<OutboxEntry> = struct<OutboxEntry>({
  seq: uint,
  from: entityId,
  to: entityId,
  bytes: messageBytes,
})
export const queuedCodec: Codec<QueuedMessage> = struct<QueuedMessage>({
  from: entityId,
  to: entityId,
  bytes: messageBytes,
  notBeforeMs: uint,
  tries: uint,
})
export const queueCodec: Codec<readonly QueuedMessage[]> = list(queuedCodec, LIMITS.inputsPerTick)

export const answerCodec: Codec<StoredAnswer> = struct<StoredAnswer>({
  height: uint,
  answer: union<EntityAnswer>({
    done: [1, struct({})],
    payment: [2, struct({ paymentId })],
    invoice: [3, struct({ hashlock: hash32, invoice: bytesUpTo(LIMITS.invoiceBytes) })],
    offer: [4, struct({ offerId: hash32 })],
  }),
})

const runtimeTxCodec: Codec<RuntimeTx> = union<RuntimeTx>({
  import_jurisdiction: [1, struct({ replica: jReplicaCodec })],
  import_entity: [2, struct({ identity: identityCodec })],
  import_profile: [3, struct({ profile: profileCodec })],
  set_unplugged: [4, struct({ entityId, isUnplugged: bool })],
  fork: [5, struct({ jurisdiction: label, chainId: bigUint(64) })],
})

export const inputCodec: Codec<RuntimeInput> = union<RuntimeInput>({
  runtime: [1, struct({ tx: runtimeTxCodec })],
  command: [2, struct({ commandId, entityId, tx: entityTxCodec })],
  message: [3, struct({ from: entityId, to: entityId, start: nullable(startCodec), bytes: messageBytes })],
  start: [8, struct({ number: uint, floors: floorsCodec, takesOver: bool })],
  receipt: [4, struct({ seq: uint })],
  j_block: [5, struct({ jurisdiction: label, block: jBlockCodec })],
  batch_failed: [6, struct({ entityId, nonce: uint, reason: text(LIMITS.revertBytes) })],
  call_failed: [7, struct({ entityId, key: text(LIMITS.callKeyBytes), reason: text(LIMITS.revertBytes) })],
})

export const runtimeFrameCodec: Codec<RuntimeFrame> = struct<RuntimeFrame>({
  timestampMs: uint,
  entropy: hash32,
  inputs: list(inputCodec, LIMITS.inputsPerTick),
  oracle: list(bytesUpTo(LIMITS.messageBytes), LIMITS.answersPerTick),
})

const hashed =
  <T>(codec: Codec<T>) =>
  (value: T): Bytes =>
    keccak(encode(codec, value))

const hashReplica = ({ state }: EntityReplica): Bytes => taggedHash('xln:entity:v1', state.frameHash, state.root)

export const emptyEnv = (runtimeId: string, name: string): Env => ({
  runtimeId,
  name,
  height: 0,
  timestampMs: 0,
  eReplicas: MerkleMap.empty(hashReplica),
  jReplicas: MerkleMap.empty(hashed(jReplicaCodec)),
  profiles: MerkleMap.empty(hashed(profileCodec)),
  queue: [],
  unplugged: MerkleMap.empty(hashed(uint)),
  start: null,
  outbox: MerkleMap.empty(hashed(outboxCodec)),
  nextSeq: 1,
  answers: MerkleMap.empty(hashed(answerCodec)),
  answerOrder: MerkleMap.empty(hashed(commandId)),
})

/** Binds everything that replay must reproduce. */
export const runtimeRoot = (env: Env): Bytes =>
  MerkleMap.from(
    [
      ['answers', env.answers.root()],
      ['entities', env.eReplicas.root()],
      ['jurisdictions', env.jReplicas.root()],
      ['order', env.answerOrder.root()],
      ['outbox', env.outbox.root()],
      ['profiles', env.profiles.root()],
      ...(env.start === null ? [] : [['start', keccak(encode(startCodec, env.start))] as const]),
      ['queue', keccak(encode(queueCodec, env.queue))],
      ['unplugged', env.unplugged.root()],
      [
        'runtime',
        taggedHash(
          'xln:runtime',
          keccak(utf8(env.runtimeId)),
          encode(uint, env.nextSeq),
          encode(uint, env.timestampMs),
        ),
      ],
    ],
    (hash) => hash,
  ).root()
