/**
 * Sessions with peers in other runtimes (I-GREET: nothing is signed in an account with one of them unless both sides have
 * said hello since either started, neither has forgotten what it signed, and no later start of the same keys is known).
 *
 * A hello that names our own start answers ours, and opens the session; any other is answered. Whoever is found to have
 * forgotten frames gets them back (`resync`) and signs nothing until then. Of two starts the higher number counts; the
 * other instance learns of it by the answer to whatever it says next.
 */

import { messageCodec } from '../account/codec.ts'
import type { AccountViolation } from '../account/errors.ts'
import { nextHeight } from '../account/frame.ts'
import { compareStarts, type HelloMessage, helloDigest, helloOf, type Standing, standing } from '../account/hello.ts'
import { resyncOf, unpropose } from '../account/resync.ts'
import { openReplica } from '../account/step.ts'
import type { AccountMessage, AccountReplica, Hello } from '../account/types.ts'
import { encode } from '../codec/schema.ts'
import { present } from '../lib/assert.ts'
import { LIMITS, TIMING } from '../lib/limits.ts'
import type { EntityId, Start } from '../lib/units.ts'
import type { TxHandler } from './apply.ts'
import {
  accountContext,
  DONE,
  type EntityContext,
  type EntityDraft,
  floorOf,
  schedule,
  send,
  setAccount,
  type TxResult,
} from './draft.ts'
import { rejectedTx } from './errors.ts'
import { isGenuine } from './invoice.ts'
import { accountTerms, createAccount } from './opening.ts'
import { ownProfile } from './tx/invoice.ts'
import type { Profile, Session } from './types.ts'

const NEW: Session = { floor: 0, peer: null, status: { type: 'greeting' } }

export const refuse = (violation: AccountViolation, disposition: 'ignore' | 'retry'): TxResult =>
  rejectedTx({ type: 'refused_message', violation, disposition })

export const setSession = (draft: EntityDraft, peer: EntityId, session: Session): void => {
  draft.state = { ...draft.state, sessions: draft.state.sessions.set(peer, session) }
}

/** Says where this side stands; changes nothing here. */
const sayHello = (
  draft: EntityDraft,
  peer: Profile,
  known: Start | null,
  context: EntityContext,
  isKept = true,
): void => {
  const replica = draft.state.accounts.get(peer.entityId) ?? null
  const terms = replica?.state.terms ?? accountTerms(draft.state, peer, context)
  const start = present(context.start, 'a runtime with peers elsewhere has said that it started')
  // Whatever either side has said before: both count from the same height.
  const floor = floorOf(draft.state, peer.entityId)
  const hello = helloOf(replica, { start, known, floor, epoch: terms.epoch })
  const hanko = context.seal(helloDigest(terms, draft.state.entityId === terms.left, hello))
  const opener = hello.height === 0 ? ownProfile(draft.state, context.profile) : null
  const message: AccountMessage = { type: 'hello', counter: replica?.counter ?? 0, hello, hanko }
  send(draft, peer.entityId, { type: 'account', opener, body: encode(messageCodec, message) }, { isOnce: true, isKept })
}

/** Of an account with a peer elsewhere: from now on nothing is signed in it before the peer has answered. */
export const beginSession = (draft: EntityDraft, peer: Profile, floor: number, context: EntityContext): void => {
  const before = draft.state.sessions.get(peer.entityId) ?? NEW
  setSession(draft, peer.entityId, { ...before, floor: Math.max(before.floor, floor), status: { type: 'greeting' } })
  sayHello(draft, peer, before.peer?.start ?? null, context)
  awaitGreeting(draft, peer.entityId, 0, context)
}

const isOpening = (draft: EntityDraft, peer: EntityId): boolean => draft.state.accounts.get(peer)?.state.height === 0

/**
 * Whoever has no account with us keeps nothing of us, its answer neither, so that strangers fill nobody's store: an answer
 * that was lost has to be asked for again.
 */
const awaitGreeting = (draft: EntityDraft, peer: EntityId, tries: number, context: EntityContext): void => {
  if (!isOpening(draft, peer) || tries >= TIMING.greetings) return
  const atMs = context.nowMs + TIMING.resendFirstMs * 2 ** tries
  schedule(draft, { atMs, kind: 'greeting', id: `${tries}/${peer}` })
}

