/** The network of this runtime, as a map or as a list: what is chosen in either is looked at beside it. */
import { type Choice, choiceOf, type MapAccount } from '../../models/map-layout.ts'
import { ENGLISH_VIEW } from '../../models/text-en-view.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import { useSelect } from '../sidepanel/Entities.tsx'
import styles from './Network.module.css'
import { NetworkList } from './NetworkList.tsx'
import { NetworkMap } from './NetworkMap.tsx'

export const Network = () => {
  const { session, host, text } = useUi(ENGLISH_VIEW)
  const { preferences } = host
  const runtimeId = session.frameView.value?.runtimeId ?? ''
  const isList = preferences.current.value.networks[runtimeId] === 'list'
  // What cannot be kept is chosen again.
  const show = (as: 'map' | 'list'): void => void preferences.keep('networks', runtimeId, as).catch(() => undefined)
  const select = useSelect()
  const map = session.frameView.value?.map ?? null
  const selectedId = session.entity.value?.entityId
  const open = ({ selectedEntityId, selectedAccountId }: Choice): void => {
    if (selectedEntityId !== selectedId) select(selectedEntityId)
    session.look({ selectedAccountId })
  }
  const openAccount = (account: MapAccount): void => {
    const choice = map === null ? null : choiceOf(map, account, selectedId)
    if (choice !== null) open(choice)
  }
  const openEntity = (index: number): void => {
    const entity = map?.entities[index]
    if (entity?.isHere) return select(entity.entityId)
    // Of somebody who lives elsewhere there is only the account.
    const account = map?.accounts.find(({ left, right }) => left === index || right === index)
    if (account !== undefined) openAccount(account)
  }
  return (
    <section class={styles.network} aria-label={text('map.heading')}>
      <div class={styles.head}>
        <h2>{text('map.heading')}</h2>
        <div class={styles.toggle}>
          <Button look="quiet" aria-pressed={!isList} onClick={() => show('map')}>
            {text('map.asMap')}
          </Button>
          <Button look="quiet" aria-pressed={isList} onClick={() => show('list')}>
            {text('map.asList')}
          </Button>
        </div>
      </div>
      {map !== null && !isList && <NetworkMap map={map} onEntity={openEntity} onAccount={openAccount} />}
      {map !== null && <NetworkList map={map} isShown={isList} onEntity={openEntity} onAccount={open} />}
    </section>
  )
}
