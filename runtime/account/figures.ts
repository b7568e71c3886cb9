/**
 * The figures of an account: what sorting and summing need of it, of a replica or skimmed off its row (`row.ts`), which
 * takes a fiftieth of the time that decoding does.
 */
import { bigIntAt, bigUintAt, contentAt, countAt, endOf, itemAt, uintAt } from '../codec/skim.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { TokenId } from '../lib/units.ts'
import type { Delta } from './delta.ts'
import type { AccountReplica } from './types.ts'

export type AccountFigures = Pick<AccountReplica, 'isLeft' | 'createdAtHeight' | 'updatedAtHeight'> & {
  readonly isOpen: boolean
  readonly locks: number
  /** In the order of the token numbers. */
  readonly deltas: Iterable<Delta>
}

export const figuresOf = ({
  state,
  status,
  isLeft,
  createdAtHeight,
  updatedAtHeight,
}: AccountReplica): AccountFigures => ({
  isLeft,
  isOpen: status.type === 'open',
  locks: state.locks.size,
  deltas: state.deltas.values(),
  createdAtHeight,
  updatedAtHeight,
})

/** Places of the fields in a row. */
const DELTAS_FROM_STATE = 1
const STATUS_FROM_LOCKS = 5
const COUNTER_FROM_STATUS = 2
/** The tag of an open account in the union of statuses. */
const OPEN = 1

const after = (row: Bytes, at: number, items: number): number => {
  let item = at
  for (let i = 0; i < items; i++) item = endOf(row, item)
  return item
}

const deltaAt = (row: Bytes, at: number): Delta => {
  const tokenId = contentAt(row, at)
  const collateral = endOf(row, tokenId)
  const ondelta = endOf(row, collateral)
  const offdelta = endOf(row, ondelta)
  const leftCreditLimit = endOf(row, offdelta)
  const rightCreditLimit = endOf(row, leftCreditLimit)
  const leftHold = endOf(row, rightCreditLimit)
  const rightHold = endOf(row, leftHold)
  const leftAllowance = endOf(row, rightHold)
  const rightAllowance = endOf(row, leftAllowance)
  return {
    tokenId: uintAt(row, tokenId) as TokenId,
    collateral: bigUintAt(row, collateral),
    ondelta: bigIntAt(row, ondelta),
    offdelta: bigIntAt(row, offdelta),
    leftCreditLimit: bigUintAt(row, leftCreditLimit),
    rightCreditLimit: bigUintAt(row, rightCreditLimit),
    leftHold: bigUintAt(row, leftHold),
    rightHold: bigUintAt(row, rightHold),
    leftAllowance: bigUintAt(row, leftAllowance),
    rightAllowance: bigUintAt(row, rightAllowance),
  }
}

/** Of a row that `encodeAccount` wrote; of any other bytes they mean nothing. */
export const figuresAt = (row: Bytes): AccountFigures => {
  const isLeft = contentAt(row, 0)
  const deltas = after(row, isLeft, 1 + DELTAS_FROM_STATE)
  const locks = endOf(row, deltas)
  const status = after(row, locks, STATUS_FROM_LOCKS)
  const created = after(row, status, 1 + COUNTER_FROM_STATUS)
  const found: Delta[] = []
  const end = Math.min(locks, row.length)
  for (let at = contentAt(row, deltas); at < end; at = endOf(row, at)) found.push(deltaAt(row, at))
  return {
    isLeft: uintAt(row, isLeft) === 1,
    isOpen: uintAt(row, itemAt(row, status, 0)) === OPEN,
    locks: countAt(row, locks),
    deltas: found,
    createdAtHeight: uintAt(row, created),
    updatedAtHeight: uintAt(row, endOf(row, created)),
  }
}