export const onGreetingWake = (draft: EntityDraft, id: string, context: EntityContext): void => {
  const [tries, counterparty] = id.split('/') as [string, EntityId]
  const session = draft.state.sessions.get(counterparty)
  const peer = context.profile(counterparty)
  if (session?.status.type !== 'greeting' || peer === null || !isOpening(draft, counterparty)) return
  sayHello(draft, peer, session.peer?.start ?? null, context)
  awaitGreeting(draft, counterparty, Number(tries) + 1, context)
}

/** A stranger elsewhere has opened an account by its first frame: it needs no other greeting. */
export const meetStranger = (draft: EntityDraft, from: EntityId, start: Start): void =>
  setSession(draft, from, {
    ...(draft.state.sessions.get(from) ?? NEW),
    peer: { start, floor: 0 },
    status: { type: 'open' },
  })

export const greet: TxHandler<'greet'> = (draft, { floors, takesOver }, context) => {
  for (const id of [...draft.state.accounts.keys()].sort()) {
    const counterparty = id as EntityId
    const peer = context.isElsewhere(counterparty) ? context.profile(counterparty) : null
    const isOut = draft.state.sessions.get(counterparty)?.status.type === 'superseded'
    // Started often enough, it would come back by itself.
    if (peer === null || (isOut && !takesOver)) continue
    const given = floors.find((one) => one.entityId === draft.state.entityId && one.counterparty === counterparty)
    beginSession(draft, peer, given?.height ?? 0, context)
  }
  // Of an account that was lost whole: whoever opens it again begins above what was signed in it.
  for (const { entityId, counterparty, height } of floors) {
    if (entityId !== draft.state.entityId || draft.state.accounts.has(counterparty)) continue
    const before = draft.state.sessions.get(counterparty) ?? NEW
    setSession(draft, counterparty, { ...before, floor: Math.max(before.floor, height) })
  }
  return DONE
}

/**
 * Whether what a peer elsewhere says counts now: null when it does. Whoever speaks for a start that was overtaken is told
 * so by a hello.
 */
export const hearsay = (
  draft: EntityDraft,
  from: EntityId,
  start: Start | null,
  context: EntityContext,
): TxResult | null => {
  if (start === null) return refuse({ type: 'not_greeted' }, 'retry')
  const session = draft.state.sessions.get(from)
  const peer = context.profile(from)
  if (session === undefined || peer === null || !draft.state.accounts.has(from)) return null
  if (session.status.type === 'superseded') return refuse({ type: 'other_instance' }, 'ignore')
  const known = session.peer?.start ?? null
  if (known !== null && compareStarts(start, known) < 0) {
    sayHello(draft, peer, known, context)
    return DONE
  }
  const isGreeted = session.status.type === 'open' && known !== null && compareStarts(start, known) === 0
  return isGreeted ? null : refuse({ type: 'not_greeted' }, 'retry')
}

export const onHello = (
  draft: EntityDraft,
  from: EntityId,
  { opener, message }: { readonly opener: Profile | null; readonly message: HelloMessage },
  context: EntityContext,
): TxResult => {
  const { hello, hanko } = message
  const peer = context.profile(from) ?? opener
  if (peer === null || peer.entityId !== from || !isGenuine(peer)) return rejectedTx({ type: 'bad_profile' })
  const replica = draft.state.accounts.get(from)
  const terms = { ...(replica?.state.terms ?? accountTerms(draft.state, peer, context)), epoch: hello.epoch }
  if (!context.verify(peer, helloDigest(terms, from === terms.left, hello), hanko))
    return refuse({ type: 'bad_signature' }, 'ignore')
  // Of whom nothing is known nothing is kept, unless it has our own signature: it is told so, and may open an account.
  if (replica === undefined && !hasForgotten(draft, peer, hello, context)) {
    sayHello(draft, peer, hello.start, context, false)
    return DONE
  }
  draft.profiles.push(peer)
  if (replica === undefined) createAccount(draft, peer, context)
  return meet(draft, peer, hello, context)
}

/** An account with this peer was lost whole: it shows what we have signed in it. */
const hasForgotten = (draft: EntityDraft, peer: Profile, hello: Hello, context: EntityContext): boolean => {
  const terms = accountTerms(draft.state, peer, context)
  const nothing = openReplica(terms, draft.state.entityId, context.runtimeHeight)
  const { verify } = accountContext(draft, peer.entityId, context)
  return hello.epoch === terms.epoch && standing(nothing, hello, verify) === 'behind'
}

