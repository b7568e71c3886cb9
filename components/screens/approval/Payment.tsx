/** A payment a site asks for: whom, the fee, the way, and the balance before and after; what the site says is quoted. */
import type { Quote, TokenView } from '../../../runtime/radapter/types.ts'
import type { Question } from '../../models/approval.ts'
import { useUi } from '../../models/ui.ts'
import { visible } from '../../models/visible.ts'
import { Amount } from '../../primitives/Amount.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import { Identicon } from '../../primitives/Identicon.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { Skeleton } from '../../primitives/Skeleton.tsx'
import styles from './Approval.module.css'

type Request = Question['request']
type PayRequest = Extract<Request, { readonly type: 'pay' }>

/** The verb first; figures of the wallet's own reckoning as soon as there are any. */
export const useHeadline = (request: Request, quote: Quote | null): string => {
  const { session, text, format } = useUi()
  if (request.type === 'connect') return text('approval.connect')
  if (quote !== null) {
    const amount = format.money(quote.amount, session.tokenOf(quote.tokenId), 'exact')
    return text('approval.pay', { amount, name: visible(quote.toLabel) })
  }
  if (request.to === '') return text('approval.payInvoice')
  return text('approval.pay', { amount: `${request.amount} ${request.token}`, name: visible(request.to) })
}

const useRoute = (quote: Quote): string => {
  const { text, format } = useUi()
  const through = quote.route.filter(({ entityId }) => entityId !== quote.to).map(({ label }) => visible(label))
  return through.length === 0
    ? text('review.direct', { name: visible(quote.toLabel) })
    : text('review.through', { names: format.list(through) })
}

type Change = { readonly before: bigint; readonly after: bigint; readonly token: TokenView }

const BeforeAfter = ({ before, after, token }: Change) => {
  const { text, format } = useUi()
  const figures = { before: format.money(before, token, 'exact'), after: format.money(after, token, 'exact') }
  return (
    <>
      <span class="visually-hidden">{text('approval.effectLabel', figures)}</span>
      <span aria-hidden="true">
        <Amount value={before} token={token} precision="exact" symbol={false} /> →{' '}
        <Amount value={after} token={token} precision="exact" />
      </span>
    </>
  )
}

const To = ({ quote }: { readonly quote: Quote }) => {
  const name = visible(quote.toLabel)
  return (
    <span class={styles.to}>
      <Identicon id={quote.to} />
      <span class={styles.name}>{name}</span>
      <EntityId id={quote.to} name={name} />
    </span>
  )
}

const Effects = ({ quote }: { readonly quote: Quote }) => {
  const { session, text } = useUi()
  const token = session.tokenOf(quote.tokenId)
  const before = quote.remaining + quote.before.outbound - quote.after.outbound
  const facts: readonly Fact[] = [
    { name: text('approval.recipient'), value: <To quote={quote} /> },
    { name: text('approval.fee'), value: <Amount value={quote.fee} token={token} precision="exact" /> },
    { name: text('approval.route'), value: useRoute(quote) },
    { name: text('approval.effect'), value: <BeforeAfter before={before} after={quote.remaining} token={token} /> },
  ]
  return (
    <>
      <Seam position={quote.before} after={quote.after} token={token} figures="none" />
      <Facts facts={facts} />
    </>
  )
}

type Props = { readonly request: PayRequest; readonly quote: Quote | null; readonly isRefused: boolean }

export const Payment = ({ request, quote, isRefused }: Props) => {
  const { text } = useUi()
  const memo = quote?.memo ?? request.memo
  return (
    <div class={styles.effects}>
      {memo !== '' && (
        <figure class={styles.memo}>
          <figcaption class={styles.muted}>{text('approval.memo')}</figcaption>
          <blockquote class={styles.quoted}>{visible(memo)}</blockquote>
        </figure>
      )}
      {quote !== null && <Effects quote={quote} />}
      {quote === null && !isRefused && <Skeleton heights={[12, 180]} />}
    </div>
  )
}
