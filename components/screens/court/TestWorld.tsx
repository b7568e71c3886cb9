/** What the owner of a test world may do to it, labelled as such: cut the other side off, and let the chain's clock run on. */
import type { AccountDetail } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { chainOf, useChainNow } from '../../models/court.ts'
import { COURT_WORDS } from '../../models/court-words.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import panel from '../sidepanel/SidePanel.module.css'
import styles from './Court.module.css'

/** And a second, so that what ends in an hour has ended. */
const HOUR_SECONDS = 3_600 + 1

/** Beside a countdown. */
export const SkipAhead = () => {
  const { session, text } = useUi()
  const action = useAction(COURT_WORDS)
  const now = useChainNow()
  const chain = chainOf(session)
  if (chain?.isTest !== true) return null
  const skip = (): void =>
    void action.run(
      // From now, not from the last block, which may be a while ago.
      () => session.rpc('simnet.skip', { seconds: HOUR_SECONDS + now - chain.timestampSeconds }),
      () => undefined,
    )
  return (
    <div class={styles.skip}>
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      <Button look="quiet" disabled={action.busy.value || session.isReadOnly.value} onClick={skip}>
        {text('testWorld.skip')}
      </Button>
      <span class={styles.muted}>{text('testWorld.heading')}</span>
    </div>
  )
}

export const TestWorld = ({ account }: { readonly account: AccountDetail }) => {
  const { session, text } = useUi()
  const action = useAction(COURT_WORDS)
  const { counterpartyId: entityId, counterpartyLabel: name, isUnplugged } = account
  const peer = session.frameView.value?.entities.find((entity) => entity.entityId === entityId)
  if (chainOf(session)?.isTest !== true || peer === undefined || peer.isOwn) return null
  const plug = (isCutOff: boolean): void =>
    void action.run(
      () => session.rpc('simnet.unplug', { entityId, isUnplugged: isCutOff }),
      () => undefined,
    )
  return (
    <div class={panel.section}>
      <h3>{text('testWorld.heading')}</h3>
      <p class={panel.muted}>{text('testWorld.lead')}</p>
      <Toggle label={text('testWorld.offline', { name })} checked={isUnplugged} onChange={plug} />
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
    </div>
  )
}
