/** What clients ask: written by the client, read and checked by the server. */
import * as v from 'valibot'
import { natural, openEnvelope, type Refused, refused, writeEnvelope } from './codec.ts'
import { badRequest } from './errors.ts'
import { type CheckedCall, readParams, readView } from './params.ts'
import { isCanonical } from './tagged.ts'
import type { ViewState } from './types.ts'

export type Request =
  | { readonly type: 'set_view'; readonly view: ViewState; readonly fromHeight: number }
  | { readonly type: 'ack'; readonly seq: number }
  | { readonly type: 'get_frame_at'; readonly height: number }
  | { readonly type: 'get_checkpoints' }
  | ({ readonly type: 'rpc' } & CheckedCall)
  /** As it is written (input.ts); it is read by whoever has the engine's codecs. */
  | { readonly type: 'send_input'; readonly input: string }

export type ReadRequest = { readonly type: 'ok'; readonly id: number; readonly request: Request } | Refused

const ackSchema = v.strictObject({ seq: natural })
const heightSchema = v.strictObject({ height: v.pipe(v.number(), v.safeInteger()) })
const viewMessage = v.strictObject({ view: v.unknown(), fromHeight: natural })
const emptySchema = v.strictObject({})
const inputSchema = v.strictObject({ input: v.pipe(v.string(), v.regex(/^0x(?:[0-9a-f]{2})+$/)) })
const rpcSchema = v.strictObject({ method: v.string(), params: v.unknown() })

type ReadPayload =
  | { readonly type: 'ok'; readonly request: Request }
  | { readonly type: 'bad'; readonly detail: string }
const bad = (detail: string): ReadPayload => ({ type: 'bad', detail })

const readRpc = (payload: unknown): ReadPayload => {
  const call = v.safeParse(rpcSchema, payload)
  if (!call.success) return bad('an rpc has a method and its params')
  const read = readParams(call.output.method, call.output.params)
  if (read.type === 'unknown_method') return bad('there is no such method')
  return read.type === 'ok' ? { type: 'ok', request: { type: 'rpc', ...read.call } } : bad(`params: ${read.detail}`)
}

const readPayload = (type: string, payload: unknown): ReadPayload => {
  switch (type) {
    case 'set_view': {
      const parsed = v.safeParse(viewMessage, payload)
      if (!parsed.success) return bad('a view comes with the height last seen')
      const read = readView(parsed.output.view)
      if (read.type === 'malformed') return bad(`view: ${read.detail}`)
      return { type: 'ok', request: { type: 'set_view', view: read.view, fromHeight: parsed.output.fromHeight } }
    }
    case 'ack': {
      const parsed = v.safeParse(ackSchema, payload)
      return parsed.success ? { type: 'ok', request: { type: 'ack', ...parsed.output } } : bad('seq should be a number')
    }
    case 'get_frame_at': {
      const parsed = v.safeParse(heightSchema, payload)
      return parsed.success
        ? { type: 'ok', request: { type: 'get_frame_at', ...parsed.output } }
        : bad('height should be a whole number')
    }
    case 'get_checkpoints':
      return v.is(emptySchema, payload)
        ? { type: 'ok', request: { type: 'get_checkpoints' } }
        : bad('it has no parameters')
    case 'rpc':
      return readRpc(payload)
    case 'send_input': {
      const parsed = v.safeParse(inputSchema, payload)
      return parsed.success
        ? { type: 'ok', request: { type: 'send_input', ...parsed.output } }
        : bad('an input is written in hex')
    }
    default:
      return bad('there is no such message')
  }
}

/** Takes anything; never throws. */
export const readRequest = (message: unknown): ReadRequest => {
  const opened = openEnvelope(message)
  if (opened.type === 'refused') return opened
  const { id, type, payload } = opened.envelope
  if (!isCanonical(opened.text, opened.whole)) return refused(badRequest('the message says something twice'), id)
  const read = readPayload(type, payload)
  return read.type === 'ok' ? { type: 'ok', id, request: read.request } : refused(badRequest(read.detail), id)
}

/** A request as its client writes it; nothing here was checked. */
export type Asked =
  | { readonly type: 'set_view'; readonly payload: { readonly view: ViewState; readonly fromHeight: number } }
  | { readonly type: 'ack'; readonly payload: { readonly seq: number } }
  | { readonly type: 'get_frame_at'; readonly payload: { readonly height: number } }
  | { readonly type: 'get_checkpoints'; readonly payload: Record<string, never> }
  | { readonly type: 'rpc'; readonly payload: { readonly method: string; readonly params: unknown } }
  | { readonly type: 'send_input'; readonly payload: { readonly input: string } }

/** Null when it would be too large. @throws Error for a payload that is no plain value. */
export const writeRequest = (id: number, asked: Asked): string | null =>
  writeEnvelope({ ...asked, id, inReplyTo: null })
