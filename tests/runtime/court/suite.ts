/** What must hold in court, on any chain: nobody who is awake within the window loses what was signed. */
import { describe } from 'vitest'
import type { OpenChain } from './court-world.ts'
import { disputes } from './disputes.ts'

export const courtSuite = (chainName: string, open: OpenChain): void => {
  describe(`court on ${chainName}`, () => {
    describe('disputes', () => disputes(open))
  })
}
