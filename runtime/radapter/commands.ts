/**
 * The methods of a running runtime: what a client asks for, turned into one command, and its outcome into an answer
 * with the height it was committed at.
 *
 * Contract: everything is checked before anything is submitted; a refusal is E_REJECTED with its typed reason, and
 * leaves no trace. The same `commandId` always gets the same answer, also when it comes again after a restart.
 */
import { decode } from '../codec/schema.ts'
import { invoiceCodec } from '../entity/codec.ts'
import { invoiceLink } from '../entity/invoice.ts'
import { largestPayment } from '../entity/largest.ts'
import { offerLink, offerTerms } from '../entity/offer.ts'
import type { EntityAnswer, EntityState, EntityTx } from '../entity/types.ts'
import type { RuntimeHost } from '../host.ts'
import { Fault, present } from '../lib/assert.ts'
import { fromHex, toHex, utf8 } from '../lib/bytes.ts'
import { taggedHash } from '../lib/hash.ts'
import type { EntityId, PaymentId, TokenId } from '../lib/units.ts'
import type { Clock } from '../ports.ts'
import { profileOf } from '../step.ts'
import type { EntryWithBalance } from './activity-methods.ts'
import { type AddressBook, NO_BOOK } from './address-book.ts'
import {
  accountOf,
  amountOf,
  checkOffer,
  entityNamed,
  entityOf,
  memoOf,
  offerIdOf,
  paymentOf,
  recipientOf,
  refuse,
} from './arguments.ts'
import { courtHandlers } from './court-commands.ts'
import { internal, RAdapterError } from './errors.ts'
import type { Command } from './input.ts'
import { systemPorts } from './line.ts'
import { labelOf } from './names.ts'
import { proofFile } from './proof-file.ts'
import { NO_PURSE, ownAddress, type Purse } from './purse.ts'
import { quotePayment } from './quote.ts'
import { answerOf, done, type On, submit, submitMove } from './submit.ts'
import type { RpcMethod, RpcMethods } from './types.ts'

export type RuntimeMethod = Exclude<
  RpcMethod,
  `${'wallet' | 'approvals' | 'sites' | 'book' | 'entity' | 'host' | 'runtime' | 'simnet'}.${string}`
>
export type RuntimeHandlers = {
  readonly [M in RuntimeMethod]: (params: RpcMethods[M]['params']) => Promise<RpcMethods[M]['result']>
} & { readonly send_input: (command: Command) => Promise<{ readonly height: number }> }

type Params<M extends RuntimeMethod> = RpcMethods[M]['params']
type Result<M extends RuntimeMethod> = Promise<RpcMethods[M]['result']>

/** The same command makes the same payment, however often it comes. */
export const paymentIdFor = (entityId: EntityId, commandId: string): PaymentId =>
  toHex(taggedHash('xln:payment', fromHex(entityId), utf8(commandId))) as PaymentId

const quote = async ({ host, clock, book }: On, params: Params<'pay.quote'>): Result<'pay.quote'> => {
  const env = host.env()
  const { state } = entityOf(env, params.from)
  const { to, invoice, offer, link } = recipientOf(env, params.to, book)
  const terms = invoice?.terms ?? offer?.offer ?? null
  const wanted = {
    to,
    invoice,
    offer,
    tokenId: terms?.tokenId ?? (params.tokenId as TokenId),
    amount: amountOf(terms?.amount ?? params.amount),
    // An offer that says nothing leaves the word to whoever pays.
    memo: memoOf(invoice?.terms.memo ?? (offer?.offer.memo || params.memo)),
  }
  if (offer !== null) checkOffer(env, state, offer, wanted)
  const quoted = quotePayment(env, state, wanted, clock.now(), book)
  return quoted.type === 'rejected' ? refuse(quoted.rejection) : { ...quoted.quote, invoice: link }
}

const limit = ({ host, book }: On, { from, to, tokenId }: Params<'pay.limit'>): Result<'pay.limit'> => {
  const env = host.env()
  const { state } = entityOf(env, from)
  const profile = (id: EntityId) => profileOf(env, id)
  const recipient = to.trim() === '' ? null : recipientOf(env, to, book)
  const payee =
    recipient === null
      ? null
      : (recipient.invoice?.terms.payee ?? profile(recipient.to) ?? recipient.offer?.payee ?? null)
  return Promise.resolve({ amount: largestPayment(state, payee, tokenId as TokenId, profile) })
}

/** Answers are forgotten in the end, history is not: a command of long ago does not pay again. */
const paidBefore = async (host: RuntimeHost, entityId: EntityId, id: PaymentId): Promise<number | null> =>
  (await host.history.find({ entityId, id, height: host.env().height }))?.entry.height ?? null

