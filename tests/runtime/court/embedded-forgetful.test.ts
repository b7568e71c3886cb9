/** The court suite on the embedded chain, each runtime started anew after every one of its ticks. */

import { openEmbedded } from './embedded.ts'
import { courtSuite } from './suite.ts'

courtSuite('embedded, forgetful', { open: openEmbedded, isForgetful: true })
