/** Which of the owner's entities pays and is paid; there only where there is a choice. */
import { useUi } from '../models/ui.ts'
import { Select } from '../primitives/Select.tsx'

export const EntityChoice = () => {
  const { session, text } = useUi()
  const selected = session.entity.value?.entityId ?? ''
  const entities = session.frameView.value?.entities ?? []
  const own = entities.filter(({ isOwn, isHidden, entityId }) => isOwn && (!isHidden || entityId === selected))
  if (own.length < 2) return null
  return (
    <Select
      label={text('home.entity')}
      value={selected}
      options={own.map(({ entityId, label }) => ({ value: entityId, label }))}
      onChange={(selectedEntityId) => session.look({ selectedEntityId, activityPage: 1 })}
    />
  )
}
