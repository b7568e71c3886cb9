/**
 * Oracle: the answers of the keys, taken live and recorded, or played back. A tick that is replayed asks the same
 * questions in the same order, so the recorded answers stand in for the keys: history replays while the wallet is
 * locked, at the cost of a lookup instead of a signature.
 */

import type { Profile } from './entity/types.ts'
import type { Board } from './jurisdiction/board.ts'
import { Fault } from './lib/assert.ts'
import { type Bytes, EMPTY } from './lib/bytes.ts'
import { recoverAddress } from './lib/secp.ts'
import type { EntityId } from './lib/units.ts'
import type { Signer } from './ports.ts'

export type Oracle = {
  /** @throws Fault when there is no key for the entity. */
  readonly seal: (entityId: EntityId, digest: Bytes) => Bytes
  readonly open: (entityId: EntityId, box: Bytes, aad: Bytes) => Bytes | null
  readonly verify: (signer: Profile, digest: Bytes, hanko: Bytes) => boolean
  /** Returns how to forget everything asked since. */
  readonly savepoint: () => () => void
  /** The answers so far. */
  readonly answers: () => readonly Bytes[]
}

const SIGNATURE_BYTES = 65
const YES = Uint8Array.of(1)

/** True when the members who signed outweigh the threshold; each signs once, in board order, and none in vain. */
export const isSignedByBoard = (board: Board, digest: Bytes, hanko: Bytes): boolean => {
  if (hanko.length === 0 || hanko.length % SIGNATURE_BYTES !== 0) return false
  let weight = 0
  let next = 0
  for (let at = 0; at < hanko.length; at += SIGNATURE_BYTES) {
    const signer = recoverAddress(digest, hanko.subarray(at, at + SIGNATURE_BYTES))
    const index = board.members.findIndex((member, i) => i >= next && member.address === signer)
    if (index < 0) return false
    weight += board.members[index]?.weight ?? 0
    next = index + 1
  }
  return weight >= board.threshold
}

/** `isSigned` says whether a board stands behind a signature; by default its keys do. */
export const liveOracle = (signer: Signer, isSigned: typeof isSignedByBoard = isSignedByBoard): Oracle => {
  const taken: Bytes[] = []
  const keep = (answer: Bytes): Bytes => {
    taken.push(answer)
    return answer
  }
  return {
    seal: (entityId, digest) => {
      const signature = signer.sign(entityId, digest)
      if (signature === null) throw new Fault('I-SIGNER', `no key for ${entityId}`)
      return keep(signature)
    },
    open: (entityId, box, aad) => {
      const plain = signer.open(entityId, box, aad)
      keep(plain ?? EMPTY)
      return plain
    },
    verify: (profile, digest, hanko) => {
      const valid = isSigned(profile.board, digest, hanko)
      keep(valid ? YES : EMPTY)
      return valid
    },
    savepoint: () => {
      const length = taken.length
      return () => {
        taken.length = length
      }
    },
    answers: () => taken,
  }
}

/** @throws Fault when more is asked than was recorded: the replay has left the recorded path. */
export const replayOracle = (recorded: readonly Bytes[]): Oracle => {
  let at = 0
  const next = (): Bytes => {
    const answer = recorded[at++]
    if (answer === undefined) throw new Fault('I-REPLAY', `answer ${at} was never recorded`)
    return answer
  }
  const nextOrNull = (): Bytes | null => {
    const answer = next()
    return answer.length === 0 ? null : answer
  }
  return {
    seal: next,
    open: nextOrNull,
    verify: () => next().length > 0,
    savepoint: () => {
      const mark = at
      return () => {
        at = mark
      }
    },
    answers: () => recorded.slice(0, at),
  }
}
