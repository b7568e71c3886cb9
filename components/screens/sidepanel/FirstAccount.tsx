/** What an entity needs first, offered where it has none: an account with the hub. */
import type { EntitySummary } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import styles from './SidePanel.module.css'

/** What a hub may owe a new entity, in whole tokens; this is what the entity can receive. */
const FIRST_CREDIT = 1_000n

export const FirstAccount = ({ entity }: { readonly entity: EntitySummary }) => {
  const { session, text, format } = useUi()
  const action = useAction()
  const token = session.token.value
  const hub = session.frameView.value?.entities.find(({ isHub }) => isHub)
  const lead = <p>{text('panel.openFirst', { name: entity.label })}</p>
  if (hub === undefined || token === null) return lead
  const { entityId } = entity
  const creditLimit = FIRST_CREDIT * 10n ** BigInt(token.decimals)
  const open = (): void =>
    void action.run(
      (commandId) =>
        session.rpc('account.open', {
          commandId,
          entityId,
          counterpartyId: hub.entityId,
          tokenId: token.tokenId,
          creditLimit,
        }),
      () => undefined,
      token.tokenId,
    )
  return (
    <div class={styles.section}>
      {lead}
      <p class={styles.muted}>
        {text('panel.openTerms', { name: hub.label, amount: format.money(creditLimit, token, 'down') })}
      </p>
      {action.refusal.value !== null && <Alert>{inOneLine(action.refusal.value)}</Alert>}
      <div>
        <Button look="filled" disabled={action.busy.value || session.isReadOnly.value} onClick={open}>
          {text('panel.openWith', { name: hub.label })}
        </Button>
      </div>
    </div>
  )
}
