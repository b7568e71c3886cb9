/** Wiring of gallery.html, which only a development build has: it shows nothing of the wallet and remembers nothing. */
import { NO_MEMORY } from '../../components/models/session.ts'
import { Gallery } from '../../components/screens/gallery/Gallery.tsx'
import { startPage } from '../../components/screens/start.tsx'
import { sharedPorts } from '../popup/ports.ts'

void startPage(Gallery, { ...sharedPorts({ page: 'popup' }), memory: NO_MEMORY, openSidePanel: () => undefined })