const meet = (draft: EntityDraft, peer: Profile, hello: Hello, context: EntityContext): TxResult => {
  const from = peer.entityId
  const own = present(context.start, 'a runtime with peers elsewhere has said that it started')
  const replica = present(draft.state.accounts.get(from), from)
  const session = draft.state.sessions.get(from) ?? NEW
  const known = session.peer?.start ?? null
  const order = known === null ? 1 : compareStarts(hello.start, known)
  if (order < 0) {
    sayHello(draft, peer, known, context)
    return DONE
  }
  const answers = hello.known === null ? null : compareStarts(hello.known, own)
  if (hello.known !== null && answers !== 0 && hello.known.number >= own.number) {
    const { number } = hello.known
    // Nobody starts so often: the peer's word alone must not use up the numbers that are left.
    if (number - own.number > LIMITS.startsAhead) return refuse({ type: 'other_instance' }, 'ignore')
    setSession(draft, from, { ...session, status: { type: 'superseded', number } })
    return DONE
  }
  const isAnswer = answers === 0
  // What a peer says of another start is no invitation.
  if (session.status.type === 'superseded' && !isAnswer) return DONE
  // Said before it had heard of us, and come late.
  if (order === 0 && (!isAnswer || session.status.type !== 'greeting')) return DONE
  // The chain will tell us of the judgement that lies between, or the peer.
  const { epoch } = replica.state.terms
  if (hello.epoch > epoch) return refuse({ type: 'account_frozen' }, 'retry')
  const { verify } = accountContext(draft, from, context)
  const place = hello.epoch < epoch ? 'in_step' : standing(replica, hello, verify)
  if (place === 'unproven') return refuse({ type: 'bad_signature' }, 'ignore')
  // Above it no nonce can be counted, by the mark or by a court.
  if (hello.floor > LIMITS.floor)
    return refuse({ type: 'height_gap', height: hello.floor, expected: LIMITS.floor }, 'ignore')
  // What is given back takes the place of what we have proposed: that slot is used up.
  const usedUp = place === 'behind' && replica.pending !== null ? replica.pending.frame.height + 1 : 0
  setSession(draft, from, {
    ...session,
    floor: Math.max(session.floor, usedUp),
    // Never lower again: by what it said before, we have signed above what it says now.
    peer: { start: hello.start, floor: Math.max(session.peer?.floor ?? 0, hello.floor) },
    status: isAnswer ? { type: 'open' } : { type: 'greeting' },
  })
  if (order > 0) sayHello(draft, peer, hello.start, context)
  goOn(draft, from, { place, height: hello.height }, context)
  return DONE
}

/** What follows from where the two sides stand. */
const goOn = (
  draft: EntityDraft,
  from: EntityId,
  { place, height }: { readonly place: Standing; readonly height: number },
  context: EntityContext,
): void => {
  const replica = present(draft.state.accounts.get(from), from)
  const session = present(draft.state.sessions.get(from), from)
  if (place === 'behind') return setSession(draft, from, { ...session, status: { type: 'behind', height } })
  if (place === 'fork' && replica.status.type === 'open') return freezeAs(draft, from, replica, height)
  const given = place === 'ahead' ? resyncOf(replica) : null
  if (given !== null) {
    const body = encode(messageCodec, { ...given, counter: replica.counter })
    send(draft, from, { type: 'account', opener: null, body }, { isOnce: true })
  }
  // Taken back only where it is proposed anew at once: the peer has it, and may use it until it holds a later one.
  if (session.status.type !== 'open' || replica.status.type !== 'open') return
  const { pending } = replica
  const next = unpropose(replica, nextHeight(replica.state, floorOf(draft.state, from)))
  if (pending !== null && next.pending === null)
    setSession(draft, from, { ...session, floor: Math.max(session.floor, pending.frame.height + 1) })
  // It may have been receipted and forgotten, or its answer may.
  if (next.pending !== null) {
    const opener = next.state.height === 0 ? ownProfile(draft.state, context.profile) : null
    send(draft, from, { type: 'account', opener, body: next.pending.message }, { isOnce: true })
  }
  // Touched in any case: what waited for the greeting goes now.
  setAccount(draft, from, next)
}

const freezeAs = (draft: EntityDraft, from: EntityId, replica: AccountReplica, height: number): void => {
  const violation: AccountViolation = { type: 'fork', height }
  setAccount(draft, from, { ...replica, status: { type: 'frozen', violation: violation.type } })
  draft.events.push({ type: 'account_frozen', counterparty: from, violation: violation.type })
}
