/** The side panel: whose money, with whom, and what happened, on one page and without a click. */
import { useState } from 'preact/hooks'
import { ENGLISH_PANEL } from '../../models/text-en-panel.ts'
import type { TimeMachine as TimeModel } from '../../models/time-machine.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { lazy } from '../../primitives/lazy.tsx'
import { Page } from '../Page.tsx'
import { Entities } from './Entities.tsx'
import { AccountsOfEntity, ActivityOfEntity, MoneyOfEntity } from './OfEntity.tsx'
import styles from './SidePanel.module.css'

const TimeMachine = lazy(async () => (await import('../time/TimeMachine.tsx')).TimeMachine)

const Panel = () => {
  const { session, host } = useUi(ENGLISH_PANEL)
  const [time, setTime] = useState<TimeModel | null>(null)
  const entityId = session.entity.value?.entityId
  return (
    <>
      <main class={styles.main}>
        <Entities onFullView={() => host.openTab('/view.html')} />
        {/* One that was made later: the bar says so. */}
        {entityId !== undefined && (
          <>
            <MoneyOfEntity />
            <AccountsOfEntity time={time} />
            <ActivityOfEntity key={entityId} />
          </>
        )}
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
