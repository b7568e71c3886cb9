/** Wiring of sidepanel.html. */
import { SidePanelApp } from '../../components/screens/sidepanel/SidePanelApp.tsx'
import { startPage } from '../../components/screens/start.tsx'
import { sharedPorts } from '../popup/ports.ts'
import { tabPlace } from './place.ts'

// This page has no way to a side panel of its own.
void startPage(SidePanelApp, {
  ...sharedPorts({ page: 'sidepanel' }),
  place: tabPlace('sidepanel'),
  openSidePanel: () => undefined,
})
