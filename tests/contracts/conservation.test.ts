/**
 * Conservation: whatever is asked of the Depository in whatever order, per token all reserves and all collateral add up
 * to what the contract holds, and the chain agrees with a model that knows nothing of Solidity.
 */

import { expect, it } from 'vitest'
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import tokenArtifact from '../../contracts/artifacts/TestToken.json' with { type: 'json' }
import { EMPTY_BATCH, type JBatch, type JEvent } from '../../runtime/jurisdiction/types.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { fc } from '../support/property.ts'
import { type Actor, actor, contractAt, eventsOf, openWorld, signBatch, TETH, TUSD, type World } from './world.ts'

const TIMEOUT_MS = 60_000
const actors = ['alice', 'bob', 'carol'].map(actor)
const tokenIds: readonly TokenId[] = [TUSD, TETH]

type Move = { readonly toOffset: number; readonly token: number; readonly amount: bigint; readonly collateral: boolean }
type Step =
  | { readonly type: 'deposit'; readonly to: number; readonly token: number; readonly amount: bigint }
  | { readonly type: 'batch'; readonly signer: number; readonly moves: readonly Move[]; readonly nonceOffset: number }

const who = fc.nat(actors.length - 1)
const token = fc.nat(tokenIds.length - 1)
// Small, so that overdrafts and exact drains happen; sometimes enormous or nothing.
const amount = fc.oneof({ weight: 30, arbitrary: fc.bigInt(1n, 40n) }, fc.constantFrom(0n, 2n ** 128n - 1n, 2n ** 128n))
/** Counted from the signer; 0 is the signer itself, which is refused. */
const toOffset = fc.oneof({ weight: 30, arbitrary: fc.constantFrom(1, 2) }, fc.constant(0))
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('deposit' as const), to: who, token, amount: fc.bigInt(1n, 200n) }),
  fc.record({
    type: fc.constant('batch' as const),
    signer: who,
    moves: fc.array(fc.record({ toOffset, token, amount, collateral: fc.boolean() }), { maxLength: 4 }),
    nonceOffset: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constantFrom(0, 2)),
  }),
)

type Model = {
  readonly reserves: Map<string, bigint>
  readonly accounts: Map<string, { collateral: bigint; ondelta: bigint }>
  readonly nonces: number[]
}

const of = (index: number): Actor => actors[index] ?? actor('nobody')
const tokenAt = (index: number): TokenId => tokenIds[index] ?? TUSD
const reserveKey = (one: Actor, tokenId: TokenId): string => `${one.entityId}:${tokenId}`
const isLeft = (one: Actor, other: Actor): boolean => one.entityId < other.entityId
const accountKey = (one: Actor, other: Actor, tokenId: TokenId): string =>
  isLeft(one, other) ? `${one.entityId}:${other.entityId}:${tokenId}` : `${other.entityId}:${one.entityId}:${tokenId}`

const targetOf = (signer: Actor, move: Move): Actor => of((actors.indexOf(signer) + move.toOffset) % actors.length)

const toBatch = (signer: Actor, moves: readonly Move[]): JBatch => ({
  ...EMPTY_BATCH,
  reserveToReserve: moves
    .filter((move) => !move.collateral)
    .map((move) => ({ to: targetOf(signer, move).entityId, tokenId: tokenAt(move.token), amount: move.amount })),
  reserveToCollateral: moves
    .filter((move) => move.collateral)
    .map((move) => ({
      counterparty: targetOf(signer, move).entityId,
      tokenId: tokenAt(move.token),
      amount: move.amount,
      epoch: 0,
    })),
})

/** The model after the moves, or null when one of them is not allowed. */
const play = (model: Model, signer: Actor, moves: readonly Move[]): Model | null => {
  const reserves = new Map(model.reserves)
  const accounts = new Map([...model.accounts].map(([key, value]) => [key, { ...value }]))
  const ordered = [...moves.filter((move) => !move.collateral), ...moves.filter((move) => move.collateral)]
  for (const move of ordered) {
    const [other, tokenId] = [targetOf(signer, move), tokenAt(move.token)]
    const have = reserves.get(reserveKey(signer, tokenId)) ?? 0n
    if (other === signer || move.amount < 1n || move.amount >= 2n ** 128n || move.amount > have) return null
    reserves.set(reserveKey(signer, tokenId), have - move.amount)
    if (move.collateral) {
      const account = accounts.get(accountKey(signer, other, tokenId)) ?? { collateral: 0n, ondelta: 0n }
      account.collateral += move.amount
      if (isLeft(signer, other)) account.ondelta += move.amount
      accounts.set(accountKey(signer, other, tokenId), account)
    } else reserves.set(reserveKey(other, tokenId), (reserves.get(reserveKey(other, tokenId)) ?? 0n) + move.amount)
  }
  return { ...model, reserves, accounts }
}

