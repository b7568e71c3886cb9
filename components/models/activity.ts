/** One entry of the history in words and signs: direction from its kind, state from its status. */
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import { shortId } from './copy.ts'
import type { Text } from './text.ts'

export type Direction = 'in' | 'out' | 'within'

export const directionOf = ({ kind, status }: ActivityEntry): Direction => {
  switch (kind) {
    case 'payment_out':
      return 'out'
    case 'payment_in':
    case 'deposit':
    case 'debt_in':
      return 'in'
    case 'withdrawal':
    case 'debt_out':
      return 'out'
    case 'reserve_transfer':
      return status === 'received' ? 'in' : 'out'
    case 'collateral':
    case 'settlement':
    case 'dispute':
      return 'within'
  }
}

export const titleOf = ({ kind, counterpartyLabel }: ActivityEntry, text: Text): string => {
  switch (kind) {
    case 'payment_out':
    case 'payment_in':
      return counterpartyLabel
    case 'deposit':
      return text('activity.deposit')
    case 'reserve_transfer':
      return counterpartyLabel === '' ? text('activity.reserveTransfer') : counterpartyLabel
    case 'collateral':
      return text('activity.collateral', { name: counterpartyLabel })
    case 'withdrawal':
      return text('activity.withdrawal', { address: shortId(counterpartyLabel) })
    case 'settlement':
      return text('activity.settlement', { name: counterpartyLabel })
    case 'dispute':
      return text('activity.dispute', { name: counterpartyLabel })
    case 'debt_in':
    case 'debt_out':
      return text('activity.debt', { name: counterpartyLabel })
  }
}

export const statusOf = ({ kind, status }: ActivityEntry, text: Text): string => {
  const hasEnded = status === 'sent' || status === 'received'
  if (hasEnded && (kind === 'collateral' || kind === 'settlement')) return text('activity.moved')
  if (hasEnded && kind === 'dispute') return text('activity.judged')
  switch (status) {
    case 'sent':
      return text('activity.sent')
    case 'received':
      return text('activity.received')
    case 'pending':
      return text('activity.pending')
    case 'failed':
      return text('activity.failed')
  }
}
