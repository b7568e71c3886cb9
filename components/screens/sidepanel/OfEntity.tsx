/** What the selected entity has, with whom, and what happened: the parts that the side panel and the full view share. */
import type { TimeMachine as TimeModel } from '../../models/time-machine.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { lazy } from '../../primitives/lazy.tsx'
import { ActivityBrowser } from '../ActivityBrowser.tsx'
import { Accounts } from './Accounts.tsx'
import { Selected } from './Selected.tsx'
import styles from './SidePanel.module.css'

const Standing = lazy(async () => (await import('../court/Standing.tsx')).Standing)
const Account = lazy(async () => (await import('./Account.tsx')).Account)

/** Debts, or anything on its way to the chain, or a chain that goes on while this browser is closed. */
const hasStanding = ({ entity, frameView }: Ui['session']): boolean => {
  const { debts = [], outstanding = null } = entity.value ?? {}
  return (
    debts.length > 0 ||
    (outstanding !== null && outstanding.waiting + outstanding.inFlight + outstanding.calls > 0) ||
    frameView.value?.jurisdictions.some(({ isTest }) => !isTest) === true
  )
}

export const MoneyOfEntity = () => (
  <>
    <Selected />
    {hasStanding(useUi().session) && <Standing />}
  </>
)

export const AccountsOfEntity = ({ time }: { readonly time: TimeModel | null }) => (
  <>
    <Accounts />
    {useUi().session.viewState.value.selectedAccountId !== null && <Account time={time} />}
  </>
)

export const ActivityOfEntity = () => {
  const { text } = useUi()
  return (
    <section class={styles.section}>
      <h2>{text('activity.heading')}</h2>
      <ActivityBrowser canExport />
    </section>
  )
}
