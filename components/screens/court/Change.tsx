/** A figure before and after, and what a move changes as facts. */
import type { TokenView } from '../../../runtime/radapter/types.ts'
import type { MoveChange, MoveQuote } from '../../models/court.ts'
import type { Ui } from '../../models/ui.ts'
import { useUi } from '../../models/ui.ts'
import { Amount } from '../../primitives/Amount.tsx'
import type { Fact } from '../../primitives/Facts.tsx'
import { Seam } from '../../primitives/Seam.tsx'

type Figures = { readonly before: bigint; readonly after: bigint }

const BeforeAfter = ({ before, after, token }: Figures & { readonly token: TokenView }) => {
  const { text, format } = useUi()
  const said = { before: format.money(before, token, 'exact'), after: format.money(after, token, 'exact') }
  return (
    <>
      <span class="visually-hidden">{text('move.beforeAfter', said)}</span>
      <span aria-hidden="true">
        <Amount value={before} token={token} precision="exact" symbol={false} /> →{' '}
        <Amount value={after} token={token} precision="exact" />
      </span>
    </>
  )
}

/** Of one token; where there are several each fact names its own. */
const factsOf = ({ session, text }: Ui, change: MoveChange, isAlone: boolean): readonly Fact[] => {
  const token = session.tokenOf(change.tokenId)
  const named = (name: string): string => (isAlone ? name : `${name}, ${token.symbol}`)
  const { address, reserve, account } = change
  const rows: readonly (readonly [string, Figures | null])[] = [
    [text('move.address'), address],
    [text('move.reserve'), reserve],
    [text('move.send'), account && { before: account.before.outbound, after: account.after.outbound }],
  ]
  return rows.flatMap(([name, figures]) =>
    figures === null ? [] : [{ name: named(name), value: <BeforeAfter {...figures} token={token} /> }],
  )
}

export const changeFacts = (ui: Ui, { changes }: MoveQuote): readonly Fact[] =>
  changes.flatMap((change) => factsOf(ui, change, changes.length === 1))

/** The account's seam with its new place as a ghost, a bar for each token that moves. */
export const ChangeSeams = ({ quote }: { readonly quote: MoveQuote }) => {
  const { session } = useUi()
  return (
    <>
      {quote.changes.map(
        ({ tokenId, account }) =>
          account !== null && (
            <Seam
              key={tokenId}
              position={account.before}
              after={account.after}
              token={session.tokenOf(tokenId)}
              figures="none"
            />
          ),
      )}
    </>
  )
}
