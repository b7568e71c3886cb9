/** What a block did to an account is claimed towards the counterparty; what nobody here knows is not spoken of. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { JClaim } from '../../../runtime/account/types.ts'
import type { JEvent } from '../../../runtime/jurisdiction/types.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import type { EntityId, TokenId } from '../../../runtime/lib/units.ts'
import { createPuppet, type Puppet } from '../../support/puppet.ts'
import { createWorld, TETH, TUSD, testPolicy, type World } from '../../support/world.ts'
import { checkMostly } from '../../support/world-checks.ts'

let world: World
let mallory: Puppet
beforeEach(() => {
  world = createWorld({ entities: { hub: { hubPolicy: testPolicy } }, elsewhere: { mallory: {} }, check: checkMostly })
  mallory = createPuppet(world, 'mallory', 'hub')
  mallory.say([{ type: 'add_delta', tokenId: TUSD }])
})

const settled = (tokenId: number, collateral: bigint, nonce = 0): JEvent => {
  const [left, right] = [world.id('hub'), mallory.entityId].sort() as [EntityId, EntityId]
  const token = tokenId as TokenId
  return { type: 'account_settled', left, right, tokenId: token, collateral, ondelta: 0n, epoch: 0, nonce }
}
/** What the hub has said of the last block; undefined when it has said nothing. */
const lastClaim = (): JClaim | undefined => {
  const { state, pending, mempool, isLeft } = world.account('hub', 'mallory')
  const queued = [...(pending?.frame.accountTxs ?? []), ...mempool].filter(({ type }) => type === 'j_event_claim')
  return [...(isLeft ? state.leftClaims : state.rightClaims), ...(queued as readonly JClaim[])].at(-1)
}
const told = (): readonly (readonly [number, bigint])[] | undefined =>
  lastClaim()?.events.map(({ tokenId, collateral }) => [tokenId, collateral])

describe('claims', () => {
  test('a token of the account, and one the chain is known to have -- both, by their last values', () => {
    world.tick([world.mine([settled(TETH, 5n), settled(TUSD, 1n), settled(TUSD, 7n)])])
    expect(told()).toEqual([
      [TUSD, 7n],
      [TETH, 5n],
    ])
  })
  test('tokens never seen -- nothing is said of them, and nothing changes but the time', () => {
    world.tick([world.mine([settled(77, 1n), settled(78, 1n)])])
    expect([told(), [...world.account('hub', 'mallory').state.deltas.keys()].length]).toEqual([undefined, 1])
  })
  test('any number of them before the one that counts -- it is told, with the nonce of the whole block', () => {
    const worthless = Array.from({ length: 2 * LIMITS.tokensPerAccount }, (_, i) => settled(10 + i, 1n, 6))
    world.tick([world.mine([settled(TUSD, 9n, 2), ...worthless])])
    expect([told(), lastClaim()?.nonce]).toEqual([[[TUSD, 9n]], 6])
  })
  test('another epoch -- it is not about the account as it is', () => {
    world.tick([world.mine([{ ...settled(TUSD, 9n), epoch: 1 } as JEvent])])
    expect(told()).toBeUndefined()
  })
})
