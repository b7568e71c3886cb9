/**
 * The RAdapter protocol: every message is one text, the tagged JSON of an envelope {v, type, id, inReplyTo, payload}.
 *
 * client → server   set_view {view, fromHeight}   ack {seq}   get_frame_at {height}   get_checkpoints {}
 *                   rpc {method, params}   send_input {input}                 (request.ts)
 * server → client   status {seq, status}   frame {height, seq, view}          pushed
 *                   get_frame_at {view}   get_checkpoints {oldestHeight, checkpoints}   rpc {result}
 *                   send_input {height}   error {error}                       in reply (answer.ts)
 *
 * `id` is the sender's own number for the message and `inReplyTo` the other side's, or null. `seq` counts the pushes
 * of a connection; each is answered with an `ack`, and of each kind the next is sent only after that: a reader that is
 * slow is behind by at most one view of each kind. What cannot be read is answered with an error and the connection
 * goes on.
 */
import * as v from 'valibot'
import { badRequest, tooLarge } from './errors.ts'
import { MAX_MESSAGE_BYTES, readTagged, writeTagged } from './tagged.ts'
import type { WireError } from './types.ts'

export const PROTOCOL_VERSION = 1

export type Envelope = {
  readonly type: string
  readonly id: number
  readonly inReplyTo: number | null
  readonly payload: unknown
}

export const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const envelopeSchema = v.strictObject({
  v: v.literal(PROTOCOL_VERSION),
  type: v.string(),
  id: natural,
  inReplyTo: v.nullable(natural),
  payload: v.unknown(),
})
const versioned = v.looseObject({ v: v.unknown(), id: v.unknown() })

export type Refused = { readonly type: 'refused'; readonly inReplyTo: number | null; readonly error: WireError }
export type Opened =
  | { readonly type: 'ok'; readonly envelope: Envelope; readonly text: string; readonly whole: unknown }
  | Refused

export const refused = (error: WireError, inReplyTo: number | null = null): Refused => ({
  type: 'refused',
  inReplyTo,
  error,
})

/** Takes anything; never throws. */
export const openEnvelope = (message: unknown): Opened => {
  if (typeof message !== 'string') return refused(badRequest('a message is a text'))
  const read = readTagged(message)
  if (read.type === 'too_large') return refused(tooLarge(MAX_MESSAGE_BYTES))
  const peeked = v.safeParse(versioned, read.type === 'ok' ? read.value : null)
  if (read.type === 'malformed' || !peeked.success) return refused(badRequest('the message cannot be read'))
  const id = v.safeParse(natural, peeked.output.id)
  const inReplyTo = id.success ? id.output : null
  if (peeked.output.v !== PROTOCOL_VERSION) {
    const words = `this end speaks version ${PROTOCOL_VERSION} of the protocol`
    return refused({ code: 'E_VERSION', message: words, retryable: false }, inReplyTo)
  }
  const parsed = v.safeParse(envelopeSchema, read.value)
  if (!parsed.success) return refused(badRequest('the envelope is not as it should be'), inReplyTo)
  return { type: 'ok', envelope: parsed.output, text: message, whole: read.value }
}

/** Null when the message would be too large. @throws Error for a payload that is no plain value. */
export const writeEnvelope = (envelope: Envelope): string | null => writeTagged({ v: PROTOCOL_VERSION, ...envelope })
