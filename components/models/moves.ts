/**
 * Moves of money between address, reserve and account: what each asks for, what its review says, and the command that
 * does it. Figures are the host's; here they are only put into words.
 */
import type { AccountDetail, TokenView } from '../../runtime/radapter/types.ts'
import { chainOf, type Move, type MoveQuote } from './court.ts'
import type { Ui } from './ui.ts'

export type MoveKind = 'deposit' | 'withdraw' | 'collateral' | 'settle' | 'limit'

/** What a form has. `isEverything` is for a settlement of all there is, `to` for a withdrawal. */
export type Draft = { readonly amount: bigint; readonly isEverything: boolean; readonly to: string }

export type Review = {
  /** What moves from where to where, a sentence each. */
  readonly leads: readonly string[]
  readonly cost: string
  readonly time: string
  /** What can still go wrong, a sentence each. */
  readonly wrongs: readonly string[]
}

export type MoveSpec = {
  readonly title: string
  readonly label: string
  readonly mayBeZero: boolean
  readonly move: (draft: Draft) => Move
  readonly review: (draft: Draft, quote: MoveQuote) => Review
  /** Stands on the button that does it. */
  readonly confirm: string
  readonly commit: (draft: Draft, quote: MoveQuote, commandId: string) => Promise<unknown>
  readonly done: string
}

type On = { readonly account: AccountDetail; readonly token: TokenView }
type SpecOf = (ui: Ui, on: On) => MoveSpec

/** Of the account, in the token looked at. */
export const positionIn = ({ account, token }: On) =>
  account.tokens.find((position) => position.tokenId === token.tokenId)

const ETHER = { tokenId: 0, symbol: 'ETH', decimals: 18, isTest: false }

/** What the chain takes, and how long it takes. */
export const costsOf = ({ session, text, format }: Ui, { gas }: MoveQuote): Pick<Review, 'cost' | 'time'> => {
  const chain = chainOf(session)
  if (chain?.isTest === true) return { cost: text('move.cost.test'), time: text('move.time.test') }
  const time = text('move.time.chain', { count: Math.max(1, chain?.confirmationLag ?? 1) })
  if (gas === null) return { cost: text('move.cost.chain'), time }
  const [have, need] = [format.money(gas.have, ETHER, 'down'), format.money(gas.need, ETHER, 'up')]
  return { cost: text('move.cost.ready', { have, need }), time }
}

/** Every command says whose account it is in, and which. */
const inAccount = ({ session }: Ui, { account }: On, commandId: string) => ({
  commandId,
  entityId: session.entity.peek()?.entityId ?? '',
  counterpartyId: account.counterpartyId,
})

const deposit: SpecOf = (ui, { token }) => {
  const { session, text, format } = ui
  const { tokenId } = token
  return {
    title: text('move.deposit'),
    label: text('account.amount'),
    mayBeZero: false,
    move: ({ amount }) => ({ type: 'deposit', tokenId, amount }),
    review: ({ amount }, quote) => ({
      leads: [text('deposit.lead', { amount: format.money(amount, token, 'exact') })],
      ...costsOf(ui, quote),
      wrongs: [text('deposit.wrong')],
    }),
    confirm: text('deposit.now'),
    commit: ({ amount }, _quote, commandId) =>
      session.rpc('reserve.deposit', {
        commandId,
        entityId: session.entity.peek()?.entityId ?? '',
        tokenId,
        amount,
      }),
    done: text('move.asked'),
  }
}

const withdraw: SpecOf = (ui, { token }) => {
  const { session, text, format } = ui
  const { tokenId } = token
  return {
    title: text('move.withdraw'),
    label: text('account.amount'),
    mayBeZero: false,
    move: ({ amount, to }) => ({ type: 'withdraw', tokenId, amount, to }),
    review: ({ amount }, quote) => ({
      leads: [text('withdraw.lead', { amount: format.money(amount, token, 'exact') })],
      ...costsOf(ui, quote),
      wrongs: [text('withdraw.wrong')],
    }),
    confirm: text('withdraw.now'),
    commit: ({ amount }, { address }, commandId) =>
      session.rpc('reserve.withdraw', {
        commandId,
        entityId: session.entity.peek()?.entityId ?? '',
        tokenId,
        amount,
        // What was reviewed, and nothing that was typed since.
        to: address?.text ?? '',
      }),
    done: text('move.asked'),
  }
}

