/** The history as a file: what is saved is what matches, all of its pages. */
import { useMemo } from 'preact/hooks'
import { createActivityExport } from '../models/activity-export.ts'
import { ENGLISH_ENTRY } from '../models/text-en-entry.ts'
import { useUi } from '../models/ui.ts'
import { Button } from '../primitives/Button.tsx'
import styles from './ActivityBrowser.module.css'

export const ActivityExport = () => {
  const { session, text } = useUi(ENGLISH_ENTRY)
  const model = useMemo(() => createActivityExport(session), [session])
  const state = model.state.value
  const words = {
    idle: () => '',
    reading: () => text('activity.exporting'),
    saved: () => text('activity.exported', { count: state.type === 'saved' ? state.count : 0 }),
    failed: () => text('activity.exportFailed'),
  }
  return (
    <>
      <div class={styles.links}>
        <Button look="quiet" disabled={state.type === 'reading'} onClick={() => void model.run('csv')}>
          {text('activity.exportCsv')}
        </Button>
        <Button look="quiet" disabled={state.type === 'reading'} onClick={() => void model.run('json')}>
          {text('activity.exportJson')}
        </Button>
      </div>
      <p role="status">{words[state.type]()}</p>
    </>
  )
}
