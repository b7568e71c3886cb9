/** Whose accounts to look at: the owner's entities first, then the peers that live in this runtime. */
import { useUi } from '../../models/ui.ts'
import styles from './SidePanel.module.css'

export const Entities = () => {
  const { session, text } = useUi()
  const entities = session.frameView.value?.entities ?? []
  const selected = session.entity.value?.entityId
  const ordered = [...entities.filter(({ isOwn }) => isOwn), ...entities.filter(({ isOwn }) => !isOwn)]
  const select = (entityId: string): void =>
    session.look({
      selectedEntityId: entityId,
      selectedAccountId: null,
      accountPage: 1,
      activityPage: 1,
      activitySearch: '',
    })
  return (
    <section class={styles.section}>
      <h2>{text('panel.entities')}</h2>
      <ul aria-label={text('panel.entities')} class={styles.entities}>
        {ordered.map(({ entityId, label, isOwn }) => (
          <li key={entityId}>
            <button
              type="button"
              class={styles.entity}
              aria-current={entityId === selected ? 'true' : undefined}
              title={text(isOwn ? 'panel.own' : 'panel.simulated')}
              onClick={() => select(entityId)}
            >
              {label}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
