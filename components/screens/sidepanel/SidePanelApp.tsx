/** The side panel: whose money, with whom, and what happened, on one page and without a click. */
import { type Ui, useUi } from '../../models/ui.ts'
import { Amount } from '../../primitives/Amount.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { ActivityBrowser } from '../ActivityBrowser.tsx'
import { Page } from '../Page.tsx'
import { Account } from './Account.tsx'
import { Accounts } from './Accounts.tsx'
import { Entities } from './Entities.tsx'
import styles from './SidePanel.module.css'

const Summary = () => {
  const { session, text } = useUi()
  const entity = session.entity.value
  const balance = session.balance.value
  const token = session.token.value
  if (entity === null) return null
  return (
    <section class={styles.section} aria-label={text('panel.selected')}>
      <div class={styles.head}>
        <PageHead title={entity.label} takesFocus={false} />
        <EntityId id={entity.entityId} name={entity.label} />
      </div>
      {balance !== null && token !== null && (
        <>
          <p class={styles.total}>
            <span class={styles.muted}>{text('panel.sort.balance')}</span>
            <Amount value={balance.total} token={token} />
          </p>
          <Seam position={balance.position} token={token} />
        </>
      )}
    </section>
  )
}

const Panel = () => {
  const { session, text } = useUi()
  const entityId = session.entity.value?.entityId ?? ''
  return (
    <main class={styles.main}>
      <Entities />
      <Summary />
      <Accounts />
      <Account />
      <section class={styles.section}>
        <h2>{text('activity.heading')}</h2>
        <ActivityBrowser key={entityId} />
      </section>
    </main>
  )
}

export const SidePanelApp = ({ ui }: { readonly ui: Ui }) => (
  <Page ui={ui}>
    <Panel />
  </Page>
)