/** What a reader who keeps only the last event of each kind believes. */
const believe = (believed: Map<string, string>, events: readonly JEvent[]): void => {
  for (const event of events) {
    if (event.type === 'reserve_updated') believed.set(`${event.entityId}:${event.tokenId}`, `${event.amount}`)
    if (event.type === 'account_settled')
      believed.set(`${event.left}:${event.right}:${event.tokenId}`, `${event.collateral}/${event.ondelta}`)
  }
}

const checkAll = async (chain: World['chain'], model: Model, believed: Map<string, string>): Promise<void> => {
  const depository = contractAt(chain, chain.terms.depository, depositoryArtifact.abi)
  for (const tokenId of tokenIds) {
    let sum = 0n
    for (const one of actors) {
      const [reserve] = await depository.call('reserveOf', one.entityId, tokenId)
      expect(reserve).toBe(model.reserves.get(reserveKey(one, tokenId)) ?? 0n)
      expect(believed.get(reserveKey(one, tokenId)) ?? '0').toBe(`${reserve}`)
      sum += BigInt(String(reserve))
      for (const other of actors.filter((candidate) => isLeft(one, candidate))) {
        const [collateral, ondelta] = await depository.call('accountOf', one.entityId, other.entityId, tokenId)
        const expected = model.accounts.get(accountKey(one, other, tokenId)) ?? { collateral: 0n, ondelta: 0n }
        expect({ collateral, ondelta }).toEqual(expected)
        expect(believed.get(accountKey(one, other, tokenId)) ?? '0/0').toBe(`${collateral}/${ondelta}`)
        sum += BigInt(String(collateral))
      }
    }
    const address = chain.tokens.find((candidate) => candidate.tokenId === tokenId)?.address ?? chain.terms.depository
    expect(await contractAt(chain, address, tokenArtifact.abi).call('balanceOf', chain.terms.depository)).toEqual([sum])
  }
}

/** A chain on which every actor starts with the same reserve of every token. */
const START = 60n
const funded = (async () => {
  const { chain, disk } = await openWorld()
  for (const tokenId of tokenIds)
    for (const { entityId } of actors) await chain.fund({ entityId, tokenId, amount: START })
  return disk
})()

it(
  'holds over any sequence of deposits and batches, refused ones included',
  async () => {
    let refused = 0
    let included = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { rows, epoch } = await funded
        const { chain } = await openWorld({ disk: { rows: new Map(rows), epoch } })
        const reserves = tokenIds.flatMap((tokenId) => actors.map((one) => [reserveKey(one, tokenId), START] as const))
        let model: Model = { reserves: new Map(reserves), accounts: new Map(), nonces: actors.map(() => 0) }
        const believed = new Map<string, string>()
        for (const block of await chain.blocksAfter(null)) believe(believed, block.events)
        for (const one of steps) {
          if (one.type === 'deposit') {
            const [to, tokenId] = [of(one.to), tokenAt(one.token)]
            believe(believed, eventsOf(await chain.fund({ entityId: to.entityId, tokenId, amount: one.amount })))
            const key = reserveKey(to, tokenId)
            model = {
              ...model,
              reserves: new Map(model.reserves).set(key, (model.reserves.get(key) ?? 0n) + one.amount),
            }
            continue
          }
          const last = model.nonces[one.signer] ?? 0
          const tx = signBatch(chain.terms, of(one.signer), {
            nonce: last + one.nonceOffset,
            batch: toBatch(of(one.signer), one.moves),
          })
          const next = one.nonceOffset === 1 ? play(model, of(one.signer), one.moves) : null
          const submitted = await chain.submit(tx)
          expect(submitted.type).toBe(one.nonceOffset === 0 ? 'duplicate' : next === null ? 'reverted' : 'included')
          if (submitted.type === 'included') believe(believed, submitted.events)
          if (next !== null) model = { ...next, nonces: next.nonces.with(one.signer, last + 1) }
          if (next === null) refused++
          else included++
        }
        await checkAll(chain, model, believed)
      }),
      { numRuns: 40 },
    )
    // A run in which nothing was refused, or nothing went through, would prove nothing.
    expect(Math.min(refused, included)).toBeGreaterThan(5)
  },
  TIMEOUT_MS,
)
