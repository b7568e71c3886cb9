/** What must hold in court, on any chain: nobody who is awake within the window loses what was signed. */
import { describe, expect, test } from 'vitest'
import { TUSD, usd } from '../../support/world.ts'
import { COLLATERAL, diffFor, type OpenChain, openCourt, RESERVE } from './court-world.ts'

export const courtSuite = (chainName: string, open: OpenChain): void => {
  describe(`court on ${chainName}`, () => {
    test('both awake -- the hub agrees at once, the money is in reserve, and the account can be opened again', async () => {
      const world = await openCourt(open)
      await world.act('alice', {
        type: 'direct_payment',
        counterparty: world.id('hub'),
        tokenId: TUSD,
        amount: usd(120),
        memo: '',
      })
      const before = await world.held()
      const hubBefore = world.reserve('hub')
      await world.act('alice', { type: 'dispute_start', counterparty: world.id('hub') })
      expect([world.statusOf('alice', 'hub'), world.statusOf('hub', 'alice')]).toEqual(['closed', 'closed'])
      expect(world.reserve('alice')).toBe(RESERVE + COLLATERAL - usd(120))
      expect(world.reserve('hub')).toBe(hubBefore + usd(120))
      expect(await world.held()).toBe(before)
      world.open('alice', 'hub', 50)
      await world.pump()
      const { state } = world.account('hub', 'alice')
      expect([world.statusOf('hub', 'alice'), state.terms.epoch, state.height > 0]).toEqual(['open', 1, true])
    })

    test('the hub is silent -- nothing before the window has passed, everything after it', async () => {
      const world = await openCourt(open)
      world.unplug('hub')
      await world.act('alice', { type: 'dispute_start', counterparty: world.id('hub') })
      expect(world.statusOf('alice', 'hub')).toBe('disputed')
      const { state } = world.account('alice', 'hub')
      const window = state.terms.leftResponseSeconds
      await world.pass(window - 60)
      expect([world.statusOf('alice', 'hub'), world.reserve('alice')]).toEqual(['disputed', RESERVE])
      await world.pass(120)
      expect([world.statusOf('alice', 'hub'), world.reserve('alice')]).toEqual(['closed', RESERVE + COLLATERAL])
    })

    test('a stale proof is answered with the newest, and judged by it', async () => {
      const world = await openCourt(open)
      const stale = world.proofOf('hub', 'alice')
      await world.act('hub', {
        type: 'direct_payment',
        counterparty: world.id('alice'),
        tokenId: TUSD,
        amount: usd(70),
        memo: '',
      })
      expect(await world.startWith('hub', 'alice', stale)).toMatchObject({ type: 'included' })
      await world.pump()
      const { status } = world.account('alice', 'hub')
      expect(status).toMatchObject({ type: 'disputed', dispute: { nonce: world.proofOf('alice', 'hub').nonce } })
      await world.pass(world.account('alice', 'hub').state.terms.leftResponseSeconds + 60)
      // 70 more than the collateral: the hub owes it, and pays from its reserve.
      expect([world.statusOf('alice', 'hub'), world.reserve('alice')]).toEqual([
        'closed',
        RESERVE + COLLATERAL + usd(70),
      ])
    })

    test('a settlement brings collateral back, by both signatures, and the account goes on', async () => {
      const world = await openCourt(open)
      const before = await world.held()
      const moves = diffFor(world, { name: 'alice', counterparty: 'hub' }, { own: usd(200), theirs: 0n })
      await world.act('alice', { type: 'settle', counterparty: world.id('hub'), diffs: [moves] })
      expect(world.reserve('alice')).toBe(RESERVE + usd(200))
      expect(world.position('alice', 'hub')).toMatchObject({ balance: COLLATERAL - usd(200), outHold: 0n, inHold: 0n })
      expect(world.position('hub', 'alice')).toMatchObject({ outHold: 0n, inHold: 0n })
      expect(world.account('alice', 'hub').state.settlement).toBeNull()
      expect(await world.held()).toBe(before)
      await world.act('alice', { type: 'dispute_start', counterparty: world.id('hub') })
      expect(world.reserve('alice')).toBe(RESERVE + COLLATERAL)
    })
  })
}
