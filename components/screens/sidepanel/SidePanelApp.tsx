/** The side panel: whose money, with whom, and what happened, on one page and without a click. */
import { ENGLISH_PANEL } from '../../models/text-en-panel.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { lazy } from '../../primitives/lazy.tsx'
import { ActivityBrowser } from '../ActivityBrowser.tsx'
import { Page } from '../Page.tsx'
import { Accounts } from './Accounts.tsx'
import { Entities } from './Entities.tsx'
import { Selected } from './Selected.tsx'
import styles from './SidePanel.module.css'

const Account = lazy(async () => (await import('./Account.tsx')).Account)

const Panel = () => {
  const { session, text } = useUi(ENGLISH_PANEL)
  const entityId = session.entity.value?.entityId ?? ''
  return (
    <main class={styles.main}>
      <Entities />
      <Selected />
      <Accounts />
      {session.viewState.value.selectedAccountId !== null && <Account />}
      <section class={styles.section}>
        <h2>{text('activity.heading')}</h2>
        <ActivityBrowser key={entityId} canExport />
      </section>
    </main>
  )
}

export const SidePanelApp = ({ ui }: { readonly ui: Ui }) => (
  <Page ui={ui}>
    <Panel />
  </Page>
)
