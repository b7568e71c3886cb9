/** What servers say: pushes and replies, written by the server, read and checked by the client. */
import * as v from 'valibot'
import type { ApprovalRequest, ApprovalView } from './approvals.ts'
import { natural, openEnvelope, writeEnvelope } from './codec.ts'
import type { ErrorCode } from './error-code.ts'
import { frameWire } from './frame-wire.ts'
import { STORAGE_STATUSES, type StopReason } from './health.ts'
import { RUNTIME_STATES } from './lifecycle.ts'
import { RUNTIME_KINDS, type RuntimeListing } from './manager-methods.ts'
import type { RetainedInfo } from './retained.ts'
import type { CheckpointInfo, FrameView, HostStatus, WireError } from './types.ts'
import { count, flag, list, nullable, number, row, text, type Wire, word } from './wire.ts'

export type Push =
  | { readonly type: 'status'; readonly seq: number; readonly status: HostStatus }
  | { readonly type: 'frame'; readonly seq: number; readonly view: FrameView }

/** A result is what its wire wrote (results.ts); it is read back by who knows which method was asked. */
export type Reply =
  | { readonly type: 'get_frame_at'; readonly view: FrameView }
  | ({ readonly type: 'get_checkpoints' } & RetainedInfo)
  | { readonly type: 'rpc'; readonly result: unknown }
  | { readonly type: 'send_input'; readonly height: number }
  | { readonly type: 'error'; readonly error: WireError }

const requestText = v.pipe(v.string(), v.maxLength(16_384))
const requestWire: Wire<ApprovalRequest> = {
  write: (request) => request,
  schema: v.variant('type', [
    v.strictObject({ type: v.literal('connect'), address: requestText }),
    v.strictObject({
      type: v.literal('pay'),
      to: requestText,
      amount: requestText,
      token: requestText,
      memo: requestText,
    }),
  ]),
}

const stopReasonWire: Wire<StopReason> = {
  write: (reason) => reason,
  schema: v.variant('type', [
    v.strictObject({ type: v.picklist(['log_damaged', 'replay_differs']), height: natural }),
    v.strictObject({
      type: v.picklist([
        'rolled_back',
        'database_missing',
        'foreign_history',
        'newer_version',
        'snapshot',
        'unknown_runtime',
      ]),
    }),
    v.strictObject({
      type: v.picklist(['held_elsewhere', 'held_silent']),
      name: v.pipe(v.string(), v.maxLength(1_024)),
    }),
    v.strictObject({ type: v.literal('fault'), detail: v.pipe(v.string(), v.maxLength(16_384)) }),
  ]),
}

const statusWire: Wire<HostStatus> = row<HostStatus>({
  wallet: word(['none', 'locked', 'unlocked']),
  runtimeId: text(64),
  runtimes: list(
    row<RuntimeListing>({
      id: text(64),
      name: text(256),
      kind: word(RUNTIME_KINDS),
      copyOf: nullable(text(256)),
      usedAt: count,
    }),
    100,
  ),
  control: word(['writer', 'reader', 'free']),
  runtime: word(RUNTIME_STATES),
  progress: nullable(row<NonNullable<HostStatus['progress']>>({ done: count, total: count })),
  reason: nullable(stopReasonWire),
  storage: word(STORAGE_STATUSES),
  unlockNotBefore: number,
  autoLockMinutes: number,
  approvals: list(
    row<ApprovalView>({ id: text(64), origin: text(2_048), seenBefore: flag, request: requestWire }),
    100,
  ),
  updateReady: flag,
})

const checkpointsWire = list(row<CheckpointInfo>({ height: count, timestamp: count }), 100_000)

const CODES: readonly ErrorCode[] = [
  'E_UNAUTHORIZED',
  'E_BAD_REQUEST',
  'E_VERSION',
  'E_NOT_FOUND',
  'E_RANGE',
  'E_LOCKED',
  'E_WALLET_LOCKED',
  'E_REJECTED',
  'E_RATE_LIMITED',
  'E_TOO_LARGE',
  'E_HALTED',
  'E_INTERNAL',
]
const errorWire: Wire<WireError> = {
  write: ({ code, message, retryable, reason }) =>
    reason === undefined ? { code, message, retryable } : { code, message, retryable, reason },
  schema: v.strictObject({
    code: v.picklist(CODES),
    message: v.string(),
    retryable: v.boolean(),
    reason: v.exactOptional(v.looseObject({ type: v.string() })),
  }),
}

const writeReply = (reply: Reply): unknown => {
  switch (reply.type) {
    case 'get_frame_at':
      return { view: frameWire.write(reply.view) }
    case 'get_checkpoints':
      return { oldestHeight: reply.oldestHeight, checkpoints: checkpointsWire.write(reply.checkpoints) }
    case 'rpc':
      return { result: reply.result }
    case 'send_input':
      return { height: reply.height }
    case 'error':
      return { error: errorWire.write(reply.error) }
  }
}

/** Null when it would be too large. */
export const writePush = (id: number, push: Push): string | null => {
  const { type, seq } = push
  const payload =
    type === 'status'
      ? { seq, status: statusWire.write(push.status) }
      : { seq, height: push.view.height, view: frameWire.write(push.view) }
  return writeEnvelope({ type, id, inReplyTo: null, payload })
}

/** Null when it would be too large. @throws Error for a result that is no plain value. */
export const writeAnswer = (id: number, inReplyTo: number | null, reply: Reply): string | null =>
  writeEnvelope({ type: reply.type, id, inReplyTo, payload: writeReply(reply) })

export type ReadAnswer =
  | { readonly type: 'push'; readonly push: Push }
  | { readonly type: 'reply'; readonly inReplyTo: number | null; readonly reply: Reply }
  | { readonly type: 'foreign_version'; readonly inReplyTo: number | null }
  | { readonly type: 'unreadable'; readonly inReplyTo: number | null }

type Payloads = { readonly [type: string]: v.GenericSchema<unknown, object> }

const PUSHES: Payloads = {
  status: v.strictObject({ seq: natural, status: statusWire.schema }),
  frame: v.strictObject({ seq: natural, height: natural, view: frameWire.schema }),
}
const REPLIES: Payloads = {
  get_frame_at: v.strictObject({ view: frameWire.schema }),
  get_checkpoints: v.strictObject({ oldestHeight: natural, checkpoints: checkpointsWire.schema }),
  rpc: v.strictObject({ result: v.unknown() }),
  send_input: v.strictObject({ height: natural }),
  error: v.strictObject({ error: errorWire.schema }),
}

const readAs = (payloads: Payloads, type: string, payload: unknown): object | null => {
  const schema = Object.hasOwn(payloads, type) ? payloads[type] : undefined
  const parsed = schema === undefined ? null : v.safeParse(schema, payload)
  return parsed?.success === true ? parsed.output : null
}

/** Takes anything; never throws. */
export const readAnswer = (message: unknown): ReadAnswer => {
  const opened = openEnvelope(message)
  if (opened.type === 'refused') {
    const { error, inReplyTo } = opened
    return { type: error.code === 'E_VERSION' ? 'foreign_version' : 'unreadable', inReplyTo }
  }
  const { type, payload, inReplyTo } = opened.envelope
  // Each table's schemas return the parts of the union member of the same name.
  const push = readAs(PUSHES, type, payload)
  if (push !== null) return { type: 'push', push: { type, ...push } as Push }
  const reply = readAs(REPLIES, type, payload)
  if (reply !== null) return { type: 'reply', inReplyTo, reply: { type, ...reply } as Reply }
  return { type: 'unreadable', inReplyTo }
}
