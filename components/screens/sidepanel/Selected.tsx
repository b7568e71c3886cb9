/** The selected entity: its name and id, what it has, and what it is called here. One without accounts opens its first. */
import { useState } from 'preact/hooks'
import type { EntitySummary, TokenView } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { rangeOf } from '../../models/range.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Amount } from '../../primitives/Amount.tsx'
import { Button } from '../../primitives/Button.tsx'
import { EntityId } from '../../primitives/EntityId.tsx'
import { lazy } from '../../primitives/lazy.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Seam } from '../../primitives/Seam.tsx'
import { Sparkline } from '../../primitives/Sparkline.tsx'
import styles from './SidePanel.module.css'

const NameForm = lazy(async () => (await import('./NameForm.tsx')).NameForm)
const FirstAccount = lazy(async () => (await import('./FirstAccount.tsx')).FirstAccount)

const Naming = ({ entity }: { readonly entity: EntitySummary }) => {
  const { session, text } = useUi()
  const [isRenaming, setRenaming] = useState(false)
  const naming = useAction()
  const hiding = useAction()
  const { entityId, label, isHidden, isOwn } = entity
  const isFirst = session.frameView.value?.entities[0]?.entityId === entityId
  const stop = (): void => setRenaming(false)
  const rename = (name: string): void =>
    void naming.run(
      () =>
        name === '' ? session.rpc('book.remove', { entityId }) : session.rpc('book.set', { entityId, name, isHidden }),
      stop,
    )
  const hide = (): void =>
    void hiding.run(
      () => session.rpc('book.set', { entityId, name: label, isHidden: !isHidden }),
      () => undefined,
    )
  const isReadOnly = session.isReadOnly.value
  if (isRenaming)
    return (
      <NameForm
        action={naming}
        label={text('panel.name')}
        hint={text(isOwn ? 'panel.ownNameHint' : 'panel.nameHint')}
        submit={text('panel.save')}
        initial={label}
        onSubmit={rename}
        onCancel={stop}
      />
    )
  return (
    <>
      <div class={styles.links}>
        <Button look="quiet" disabled={isReadOnly} onClick={() => setRenaming(true)}>
          {text('panel.rename')}
        </Button>
        {/* There must be one to come back to. */}
        {!isFirst && (
          <Button look="quiet" disabled={isReadOnly || hiding.busy.value} onClick={hide}>
            {text(isHidden ? 'panel.show' : 'panel.hide')}
          </Button>
        )}
      </div>
      {hiding.refusal.value !== null && <Alert>{inOneLine(hiding.refusal.value)}</Alert>}
    </>
  )
}

/** What the entity had after each change, as a line. */
const Trend = ({ token }: { readonly token: TokenView }) => {
  const { session, text, format } = useUi()
  const points = session.frameView.value?.activity?.balances ?? []
  const { low, high } = rangeOf(points)
  const money = (amount: bigint): string => format.money(amount, token, 'down')
  const label = text('balance.trend', {
    amount: money(points.at(-1) ?? 0n),
    lowest: money(low),
    highest: money(high),
  })
  return <Sparkline points={points} label={label} />
}

export const Selected = () => {
  const { session, text } = useUi()
  const entity = session.entity.value
  const balance = session.balance.value
  const token = session.token.value
  const summary = session.frameView.value?.entities.find(({ entityId }) => entityId === entity?.entityId)
  if (entity === null || summary === undefined) return null
  const needsAccount = summary.isOwn && summary.accountCount === 0
  return (
    <section class={styles.section} aria-label={text('panel.selected')}>
      <div class={styles.head}>
        <PageHead title={entity.label} takesFocus={false} />
        <Naming key={entity.entityId} entity={summary} />
      </div>
      <EntityId id={entity.entityId} name={entity.label} />
      {balance !== null && token !== null && (
        <>
          <p class={styles.total}>
            <span class={styles.muted}>{text('panel.sort.balance')}</span>
            <Amount value={balance.total} token={token} />
          </p>
          <Trend token={token} />
          <Seam position={balance.position} token={token} />
        </>
      )}
      {needsAccount && <FirstAccount entity={summary} />}
    </section>
  )
}