const collateral: SpecOf = (ui, on) => {
  const { session, text, format } = ui
  const { tokenId } = on.token
  const { counterpartyLabel: name } = on.account
  return {
    title: text('account.addCollateral'),
    label: text('account.amount'),
    mayBeZero: false,
    move: ({ amount }) => ({ type: 'collateral', counterpartyId: on.account.counterpartyId, tokenId, amount }),
    review: ({ amount }, quote) => ({
      leads: [text('account.collateralReview', { amount: format.money(amount, on.token, 'exact'), name })],
      ...costsOf(ui, quote),
      wrongs: [text('collateral.wrong', { name })],
    }),
    confirm: text('account.add'),
    commit: ({ amount }, _quote, commandId) =>
      session.rpc('reserve.toCollateral', { ...inAccount(ui, on, commandId), tokenId, amount }),
    done: text('account.done.collateral'),
  }
}

const limitWords = ({ text, format }: Ui, { account, token }: On, limit: bigint): string => {
  const { counterpartyLabel: name } = account
  const debt = positionIn({ account, token })?.theirDebt ?? 0n
  if (limit < debt) return text('account.limitCut', { name, debt: format.money(debt, token, 'exact') })
  return limit === 0n
    ? text('account.limitNone', { name })
    : text('account.limitReview', { name, amount: format.money(limit, token, 'exact') })
}

const limit: SpecOf = (ui, on) => {
  const { session, text } = ui
  const { tokenId } = on.token
  const { counterpartyLabel: name } = on.account
  return {
    title: text('account.setLimit'),
    label: text('account.limit'),
    mayBeZero: true,
    move: ({ amount }) => ({ type: 'limit', counterpartyId: on.account.counterpartyId, tokenId, limit: amount }),
    review: ({ amount }) => ({
      leads: [limitWords(ui, on, amount)],
      cost: text('move.cost.none'),
      time: text('move.time.signed', { name }),
      wrongs: amount === 0n ? [] : [text('limit.wrong', { name })],
    }),
    confirm: text('account.limitSet'),
    commit: ({ amount }, _quote, commandId) =>
      session.rpc('account.setCreditLimit', { ...inAccount(ui, on, commandId), tokenId, limit: amount }),
    done: text('account.done.limit', { name }),
  }
}

const settleLeads = ({ session, text, format }: Ui, { account }: On, { moves }: MoveQuote): readonly string[] => {
  const { counterpartyLabel: name } = account
  return moves.flatMap(({ tokenId, own, theirs }) => {
    const money = (amount: bigint): string => format.money(amount, session.tokenOf(tokenId), 'exact')
    return [
      ...(own > 0n ? [text('settle.lead', { amount: money(own) })] : []),
      ...(theirs > 0n ? [text('settle.theirs', { name, amount: money(theirs) })] : []),
    ]
  })
}

/** What stays a promise, whatever is settled. */
const settleLeaves = ({ session, text, format }: Ui, { account }: On, { moves }: MoveQuote): readonly string[] =>
  account.tokens
    .filter(({ tokenId, theirDebt }) => theirDebt > 0n && moves.some((move) => move.tokenId === tokenId))
    .map(({ tokenId, theirDebt }) =>
      text('settle.theyOwe', {
        name: account.counterpartyLabel,
        amount: format.money(theirDebt, session.tokenOf(tokenId), 'exact'),
      }),
    )

const settle: SpecOf = (ui, on) => {
  const { session, text } = ui
  const { tokenId } = on.token
  const { counterpartyId, counterpartyLabel: name } = on.account
  return {
    title: text('move.settle'),
    label: text('account.amount'),
    mayBeZero: false,
    move: ({ amount, isEverything }) => ({
      type: 'settle',
      counterpartyId,
      moves: isEverything ? null : [{ tokenId, own: amount, theirs: 0n }],
    }),
    review: (_draft, quote) => ({
      leads: settleLeads(ui, on, quote),
      cost: costsOf(ui, quote).cost,
      time: text('move.time.settle', { name }),
      wrongs: [text('settle.wrong', { name }), text('settle.held'), ...settleLeaves(ui, on, quote)],
    }),
    confirm: text('settle.now'),
    commit: (_draft, { moves }, commandId) => session.rpc('account.settle', { ...inAccount(ui, on, commandId), moves }),
    done: text('settle.done', { name }),
  }
}

const SPECS: { readonly [K in MoveKind]: SpecOf } = { deposit, withdraw, collateral, settle, limit }

export const specOf = (ui: Ui, kind: MoveKind, on: On): MoveSpec => SPECS[kind](ui, on)
