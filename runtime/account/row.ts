/** One account as one row: what follows from the rest (roots, the overlay of a proposal) is not stored, but made again. */

import { hanko, hash32 } from '../codec/common.ts'
import { bool, bytesUpTo, type Codec, encode, list, nullable, struct, uint } from '../codec/schema.ts'
import { Fault } from '../lib/assert.ts'
import type { Bytes } from '../lib/bytes.ts'
import { LIMITS } from '../lib/limits.ts'
import {
  claimsCodec,
  frameCodec,
  lockCodec,
  mempoolCodec,
  policiesCodec,
  sealsCodec,
  settlementCodec,
  signedFrameCodec,
  statusCodec,
  termsCodec,
} from './codec.ts'
import { type Delta, deltaCodec } from './delta.ts'
import { accountStateRoot, execute, hashFrame, mapsOf } from './frame.ts'
import type { AccountReplica, AccountState, HtlcLock, PendingFrame } from './types.ts'

type AccountRow = Omit<AccountReplica, 'state' | 'pending'> & {
  readonly state: Pick<
    AccountState,
    'terms' | 'height' | 'frameHash' | 'timestampMs' | 'leftClaims' | 'rightClaims' | 'settlement' | 'policies'
  >
  readonly deltas: readonly Delta[]
  readonly locks: readonly HtlcLock[]
  readonly pending: Pick<PendingFrame, 'frame' | 'hanko' | 'message'> | null
}
export const accountRowCodec: Codec<AccountRow> = struct<AccountRow>({
  isLeft: bool,
  state: struct<AccountRow['state']>({
    terms: termsCodec,
    height: uint,
    frameHash: hash32,
    timestampMs: uint,
    leftClaims: claimsCodec,
    rightClaims: claimsCodec,
    settlement: nullable(settlementCodec),
    policies: policiesCodec,
  }),
  deltas: list(deltaCodec, LIMITS.tokensPerAccount),
  locks: list(lockCodec, LIMITS.locksPerAccount),
  mempool: mempoolCodec,
  pending: nullable(
    struct<NonNullable<AccountRow['pending']>>({ frame: frameCodec, hanko, message: bytesUpTo(LIMITS.messageBytes) }),
  ),
  lastReply: nullable(
    struct<NonNullable<AccountReplica['lastReply']>>({ height: uint, message: bytesUpTo(LIMITS.messageBytes) }),
  ),
  frames: list(signedFrameCodec, LIMITS.framesInMemory),
  status: statusCodec,
  seals: nullable(sealsCodec),
  counter: uint,
  createdAtHeight: uint,
  updatedAtHeight: uint,
})

export const encodeAccount = (replica: AccountReplica): Bytes => {
  const { state, pending, ...rest } = replica
  return encode(accountRowCodec, {
    ...rest,
    state,
    deltas: [...state.deltas.values()],
    locks: [...state.locks.values()],
    pending,
  })
}

/** @throws Fault when a proposal in it does not fit its state. */
export const decodeAccount = (row: AccountRow): AccountReplica => {
  const { deltas, locks, pending, ...rest } = row
  const sections = { ...row.state, ...mapsOf({ deltas, locks }) }
  const state: AccountState = { ...sections, root: accountStateRoot(sections) }
  return {
    ...rest,
    state,
    pending: pending === null ? null : restorePending(state, pending),
  }
}

/** The overlay of a proposal is not stored: it follows from the state and the frame. */
const restorePending = (state: AccountState, stored: NonNullable<AccountRow['pending']>): PendingFrame => {
  const { frame } = stored
  const executed = execute(state, frame.accountTxs, frame)
  const hash = hashFrame(frame)
  const { height, timestampMs, accountStateRoot: root } = frame
  const next: AccountState = {
    ...executed.state,
    height,
    frameHash: hash,
    timestampMs,
    root: accountStateRoot(executed.state),
  }
  if (executed.refusals.length > 0 || !next.root.every((byte, i) => byte === root[i]))
    throw new Fault('I-ROOT', 'a stored proposal does not fit its state')
  return { ...stored, hash, next, events: executed.events }
}
