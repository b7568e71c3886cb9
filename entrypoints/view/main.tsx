/** Wiring of view.html. */
import { startPage } from '../../components/screens/start.tsx'
import { ViewApp } from '../../components/screens/view/ViewApp.tsx'
import { sharedPorts } from '../popup/ports.ts'

// A page of its own has no side panel beside it.
void startPage(ViewApp, { ...sharedPorts({ page: 'view' }), openSidePanel: () => undefined, view: { map: true } })
