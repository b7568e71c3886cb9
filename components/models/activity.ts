/** One entry of the history in words and signs: direction from its kind, state from its status. */
import type { ActivityEntry } from '../../runtime/radapter/types.ts'
import type { Text } from './text.ts'

export type Direction = 'in' | 'out' | 'within'

export const directionOf = ({ kind, status }: ActivityEntry): Direction => {
  switch (kind) {
    case 'payment_out':
      return 'out'
    case 'payment_in':
    case 'deposit':
      return 'in'
    case 'reserve_transfer':
      return status === 'received' ? 'in' : 'out'
    case 'collateral':
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
  }
}

export const statusOf = ({ kind, status }: ActivityEntry, text: Text): string => {
  if (kind === 'collateral' && (status === 'sent' || status === 'received')) return text('activity.moved')
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
