/**
 * The network as a list: jurisdictions, the entities in each, and the accounts of each of these, with the same figures
 * as on the map. Always there for screen readers; while the map is shown the Tab key passes it by.
 */
import { accountsOf, type Choice, choiceOf, type NetworkMap } from '../../models/map-layout.ts'
import { useUi } from '../../models/ui.ts'
import { Seam } from '../../primitives/Seam.tsx'
import styles from './NetworkList.module.css'
import { entityWords, figuresWords, missingAccounts } from './network-words.ts'

type Props = {
  readonly map: NetworkMap
  readonly isShown: boolean
  readonly onEntity: (index: number) => void
  readonly onAccount: (choice: Choice) => void
}

const Accounts = ({ map, index, isShown, onAccount }: Omit<Props, 'onEntity'> & { readonly index: number }) => {
  const ui = useUi()
  const { session, text } = ui
  const token = session.token.value
  const entity = map.entities[index]
  const missing = missingAccounts(map, index)
  const accounts = accountsOf(map, index)
  if (entity === undefined || token === null || accounts.length + missing === 0) return null
  const { selectedEntityId, selectedAccountId } = session.viewState.value
  return (
    <ul class={styles.accounts} aria-label={text('map.accountsOf', { name: entity.label })}>
      {accounts.map(({ account, other, position }) => {
        const choice = choiceOf(map, account, entity.entityId)
        const isOpen = selectedEntityId === entity.entityId && selectedAccountId === other.entityId
        return (
          <li key={other.entityId} class={styles.account}>
            <button
              type="button"
              class={styles.name}
              tabIndex={isShown ? undefined : -1}
              disabled={choice === null}
              aria-current={isOpen ? 'true' : undefined}
              onClick={() => choice !== null && onAccount(choice)}
            >
              {other.label}
            </button>
            {isShown && (
              <div aria-hidden="true">
                <Seam position={position} token={token} figures="none" />
              </div>
            )}
            <p class={styles.figures}>{figuresWords(ui, position)}</p>
          </li>
        )
      })}
      {missing > 0 && <li class={styles.more}>{text('map.moreAccounts', { count: missing })}</li>}
    </ul>
  )
}

export const NetworkList = ({ map, isShown, onEntity, onAccount }: Props) => {
  const ui = useUi()
  const { session, text } = ui
  const selectedId = session.entity.value?.entityId
  return (
    <div class={isShown ? styles.list : 'visually-hidden'}>
      <ul aria-label={text('map.list')} class={styles.jurisdictions}>
        {map.jurisdictions.map(({ name }, jurisdiction) => (
          <li key={name}>
            <h3>{name}</h3>
            <ul class={styles.entities} aria-label={text('map.entitiesIn', { name })}>
              {map.entities.map((entity, index) =>
                entity.jurisdiction !== jurisdiction ? null : (
                  <li key={entity.entityId} class={styles.entity}>
                    <button
                      type="button"
                      class={styles.name}
                      tabIndex={isShown ? undefined : -1}
                      disabled={!entity.isHere}
                      aria-current={entity.entityId === selectedId ? 'true' : undefined}
                      onClick={() => onEntity(index)}
                    >
                      {entity.label}
                    </button>
                    <p class={styles.figures}>{entityWords(ui, map, index)}</p>
                    <Accounts map={map} index={index} isShown={isShown} onAccount={onAccount} />
                  </li>
                ),
              )}
            </ul>
          </li>
        ))}
      </ul>
      {map.moreEntities > 0 && <p class={styles.more}>{text('map.moreEntities', { count: map.moreEntities })}</p>}
    </div>
  )
}
