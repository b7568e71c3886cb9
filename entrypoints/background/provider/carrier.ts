/**
 * Carrying out what the owner agreed to, and finding out what had been carried out before.
 *
 * Contract: nothing is kept of a click but its effect. The effect of agreeing to a payment is the payment, which the
 * runtime makes once for each question's id; of agreeing to connect, the permission. What an earlier worker left, or
 * what a lock cut off, is held against the history: paid already, it is answered with the receipt; not paid, it is a
 * question again.
 */
import type { ApprovedTerms } from '../../../runtime/radapter/approvals.ts'
import { badRequest, internal, RAdapterError, refusal, walletLocked } from '../../../runtime/radapter/errors.ts'
import type { Quote } from '../../../runtime/radapter/types.ts'
import { type Desk, UNVERIFIED } from './desk.ts'
import type { Answer } from './errors.ts'
import { answerOf, type PayQuestion, payAgreed, paymentOf, quoteOf } from './handlers/xln-pay.ts'
import type { Own, ProviderPorts } from './ports.ts'
import type { Open } from './queue.ts'

export type Carrier = {
  /** @throws RAdapterError when nothing may be paid now, or this was put to another runtime. */
  own(open: Open): Own
  connect(open: Open): Promise<void>
  /** Pays what was on screen, or throws RAdapterError and pays nothing. */
  pay(open: Open, question: PayQuestion, terms: ApprovedTerms | null): Promise<void>
  /** Finds out where this question stands. */
  look(open: Open, own: Own): Promise<void>
  /** The same for all, after a change outside; what cannot be told now is looked at after the next. */
  reconcile(): Promise<void>
}

const notReady = new RAdapterError({ ...internal(true), message: 'the runtime is not running' })

const isAgreed = (quote: Quote, terms: ApprovedTerms): boolean =>
  quote.to === terms.to && quote.amount === terms.amount && quote.fee === terms.fee

export const createCarrier = ({ clock, wallet, runtime }: ProviderPorts, desk: Desk): Carrier => {
  const { queue, permissions, phaseOf, enter, conclude } = desk

  const connected = (origin: string): Answer | null => {
    const address = wallet.address()
    return address !== null && permissions.grantOf(origin) !== null ? { result: [address] } : null
  }
  const isPutTo = ({ runtimeId }: Open): boolean => runtimeId === runtime.runtimeId
  const own = (open: Open): Own => {
    if (!wallet.isUnlocked()) throw new RAdapterError(walletLocked)
    const found = isPutTo(open) ? runtime.own() : null
    if (found === null) throw notReady
    return found
  }
  const verify = async (open: Open, mine: Own): Promise<void> => {
    const { id, question } = open
    const paid = question.type === 'pay' ? await paymentOf(id, mine, runtime) : null
    const phase = phaseOf(id)
    if (phase.type !== 'unverified') return
    enter(id, { type: paid === null ? 'waiting' : 'under_way' })
    if (paid === null && phase.isRefused) await desk.refuse([open])
  }
  const look = async (open: Open, mine: Own): Promise<void> => {
    if (phaseOf(open.id).type === 'unverified') await verify(open, mine)
    if (phaseOf(open.id).type !== 'under_way' || open.question.type !== 'pay') return
    const entry = await paymentOf(open.id, mine, runtime)
    const answer = entry === null ? null : answerOf(entry, mine)
    if (answer !== null) await conclude([open.id], answer)
  }
  const lookAfter = async (open: Open): Promise<void> => {
    const isAsking = isPutTo(open) && open.question.type === 'connect' && phaseOf(open.id).type !== 'under_way'
    const known = isAsking ? connected(open.origin) : null
    if (known !== null) return conclude([open.id], known)
    const mine = wallet.isUnlocked() && isPutTo(open) ? runtime.own() : null
    if (mine !== null) await look(open, mine)
  }
  const reconcile = async (): Promise<void> => {
    for (const open of queue.open()) await lookAfter(open).catch(() => undefined)
  }
  return {
    own,
    look,
    reconcile,
    connect: async (open) => {
      const { id, origin } = open
      const { entityId } = own(open)
      const { runtimeId, chainId } = runtime
      enter(id, { type: 'under_way' })
      try {
        await permissions.note([origin], clock.now(), { runtimeId, entityId, chainId: String(chainId) })
        const answer = connected(origin)
        // Locked meanwhile, it is answered at the next unlocking.
        if (answer === null) enter(id, UNVERIFIED)
        else await conclude([id], answer)
      } catch (error) {
        enter(id, UNVERIFIED)
        throw error
      }
    },
    pay: async (open, question, terms) => {
      const { id, origin } = open
      if (terms === null) throw new RAdapterError(badRequest('a payment is agreed to by its terms'))
      const quote = await quoteOf(question, own(open), runtime)
      if (!isAgreed(quote, terms)) throw new RAdapterError(refusal({ type: 'approval_changed' }))
      await permissions.note([origin], clock.now(), null)
      // Agreed to while unlocked, paid while unlocked: the word does not outlive a lock.
      const mine = own(open)
      if (phaseOf(id).type !== 'waiting') return
      enter(id, { type: 'under_way' })
      try {
        await payAgreed({ id, quote, terms }, mine, runtime)
      } catch (error) {
        const isRefused = error instanceof RAdapterError && error.code === 'E_REJECTED'
        // Refused, it is a question again. Anything else leaves open whether it was paid, and the history will tell.
        enter(id, isRefused ? { type: 'waiting' } : UNVERIFIED)
        throw error
      }
      void reconcile()
    },
  }
}
