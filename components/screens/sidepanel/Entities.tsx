/**
 * Whose accounts to look at: the owner's entities first, then the peers that live in this runtime. Another entity is
 * made here; hidden ones are put away until they are asked for.
 */
import { useState } from 'preact/hooks'
import type { EntitySummary } from '../../../runtime/radapter/types.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import { lazy } from '../../primitives/lazy.tsx'
import styles from './SidePanel.module.css'

const NewEntity = lazy(async () => (await import('./NewEntity.tsx')).NewEntity)
const AddressBook = lazy(async () => (await import('./AddressBook.tsx')).AddressBook)
const SitesSection = lazy(async () => (await import('../owner/Sites.tsx')).SitesSection)

export const useSelect = (): ((entityId: string) => void) => {
  const { session } = useUi()
  return (entityId) =>
    session.look({
      selectedEntityId: entityId,
      selectedAccountId: null,
      accountPage: 1,
      accountCursor: null,
      activityPage: 1,
      activitySearch: '',
      activityFilter: 'all',
      activityTokenId: null,
    })
}

const Chip = ({ entity, isSelected }: { readonly entity: EntitySummary; readonly isSelected: boolean }) => {
  const { text } = useUi()
  const select = useSelect()
  const { entityId, label, isOwn } = entity
  return (
    <li>
      <button
        type="button"
        class={styles.entity}
        aria-current={isSelected ? 'true' : undefined}
        title={text(isOwn ? 'panel.own' : 'panel.simulated')}
        onClick={() => select(entityId)}
      >
        {label}
      </button>
    </li>
  )
}

type Props = {
  /** Shows all of this on a page of its own; absent there. */
  readonly onFullView?: () => void
}

export const Entities = ({ onFullView }: Props) => {
  const { session, text } = useUi()
  const select = useSelect()
  const [isMaking, setMaking] = useState(false)
  const [isBookOpen, setBookOpen] = useState(false)
  const [areSitesOpen, setSitesOpen] = useState(false)
  const [showsHidden, setShowsHidden] = useState(false)
  const entities = session.frameView.value?.entities ?? []
  const selected = session.entity.value?.entityId
  // Of sites there is a present only.
  const isLive = session.frameView.value?.live === true
  const isShown = ({ entityId, isHidden }: EntitySummary): boolean => !isHidden || showsHidden || entityId === selected
  const hidden = entities.filter(({ isHidden }) => isHidden).length
  return (
    <section class={styles.section}>
      <h2>{text('panel.entities')}</h2>
      <ul aria-label={text('panel.entities')} class={styles.entities}>
        {entities.filter(isShown).map((entity) => (
          <Chip key={entity.entityId} entity={entity} isSelected={entity.entityId === selected} />
        ))}
      </ul>
      <div class={styles.links}>
        <Button
          look="quiet"
          aria-expanded={isMaking}
          disabled={session.isReadOnly.value}
          onClick={() => setMaking(!isMaking)}
        >
          {text('panel.newEntity')}
        </Button>
        <Button look="quiet" aria-expanded={isBookOpen} onClick={() => setBookOpen(!isBookOpen)}>
          {text('book.heading')}
        </Button>
        <Button
          look="quiet"
          aria-expanded={areSitesOpen && isLive}
          disabled={!isLive}
          onClick={() => setSitesOpen(!areSitesOpen)}
        >
          {text('sites.heading')}
        </Button>
        {onFullView !== undefined && (
          <Button look="quiet" onClick={onFullView}>
            {text('home.fullView')}
          </Button>
        )}
        {hidden > 0 && (
          <Button look="quiet" aria-pressed={showsHidden} onClick={() => setShowsHidden(!showsHidden)}>
            {showsHidden ? text('panel.hideHidden') : text('panel.showHidden', { count: hidden })}
          </Button>
        )}
      </div>
      {isMaking && <NewEntity onMade={select} onDone={() => setMaking(false)} />}
      {isBookOpen && <AddressBook />}
      {areSitesOpen && isLive && <SitesSection />}
    </section>
  )
}
