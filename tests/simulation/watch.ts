/**
 * The rules, held against everything a runtime shows: the state it publishes, the state it recovers, what it answers
 * and what it sends. Nothing here asks the runtime whether it is right; the rules are worked out anew from frames.
 */
import { frameDigest, hashFrame } from '../../runtime/account/frame.ts'
import { lockKey } from '../../runtime/account/keys.ts'
import { frameNonce, resealedNonce, settlementNonce } from '../../runtime/account/proof.ts'
import { decodeAccountMessage } from '../../runtime/account/step.ts'
import type { AccountFrame, AccountReplica, AccountTx, HtlcLock } from '../../runtime/account/types.ts'
import { decode, encode } from '../../runtime/codec/schema.ts'
import { entityMessageCodec } from '../../runtime/entity/codec.ts'
import { answerCodec, runtimeRoot } from '../../runtime/frame.ts'
import { equalBytes, toHex } from '../../runtime/lib/bytes.ts'
import type { Parcel } from '../../runtime/ports.ts'
import type { ActivityBook } from '../../runtime/radapter/activity.ts'
import { writeRecord } from '../../runtime/radapter/activity-record.ts'
import type { Recovered } from '../../runtime/recover.ts'
import { envRows } from '../../runtime/snapshot.ts'
import type { Env, InputOutcome } from '../../runtime/types.ts'
import { createLedger, follow, type Ledger } from './ledger.ts'
import { hold } from './violation.ts'
import { type Actor, count, note, type OwnOutcome, type Process, type Want, type World } from './world.ts'

const pairOf = ({ state }: AccountReplica): string => `${state.terms.left}/${state.terms.right}`
const hashOf = (frame: AccountFrame): string => toHex(hashFrame(frame))

export const ledgerOf = (world: World, pair: string): Ledger => {
  const ledger = world.ledgers.get(pair) ?? createLedger(nameOf(world, pair))
  world.ledgers.set(pair, ledger)
  return ledger
}

const nameOf = (world: World, pair: string): string => {
  const roles = [...world.actors.values()]
    .filter(({ player }) => pair.includes(player.entityId))
    .map(({ role }) => role)
  return roles.join('–')
}

/** Rule 7: among the signatures that left or became durable, one frame per signer and slot. */
const signedOnce = (
  world: World,
  slot: { readonly signer: string; readonly pair: string; readonly nonce: number; readonly hash: string },
): void => {
  const { signer, pair, nonce, hash } = slot
  const key = `${signer}/${pair}/${nonce}`
  const known = world.slots.get(key)
  world.slots.set(key, known ?? hash)
  hold(
    known === undefined || known === hash,
    '7-sign-once',
    () => `${nameOf(world, pair)}: two frames were signed for nonce ${nonce}`,
  )
}

/** Rule 7, for what leaves: a proposal, or the acknowledgement of the other side's. */
export const watchSent = (world: World, process: Process, parcel: Parcel): void => {
  if (parcel.type !== 'message') return
  const { published } = process.actor
  hold(
    parcel.seq < (published?.nextSeq ?? 1),
    'durable-first',
    () => `${process.id} sent message ${parcel.seq} before it was in its log`,
  )
  const outer = decode(entityMessageCodec, parcel.bytes)
  if (outer.type !== 'ok' || outer.value.type !== 'account') return
  const read = decodeAccountMessage(outer.value.body)
  if (read.type !== 'ok') return
  const { from, to } = parcel
  const pair = from < to ? `${from}/${to}` : `${to}/${from}`
  const message = read.value
  if (message.type === 'settle_seal') {
    const { height, frameHash, slot, hanko } = message
    const nonce = slot === 'proof' ? resealedNonce(height) : settlementNonce(height)
    signedOnce(world, { signer: from, pair, nonce, hash: slot === 'proof' ? toHex(frameHash) : toHex(hanko) })
  }
  if (message.type === 'frame' || message.type === 'frame_ack') {
    const { frame } = message.proposal
    signedOnce(world, { signer: from, pair, nonce: frameNonce(frame), hash: hashOf(frame) })
  }
  if (message.type === 'ack' || message.type === 'frame_ack') {
    const { height, frameHash } = message.ack
    const nonce = frameNonce({ height, byLeft: from > to })
    signedOnce(world, { signer: from, pair, nonce, hash: toHex(frameHash) })
  }
  hold(
    process.disk === process.actor.trueDisk,
    'read-only',
    () => `${process.id} spoke from a database that is not to be trusted`,
  )
}

