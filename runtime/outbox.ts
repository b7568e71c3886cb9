/**
 * Where what entities say goes: to the next tick, when it is to one of ours; into the outbox, when its receiver is
 * elsewhere, until it is receipted. Whoever says anew where it stands takes back what it said of that before, so that a
 * peer that asks again and again fills nobody's outbox.
 */
import { decodeAccountMessage } from './account/step.ts'
import { decode } from './codec/schema.ts'
import { entityMessageCodec } from './entity/codec.ts'
import type { EntityStep } from './entity/step.ts'
import { type Bytes, equalBytes } from './lib/bytes.ts'
import type { EntityId } from './lib/units.ts'
import type { Env, OutboxEntry, RuntimeOutputs } from './types.ts'

type Letter = { readonly from: EntityId; readonly to: EntityId; readonly bytes: Bytes }

export const outboxKey = (seq: number): string => seq.toString().padStart(15, '0')

/** Null for anything but what says where its sender stands. */
const standingIn = (bytes: Bytes): 'hello' | 'resync' | null => {
  const read = decode(entityMessageCodec, bytes)
  const said = read.type === 'ok' && read.value.type === 'account' ? decodeAccountMessage(read.value.body) : null
  if (said?.type !== 'ok') return null
  return said.value.type === 'hello' || said.value.type === 'resync' ? said.value.type : null
}

const between = ({ outbox }: Env, { from, to }: Letter): readonly (readonly [string, OutboxEntry])[] =>
  [...outbox.entries()].filter(([, entry]) => entry.to === to && entry.from === from)

/** Without what said the same of an earlier moment. */
const withoutOvertaken = (env: Env, letter: Letter): Env['outbox'] => {
  const standing = standingIn(letter.bytes)
  if (standing === null) return env.outbox
  return between(env, letter).reduce(
    (outbox, [key, entry]) => (standingIn(entry.bytes) === standing ? outbox.delete(key) : outbox),
    env.outbox,
  )
}

type Routed = { readonly env: Env; readonly changed: boolean; readonly outputs: RuntimeOutputs }

/** @param changed whether this tick has changed anything yet: what is only said again changes nothing. */
export const route = (before: Env, sent: EntityStep['outputs'], changed: boolean): Routed => {
  let env = before
  let hasChanged = changed
  const parcels: OutboxEntry[] = []
  const resends: Letter[] = []
  const jTxs: RuntimeOutputs['jTxs'][number][] = []
  const observe = new Set<string>()
  for (const output of sent) {
    if (output.type === 'j_tx') jTxs.push(output.jTx)
    else if (output.type === 'observe') observe.add(output.jurisdiction)
    else {
      const { from, to, bytes, isOnce, isKept } = output
      const letter: Letter = { from, to, bytes }
      if (env.eReplicas.has(to)) {
        env = { ...env, queue: [...env.queue, { ...letter, notBeforeMs: 0, tries: 0 }] }
        hasChanged = true
      } else if (isOnce && between(env, letter).some(([, entry]) => equalBytes(entry.bytes, bytes))) continue
      else if (hasChanged && isKept) {
        const entry: OutboxEntry = { seq: env.nextSeq, ...letter }
        const outbox = isOnce ? withoutOvertaken(env, letter) : env.outbox
        env = { ...env, nextSeq: entry.seq + 1, outbox: outbox.set(outboxKey(entry.seq), entry) }
        parcels.push(entry)
      } else resends.push(letter)
    }
  }
  return { env, changed: hasChanged, outputs: { parcels, resends, jTxs, observe: [...observe].sort() } }
}