const send = async ({ host, book }: On, params: Params<'pay.send'>): Result<'pay.send'> => {
  const { entityId } = entityOf(host.env(), params.from)
  const paymentId = paymentIdFor(entityId, params.commandId)
  const before = await paidBefore(host, entityId, paymentId)
  if (before !== null) return { height: before, paymentId }
  const committed = await submit(host, { commandId: params.commandId, entityId }, (env) => {
    const { to, invoice, offer } = recipientOf(env, params.to, book)
    const [amount, maxFee] = [amountOf(params.amount), amountOf(params.maxFee, 0n)]
    const tokenId = params.tokenId as TokenId
    if (offer !== null) checkOffer(env, entityOf(env, entityId).state, offer, { tokenId, amount })
    return {
      type: 'pay',
      paymentId,
      to,
      invoice,
      offerId: offer?.offer.offerId ?? null,
      payee: offer?.payee ?? null,
      tokenId,
      amount,
      memo: memoOf(params.memo),
      maxFee,
    }
  })
  return { height: committed.height, paymentId: answerOf(committed, 'payment').paymentId }
}

const createInvoice = async ({ host, clock }: On, params: Params<'invoice.create'>): Result<'invoice.create'> => {
  const { amount, memo, expirySeconds } = params
  const committed = await submit(host, params, (env) => ({
    type: 'create_invoice',
    tokenId: params.tokenId as TokenId,
    amount: amount === null ? null : amountOf(amount),
    memo: memoOf(memo),
    expirySeconds: Math.floor(Math.max(env.timestampMs, clock.now()) / 1_000) + expirySeconds,
  }))
  const { hashlock, invoice } = answerOf(committed, 'invoice')
  const read = decode(invoiceCodec, invoice)
  if (read.type !== 'ok') throw new Fault('I-INVOICE', read.reason)
  return { height: committed.height, invoiceId: toHex(hashlock), link: invoiceLink(read.value) }
}

const createOffer = async ({ host }: On, params: Params<'offer.create'>): Result<'offer.create'> => {
  const { amount, memo } = params
  const committed = await submit(host, params, () => ({
    type: 'create_offer',
    tokenId: params.tokenId as TokenId,
    amount: amount === null ? null : amountOf(amount),
    memo: memoOf(memo),
  }))
  const offerId = toHex(answerOf(committed, 'offer').offerId)
  const env = host.env()
  const { state } = entityOf(env, params.entityId)
  const offer = state.offers.get(offerId) ?? refuse({ type: 'command_id_reused' })
  const chain = present(env.jReplicas.get(state.jurisdiction), state.jurisdiction).terms
  const terms = offerTerms(state, offer, { chain, profile: (id) => profileOf(env, id) })
  return { height: committed.height, offerId, link: offerLink(terms) }
}

/** What a list shows of offers, of which there may be a thousand. */
const LISTED_OFFERS = 50

const listOffers = async ({ host }: On, { entityId }: Params<'offer.list'>): Result<'offer.list'> => {
  const env = host.env()
  const { state } = entityOf(env, entityId)
  const chain = present(env.jReplicas.get(state.jurisdiction), state.jurisdiction).terms
  const offers = [...state.offers.values()].slice(0, LISTED_OFFERS).map((offer) => {
    const { tokenId, amount, memo } = offer
    const link = offerLink(offerTerms(state, offer, { chain, profile: (id) => profileOf(env, id) }))
    return { offerId: toHex(offer.offerId), link, tokenId, amount, memo }
  })
  return { offers, total: state.offers.size }
}

const withdrawOffer = async ({ host }: On, params: Params<'offer.withdraw'>): Result<'offer.withdraw'> =>
  done(await submit(host, params, () => ({ type: 'withdraw_offer', offerId: offerIdOf(params.offerId) })))

const getPayment = async (on: On, { from, paymentId }: Params<'pay.get'>): Result<'pay.get'> => {
  const { entry } = await activityDetail(on, { entityId: from, id: paymentId, height: null })
  const { balance: _, ...payment } = entry
  return payment
}

/** Balances of who lives on fees would leave them out. */
const withoutSum = (entry: EntryWithBalance, { hubPolicy }: EntityState): EntryWithBalance =>
  hubPolicy === null ? entry : { ...entry, balance: null }

const activityDetail = async ({ host, book }: On, params: Params<'activity.detail'>): Result<'activity.detail'> => {
  const { entityId, state } = entityOf(host.env(), params.entityId)
  const height = params.height ?? host.env().height
  const found = await host.history.find({ entityId, id: params.id, height, book })
  if (found !== null) return { ...found, entry: withoutSum(found.entry, state) }
  throw notFound('there is no such payment')
}

const activityExport = async ({ host, book }: On, params: Params<'activity.export'>): Result<'activity.export'> => {
  const { activitySearch: search, activityFilter: filter, activityTokenId: tokenId, before } = params
  const { entityId, state } = entityOf(host.env(), params.entityId)
  const height = params.height ?? host.env().height
  const part = await host.history.part({ entityId, height, search, filter, tokenId, before, book })
  return { ...part, entries: part.entries.map((entry) => withoutSum(entry, state)) }
}

const notFound = (message: string): RAdapterError =>
  new RAdapterError({ code: 'E_NOT_FOUND', message, retryable: false })

