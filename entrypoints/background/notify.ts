/**
 * Notifications of the browser, when the owner asked for them: a payment that arrived while no page is open, and what
 * ends soon unless the wallet is there.
 */
import { browser } from 'wxt/browser'
import type { ActivityRecord } from '../../runtime/radapter/activity-record.ts'
import type { Deadline } from './deadlines.ts'

/** What the pages keep (components/models/preferences.ts), as far as it matters here. */
const preferences = async (): Promise<{ readonly notifies: boolean; readonly amountsHidden: boolean }> => {
  const [notifies, amountsHidden] = ['preferences.notifies', 'preferences.amountsHidden']
  const kept: { readonly [key: string]: unknown } = await browser.storage.local.get([notifies, amountsHidden])
  return { notifies: kept[notifies] === true, amountsHidden: kept[amountsHidden] === true }
}

const isWatched = async (): Promise<boolean> =>
  (await browser.runtime.getContexts({ contextTypes: ['POPUP', 'SIDE_PANEL'] })).length > 0

const isAllowed = (): Promise<boolean> => browser.permissions.contains({ permissions: ['notifications'] })

const show = (id: string, title: string, message: string): Promise<string> =>
  browser.notifications.create(id, { type: 'basic', iconUrl: '/icon/128.png', title, message })

export const notifyReceived = async ({ entry, amountText }: ActivityRecord): Promise<void> => {
  const { notifies, amountsHidden } = await preferences()
  if (!notifies || (await isWatched()) || !(await isAllowed())) return
  const { i18n } = browser
  const message = amountsHidden
    ? i18n.getMessage('noticeReceivedHidden')
    : i18n.getMessage('noticeReceived', [amountText, entry.counterpartyLabel])
  await show(entry.id, i18n.getMessage('noticeReceivedTitle'), message)
}

/** Whoever is locked out is told what to do, and no more. */
export const notifyDeadline = async (
  { kind, id, atMs, amountText, name }: Deadline,
  isLocked: boolean,
): Promise<void> => {
  const { notifies, amountsHidden } = await preferences()
  if (!notifies || !(await isAllowed())) return
  const { i18n } = browser
  const time = new Intl.DateTimeFormat(i18n.getUILanguage(), { timeStyle: 'short' }).format(atMs)
  const message = isLocked
    ? i18n.getMessage('noticePaymentLocked', [time])
    : amountsHidden
      ? i18n.getMessage('noticePaymentHidden', [time])
      : i18n.getMessage('noticePayment', [amountText, name, time])
  await show(`${kind}.${id}`, i18n.getMessage('noticePaymentTitle'), message)
}
