/** A payment that arrived, as a notification of the browser: when the owner asked for it and no page is open. */
import { browser } from 'wxt/browser'
import type { ActivityRecord } from '../../runtime/radapter/activity-record.ts'

const PREFERENCES = 'preferences'

/** What the pages keep (components/models/preferences.ts), as far as it matters here. */
const preferences = async (): Promise<{ readonly notifies: boolean; readonly amountsHidden: boolean }> => {
  const kept: unknown = (await browser.storage.local.get(PREFERENCES))[PREFERENCES]
  const { notifies, amountsHidden } = { notifies: false, amountsHidden: false, ...(kept ?? {}) }
  return { notifies: notifies === true, amountsHidden: amountsHidden === true }
}

const isWatched = async (): Promise<boolean> =>
  (await browser.runtime.getContexts({ contextTypes: ['POPUP', 'SIDE_PANEL'] })).length > 0

export const notifyReceived = async ({ entry, amountText }: ActivityRecord): Promise<void> => {
  const { notifies, amountsHidden } = await preferences()
  if (!notifies || (await isWatched())) return
  if (!(await browser.permissions.contains({ permissions: ['notifications'] }))) return
  const { i18n } = browser
  await browser.notifications.create(entry.id, {
    type: 'basic',
    iconUrl: '/icon/128.png',
    title: i18n.getMessage('noticeReceivedTitle'),
    message: amountsHidden
      ? i18n.getMessage('noticeReceivedHidden')
      : i18n.getMessage('noticeReceived', [amountText, entry.counterpartyLabel]),
  })
}
