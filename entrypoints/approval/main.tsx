/** Wiring of approval.html, as a window of its own and as an ordinary tab. */
import { browser } from 'wxt/browser'
import { ApprovalApp } from '../../components/screens/approval/ApprovalApp.tsx'
import { startPage } from '../../components/screens/start.tsx'
import { sharedPorts } from '../popup/ports.ts'

/** A question is never shown from memory. */
const memory = { load: () => Promise.resolve(null), save: () => undefined, clear: () => undefined }

const openSidePanel = (): void => void browser.tabs.create({ url: '/sidepanel.html' })

void startPage(ApprovalApp, { ...sharedPorts({ page: 'popup' }), memory, openSidePanel })
