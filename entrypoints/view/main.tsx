/**
 * Wiring of view.html: a window of its own, one of perhaps several on the same runtime, so it asks for the pen. It holds
 * a lock under the name it goes by for as long as it is there, which tells a worker that was away who still is
 * (entrypoints/background/browser-ports.ts).
 */
import { NO_MEMORY } from '../../components/models/session.ts'
import { type PagePorts, startPage } from '../../components/screens/start.tsx'
import { ViewApp } from '../../components/screens/view/ViewApp.tsx'
import { sharedPorts } from '../popup/ports.ts'
import { tabPlace } from '../sidepanel/place.ts'

const clientId = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
  byte.toString(16).padStart(2, '0'),
).join('')

/** Granted at once: nobody else has this name. */
const presence = (): Promise<void> =>
  new Promise((resolve) => {
    navigator.locks
      .request(`xln-page:${clientId}`, () => {
        resolve()
        return new Promise(() => undefined)
      })
      .catch(() => undefined)
  })

/** Only reads and packs what is stored, or brings something new: it needs no pen. */
const startFiles = async (): Promise<void> => {
  const { FilesApp } = await import('../../components/screens/files/FilesApp.tsx')
  await startPage(FilesApp, { ...sharedPorts({ page: 'view' }), memory: NO_MEMORY, openSidePanel: () => undefined })
}

/** In development, `?host` makes the page host its runtimes itself. */
const hosted = async (): Promise<Partial<PagePorts>> => {
  if (import.meta.env.MODE !== 'development' || !new URLSearchParams(location.search).has('host')) return {}
  const { hostHere } = await import('./host.ts')
  return { ...(await hostHere(clientId)), memory: NO_MEMORY }
}

const startView = async (): Promise<void> => {
  await presence()
  await startPage(ViewApp, {
    ...sharedPorts({ page: 'view', clientId }),
    ...(await hosted()),
    place: tabPlace('view'),
    // A page of its own has no side panel beside it.
    openSidePanel: () => undefined,
    view: { map: true },
  })
}

void (location.hash === '#import' || location.hash === '#export' ? startFiles() : startView())
