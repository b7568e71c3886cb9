/** EntityProvider: lazy and registered entities, and boards that change without losing what they signed. */
import { AbiCoder, keccak256 } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import providerArtifact from '../../contracts/artifacts/EntityProvider.json' with { type: 'json' }
import { ENTITY_PROVIDER_ADDRESS } from '../../runtime/jadapter/genesis.ts'
import { type Board, boardId } from '../../runtime/jurisdiction/board.ts'
import { type Bytes, fromHex, utf8 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { bodyOf, FRAME_HASH, pairOf, proofDigest, tokenProof } from './court.ts'
import {
  type Actor,
  actor,
  CHAIN_ID,
  contractAt,
  eventsOf,
  hankoOf,
  openWorld,
  signBatch,
  TUSD,
  transactAs,
} from './world.ts'

const DIGEST = keccak(utf8('what is signed'))
const DAY = 86_400
const [alice, bob, next, last] = ['alice', 'bob', 'next', 'last'].map(actor) as [Actor, Actor, Actor, Actor]
const anyone = actor('anyone')

const abi = (types: readonly string[], values: readonly unknown[]): string =>
  AbiCoder.defaultAbiCoder().encode(types, values)
const tag = (text: string) => keccak(utf8(text))
const registeredId = (number: number): EntityId =>
  keccak256(
    abi(
      ['bytes32', 'uint256', 'address', 'uint256'],
      [tag('xln:registered-entity:v1'), CHAIN_ID, ENTITY_PROVIDER_ADDRESS, number],
    ),
  ) as EntityId
const changeDigest = (
  name: 'xln:board:v1' | 'xln:board-cancel:v1',
  entityId: EntityId,
  nonce: number,
  board: Board,
): Bytes =>
  fromHex(
    keccak256(
      abi(
        ['bytes32', 'uint256', 'address', 'bytes32', 'uint256', 'bytes32'],
        [tag(name), CHAIN_ID, ENTITY_PROVIDER_ADDRESS, entityId, nonce, boardId(board)],
      ),
    ),
  )
/** As the contract takes a board. */
const boardOf = ({ threshold, members }: Board) => ({
  threshold,
  members: members.map(({ address }) => address),
  weights: members.map(({ weight }) => weight),
})

const bornDisk = (async () => {
  const { chain, disk } = await openWorld()
  await chain.fundEther({ address: anyone.address, amountWei: 10n ** 20n })
  return disk
})()
const openProvider = async () => {
  const { rows, epoch } = await bornDisk
  const { chain, clock } = await openWorld({ disk: { rows: new Map(rows), epoch } })
  const provider = contractAt(chain, ENTITY_PROVIDER_ADDRESS, providerArtifact.abi)
  const send = (name: string, ...args: readonly unknown[]) =>
    transactAs(chain, anyone, provider.address, provider.encode(name, args))
  const sent = async (name: string, ...args: readonly unknown[]): Promise<void> => {
    const result = await send(name, ...args)
    expect(result).toMatchObject({ type: 'included' })
  }
  const propose = (entityId: EntityId, by: Actor, board: Board, nonce: number) =>
    send(
      'proposeBoard',
      entityId,
      boardOf(board),
      hankoOf(by, changeDigest('xln:board:v1', entityId, nonce, board)),
      nonce,
    )
  return {
    chain,
    provider,
    send,
    sent,
    propose,
    at: clock.set,
    /** From now to `to` in office, by way of a proposal of the one who is. */
    rotate: async (entityId: EntityId, by: Actor, to: Actor, nonce: number, now: number): Promise<void> => {
      clock.set(now)
      expect(await propose(entityId, by, to.board, nonce)).toMatchObject({ type: 'included' })
      clock.set(now + 7 * DAY)
      await sent('activateBoard', entityId)
    },
    /** Null when the signer's signature is good for the entity. */
    refusal: async (entityId: EntityId, signer: Actor, asEvidence: boolean) =>
      (await provider.refusal('requireSigned', entityId, DIGEST, hankoOf(signer, DIGEST), asEvidence))?.name ?? null,
  }
}
let evidenceSeconds = 0
beforeAll(async () => {
  const { provider } = await openProvider()
  expect(await provider.call('ROTATION_DELAY')).toEqual([BigInt(7 * DAY)])
  evidenceSeconds = Number((await provider.call('EVIDENCE_SECONDS'))[0])
})

describe('entities', () => {
  it('that are lazy need no record', async () => {
    const { provider, refusal } = await openProvider()
    expect(await provider.call('boardHashOf', alice.entityId)).toEqual([alice.entityId])
    expect(await refusal(alice.entityId, alice, false)).toBeNull()
    expect(await refusal(alice.entityId, bob, true)).toBe('BoardNotOfEntity')
  })

  it('that are registered are numbered from 1, whoever registers them', async () => {
    const { provider, sent, refusal } = await openProvider()
    await sent('registerEntity', boardOf(alice.board))
    await sent('registerEntity', boardOf(alice.board))
    expect(await provider.call('entityCount')).toEqual([2n])
    for (const number of [1, 2]) {
      expect(await provider.call('boardHashOf', registeredId(number))).toEqual([alice.entityId])
      expect(await refusal(registeredId(number), alice, false)).toBeNull()
      expect(await refusal(registeredId(number), bob, false)).toBe('BoardNotOfEntity')
    }
    // A number not given yet is nobody's.
    expect(await refusal(registeredId(3), alice, true)).toBe('BoardNotOfEntity')
  })

  it('act on the Depository by the board they have', async () => {
    const { chain, sent } = await openProvider()
    await sent('registerEntity', boardOf(alice.board))
    const entityId = registeredId(1)
    eventsOf(await chain.fund({ entityId, tokenId: TUSD, amount: 9n }))
    const batch = { reserveToReserve: [{ to: bob.entityId, tokenId: TUSD, amount: 9n }] }
    expect(
      eventsOf(await chain.submit(signBatch(chain.terms, { ...alice, entityId }, { nonce: 1, batch }))),
    ).toMatchObject([
      { entityId, amount: 0n },
      { entityId: bob.entityId, amount: 9n },
      { type: 'batch_processed', entityId, nonce: 1 },
    ])
    expect(await chain.submit(signBatch(chain.terms, { ...bob, entityId }, { nonce: 2, batch }))).toMatchObject({
      reason: { name: 'BoardNotOfEntity' },
    })
  })

  it.each<[string, Partial<Board>, string]>([
    ['without members', { members: [] }, 'BoardSizeInvalid'],
    ['that could never sign', { threshold: 2 }, 'BoardThresholdUnreachable'],
    ['that anybody signs for', { threshold: 0 }, 'BoardThresholdZero'],
    ['with a member twice', { members: [...alice.board.members, ...alice.board.members] }, 'BoardMembersNotAscending'],
    ['with a member without weight', { members: [{ address: alice.address, weight: 0 }] }, 'BoardWeightZero'],
  ])('are not registered with a board %s', async (_, change, name) => {
    const { send, propose } = await openProvider()
    const board = { ...alice.board, ...change }
    expect(await send('registerEntity', boardOf(board))).toMatchObject({ reason: { name } })
    expect(await propose(alice.entityId, alice, board, 1)).toMatchObject({ reason: { name } })
  })
})

describe('a change of board', () => {
  it('takes seven days, in which everything is as before', async () => {
    const { provider, send, propose, refusal, at } = await openProvider()
    at(2_000)
    expect(await propose(alice.entityId, alice, next.board, 1)).toMatchObject({ type: 'included' })
    const activatesAt = BigInt(2_000 + 7 * DAY)
    expect(await provider.call('pendingBoardOf', alice.entityId)).toEqual([next.entityId, activatesAt])
    at(2_000 + 7 * DAY - 1)
    expect(await send('activateBoard', alice.entityId)).toEqual({
      type: 'reverted',
      reason: {
        name: 'BoardNotYetActive',
        params: { entityId: alice.entityId, activatesAt, nowSeconds: activatesAt - 1n },
      },
    })
    expect([await refusal(alice.entityId, alice, false), await refusal(alice.entityId, next, true)]).toEqual([
      null,
      'BoardNotOfEntity',
    ])
    at(2_000 + 7 * DAY)
    expect(await send('activateBoard', alice.entityId)).toMatchObject({ type: 'included' })
    expect(await provider.call('boardHashOf', alice.entityId)).toEqual([next.entityId])
    expect(await provider.call('pendingBoardOf', alice.entityId)).toEqual([`0x${'00'.repeat(32)}`, 0n])
    expect(await send('activateBoard', alice.entityId)).toMatchObject({ reason: { name: 'BoardNotPending' } })
  })

  it('leaves the old board its evidence, for as long as a window and a lock may run, and nothing else', async () => {
    const { rotate, refusal, at, sent } = await openProvider()
    await rotate(alice.entityId, alice, next, 1, 2_000)
    const until = 2_000 + 7 * DAY + evidenceSeconds
    expect(evidenceSeconds).toBe(28 * DAY)
    expect(await refusal(alice.entityId, next, false)).toBeNull()
    expect([await refusal(alice.entityId, alice, false), await refusal(alice.entityId, alice, true)]).toEqual([
      'BoardNotOfEntity',
      null,
    ])
    // A block at a given second: calls are made on top of the newest.
    const tick = async (seconds: number): Promise<void> => {
      at(seconds)
      await sent('registerEntity', boardOf(bob.board))
    }
    await tick(until)
    expect(await refusal(alice.entityId, alice, true)).toBeNull()
    await tick(until + 1)
    expect(await refusal(alice.entityId, alice, true)).toBe('BoardNotOfEntity')
  })

  it('soon after another cuts nothing short', async () => {
    const { rotate, refusal } = await openProvider()
    await rotate(alice.entityId, alice, next, 1, 2_000)
    await rotate(alice.entityId, next, last, 2, 2_000 + 8 * DAY)
    for (const old of [alice, next])
      expect([await refusal(alice.entityId, old, true), await refusal(alice.entityId, old, false)]).toEqual([
        null,
        'BoardNotOfEntity',
      ])
    expect(await refusal(alice.entityId, last, false)).toBeNull()
    // And back again.
    await rotate(alice.entityId, last, alice, 3, 2_000 + 16 * DAY)
    expect(await refusal(alice.entityId, alice, false)).toBeNull()
  })

  it('is for the board in office alone, with the next nonce', async () => {
    const { rotate, propose, provider, send } = await openProvider()
    expect(await propose(alice.entityId, bob, next.board, 1)).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
    for (const nonce of [0, 2])
      expect(await propose(alice.entityId, alice, next.board, nonce)).toMatchObject({
        reason: { name: 'BoardNonceInvalid', params: { expected: 1n, actual: BigInt(nonce) } },
      })
    const hanko = hankoOf(alice, changeDigest('xln:board:v1', alice.entityId, 1, next.board))
    expect(await send('proposeBoard', alice.entityId, boardOf(last.board), hanko, 1)).toMatchObject({
      reason: { name: 'SignerMismatch' },
    })
    await rotate(alice.entityId, alice, next, 1, 2_000)
    expect(await provider.call('boardNonceOf', alice.entityId)).toEqual([1n])
    expect(await propose(alice.entityId, alice, last.board, 2)).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
  })

  it('can be taken back, and replaced, which begins the seven days anew', async () => {
    const { propose, provider, send, at } = await openProvider()
    const cancel = (board: Board, nonce: number, by = alice) =>
      send(
        'cancelBoard',
        alice.entityId,
        hankoOf(by, changeDigest('xln:board-cancel:v1', alice.entityId, nonce, board)),
        nonce,
      )
    expect(await cancel(next.board, 1)).toMatchObject({ reason: { name: 'BoardNotPending' } })
    at(2_000)
    await propose(alice.entityId, alice, next.board, 1)
    at(2_000 + DAY)
    await propose(alice.entityId, alice, last.board, 2)
    expect(await provider.call('pendingBoardOf', alice.entityId)).toEqual([last.entityId, BigInt(2_000 + 8 * DAY)])
    expect(await cancel(next.board, 3)).toMatchObject({ reason: { name: 'SignerMismatch' } })
    expect(await cancel(last.board, 3, last)).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
    expect(await cancel(last.board, 3)).toMatchObject({ type: 'included' })
    at(2_000 + 30 * DAY)
    expect(await send('activateBoard', alice.entityId)).toMatchObject({ reason: { name: 'BoardNotPending' } })
  })
})

it('what an old board signed is judged by; what it signs anew moves no money', async () => {
  const { chain, rotate, provider } = await openProvider()
  const [left, right] = alice.entityId < bob.entityId ? [alice, bob] : [bob, alice]
  const body = bodyOf({ tokens: [tokenProof(TUSD, 0n)] })
  const signed = pairOf(chain.terms, left, right)
  const start = {
    ...signed.start(bob, { nonce: 5, body }),
    counterpartyHanko: hankoOf(alice, proofDigest(signed.place(5), body, FRAME_HASH)),
  }
  await rotate(alice.entityId, alice, next, 1, 2_000)
  const diffs = [{ tokenId: TUSD, leftDiff: 0n, rightDiff: 0n, collateralDiff: 0n }]
  const settlement = signed.settlement({ nonce: 6, validUntil: 10 ** 9, diffs })
  const submit = (batch: object, nonce: number) => chain.submit(signBatch(chain.terms, bob, { nonce, batch }))
  expect(await submit({ settlements: [settlement] }, 1)).toMatchObject({ reason: { name: 'BoardNotOfEntity' } })
  expect(eventsOf(await submit({ disputeStarts: [start] }, 1))[0]).toMatchObject({ type: 'dispute_started' })
  expect(await chain.submit(signBatch(chain.terms, alice, { nonce: 1 }))).toMatchObject({
    reason: { name: 'BoardNotOfEntity' },
  })
  const byNext = signBatch(chain.terms, { ...next, entityId: alice.entityId }, { nonce: 1 })
  expect(await chain.submit(byNext)).toMatchObject({ type: 'included' })
  expect(await provider.call('boardHashOf', alice.entityId)).toEqual([next.entityId])
})