/** Both signatures of a committed frame, and the slots they fill. */
const watchFrame = (world: World, replica: AccountReplica, at: number): void => {
  const signed = replica.frames[at]
  if (signed === undefined) return
  const { terms } = replica.state
  const pair = pairOf(replica)
  const hash = hashFrame(signed.frame)
  const digest = frameDigest(terms, signed.frame, hash)
  for (const [signer, hanko] of [
    [terms.left, signed.leftHanko],
    [terms.right, signed.rightHanko],
  ] as const) {
    signedOnce(world, { signer, pair, nonce: frameNonce(signed.frame), hash: toHex(hash) })
    hold(
      world.cast.isSigned(signer, digest, hanko),
      '7-sign-once',
      () => `${nameOf(world, pair)} at ${signed.frame.height}: a signature is not ${signer}'s`,
    )
  }
}

const watchAccount = (world: World, actor: Actor, replica: AccountReplica): readonly AccountFrame[] => {
  const pair = pairOf(replica)
  const mark = `${actor.role}/${pair}`
  const { status, pending, frames, state } = replica
  hold(
    status.type === 'open',
    '2-agreement',
    () => `${actor.role} froze ${nameOf(world, pair)}: ${JSON.stringify(status)}`,
  )
  const before = world.proofs.get(mark) ?? 0
  const best = frames[0]?.frame.height ?? 0
  hold(
    best >= before,
    '8-best-proof',
    () => `${actor.role} held proof ${before} of ${nameOf(world, pair)} and now holds ${best}`,
  )
  world.proofs.set(mark, best)
  follow(ledgerOf(world, pair), replica, hashOf)
  hold(
    state.height === best,
    '8-best-proof',
    () => `${actor.role}: state ${state.height} of ${nameOf(world, pair)}, proof ${best}`,
  )
  const was = actor.published?.eReplicas
    .get(actor.player.entityId)
    ?.state.accounts.get(replica.isLeft ? state.terms.right : state.terms.left)
  if (
    was?.pending &&
    was.pending.frame.height <= best &&
    hashOf(was.pending.frame) !== ledgerOf(world, pair).hashes.get(was.pending.frame.height)
  )
    count(world, 'collision')
  const fresh = frames.filter(({ frame }) => frame.height > before)
  for (const index of fresh.keys()) watchFrame(world, replica, index)
  if (pending !== null)
    signedOnce(world, {
      signer: actor.player.entityId,
      pair,
      nonce: frameNonce(pending.frame),
      hash: hashOf(pending.frame),
    })
  return fresh.map(({ frame }) => frame).reverse()
}

const queued = (replica: AccountReplica): readonly AccountTx[] => [
  ...(replica.pending?.frame.accountTxs ?? []),
  ...replica.mempool,
]

/** What this side has on its way for the lock: its preimage, its return, or nothing. */
const answerFor = (replica: AccountReplica, key: string): 'secret' | 'error' | null => {
  for (const tx of queued(replica)) if (tx.type === 'htlc_resolve' && lockKey(tx) === key) return tx.outcome.type
  return null
}

const outgoing = (replica: AccountReplica, key: string): HtlcLock | undefined => {
  const lock = replica.state.locks.get(key) ?? replica.pending?.next.locks.get(key)
  return lock?.byLeft === replica.isLeft ? lock : undefined
}

/** Rule 4: nobody is given up on while their money may still move on. */
const mayGiveUp = (world: World, env: Env, accounts: readonly AccountReplica[], key: string): void => {
  const nowSeconds = env.jReplicas.get(world.jReplica.name)?.timestampSeconds ?? 0
  for (const other of accounts) {
    const out = outgoing(other, key)
    const isOpen = out !== undefined && nowSeconds <= out.expirySeconds
    hold(
      !isOpen,
      '4-htlc',
      () => `the lock ${key} is given back in while it is open towards ${nameOf(world, pairOf(other))}`,
    )
  }
}

/** Rule 4, as frames commit: who learns a preimage from below owes it above. */
const watchResolves = (
  world: World,
  actor: Actor,
  accounts: readonly AccountReplica[],
  replica: AccountReplica,
  frames: readonly AccountFrame[],
): void => {
  for (const frame of frames)
    for (const tx of frame.accountTxs) {
      if (tx.type !== 'htlc_resolve' || tx.outcome.type !== 'secret') continue
      if (frame.byLeft === replica.isLeft) continue
      const key = lockKey(tx)
      if (isOwnPayment(world, actor, key)) continue
      for (const other of accounts) {
        if (other === replica) continue
        const incoming = other.state.locks.get(key)
        if (incoming && incoming.byLeft !== other.isLeft) world.owed.add(`${actor.role}/${pairOf(other)}/${key}`)
        else {
          const ends = (ledgerOf(world, pairOf(other)).ends.get(key) ?? []).filter(
            ({ lock }) => lock.byLeft !== other.isLeft,
          )
          hold(ends.at(-1)?.preimage !== null, '4-htlc', () => `${actor.role} paid for ${key} and had given it back`)
        }
      }
    }
}

