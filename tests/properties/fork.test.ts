/**
 * Random lives of small worlds that are forked again and again: no fork moves a figure, a limit, a reserve or a debt; a
 * world with nothing on its way can always be forked; and at the end every account is of the newest chain, with both
 * sides' word on it, as every tick is held to (world-checks.ts).
 */
import { expect, test } from 'vitest'
import type { EntityTx } from '../../runtime/entity/types.ts'
import type { Env } from '../../runtime/types.ts'
import { cheapOracles } from '../support/cheap-oracle.ts'
import { fc } from '../support/property.ts'
import { createWorld, paperChain, TUSD, testPolicy, usd, type World } from '../support/world.ts'
import { checkMostly } from '../support/world-checks.ts'

const NAMES = ['alice', 'hub', 'bob', 'erin']
const KINDS = ['pay', 'pay', 'direct', 'limit', 'open', 'invoice', 'offer', 'fund', 'fork', 'fork_at_once'] as const
type Act = { readonly kind: (typeof KINDS)[number]; readonly by: number; readonly to: number; readonly amount: bigint }

const who = fc.nat(NAMES.length - 1)
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(...KINDS),
  by: who,
  to: who,
  amount: fc.integer({ min: 1, max: 80 }).map(usd),
})

const startWorld = (): World => {
  const entities = Object.fromEntries(NAMES.map((name) => [name, name === 'hub' ? { hubPolicy: testPolicy } : {}]))
  const world = createWorld({ entities, oracle: cheapOracles(NAMES), check: checkMostly })
  for (const name of NAMES) if (name !== 'hub') world.open(name, 'hub', 100)
  return world
}

/** Everything that has a price. */
const figuresIn = (env: Env) =>
  [...env.eReplicas.values()].map(({ entityId, state }) => ({
    entityId,
    reserves: [...state.reserves.entries()],
    debts: [...state.debts.values()],
    offers: [...state.offers.values()],
    accounts: [...state.accounts.entries()].map(([other, { state: agreed, status }]) => ({
      other,
      status,
      deltas: [...agreed.deltas.values()],
      policies: agreed.policies,
      claims: [agreed.leftClaims, agreed.rightClaims],
    })),
  }))

const txOf = (world: World, { kind, to: n, amount }: Act): EntityTx => {
  const to = NAMES[n] ?? 'hub'
  const counterparty = world.id(to)
  const about = { tokenId: TUSD, amount, memo: '' }
  if (kind === 'direct') return { type: 'direct_payment', counterparty, ...about }
  if (kind === 'limit') return { type: 'set_credit_limit', counterparty, tokenId: TUSD, limit: amount }
  if (kind === 'open') return { type: 'open_account', counterparty, tokenId: TUSD, creditLimit: amount }
  if (kind === 'offer') return { type: 'create_offer', ...about }
  if (kind === 'invoice')
    return { type: 'create_invoice', ...about, expirySeconds: Math.floor(world.nowMs() / 1_000) + 600 }
  return world.pay(to, amount)
}

/** @returns whether it was forked. */
const forks = (world: World, chainId: bigint): boolean => {
  const before = world.env()
  const isQuiet = before.queue.length === 0
  const tx = { type: 'fork', jurisdiction: paperChain.name, chainId } as const
  const [outcome] = world.tick([{ type: 'runtime', tx }]).outcomes
  expect(outcome).toMatchObject(
    isQuiet ? { type: 'applied' } : { type: 'rejected', rejection: { type: 'not_quiet', hindrance: 'payments' } },
  )
  expect(figuresIn(world.env())).toEqual(figuresIn(before))
  if (!isQuiet) expect(world.env()).toBe(before)
  return isQuiet
}

test('random lives with forks in them -- no figure moves, and life goes on', () => {
  let [forked, refused] = [0, 0]
  fc.assert(
    fc.property(fc.array(act, { minLength: 10, maxLength: 40 }), (acts) => {
      const world = startWorld()
      let { chainId } = paperChain.terms
      const tryFork = (): void => {
        const isForked = forks(world, chainId + 1n)
        if (isForked) chainId++
        if (isForked) forked++
        else refused++
      }
      for (const next of [...acts, { kind: 'fork', by: 0, to: 0, amount: 1n } as const]) {
        const by = NAMES[next.by] ?? 'alice'
        if (next.kind !== 'fork_at_once') world.settle()
        if (next.kind === 'fork' || next.kind === 'fork_at_once') tryFork()
        else if (next.kind === 'fund') {
          const event = { type: 'reserve_updated', entityId: world.id(by), tokenId: TUSD, amount: next.amount } as const
          world.tick([world.mine([event])])
        } else world.tick([world.command(by, txOf(world, next))])
      }
      for (const { state } of world.env().eReplicas.values())
        for (const account of state.accounts.values()) expect(account.state.terms.chainId).toBe(chainId)
      expect(world.env().jReplicas.get(paperChain.name)?.terms.chainId).toBe(chainId)
      const counterparty = world.id('hub')
      world.ok('bob', { type: 'set_credit_limit', counterparty, tokenId: TUSD, limit: usd(500) })
      world.ok('hub', { type: 'direct_payment', counterparty: world.id('bob'), tokenId: TUSD, amount: 1n, memo: '' })
    }),
    { numRuns: 8 },
  )
  expect([forked > 15, refused > 0]).toEqual([true, true])
})
