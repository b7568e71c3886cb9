/** Words for what only the court and the chain refuse; screens that ask for such things bring them along. */
import { type MoreWords, row } from './words.ts'

export const COURT_WORDS: MoreWords = {
  rows: {
    settlement_open: row('why.settlement_open', 'next.waitSettlement'),
    no_settlement: row('why.no_settlement', 'next.nothing'),
    own_settlement: row('why.own_settlement', 'next.waitOther'),
    settlement_approved: row('why.settlement_approved', 'next.waitSettlement'),
    bad_settlement: row('why.bad_settlement', 'next.otherAmount', 'amount'),
    nothing_to_settle: row('why.nothing_to_settle', 'next.nothing'),
    over_collateral: row('why.over_collateral.plain', 'next.otherAmount', 'amount'),
    over_capacity: row('why.over_capacity.plain', 'next.otherAmount', 'amount'),
    bad_amount: row('why.bad_amount.move', 'next.aboveZero', 'amount'),
    mixed_senders: row('why.mixed_senders', 'next.waitForOne'),
    insufficient_funds: row('why.insufficient_funds.plain', 'next.otherAmount', 'amount'),
    insufficient_reserve: row('why.insufficient_reserve.plain', 'next.lessReserve', 'amount'),
    bad_address: row('why.bad_address', 'next.wholeAddress', 'id'),
    bad_checksum: row('why.bad_checksum', 'next.wholeAddress', 'id'),
    chain_unreachable: row('why.chain_unreachable', 'next.retry'),
    gas_reserve: row('why.gas_reserve', 'next.addFees'),
    unknown_debt: row('why.unknown_debt', 'next.nothing'),
    account_disputed: row('why.account_disputed', 'next.waitJudgement'),
    account_frozen: row('why.account_frozen', 'next.court'),
    not_simulated: row('why.not_simulated', 'next.nothing'),
  },
  haveNeed: { over_collateral: 'why.over_collateral', insufficient_funds: 'why.insufficient_funds' },
}