/** Rule 4, downwards: a lock is passed on only once the one that pays for it is committed. */
const watchOutgoing = (
  world: World,
  actor: Actor,
  replica: AccountReplica,
  others: readonly AccountReplica[],
): void => {
  for (const tx of queued(replica)) {
    if (tx.type !== 'htlc_lock' || isOwnPayment(world, actor, lockKey(tx))) continue
    const key = lockKey(tx)
    const isPaidFor = others.some((other) => {
      const lock = other.state.locks.get(key)
      return (lock && lock.byLeft !== other.isLeft) || ledgerOf(world, pairOf(other)).ends.has(key)
    })
    hold(isPaidFor, '4-htlc', () => `${actor.role} passes ${key} on, and nobody has committed to it`)
  }
}

const watchForwards = (world: World, actor: Actor, env: Env, accounts: readonly AccountReplica[]): void => {
  for (const replica of accounts) {
    const others = accounts.filter((other) => other !== replica)
    watchOutgoing(world, actor, replica, others)
    for (const [key, lock] of replica.state.locks.entries()) {
      if (lock.byLeft === replica.isLeft) continue
      const answer = answerFor(replica, key)
      const isOwed = world.owed.has(`${actor.role}/${pairOf(replica)}/${key}`)
      hold(!isOwed || answer === 'secret', '4-htlc', () => `${actor.role} paid for ${key} and does not claim it back`)
      if (answer === 'error' && !isOwnPayment(world, actor, key)) mayGiveUp(world, env, others, key)
    }
  }
  for (const owed of world.owed) {
    const [role, left, right, key = ''] = owed.split('/')
    const account = accounts.find((one) => pairOf(one) === `${left}/${right}`)
    if (role !== actor.role || account === undefined || account.state.locks.has(key)) continue
    world.owed.delete(owed)
    const last = ledgerOf(world, `${left}/${right}`).ends.get(key)?.at(-1)
    hold(last?.preimage != null, '4-htlc', () => `${actor.role} paid for ${key} and was not paid`)
  }
}

/** The actor pays under this hash for itself, so whoever else comes with the hash is turned away. */
const isOwnPayment = (world: World, actor: Actor, key: string): boolean => world.ownLocks.has(`${actor.role}/${key}`)

/** One payment has one hash: with two it could be paid twice. */
const watchPayments = (world: World, env: Env, actor: Actor): void => {
  for (const { paymentId, phase } of env.eReplicas.get(actor.player.entityId)?.state.payments.values() ?? []) {
    if (phase.type !== 'locked') continue
    const hashlock = toHex(phase.hashlock)
    const known = world.payments.get(paymentId) ?? hashlock
    world.payments.set(paymentId, hashlock)
    world.ownLocks.add(`${actor.role}/${lockKey(phase)}`)
    hold(known === hashlock, '1-conservation', () => `payment ${paymentId} was locked under two hashes`)
  }
}

/** Everything the rules say about one state of one runtime. */
const watchEnv = (world: World, actor: Actor, env: Env): void => {
  const own = env.eReplicas.get(actor.player.entityId)?.state
  if (own === undefined) return
  const before = actor.published?.eReplicas.get(actor.player.entityId)?.state
  const accounts = [...own.accounts.values()]
  watchPayments(world, env, actor)
  for (const [id, replica] of own.accounts.entries()) {
    if (before?.accounts.get(id) === replica) continue
    const frames = watchAccount(world, actor, replica)
    watchResolves(world, actor, accounts, replica, frames)
  }
  watchForwards(world, actor, env, accounts)
  hold(
    own.batch.nonce >= (before?.batch.nonce ?? 0),
    '10-monotonic',
    () => `${actor.role}: batch nonce ${own.batch.nonce}`,
  )
  for (const reserve of own.reserves.values())
    hold(reserve >= 0n, '10-monotonic', () => `${actor.role}: reserve ${reserve}`)
}

/** Rule 2 between runtimes, as of what each has published. */
const watchPairs = (world: World, actor: Actor): void => {
  const own = actor.published?.eReplicas.get(actor.player.entityId)?.state
  for (const other of world.actors.values()) {
    const a = own?.accounts.get(other.player.entityId)?.state
    const b = other.published?.eReplicas.get(other.player.entityId)?.state.accounts.get(actor.player.entityId)?.state
    if (a === undefined || b === undefined) continue
    const names = `${actor.role} and ${other.role}`
    hold(Math.abs(a.height - b.height) <= 1, '2-agreement', () => `${names} stand at ${a.height} and ${b.height}`)
    if (a.height !== b.height) continue
    hold(
      equalBytes(a.frameHash, b.frameHash) && equalBytes(a.root, b.root),
      '2-agreement',
      () => `${names} differ at ${a.height}`,
    )
  }
}

