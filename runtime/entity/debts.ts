/** Debts a judgement left: kept as the chain tells of them, by this entity's debts and those owed to it. */
import type { JEvent } from '../jurisdiction/types.ts'
import { type EntityDraft, tokenKey } from './draft.ts'
import type { Debt } from './types.ts'

const debtKey = ({ debtor, tokenId, debtId }: Pick<Debt, 'debtor' | 'tokenId' | 'debtId'>): string =>
  `${debtor}:${tokenKey(tokenId)}:${debtId.toString().padStart(15, '0')}`

export const onDebtCreated = (draft: EntityDraft, event: Extract<JEvent, { type: 'debt_created' }>): void => {
  const { debtor, creditor, tokenId, debtId, amount } = event
  const debt: Debt = { debtor, creditor, tokenId, debtId, amount }
  draft.state = { ...draft.state, debts: draft.state.debts.set(debtKey(debt), debt) }
  draft.events.push({ type: 'debt_created', debt })
}

export const onDebtEnforced = (draft: EntityDraft, event: Extract<JEvent, { type: 'debt_enforced' }>): void => {
  const key = debtKey(event)
  const known = draft.state.debts.get(key)
  if (known === undefined) return
  const debt: Debt = { ...known, amount: event.remaining }
  const { debts } = draft.state
  draft.state = { ...draft.state, debts: debt.amount === 0n ? debts.delete(key) : debts.set(key, debt) }
  draft.events.push({ type: 'debt_enforced', debt, paid: known.amount - event.remaining })
}
