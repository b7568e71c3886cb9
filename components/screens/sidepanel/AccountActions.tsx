/**
 * What the owner can do with the money of an account: each action opens its form below the buttons, and is reviewed
 * before it is done. The court stands where it is told what it would bring. Money between address and reserve can be moved whatever the account is at.
 */
import { useState } from 'preact/hooks'
import type { AccountDetail, TokenPosition } from '../../../runtime/radapter/types.ts'
import type { MoveKind } from '../../models/moves.ts'
import type { PlainKey } from '../../models/text.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import { AskCollateral } from '../court/AskCollateral.tsx'
import { type FlowProps, MoveFlow } from '../court/MoveFlow.tsx'
import { StartDispute } from '../court/StartDispute.tsx'
import own from './Account.module.css'
import { Vanished } from './AccountTokens.tsx'
import styles from './SidePanel.module.css'

type Moving = MoveKind | 'ask'
type Doing = Moving | 'dispute'

const MOVES: readonly { readonly doing: Moving; readonly words: PlainKey }[] = [
  { doing: 'deposit', words: 'move.deposit' },
  { doing: 'withdraw', words: 'move.withdraw' },
  { doing: 'collateral', words: 'account.addCollateral' },
  { doing: 'ask', words: 'move.ask' },
  { doing: 'settle', words: 'move.settle' },
  { doing: 'limit', words: 'account.setLimit' },
]

const isPossible = (doing: Doing, { status }: AccountDetail): boolean => {
  if (doing === 'deposit' || doing === 'withdraw') return true
  return status === 'open' || (doing === 'dispute' && status === 'frozen')
}

const Flow = ({ doing, ...props }: FlowProps & { readonly doing: Moving }) =>
  doing === 'ask' ? <AskCollateral {...props} /> : <MoveFlow kind={doing} {...props} />

type Props = { readonly account: AccountDetail; readonly position: TokenPosition | undefined }

export const AccountActions = ({ account, position }: Props) => {
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
  // What has become impossible meanwhile closes by itself, and nothing is done in the past.
  const shown = session.frameView.value?.live && doing !== null && isPossible(doing, account) ? doing : null
  const toggle = (action: Doing) => ({
    'aria-expanded': shown === action,
    disabled: session.isReadOnly.value || !isPossible(action, account),
    onClick: () => begin(shown === action ? null : action),
  })
  const flow = { account, onDone: finish, onCancel: () => begin(null) }
  return (
    <>
      <div class={styles.section}>
        <div class={own.moves}>
          {MOVES.map(({ doing: action, words }) => (
            <Button key={action} {...toggle(action)}>
              {text(words)}
            </Button>
          ))}
        </div>
        {shown !== null && shown !== 'dispute' && token !== null && (
          <Flow key={shown} doing={shown} token={token} {...flow} />
        )}
        <p role="status">{done}</p>
      </div>
      <Vanished account={account} position={position}>
        <Button look="danger" wide {...toggle('dispute')}>
          {text('move.dispute')}
        </Button>
        {shown === 'dispute' && <StartDispute {...flow} />}
      </Vanished>
    </>
  )
}
