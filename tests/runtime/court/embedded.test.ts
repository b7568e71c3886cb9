/** The court suite on the embedded chain. */

import { openEmbedded } from './embedded.ts'
import { courtSuite } from './suite.ts'

courtSuite('embedded', { open: openEmbedded, isForgetful: false })
