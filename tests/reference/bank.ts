/**
 * Reserves and debts of one token: first in, first out, older debts before everything else.
 *
 * Contract: spendable = max(0, reserve − outstanding debt), and nothing takes more. What comes in pays the receiver's
 * debts, `perCredit` of them at most; what a debt pays does not go on to pay the creditor's own debts. A shortfall pays
 * older debts first, then comes out of the spendable reserve, and the rest is a new debt.
 */
import { greatest, least } from './money.ts'

export type Debt = { readonly id: bigint; readonly creditor: number; readonly amount: bigint }
export type Purse = { readonly reserve: bigint; readonly debts: readonly Debt[]; readonly nextId: bigint }
export type Bank = readonly Purse[]

export const outstanding = ({ debts }: Purse): bigint => debts.reduce((sum, { amount }) => sum + amount, 0n)
export const spendable = (purse: Purse): bigint => greatest(purse.reserve - outstanding(purse), 0n)

const put = (bank: Bank, at: number, change: (purse: Purse) => Purse): Bank =>
  bank.map((purse, index) => (index === at ? change(purse) : purse))
const grow = (bank: Bank, at: number, amount: bigint): Bank =>
  put(bank, at, (purse) => ({ ...purse, reserve: purse.reserve + amount }))

/** Pays the oldest debts, whole or in part, until the reserve or the number of debts is used up. */
export const enforce = (bank: Bank, debtor: number, most: bigint): Bank => {
  const purse = bank[debtor]
  const [oldest, ...younger] = purse?.debts ?? []
  if (purse === undefined || oldest === undefined || purse.reserve === 0n || most === 0n) return bank
  const pays = least(oldest.amount, purse.reserve)
  const rest = oldest.amount - pays
  const debts = rest === 0n ? younger : [{ ...oldest, amount: rest }, ...younger]
  const paid = put(bank, debtor, () => ({ ...purse, reserve: purse.reserve - pays, debts }))
  const received = grow(paid, oldest.creditor, pays)
  return rest === 0n ? enforce(received, debtor, most - 1n) : received
}

export const credit = (bank: Bank, to: number, amount: bigint, perCredit: bigint): Bank =>
  amount === 0n ? bank : enforce(grow(bank, to, amount), to, perCredit)

/** Null where it would take more than is spendable. */
export const take = (bank: Bank, from: number, amount: bigint): Bank | null => {
  const purse = bank[from]
  return purse === undefined || amount > spendable(purse) ? null : grow(bank, from, -amount)
}

/** What the creditor gets at once is an incoming reserve like any other. */
export const owe = (
  bank: Bank,
  { debtor, creditor, amount }: { readonly debtor: number; readonly creditor: number; readonly amount: bigint },
  perCredit: bigint,
): Bank => {
  const paid = enforce(bank, debtor, perCredit)
  const purse = paid[debtor]
  if (purse === undefined) return paid
  const now = least(amount, spendable(purse))
  const moved = credit(grow(paid, debtor, -now), creditor, now, perCredit)
  if (now === amount) return moved
  return put(moved, debtor, (left) => ({
    ...left,
    debts: [...left.debts, { id: left.nextId, creditor, amount: amount - now }],
    nextId: left.nextId + 1n,
  }))
}
