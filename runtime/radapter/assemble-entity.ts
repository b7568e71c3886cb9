/** The selected entity in a view: its balances, and what is on its way. Lists are bounded; totals are not. */
import type { InvoiceRecord, LockRoute, Payment } from '../entity/types.ts'
import { toHex } from '../lib/bytes.ts'
import type { TokenId } from '../lib/units.ts'
import { entityCourt } from './assemble-court.ts'
import { noPosition } from './positions.ts'
import type { EntityFacts, StateReader } from './reader.ts'
import type { Balance, EntityReplicaFull, InvoiceView, PendingPayment } from './types.ts'

/** What a view shows of lists that can be a thousand long; counts and totals cover all of them. */
const SHOWN = { locks: 50, payments: 50, invoices: 20 } as const

export const entityDetail = (reader: StateReader, entity: EntityFacts): EntityReplicaFull => ({
  entityId: entity.entityId,
  label: reader.labelOf(entity.entityId),
  ...entityCourt(reader, entity),
  height: entity.height,
  address: entity.board.members[0]?.address ?? '',
  balances: balances(reader, entity),
  lockBook: locks(reader, entity),
  pendingPayments: pendingPayments(reader, entity),
  invoices: invoices(reader, entity),
})

const balances = (reader: StateReader, entity: EntityFacts): readonly Balance[] => {
  const { positions } = reader.totals(entity.entityId)
  const chain = reader.jurisdictions().find(({ name }) => name === entity.jurisdiction)
  const tokens = new Set([...(chain?.tokens ?? []).map(({ tokenId }) => tokenId as number), ...positions.keys()])
  return [...tokens]
    .sort((a, b) => a - b)
    .map((tokenId): Balance => {
      const position = positions.get(tokenId) ?? noPosition(tokenId)
      const reserve = reader.reserve(entity, tokenId as TokenId)
      const spendable = reader.spendable(entity, tokenId as TokenId)
      const { outbound: canSend, inbound: canReceive } = position
      return { tokenId, total: reserve + position.balance, reserve, spendable, canSend, canReceive, position }
    })
}

type LockView = EntityReplicaFull['lockBook'][number]

const locks = (reader: StateReader, entity: EntityFacts): readonly LockView[] => {
  const shown: LockView[] = []
  for (const [key, route] of entity.lockBook.entries()) {
    if (shown.length === SHOWN.locks) break
    const lock = lockView(reader, entity, key, route)
    if (lock !== null) shown.push(lock)
  }
  return shown
}

const lockView = (reader: StateReader, entity: EntityFacts, key: string, route: LockRoute): LockView | null => {
  const hashlock = key.slice(0, key.indexOf(':'))
  switch (route.type) {
    case 'origin': {
      const payment = entity.payments.get(route.paymentId)
      if (payment === undefined || payment.phase.type !== 'locked') return null
      const { amount, fee, tokenId, phase } = payment
      return { hashlock, inboundFrom: null, outboundTo: phase.via, amount: amount + fee, tokenId }
    }
    case 'forward':
      return { hashlock, inboundFrom: route.from, outboundTo: route.to, amount: route.inAmount, tokenId: route.tokenId }
    case 'final': {
      const lock = reader.account(entity.entityId, route.from)?.state.locks.get(key)
      return lock === undefined
        ? null
        : { hashlock, inboundFrom: route.from, outboundTo: null, amount: lock.amount, tokenId: lock.tokenId }
    }
  }
}

const pendingPayments = (reader: StateReader, { payments }: EntityFacts): readonly PendingPayment[] =>
  [...payments.values()]
    .sort((a, b) => b.startedMs - a.startedMs)
    .slice(0, SHOWN.payments)
    .map((payment) => pendingPayment(reader, payment))

const pendingPayment = (reader: StateReader, payment: Payment): PendingPayment => {
  const { paymentId, to, tokenId, amount, fee, phase, startedMs } = payment
  const isAsking = phase.type === 'requesting'
  return {
    paymentId,
    to,
    toLabel: reader.labelOf(to),
    tokenId,
    amount,
    fee,
    waitingFor: reader.labelOf(isAsking ? to : phase.via),
    startedAt: startedMs,
    deadlineSeconds: isAsking ? Math.ceil(phase.deadlineMs / 1_000) : phase.expirySeconds,
    canCancel: isAsking,
  }
}

/** Those the owner made; the ones minted for a payer who asked are between the two wallets. */
const invoices = (reader: StateReader, entity: EntityFacts): readonly InvoiceView[] =>
  [...entity.invoices.values()]
    .filter(({ payer }) => payer === null)
    .sort((a, b) => b.invoice.terms.expirySeconds - a.invoice.terms.expirySeconds)
    .slice(0, SHOWN.invoices)
    .map((record) => invoiceView(reader, record))

const invoiceView = (reader: StateReader, { invoice, status }: InvoiceRecord): InvoiceView => {
  const { hashlock, tokenId, amount, memo, expirySeconds } = invoice.terms
  const isExpired = expirySeconds * 1_000 <= reader.head.timestamp
  return {
    invoiceId: toHex(hashlock),
    link: reader.linkOf(invoice),
    tokenId,
    amount,
    memo,
    expirySeconds,
    status: status === 'paid' ? 'paid' : isExpired ? 'expired' : 'open',
  }
}
