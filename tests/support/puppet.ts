/**
 * A puppet: an entity outside the world whose account is moved by hand, with its real key. It can keep silent, say
 * anything it has the key for, and send locks with envelopes of its own making.
 */

import { messageCodec } from '../../runtime/account/codec.ts'
import { frameDigest, hashFrame } from '../../runtime/account/frame.ts'
import {
  type AccountContext,
  decodeAccountMessage,
  enqueue,
  flush,
  openReplica,
  receive,
} from '../../runtime/account/step.ts'
import type {
  AccountAck,
  AccountFrame,
  AccountMessage,
  AccountReplica,
  AccountTx,
} from '../../runtime/account/types.ts'
import { decode, encode } from '../../runtime/codec/schema.ts'
import { entityMessageCodec, envelopePayloadCodec } from '../../runtime/entity/codec.ts'
import type { EntityMessage, EnvelopePayload } from '../../runtime/entity/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { sealBox } from '../../runtime/lib/box.ts'
import { type Bytes, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import { addressOf, recoverAddress, sign } from '../../runtime/lib/secp.ts'
import { byCodePoint, type EntityId } from '../../runtime/lib/units.ts'
import type { InputOutcome, RuntimeInput } from '../../runtime/types.ts'
import { identityOf, keysOf } from './signer.ts'
import { paperChain, profileFor, type World } from './world.ts'

export type Puppet = {
  readonly entityId: EntityId
  readonly replica: () => AccountReplica
  /** Proposes, and hears and answers until both sides are quiet. */
  readonly say: (txs: readonly AccountTx[]) => void
  /** Proposes, and leaves it to the caller to hand the message over. */
  readonly proposal: (txs: readonly AccountTx[]) => RuntimeInput
  /** Takes what the world has sent to it; `answers` false leaves it unanswered. */
  readonly listen: (answers?: boolean) => void
  /** Any message at all. */
  readonly send: (message: EntityMessage) => InputOutcome
  /** What the world sent to it that is not about the account, oldest first. */
  readonly heard: readonly EntityMessage[]
  /** A frame of its own, changed and signed again. */
  readonly doctor: (txs: readonly AccountTx[], change: Partial<AccountFrame>) => InputOutcome
}

const envelopeTo = (name: string, payload: EnvelopePayload, hashlock: Bytes): Bytes =>
  sealBox({
    publicKey: identityOf(name).boxPublicKey,
    ephemeralSecret: keccak(utf8(`ephemeral ${name}`)),
    plaintext: encode(envelopePayloadCodec, payload),
    aad: hashlock,
  })
/** Layers for the hops named, first hop first. */
export const envelopeFor = (
  hops: readonly (readonly [name: string, payload: EnvelopePayload])[],
  hashlock: Bytes,
): Bytes => {
  const [first, ...rest] = hops
  if (first === undefined) return new Uint8Array(0)
  const [name, payload] = first
  const inner = envelopeFor(rest, hashlock)
  return envelopeTo(name, payload.type === 'forward' ? { ...payload, envelope: inner } : payload, hashlock)
}

const contextOf = (world: World, name: string, partner: string): AccountContext => {
  const chain = present(world.env().jReplicas.get('sim'), 'the chain')
  return {
    nowMs: world.nowMs(),
    jHeight: chain.height,
    jSeconds: chain.timestampSeconds,
    revealedAt: () => null,
    floor: 0,
    runtimeHeight: 0,
    seal: (digest) => sign(keysOf(name).secret, digest),
    verify: (_signer, digest, hanko) => recoverAddress(digest, hanko) === addressOf(keysOf(partner).secret),
  }
}

const openSide = (name: string, partner: string): AccountReplica => {
  const [own, theirs] = [keysOf(name).entityId, keysOf(partner).entityId]
  const [left = own, right = theirs] = [own, theirs].sort(byCodePoint)
  const responseSeconds = { leftResponseSeconds: 3_600, rightResponseSeconds: 3_600 }
  return openReplica(
    { left, right, ...paperChain.terms, epoch: 0, ...responseSeconds, features: 0, minVersion: 1 },
    own,
    0,
  )
}

/** `name` is one of the world's entities elsewhere, `partner` one of its own. */
export const createPuppet = (world: World, name: string, partner: string): Puppet => {
  const entityId = keysOf(name).entityId
  const partnerId = keysOf(partner).entityId
  const heard: EntityMessage[] = []
  let replica = openSide(name, partner)
  const context = () => contextOf(world, name, partner)

  const input = (message: EntityMessage): RuntimeInput => {
    return { type: 'message', from: entityId, to: partnerId, start: null, bytes: encode(entityMessageCodec, message) }
  }
  const inputOf = (body: Bytes): RuntimeInput =>
    input({ type: 'account', opener: replica.state.height === 0 ? profileFor(name) : null, body })
  const hand = (message: RuntimeInput): InputOutcome => present(world.tick([message]).outcomes[0], 'an outcome')

  const propose = (ack: AccountAck | null): RuntimeInput | null => {
    const flushed = flush(replica, ack, context())
    replica = flushed.replica
    return flushed.message === null ? null : inputOf(flushed.message)
  }
  const enqueueAll = (txs: readonly AccountTx[]): void => {
    for (const tx of txs) {
      const queued = enqueue(replica, tx, world.nowMs())
      if (queued.type === 'rejected') throw new Error(`${name}: ${tx.type}: ${queued.rejection.type}`)
      replica = queued.replica
    }
  }
  const hear = (body: Bytes, answers: boolean): void => {
    const read = decodeAccountMessage(body)
    if (read.type !== 'ok') throw new Error(read.reason)
    const received = receive(replica, read.value, context())
    if (received.type === 'refused') return
    replica = received.replica
    const reply = answers ? propose(received.ack) : null
    if (received.resend !== null) hand(inputOf(received.resend))
    if (reply !== null) hand(reply)
  }
  const listen = (answers = true): void => {
    for (const entry of [...world.env().outbox.values()].filter(({ to }) => to === entityId)) {
      world.tick([{ type: 'receipt', seq: entry.seq }])
      const read = decode(entityMessageCodec, entry.bytes)
      if (read.type !== 'ok') throw new Error(read.reason)
      if (read.value.type === 'account') hear(read.value.body, answers)
      else heard.push(read.value)
    }
  }
  const say = (txs: readonly AccountTx[]): void => {
    enqueueAll(txs)
    const first = propose(null)
    if (first !== null) hand(first)
    for (let left = 50; ; left--) {
      world.settle()
      if (![...world.env().outbox.values()].some(({ to }) => to === entityId)) return
      if (left === 0) throw new Error('messages without end')
      listen()
    }
  }
  return {
    entityId,
    replica: () => replica,
    say,
    proposal: (txs) => {
      enqueueAll(txs)
      return present(propose(null), 'a proposal')
    },
    listen,
    send: (message) => hand(input(message)),
    heard,
    doctor: (txs, change) => {
      let queued = replica
      for (const tx of txs) queued = { ...queued, mempool: [...queued.mempool, tx] }
      const { message } = flush(queued, null, context())
      const read = message === null ? null : decodeAccountMessage(message)
      if (read?.type !== 'ok' || read.value.type !== 'frame') throw new Error('nothing proposed')
      const frame = { ...read.value.proposal.frame, ...change }
      const hanko = sign(keysOf(name).secret, frameDigest(replica.state.terms, frame, hashFrame(frame)))
      const doctored: AccountMessage = { ...read.value, proposal: { ...read.value.proposal, frame, hanko } }
      return hand(inputOf(encode(messageCodec, doctored)))
    },
  }
}
