/** Another entity of the owner's: asked for by its name, made, and looked at. */
import { useAction } from '../../models/action.ts'
import { useUi } from '../../models/ui.ts'
import { NameForm } from './NameForm.tsx'

type Props = { readonly onMade: (entityId: string) => void; readonly onDone: () => void }

export const NewEntity = ({ onMade, onDone }: Props) => {
  const { session, text } = useUi()
  const action = useAction()
  const create = (label: string): void =>
    void action.run(
      (commandId) => session.rpc('entity.create', { commandId, label }),
      ({ entityId }) => {
        onMade(entityId)
        onDone()
      },
    )
  return (
    <NameForm
      action={action}
      label={text('panel.newEntityName')}
      hint={text('panel.newEntityHint')}
      submit={text('panel.create')}
      onSubmit={create}
      onCancel={onDone}
    />
  )
}
