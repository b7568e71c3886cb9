/** The embedded chain does what every J-adapter does. */
import { openEmbeddedBench } from '../../support/embedded-bench.ts'
import { adapterSuite } from './suite.ts'

adapterSuite('embedded', openEmbeddedBench)
