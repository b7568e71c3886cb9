/** The full view: the network, and beside it the same panels as the side panel has, on a page of their own. */
import { useId, useState } from 'preact/hooks'
import { ENGLISH_PANEL } from '../../models/text-en-panel.ts'
import type { TimeMachine as TimeModel } from '../../models/time-machine.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { lazy } from '../../primitives/lazy.tsx'
import { Page } from '../Page.tsx'
import { Entities } from '../sidepanel/Entities.tsx'
import { AccountsOfEntity, ActivityOfEntity, MoneyOfEntity } from '../sidepanel/OfEntity.tsx'
import { Splitter } from './Splitter.tsx'
import { usePanels } from './use-panels.ts'
import styles from './View.module.css'

const Network = lazy(async () => (await import('./Network.tsx')).Network)
const TimeMachine = lazy(async () => (await import('../time/TimeMachine.tsx')).TimeMachine)

const Desk = () => {
  const { session, host, text } = useUi(ENGLISH_PANEL)
  const [time, setTime] = useState<TimeModel | null>(null)
  const entityId = session.entity.value?.entityId
  const panels = usePanels({
    runtimeId: session.frameView.value?.runtimeId ?? '',
    preferences: host.preferences,
  })
  const [first, second] = [useId(), useId()]
  return (
    <>
      <main ref={panels.desk} class={styles.desk} style={panels.style}>
        <div id={first} class={styles.network}>
          <Network />
        </div>
        <div class={styles.beside}>
          <Splitter of={panels.network} name={text('panel.widthOfNetwork')} controls={first} />
        </div>
        <div id={second} class={styles.column}>
          <Entities />
          {entityId !== undefined && <MoneyOfEntity />}
          {entityId !== undefined && <AccountsOfEntity time={time} />}
        </div>
        <div class={styles.between}>
          <Splitter of={panels.accounts} name={text('panel.widthOfAccounts')} controls={second} />
        </div>
        <div class={styles.column}>{entityId !== undefined && <ActivityOfEntity key={entityId} />}</div>
      </main>
      <TimeMachine onMade={setTime} />
    </>
  )
}

export const ViewApp = ({ ui }: { readonly ui: Ui }) => (
  <Page ui={ui}>
    <Desk />
  </Page>
)
