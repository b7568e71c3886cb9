/** The side panel: whose money, with whom, and what happened, on one page and without a click. */
import { useState } from 'preact/hooks'
import { ENGLISH_PANEL } from '../../models/text-en-panel.ts'
import type { TimeMachine as TimeModel } from '../../models/time-machine.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { lazy } from '../../primitives/lazy.tsx'
import { ActivityBrowser } from '../ActivityBrowser.tsx'
import { Page } from '../Page.tsx'
import { Accounts } from './Accounts.tsx'
import { Entities } from './Entities.tsx'
import { Selected } from './Selected.tsx'
import styles from './SidePanel.module.css'

const Standing = lazy(async () => (await import('../court/Standing.tsx')).Standing)
const Account = lazy(async () => (await import('./Account.tsx')).Account)
const TimeMachine = lazy(async () => (await import('../time/TimeMachine.tsx')).TimeMachine)

/** Debts, or anything on its way to the chain, or a chain that goes on while this browser is closed. */
const hasStanding = ({ entity, frameView }: Ui['session']): boolean => {
  const { debts = [], outstanding = null } = entity.value ?? {}
  return (
    debts.length > 0 ||
    (outstanding !== null && outstanding.waiting + outstanding.inFlight + outstanding.calls > 0) ||
    frameView.value?.jurisdictions.some(({ isTest }) => !isTest) === true
  )
}

const OfEntity = ({ entityId, time }: { readonly entityId: string; readonly time: TimeModel | null }) => {
  const { session, text } = useUi()
  return (
    <>
      <Selected />
      {hasStanding(session) && <Standing />}
      <Accounts />
      {session.viewState.value.selectedAccountId !== null && <Account time={time} />}
      <section class={styles.section}>
        <h2>{text('activity.heading')}</h2>
        <ActivityBrowser key={entityId} canExport />
      </section>
    </>
  )
}

const Panel = () => {
  const { session } = useUi(ENGLISH_PANEL)
  const [time, setTime] = useState<TimeModel | null>(null)
  const entityId = session.entity.value?.entityId
  return (
    <>
      <main class={styles.main}>
        <Entities />
        {/* One that was made later: the bar says so. */}
        {entityId !== undefined && <OfEntity entityId={entityId} time={time} />}
      </main>
      <TimeMachine onMade={setTime} />
    </>
  )
}

export const SidePanelApp = ({ ui }: { readonly ui: Ui }) => (
  <Page ui={ui}>
    <Panel />
  </Page>
)
