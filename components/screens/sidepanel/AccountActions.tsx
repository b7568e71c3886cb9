/**
 * What the owner can do with the money of an account: each action opens its form below the buttons, and is reviewed
 * before it is done. Money between address and reserve can be moved whatever the account is at.
 */
import { useState } from 'preact/hooks'
import type { AccountDetail } from '../../../runtime/radapter/types.ts'
import type { MoveKind } from '../../models/moves.ts'
import type { PlainKey } from '../../models/text.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import { AskCollateral } from '../court/AskCollateral.tsx'
import { type FlowProps, MoveFlow } from '../court/MoveFlow.tsx'
import { StartDispute } from '../court/StartDispute.tsx'
import styles from './SidePanel.module.css'

type Doing = MoveKind | 'ask' | 'dispute'

const ACTIONS: readonly { readonly doing: Doing; readonly words: PlainKey }[] = [
  { doing: 'deposit', words: 'move.deposit' },
  { doing: 'withdraw', words: 'move.withdraw' },
  { doing: 'collateral', words: 'account.addCollateral' },
  { doing: 'ask', words: 'move.ask' },
  { doing: 'settle', words: 'move.settle' },
  { doing: 'limit', words: 'account.setLimit' },
  { doing: 'dispute', words: 'move.dispute' },
]

const isPossible = (doing: Doing, { status }: AccountDetail): boolean => {
  if (doing === 'deposit' || doing === 'withdraw') return true
  return status === 'open' || (doing === 'dispute' && status === 'frozen')
}

const Flow = ({ doing, ...props }: FlowProps & { readonly doing: Doing }) => {
  if (doing === 'dispute') return <StartDispute {...props} />
  if (doing === 'ask') return <AskCollateral {...props} />
  return <MoveFlow kind={doing} {...props} />
}

export const AccountActions = ({ account }: { readonly account: AccountDetail }) => {
  const { session, text } = useUi()
  const [doing, setDoing] = useState<Doing | null>(null)
  const [done, setDone] = useState('')
  const token = session.token.value
  const begin = (next: Doing | null): void => {
    setDone('')
    setDoing(next)
  }
  const finish = (words: string): void => {
    setDone(words)
    setDoing(null)
  }
  // What has become impossible meanwhile closes by itself.
  const shown = doing !== null && isPossible(doing, account) ? doing : null
  return (
    <div class={styles.section}>
      <div class={styles.moves}>
        {ACTIONS.map(({ doing: action, words }) => (
          <Button
            key={action}
            look={action === 'dispute' ? 'danger' : 'plain'}
            aria-expanded={shown === action}
            disabled={session.isReadOnly.value || !isPossible(action, account)}
            onClick={() => begin(shown === action ? null : action)}
          >
            {text(words)}
          </Button>
        ))}
      </div>
      {shown !== null && token !== null && (
        <Flow key={shown} doing={shown} account={account} token={token} onDone={finish} onCancel={() => begin(null)} />
      )}
      <p role="status">{done}</p>
    </div>
  )
}
