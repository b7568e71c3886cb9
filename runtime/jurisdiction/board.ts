/**
 * Boards: who signs for an entity. `boardId` is the entity's id and equals contracts/libraries/Hanko.sol `entityIdOf`:
 * keccak256(abi.encode(uint16 threshold, address[] members, uint16[] weights)), members strictly ascending.
 *
 * A board enters through `parseBoard`, or is held against an id by `isBoardOf`; the rest of this module trusts it.
 */
import { AbiCoder } from 'ethers'
import { fromHex, toHex } from '../lib/bytes.ts'
import { keccak } from '../lib/hash.ts'
import { LIMITS } from '../lib/limits.ts'
import { type Address, byCodePoint, type EntityId } from '../lib/units.ts'

export type BoardMember = {
  readonly address: Address
  /** 1 ≤ weight < 2^16. */
  readonly weight: number
}
export type Board = {
  /** 1 ≤ threshold ≤ the sum of all weights, < 2^16. */
  readonly threshold: number
  /** Strictly ascending by address. */
  readonly members: readonly BoardMember[]
}

export type BoardProblem =
  | { readonly type: 'member_count'; readonly count: number; readonly limit: number }
  | { readonly type: 'member_zero' }
  | { readonly type: 'member_twice'; readonly address: Address }
  | { readonly type: 'weight_out_of_range'; readonly address: Address; readonly weight: number }
  | { readonly type: 'threshold_out_of_range'; readonly threshold: number; readonly totalWeight: number }

export type ParsedBoard =
  | { readonly type: 'ok'; readonly board: Board }
  | { readonly type: 'invalid'; readonly problem: BoardProblem }

const isUint16 = (value: number): boolean => Number.isInteger(value) && value >= 1 && value < 2 ** 16

const problemOf = ({ threshold, members }: Board): BoardProblem | null => {
  const limit = LIMITS.boardMembers
  if (members.length === 0 || members.length > limit) return { type: 'member_count', count: members.length, limit }
  let totalWeight = 0
  for (const [i, { address, weight }] of members.entries()) {
    if (BigInt(address) === 0n) return { type: 'member_zero' }
    if (members[i + 1]?.address === address) return { type: 'member_twice', address }
    if (!isUint16(weight)) return { type: 'weight_out_of_range', address, weight }
    totalWeight += weight
  }
  if (!isUint16(threshold) || threshold > totalWeight) return { type: 'threshold_out_of_range', threshold, totalWeight }
  return null
}

/** Sorts the members; refuses a board that could never sign, or that the contracts would not take. */
export const parseBoard = ({ threshold, members }: Board): ParsedBoard => {
  const sorted = { threshold, members: [...members].sort((a, b) => byCodePoint(a.address, b.address)) }
  const problem = problemOf(sorted)
  return problem === null ? { type: 'ok', board: sorted } : { type: 'invalid', problem }
}

/** True when `board`, as it stands, is one the contracts take and `entityId` is its id. */
export const isBoardOf = (entityId: EntityId, board: Board): boolean => {
  const parsed = parseBoard(board)
  if (parsed.type === 'invalid') return false
  const isOrdered = parsed.board.members.every(({ address }, i) => address === board.members[i]?.address)
  return isOrdered && boardId(board) === entityId
}

/** The board of an entity that one key signs for. */
export const boardOfOne = (address: Address): Board => ({ threshold: 1, members: [{ address, weight: 1 }] })

export const boardId = ({ threshold, members }: Board): EntityId => {
  const values = [threshold, members.map((member) => member.address), members.map((member) => member.weight)]
  const encoding = AbiCoder.defaultAbiCoder().encode(['uint16', 'address[]', 'uint16[]'], values)
  return toHex(keccak(fromHex(encoding))) as string as EntityId
}
