/** What must hold in court, on any chain: nobody who is awake within the window loses what was signed. */
import { describe } from 'vitest'
import { absence } from './absence.ts'
import { agreement } from './agreement.ts'
import { batches } from './batches.ts'
import { breaches } from './breach.ts'
import { collateral } from './collateral.ts'
import { collisions } from './collisions.ts'
import type { OpenChain } from './court-world.ts'
import { debts } from './debts.ts'
import { disputes } from './disputes.ts'
import { epochs } from './epochs.ts'
import { locks } from './locks.ts'
import { settlements } from './settlements.ts'

export const courtSuite = (chainName: string, open: OpenChain): void => {
  describe(`court on ${chainName}`, () => {
    describe('disputes', () => disputes(open))
    describe('agreement', () => agreement(open))
    describe('collisions', () => collisions(open))
    describe('absence', () => absence(open))
    describe('epochs', () => epochs(open))
    describe('debts', () => debts(open))
    describe('batches', () => batches(open))
    describe('collateral', () => collateral(open))
    describe('settlements', () => settlements(open))
    describe('locks', () => locks(open))
    describe('breaches', () => breaches(open))
  })
}
