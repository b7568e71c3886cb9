/**
 * Two runtimes that have only a line between them: what one puts into its outbox is carried to the other and receipted.
 * Each can be started again, from where it is or from an older state of it.
 */
import { signedNoncesOf } from '../../runtime/signed-nonces.ts'
import { startInput } from '../../runtime/starts.ts'
import type { Env } from '../../runtime/types.ts'
import { createWorld, deliver, type World } from './world.ts'
import { checkEverything } from './world-checks.ts'

export type PeerName = 'alice' | 'bob'
const OTHER = { alice: 'bob', bob: 'alice' } as const

const peerFrom = (name: PeerName, from?: Parameters<typeof createWorld>[0]['from']): World =>
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

/** Another process over `env`, a state that this one has or had. It has not yet said that it started. */
export const copyOf = (name: PeerName, world: World, env: Env = world.env()): World => {
  const [first] = world.history
  // What is drawn depends on how much went before: two processes must not draw the same.
  const history = first === undefined ? [] : [...world.history, first]
  return peerFrom(name, { ...world, history, env: () => env })
}

const heardOf = new WeakMap<World, number>()

/** What `from` has said without keeping it. */
const deliverUnkept = (from: World, to: World): void => {
  const ticks = from.history.slice(heardOf.get(from) ?? 0)
  heardOf.set(from, from.history.length)
  const start = from.env().start
  for (const { step } of ticks)
    for (const { from: sender, to: receiver, bytes } of step.outputs.resends)
      to.tick([{ type: 'message', from: sender, to: receiver, start, bytes }])
}

/** What it has said so far without keeping it does not arrive. */
export const lose = (world: World): void => void heardOf.set(world, world.history.length)

/** Until neither has anything to say that the other takes. */
export const exchange = (one: World, two: World): void => {
  for (let round = 0; round < 30; round++) {
    const before = [one.env(), two.env()]
    deliver(one, two)
    deliverUnkept(one, two)
    deliver(two, one)
    deliverUnkept(two, one)
    if (before[0] === one.env() && before[1] === two.env()) return
  }
  throw new Error('they talk without end')
}
