/**
 * Runtimes that have only a line between them: what one puts into its outbox is carried to the others and receipted.
 * Each can be started again, from where it is or from an older state of it, and be lied to by whoever holds a key.
 */
import { messageCodec } from '../../runtime/account/codec.ts'
import { helloDigest } from '../../runtime/account/hello.ts'
import type { AccountTerms, Hello } from '../../runtime/account/types.ts'
import { encode } from '../../runtime/codec/schema.ts'
import { entityMessageCodec } from '../../runtime/entity/codec.ts'
import type { Profile } from '../../runtime/entity/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { word, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { signedNoncesOf } from '../../runtime/signed-nonces.ts'
import { startInput } from '../../runtime/starts.ts'
import type { Env, RuntimeInput } from '../../runtime/types.ts'
import { keysOf, testSigner } from './signer.ts'
import { createWorld, deliver, TUSD, usd, type World, type WorldOptions } from './world.ts'
import { checkEverything } from './world-checks.ts'

export type PeerName = 'alice' | 'bob'
export const OTHER = { alice: 'bob', bob: 'alice' } as const

const peerFrom = (name: PeerName, from?: WorldOptions['from']): World =>
  createWorld({
    entities: { [name]: {} },
    elsewhere: { [OTHER[name]]: {} },
    runtimeId: name,
    check: checkEverything([name, OTHER[name]]),
    ...(from === undefined ? {} : { from }),
  })

/** A new one, which has said that it started. Two draw the same unless they have waited for longer. */
export const newPeer = (name: PeerName, idleTicks = 0): World => {
  const world = peerFrom(name)
  for (let n = 0; n < idleTicks; n++) world.tick()
  return begin(world)
}

/**
 * Says that it has started. `marks`: a later state of it, whose signatures the canary knows of.
 * @returns the same world
 */
export const begin = (
  world: World,
  { marks = world.env(), takesOver = false }: { readonly marks?: Env; readonly takesOver?: boolean } = {},
): World => {
  world.tick([startInput(world.env(), { marks: signedNoncesOf(marks), takesOver })])
  return world
}

/** Where another process over `env`, a state that `world` has or had, goes on from. */
export const engineAt = (world: World, env: Env): World => {
  const [first] = world.history
  // What is drawn depends on how much went before: two processes must not draw the same.
  const history = first === undefined ? [] : [...world.history, first]
  return { ...world, history, env: () => env }
}

/** Another process over `env`, a state that this one has or had. It has not yet said that it started. */
export const copyOf = (name: PeerName, world: World, env: Env = world.env()): World =>
  peerFrom(name, engineAt(world, env))

const heardOf = new WeakMap<World, number>()

/** What `from` has said without keeping it. */
const deliverUnkept = (from: World, others: readonly World[]): void => {
  const ticks = from.history.slice(heardOf.get(from) ?? 0)
  heardOf.set(from, from.history.length)
  const start = from.env().start
  for (const { step } of ticks)
    for (const { from: sender, to: receiver, bytes } of step.outputs.resends) {
      const to = others.find((other) => other.env().eReplicas.has(receiver))
      to?.tick([{ type: 'message', from: sender, to: receiver, start, bytes }])
    }
}

/** What it has said so far without keeping it does not arrive. */
export const lose = (world: World): void => void heardOf.set(world, world.history.length)

/** Until none has anything to say that another takes. */
export const exchange = (...worlds: readonly World[]): void => {
  for (let round = 0; round < 30; round++) {
    const before = worlds.map((world) => world.env())
    for (const from of worlds) {
      const others = worlds.filter((world) => world !== from)
      for (const to of others) deliver(from, to)
      deliverUnkept(from, others)
    }
    if (worlds.every((world, index) => world.env() === before[index])) return
  }
  throw new Error('they talk without end')
}

/** Alice and Bob with an account in which either can pay: she trusts him with 50, he trusts her with 100. */
export const newPair = (): { readonly alice: World; readonly bob: World } => {
  const alice = newPeer('alice')
  const bob = newPeer('bob')
  alice.open('alice', 'bob', 50)
  exchange(alice, bob)
  bob.ok('bob', { type: 'set_credit_limit', counterparty: bob.id('alice'), tokenId: TUSD, limit: usd(100) })
  exchange(alice, bob)
  // What would have reminded her of an answer that did not come.
  alice.tick([], 2_000)
  return { alice, bob }
}

type Line = { readonly from: string; readonly to: string }
type Message = Extract<RuntimeInput, { type: 'message' }>

/** Directly, in the account of the two. */
export const payDirectly = (world: World, { from, to }: Line, dollars: number): void => {
  world.ok(from, {
    type: 'direct_payment',
    counterparty: world.id(to),
    tokenId: TUSD,
    amount: usd(dollars),
    memo: '',
  })
}

/** `hello` as `from` says and signs it, under these terms. `opener`: the profile of one that is not known yet. */
export const saidBy = (
  { from, to }: Line,
  {
    terms,
    hello,
    opener = null,
  }: { readonly terms: AccountTerms; readonly hello: Hello; readonly opener?: Profile | null },
): Message => {
  const [sender, receiver] = [keysOf(from).entityId, keysOf(to).entityId]
  const digest = helloDigest(terms, sender === terms.left, hello)
  const hanko = present(testSigner(from).sign(sender, digest), 'a signature')
  const body = encode(messageCodec, { type: 'hello', counter: 1, hello, hanko })
  const bytes = encode(entityMessageCodec, { type: 'account', opener, body })
  return { type: 'message', from: sender, to: receiver, start: hello.start, bytes }
}

/** The hello of one that has just come to be. */
export const firstHello: Hello = {
  start: { number: 1, instance: word(7) },
  known: null,
  epoch: 0,
  height: 0,
  frameHash: ZERO_32,
  pendingHash: ZERO_32,
  floor: 0,
  proof: null,
}

/**
 * A hello that `from` has signed, of a start after all that `to` has heard of; `world` is that of `to`. But for what is
 * `said` it is as `to` sees the account, and knows of the start of `to`.
 */
export const lie = (world: World, { from, to }: Line, said: Partial<Hello>): Message => {
  const { terms, height, frameHash } = world.account(to, from).state
  const heard = world.state(to).sessions.get(world.id(from))?.peer?.start.number ?? 0
  const start = { number: heard + 1, instance: word(7) }
  const known = world.env().start
  return saidBy(
    { from, to },
    { terms, hello: { ...firstHello, start, known, epoch: terms.epoch, height, frameHash, ...said } },
  )
}