const accountProof = async ({ host, book }: On, params: Params<'account.proof'>): Result<'account.proof'> => {
  const env = params.height === null ? host.env() : await host.envAt(params.height)
  if (env === null) throw notFound(`height ${params.height} is not retained`)
  const { entityId, state } = entityOf(env, params.entityId)
  const account = state.accounts.get(params.counterpartyId)
  const { left = entityId, right = entityId } = account?.state.terms ?? {}
  const tokens = env.jReplicas.get(state.jurisdiction)?.tokens ?? []
  const file =
    account === undefined
      ? null
      : proofFile(account, params.since, {
          left: labelOf(env, left, book),
          right: labelOf(env, right, book),
          tokens: tokens.map(({ tokenId, symbol, decimals }) => ({ tokenId, symbol, decimals })),
        })
  if (file === null) throw notFound('nothing is signed here')
  return { file }
}

const openAccount = async ({ host, book }: On, params: Params<'account.open'>): Result<'account.open'> =>
  done(
    await submit(host, params, (env) => ({
      type: 'open_account',
      counterparty: entityNamed(env, params.counterpartyId, book),
      tokenId: params.tokenId as TokenId,
      creditLimit: amountOf(params.creditLimit, 0n),
    })),
  )

const setCreditLimit = async (
  { host, book }: On,
  params: Params<'account.setCreditLimit'>,
): Result<'account.setCreditLimit'> =>
  done(
    await submit(host, params, (env, entityId) => ({
      type: 'set_credit_limit',
      counterparty: accountOf(env, entityId, params.counterpartyId, book),
      tokenId: params.tokenId as TokenId,
      limit: amountOf(params.limit, 0n),
    })),
  )

const toCollateral = async (on: On, params: Params<'reserve.toCollateral'>): Result<'reserve.toCollateral'> =>
  done(
    await submitMove(on, params, (env, entityId) => ({
      type: 'reserve_to_collateral',
      counterparty: accountOf(env, entityId, params.counterpartyId, on.book),
      tokenId: params.tokenId as TokenId,
      amount: amountOf(params.amount),
    })),
  )

const transfer = async (on: On, params: Params<'reserve.transfer'>): Result<'reserve.transfer'> =>
  done(
    await submitMove(on, params, (env) => ({
      type: 'reserve_to_reserve',
      to: entityNamed(env, params.to, on.book),
      tokenId: params.tokenId as TokenId,
      amount: amountOf(params.amount),
    })),
  )

/** What goes to the chain of the owner's own free will. */
const MOVES: ReadonlySet<EntityTx['type']> = new Set([
  'reserve_to_collateral',
  'reserve_to_reserve',
  'deposit',
  'withdraw',
])

/** The answer that a transaction is given. */
const kindOf = ({ type }: EntityTx): EntityAnswer['type'] => {
  switch (type) {
    case 'pay':
      return 'payment'
    case 'create_invoice':
      return 'invoice'
    case 'create_offer':
      return 'offer'
    default:
      return 'done'
  }
}

/** What every other command comes down to, as it is: one transaction of an entity. */
const sendInput = async (on: On, { commandId, entityId, tx }: Command): Promise<{ readonly height: number }> => {
  if (tx.type === 'deposit' && tx.from !== ownAddress(on.purse)) return refuse({ type: 'bad_address' })
  const before = tx.type === 'pay' ? await paidBefore(on.host, entityId, tx.paymentId) : null
  if (before !== null) return { height: before }
  const params = { commandId, entityId }
  const committed = await (MOVES.has(tx.type) ? submitMove(on, params, () => tx) : submit(on.host, params, () => tx))
  answerOf(committed, kindOf(tx))
  return { height: committed.height }
}

/**
 * @param host may change from call to call; a call finds it running, the server sees to that.
 * @param names the address book, which says first whom a name means.
 * @param purse the owner's address on chain; without one nothing can be deposited.
 */
export const commandHandlers = (
  host: () => RuntimeHost | null,
  clock: Clock = systemPorts.clock,
  names: () => AddressBook = () => NO_BOOK,
  purse: Purse = NO_PURSE,
): RuntimeHandlers => {
  const on =
    <P, R>(handle: (on: On, params: P) => Promise<R>) =>
    async (params: P): Promise<R> => {
      const running = host()
      if (running === null) throw new RAdapterError({ ...internal(true), message: 'no runtime is running' })
      return handle({ host: running, clock, book: names(), purse }, params)
    }
  return {
    'pay.quote': on(quote),
    'pay.limit': on(limit),
    'pay.send': on(send),
    'pay.cancel': on(async ({ host: running }, params) =>
      done(
        await submit(running, { commandId: params.commandId, entityId: params.from }, () => ({
          type: 'cancel_payment',
          paymentId: paymentOf(params.paymentId),
        })),
      ),
    ),
    'pay.get': on(getPayment),
    'activity.detail': on(activityDetail),
    'activity.export': on(activityExport),
    'invoice.create': on(createInvoice),
    'offer.create': on(createOffer),
    'offer.list': on(listOffers),
    'offer.withdraw': on(withdrawOffer),
    'account.proof': on(accountProof),
    'account.open': on(openAccount),
    'account.setCreditLimit': on(setCreditLimit),
    'reserve.toCollateral': on(toCollateral),
    'reserve.transfer': on(transfer),
    ...courtHandlers(on),
    send_input: on(sendInput),
  }
}
