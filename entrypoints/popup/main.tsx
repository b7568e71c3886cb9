/** Wiring of popup.html, as the toolbar's popup and as an ordinary tab. */
import { browser } from 'wxt/browser'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { startPage } from '../../components/screens/start.tsx'
import { sharedPorts } from './ports.ts'

const start = async (): Promise<void> => {
  const isPopup = browser.extension.getViews({ type: 'popup' }).includes(window)
  if (isPopup) document.documentElement.dataset.popup = ''
  let windowId: number | undefined
  // Known before any click: a side panel opens only within the user's gesture, which ends at the first wait.
  void browser.windows.getCurrent().then(({ id }) => {
    windowId = id
  })
  const openInTab = (): void => void browser.tabs.create({ url: '/sidepanel.html' })
  const openSidePanel = (): void => {
    // Where this window can have no side panel, the same page opens as a tab.
    if (windowId === undefined) openInTab()
    else browser.sidePanel.open({ windowId }).then(() => isPopup && window.close(), openInTab)
  }
  await startPage(PopupApp, {
    ...sharedPorts({ page: 'popup' }),
    openSidePanel,
    view: { accountPageSize: 10, activityPageSize: 10 },
  })
}

void start()
