/**
 * The network between the actors: it loses, repeats, reorders and delays, and cuts one direction of a link. A parcel
 * for an actor with two processes (a second writer and the zombie before it) reaches one of them, or both.
 */
import type { Parcel } from '../../runtime/ports.ts'
import { actorOf, count, isAlive, type Link, note, type Process, type World } from './world.ts'

const linkOf = (world: World, parcel: Parcel): Link => {
  const key = `${parcel.from}>${parcel.to}`
  const link = world.links.get(key) ?? { blockedUntilMs: 0, keeps: false, kept: [] }
  world.links.set(key, link)
  return link
}

/** Bytes are copied: what travels shares nothing with the sender. */
const copyOf = (parcel: Parcel): Parcel =>
  parcel.type === 'message' ? { ...parcel, bytes: parcel.bytes.slice() } : parcel

export const sendParcel = (world: World, parcel: Parcel): void => {
  const { faults, queue } = world
  const random = world.random.network
  if (parcel.type === 'message') world.sent.push(parcel)
  const link = linkOf(world, parcel)
  if (queue.now() < link.blockedUntilMs) {
    if (link.keeps) link.kept.push(copyOf(parcel))
    return
  }
  if (random.chance(faults.drop)) return count(world, 'drop')
  let delayMs = random.between(5, 60)
  if (random.chance(faults.reorder)) {
    count(world, 'reorder')
    delayMs += random.between(50, 400)
  }
  if (random.chance(faults.delay)) {
    count(world, 'delay')
    delayMs += random.between(1_000, 20_000)
  }
  deliverLater(world, parcel, delayMs)
  if (random.chance(faults.duplicate)) {
    count(world, 'duplicate')
    deliverLater(world, parcel, delayMs + random.between(0, 3_000))
  }
}

export const deliverLater = (world: World, parcel: Parcel, delayMs: number): void => {
  const copy = copyOf(parcel)
  world.inFlight++
  world.queue.after(delayMs, `deliver ${parcel.type} ${parcel.seq}`, () => {
    world.inFlight--
    for (const process of receivers(world, copy)) hand(world, process, copy)
  })
}

const receivers = (world: World, parcel: Parcel): readonly Process[] => {
  const one = actorOf(world, parcel.to)
  const running = (one?.processes ?? []).filter((process) => process.state === 'running')
  if (running.length < 2 || one === undefined || one.route === 'both') return running
  if (one.route === 'newest') return running.slice(-1)
  // A receipt would tell the zombie at its next commit what it is: the longer it lives, the more harm it may do.
  return parcel.type === 'receipt' ? [] : running.slice(0, 1)
}

const hand = (world: World, process: Process, parcel: Parcel): void => {
  const wait = process.pausedUntilMs - world.queue.now()
  if (!isAlive(process)) return
  if (wait > 0) {
    world.inFlight++
    world.queue.after(wait, `late ${parcel.type} ${parcel.seq}`, () => {
      world.inFlight--
      hand(world, process, parcel)
    })
    return
  }
  note(world, process.id, parcel.type, parcel.seq)
  for (const listener of process.listeners) listener(parcel)
}

/** Cuts one direction; what is sent meanwhile is lost, or arrives all at once when the link is back. */
export const cutLink = (
  world: World,
  cut: { readonly from: string; readonly to: string; readonly forMs: number; readonly keeps: boolean },
): void => {
  const probe: Parcel = { type: 'receipt', from: cut.from, to: cut.to, seq: 0 } as Parcel
  const link = linkOf(world, probe)
  link.blockedUntilMs = world.queue.now() + cut.forMs
  link.keeps = cut.keeps
  world.queue.after(cut.forMs, 'reconnect', () => reconnect(world, link))
}

const reconnect = (world: World, link: Link): void => {
  if (world.queue.now() < link.blockedUntilMs) return
  const storm = link.kept
  link.kept = []
  if (storm.length > 1) count(world, 'reconnect storm')
  for (const parcel of storm) deliverLater(world, parcel, world.random.network.between(0, 5))
}

export const mendNetwork = (world: World): void => {
  Object.assign(world.faults, { drop: 0, duplicate: 0, reorder: 0, delay: 0 })
  for (const link of world.links.values()) {
    link.blockedUntilMs = 0
    reconnect(world, link)
  }
}