const adopt = (world: World, actor: Actor, env: Env, root: string): void => {
  const known = actor.roots.get(env.height)
  hold(known === undefined || known === root, 'fence', () => `${actor.role} has two states at height ${env.height}`)
  actor.roots.set(env.height, root)
  if (env.height <= (actor.published?.height ?? 0)) return
  watchEnv(world, actor, env)
  actor.published = env
  watchPairs(world, actor)
}

/** Looks at what a process shows after an event. */
export const watchPublished = (world: World, process: Process): void => {
  const { host, actor } = process
  if (host === null || host.env() === process.seen) return
  const env = host.env()
  process.seen = env
  note(world, process.id, env.height, host.root())
  hold(
    process.disk === actor.trueDisk || env.height === 0,
    'read-only',
    () => `${process.id} goes on from a database that is not to be trusted`,
  )
  if (env.height >= (actor.published?.height ?? 0)) actor.history = host.activity()
  adopt(world, actor, env, toHex(host.root()))
}

/** Rules 5 and 6: what comes back is what was there, and everything that was acknowledged is in it. */
export const watchRecovered = (world: World, process: Process, recovered: Recovered, activity: ActivityBook): void => {
  const { actor, disk } = process
  const { env, damage } = recovered
  if (disk !== actor.trueDisk) {
    count(
      world,
      damage === null
        ? 'damage unnoticed'
        : `opened read-only: ${damage.type === 'rolled_back' ? damage.verdict.reason : damage.type}`,
    )
    hold(
      damage !== null,
      'read-only',
      () => `${process.id} was handed another database and goes on from height ${env.height}`,
    )
    return
  }
  hold(damage === null, '5-replay', () => `${process.id} cannot be restored: ${JSON.stringify(damage)}`)
  const published = actor.published?.height ?? 0
  hold(
    env.height >= published,
    '6-acknowledged',
    () => `${process.id} comes back at ${env.height}, ${published} was published`,
  )
  if (env.height === published && actor.published !== null) sameRows(env, actor.published, process.id)
  if (env.height === published && actor.history !== null)
    hold(
      linesOf(activity) === linesOf(actor.history),
      '5-replay',
      () => `${process.id}: its history is not what it was`,
    )
  for (const want of actor.wants) if (want.answer !== null) stillAnswered(env, want, want.answer)
  process.seen = env
  adopt(world, actor, env, toHex(runtimeRoot(env)))
}

/** Every line of a history that is in memory, as its rows would be, and what goes with them. */
const linesOf = ({ byEntity }: ActivityBook): string =>
  [...byEntity]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, { records, open, balances }]) => [
      id,
      ...records.items.map((record, i) =>
        toHex(writeRecord(id, { place: records.size - records.items.length + i, record }).value),
      ),
      ...open.keys(),
      ...[...balances]
        .sort(([a], [b]) => a - b)
        .map(([tokenId, { size, last, kept }]) => [tokenId, size, last.height, last.balance, ...kept].join(' ')),
    ])
    .join()

export const sameRows = (env: Env, live: Env, who: string): void => {
  const rows = new Map([...envRows(live)].map(({ key, value }) => [key, value]))
  for (const { key, value } of envRows(env)) {
    const was = rows.get(key)
    hold(was !== undefined && equalBytes(was, value), '5-replay', () => `${who}: row ${key} is not what it was`)
    rows.delete(key)
  }
  hold(rows.size === 0, '5-replay', () => `${who}: ${[...rows.keys()].join()} did not come back`)
}

const bytesOf = ({ height, answer }: Pick<OwnOutcome, 'height' | 'answer'>): string =>
  toHex(encode(answerCodec, { height, answer }))

const stillAnswered = (env: Env, want: Want, answer: OwnOutcome): void => {
  const kept = env.answers.get(want.commandId)
  hold(
    kept !== undefined && bytesOf(kept) === bytesOf(answer),
    '6-acknowledged',
    () => `the answer to ${want.commandId} is gone`,
  )
}

/** Rule 6: asked again, the same answer. */
export const watchAnswer = (world: World, actor: Actor, want: Want, outcome: InputOutcome): void => {
  if (outcome.type === 'rejected') {
    hold(want.answer === null, '6-acknowledged', () => `${want.commandId} was done and is now refused`)
    note(world, want.commandId, outcome.rejection.type)
    count(world, `refused: ${outcome.rejection.type}`)
    want.isRefused = true
    return
  }
  note(world, want.commandId, bytesOf(outcome))
  const published = actor.published?.height ?? 0
  hold(
    outcome.height <= published,
    'durable-first',
    () => `${want.commandId} was answered at ${outcome.height}, before it was published`,
  )
  const first = want.answer
  if (first !== null) {
    hold(bytesOf(first) === bytesOf(outcome), '6-acknowledged', () => `${want.commandId} was answered in two ways`)
    return
  }
  want.answer = outcome
  want.onApplied?.(outcome.answer)
}
