/** Wiring of welcome.html. */

import { startPage } from '../../components/screens/start.tsx'
import { WelcomeApp } from '../../components/screens/welcome/WelcomeApp.tsx'
import { sharedPorts } from '../popup/ports.ts'

// This page has no way to a side panel of its own.
void startPage(WelcomeApp, { ...sharedPorts({ page: 'welcome' }), openSidePanel: () => undefined })
