/** The history with its filters, its search and its pages; the popup and the side panel show the same one. */
import { useState } from 'preact/hooks'
import type { ActivityPage, ViewState } from '../../runtime/radapter/types.ts'
import type { PlainKey } from '../models/text.ts'
import { useUi } from '../models/ui.ts'
import { Button } from '../primitives/Button.tsx'
import { lazy } from '../primitives/lazy.tsx'
import { Pages } from '../primitives/Pages.tsx'
import { Select } from '../primitives/Select.tsx'
import { TextField } from '../primitives/TextField.tsx'
import styles from './ActivityBrowser.module.css'
import { ActivityList } from './ActivityList.tsx'

const ActivityExport = lazy(async () => (await import('./ActivityExport.tsx')).ActivityExport)

type Filter = ViewState['activityFilter']

const FILTERS: readonly { readonly value: Filter; readonly words: PlainKey }[] = [
  { value: 'all', words: 'activity.filter.all' },
  { value: 'sent', words: 'activity.filter.sent' },
  { value: 'received', words: 'activity.filter.received' },
  { value: 'pending', words: 'activity.filter.pending' },
  { value: 'failed', words: 'activity.filter.failed' },
  { value: 'chain', words: 'activity.filter.chain' },
]
/** No token has this number. */
const ANY_TOKEN = 0
const EVERYTHING: Partial<ViewState> = {
  activitySearch: '',
  activityFilter: 'all',
  activityTokenId: null,
  activityPage: 1,
}

const Empty = () => {
  const { session, text } = useUi()
  const { activitySearch, activityFilter, activityTokenId } = session.viewState.value
  if (activitySearch === '' && activityFilter === 'all' && activityTokenId === null)
    return <p class={styles.empty}>{text('activity.empty')}</p>
  return (
    <div class={styles.empty}>
      <p>
        {activitySearch === '' ? text('activity.noneOfKind') : text('activity.noMatch', { search: activitySearch })}
      </p>
      <Button look="quiet" onClick={() => session.look(EVERYTHING)}>
        {text('activity.clear')}
      </Button>
    </div>
  )
}

const Filters = () => {
  const { session, text } = useUi()
  const { activitySearch, activityFilter, activityTokenId } = session.viewState.value
  const look = (patch: Partial<ViewState>): void => session.look({ ...patch, activityPage: 1 })
  return (
    <>
      <TextField
        label={text('activity.search')}
        kind="search"
        value={activitySearch}
        onInput={(search) => look({ activitySearch: search })}
      />
      <div class={styles.filters}>
        <Select
          label={text('activity.filter')}
          value={activityFilter}
          options={FILTERS.map(({ value, words }) => ({ value, label: text(words) }))}
          onChange={(filter) => look({ activityFilter: filter })}
        />
        <Select
          label={text('activity.filterToken')}
          value={activityTokenId ?? ANY_TOKEN}
          options={[
            { value: ANY_TOKEN, label: text('activity.anyToken') },
            ...session.tokens.value.map(({ tokenId, symbol }) => ({ value: tokenId, label: symbol })),
          ]}
          onChange={(tokenId) => look({ activityTokenId: tokenId === ANY_TOKEN ? null : tokenId })}
        />
      </div>
    </>
  )
}

const ActivityPages = ({ page }: { readonly page: ActivityPage }) => {
  const { session, text, format } = useUi()
  return (
    <Pages
      label={text('activity.pages')}
      where={text('activity.pageOf', {
        page: format.count(page.page),
        pages: format.count(page.totalPages),
        count: page.totalEntries,
      })}
      page={page.page}
      totalPages={page.totalPages}
      onTurn={(activityPage) => session.look({ activityPage })}
    />
  )
}

type Props = {
  readonly firstOpen?: string | null
  /** Where there is room to work with it, and a page that stays. */
  readonly canExport?: boolean
}

export const ActivityBrowser = ({ firstOpen = null, canExport = false }: Props) => {
  const { session, text } = useUi()
  const [openId, setOpenId] = useState(firstOpen)
  const page = session.frameView.value?.activity ?? null
  const entries = page?.entries ?? []
  return (
    <div class={styles.browser}>
      <Filters />
      <ActivityList
        label={text('activity.heading')}
        entries={entries}
        openId={openId}
        onOpen={(id) => setOpenId(id === openId ? null : id)}
      />
      {entries.length === 0 && <Empty />}
      {page !== null && page.totalPages > 1 && <ActivityPages page={page} />}
      {canExport && entries.length > 0 && (
        <div class={styles.export}>
          <ActivityExport />
        </div>
      )}
    </div>
  )
}
