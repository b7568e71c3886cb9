/** One number, the seam, the way to pay and to be paid, and the last three things that moved. */
import type { Balance, TokenView } from '../../../runtime/radapter/types.ts'
import type { PayModel } from '../../models/pay.ts'
import { useUi } from '../../models/ui.ts'
import { AccountChip } from '../../primitives/AccountChip.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Figure } from '../../primitives/Figure.tsx'
import { Key } from '../../primitives/Key.tsx'
import { lazy } from '../../primitives/lazy.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { TokenIcon } from '../../primitives/TokenIcon.tsx'
import { ActivityList } from '../ActivityList.tsx'
import { EntityChoice } from '../EntityChoice.tsx'
import { Backup, isBackupAsked } from './Backup.tsx'
import styles from './Home.module.css'
import screen from './Screen.module.css'
import type { OwnerScreen } from './Settings.tsx'

const SiteChip = lazy(async () => (await import('./SiteChip.tsx')).SiteChip)

const LATEST = 3
/** Beside the reminder, so that all of it stays in sight. */
const LATEST_REMINDED = 2
/** A balance of more than this loses decimals; the full value stays in the hover text. */
const BALANCE_CHARACTERS = 11

type Props = {
  readonly pay: PayModel
  readonly onPay: () => void
  readonly onReceive: () => void
  readonly onActivity: (openId: string | null) => void
  readonly onSettings: (first: OwnerScreen | null) => void
  readonly onSites: () => void
}

const Tokens = () => {
  const { session } = useUi()
  if (session.tokens.value.length < 2) return null
  return (
    <div class={styles.tokens}>
      {session.tokens.value.map((token) => (
        <button
          key={token.tokenId}
          type="button"
          class={styles.token}
          aria-pressed={token.tokenId === session.token.value?.tokenId}
          onClick={() => session.look({ tokenId: token.tokenId })}
        >
          <TokenIcon token={token} isKnown />
          {token.symbol}
        </button>
      ))}
    </div>
  )
}

const Total = ({ balance, token }: { readonly balance: Balance; readonly token: TokenView }) => {
  const { host, text, format } = useUi()
  const { amountsHidden } = host.preferences.current.value
  const { prefix, whole, fraction } = format.amount(balance.total, token, 'down')
  const isLong = prefix.length + whole.length + fraction.length > BALANCE_CHARACTERS
  return (
    <button
      type="button"
      class={styles.total}
      title={text(amountsHidden ? 'home.show' : 'home.hide')}
      onClick={() => void host.preferences.change({ amountsHidden: !amountsHidden })}
    >
      {amountsHidden ? (
        <span class={styles.hidden}>{text('home.hidden')}</span>
      ) : (
        <Figure value={balance.total} token={token} precision={isLong ? 'short' : 'down'} />
      )}
    </button>
  )
}

/** The balance in the owner's currency: of test money there is nothing to say but that. */
const InCurrency = ({ token }: { readonly token: TokenView }) => {
  const { host, text, format } = useUi()
  const { currency } = host.preferences.current.value
  if (currency === 'off') return null
  const words = token.isTest ? 'home.noRate' : 'home.unknownRate'
  return <p class={styles.currency}>{text(words, { currency: format.currency(currency) })}</p>
}

/** A payment that is under way, before or after the host has it: the way back to it. */
const UnderWay = ({ pay, onPay }: { readonly pay: PayModel; readonly onPay: () => void }) => {
  const { session, text, format } = useUi()
  const step = pay.step.value
  const pending = session.entity.value?.pendingPayments[0]
  const inHand = step.type === 'paying' ? step.inHand : pending
  if (inHand === undefined) return null
  const follow = (): void => {
    if (step.type !== 'paying' && pending !== undefined) pay.follow(pending)
    onPay()
  }
  const amount = format.money(inHand.amount, session.tokenOf(inHand.tokenId), 'exact')
  return (
    <p class={styles.underWay}>
      <span>{text('home.paying', { amount, name: inHand.toLabel })}</span>
      <Button look="quiet" onClick={follow}>
        {text('home.follow')}
      </Button>
    </p>
  )
}

export const Home = ({ pay, onPay, onReceive, onActivity, onSettings, onSites }: Props) => {
  const ui = useUi()
  const { session, host, text } = ui
  const entity = session.entity.value
  const isReminded = isBackupAsked(ui)
  const balance = session.balance.value
  const token = session.token.value
  const { amountsHidden } = host.preferences.current.value
  const entries = session.frameView.value?.activity?.entries.slice(0, isReminded ? LATEST_REMINDED : LATEST) ?? []
  return (
    <main class={`${screen.screen} ${styles.home}`}>
      <EntityChoice />
      <div class={styles.chips}>
        {entity !== null && <AccountChip id={entity.entityId} name={entity.label} />}
        {/* Its room is there before it is, so that nothing moves when it comes. */}
        <div class={styles.site}>
          <SiteChip onOpen={onSites} />
        </div>
      </div>
      <section aria-labelledby="balance" class={styles.balance}>
        <div class={styles.top}>
          <h1 id="balance" class={styles.label}>
            {text('home.balance')}
          </h1>
          <Tokens />
        </div>
        {balance !== null && token !== null && (
          <>
            <Total balance={balance} token={token} />
            <InCurrency token={token} />
            <div class={`${styles.seam} ${amountsHidden ? styles.concealed : ''}`}>
              <Seam position={balance.position} token={token} />
            </div>
          </>
        )}
      </section>
      <div class={styles.two}>
        <Button look="filled" aria-keyshortcuts="S" onClick={onPay}>
          {text('home.pay')}
          <Key of="S" />
        </Button>
        <Button aria-keyshortcuts="Q" onClick={onReceive}>
          {text('home.receive')}
          <Key of="Q" />
        </Button>
      </div>
      {isReminded && <Backup onShow={() => onSettings('phrase')} />}
      <section class={styles.latest}>
        <h2 class={styles.label}>{text('home.latest')}</h2>
        <UnderWay pay={pay} onPay={onPay} />
        <ActivityList label={text('home.latest')} entries={entries} onOpen={onActivity} amountsHidden={amountsHidden} />
        {entries.length === 0 && <p class={screen.muted}>{text('home.empty')}</p>}
      </section>
      <nav class={styles.nav} aria-label={text('home.more')}>
        <Button look="quiet" onClick={() => onActivity(null)}>
          {text('home.activity')}
        </Button>
        <Button look="quiet" onClick={host.openSidePanel}>
          {text('home.sidePanel')}
        </Button>
        <Button look="quiet" aria-keyshortcuts="," onClick={() => onSettings(null)}>
          {text('home.settings')}
          <Key of="," />
        </Button>
      </nav>
    </main>
  )
}
