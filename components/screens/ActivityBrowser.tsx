/** The history with its search and its pages; the popup and the side panel show the same one. */
import { useState } from 'preact/hooks'
import { useUi } from '../models/ui.ts'
import { Button } from '../primitives/Button.tsx'
import { TextField } from '../primitives/TextField.tsx'
import styles from './ActivityBrowser.module.css'
import { ActivityList } from './ActivityList.tsx'

const Empty = () => {
  const { session, text } = useUi()
  const { activitySearch } = session.viewState.value
  if (activitySearch === '') return <p class={styles.empty}>{text('activity.empty')}</p>
  return (
    <div class={styles.empty}>
      <p>{text('activity.noMatch', { search: activitySearch })}</p>
      <Button look="quiet" onClick={() => session.look({ activitySearch: '', activityPage: 1 })}>
        {text('activity.clear')}
      </Button>
    </div>
  )
}

const Pages = () => {
  const { session, text, format } = useUi()
  const page = session.frameView.value?.activity ?? null
  if (page === null || page.totalPages <= 1) return null
  const turn = (activityPage: number): void => session.look({ activityPage })
  return (
    <div class={styles.pages}>
      <Button look="quiet" disabled={page.page <= 1} onClick={() => turn(page.page - 1)}>
        {text('activity.newer')}
      </Button>
      <span>{text('activity.page', { page: format.count(page.page), total: format.count(page.totalPages) })}</span>
      <Button look="quiet" disabled={page.page >= page.totalPages} onClick={() => turn(page.page + 1)}>
        {text('activity.older')}
      </Button>
    </div>
  )
}

export const ActivityBrowser = ({ firstOpen = null }: { readonly firstOpen?: string | null }) => {
  const { session, text } = useUi()
  const [openId, setOpenId] = useState(firstOpen)
  const entries = session.frameView.value?.activity?.entries ?? []
  return (
    <div class={styles.browser}>
      <TextField
        label={text('activity.search')}
        kind="search"
        value={session.viewState.value.activitySearch}
        onInput={(activitySearch) => session.look({ activitySearch, activityPage: 1 })}
      />
      <ActivityList
        label={text('activity.heading')}
        entries={entries}
        openId={openId}
        onOpen={(id) => setOpenId(id === openId ? null : id)}
      />
      {entries.length === 0 && <Empty />}
      <Pages />
    </div>
  )
}
