/** The watcher and the decoding of reverts: what real logs mean, and what is no log of ours. */
import { AbiCoder, EventFragment, Interface, id } from 'ethers'
import { describe, expect, it } from 'vitest'
import depositoryArtifact from '../../../contracts/artifacts/Depository.json' with { type: 'json' }
import { readRevert } from '../../../runtime/jadapter/revert.ts'
import { JAdapterError } from '../../../runtime/jadapter/types.ts'
import { type RawLog, readBlock, readEvents } from '../../../runtime/jadapter/watcher.ts'
import type { JEvent } from '../../../runtime/jurisdiction/types.ts'
import { fromHex, toHex, utf8, word, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import { LIMITS } from '../../../runtime/lib/limits.ts'
import type { EntityId } from '../../../runtime/lib/units.ts'
import { actor, pair, TETH, TUSD } from '../../contracts/world.ts'
import { fc } from '../../support/property.ts'

const depository = actor('depository').address
const [left, right] = pair('alice', 'bob')
const contract = new Interface(depositoryArtifact.abi)

const logOf = (name: string, args: readonly unknown[]): RawLog => {
  const { topics, data } = contract.encodeEventLog(name, [...args])
  return { address: depository, topics, data }
}
const reserveUpdated = logOf('ReserveUpdated', [left.entityId, 1, 5n])

describe('readEvents', () => {
  const [hash, preimage] = [utf8('h'.repeat(32)), utf8('p'.repeat(32))]
  const pair = { left: left.entityId, right: right.entityId }
  const debt = { debtor: left.entityId, creditor: right.entityId, tokenId: TUSD, debtId: 7 }
  const body = utf8('any body')
  const decoded: readonly (readonly [string, readonly unknown[], JEvent])[] = [
    [
      'ReserveUpdated',
      [left.entityId, 1, 5n],
      { type: 'reserve_updated', entityId: left.entityId, tokenId: TUSD, amount: 5n },
    ],
    [
      'AccountSettled',
      [left.entityId, right.entityId, 2, 2n ** 200n, -7n, 3, 6],
      { type: 'account_settled', ...pair, tokenId: TETH, collateral: 2n ** 200n, ondelta: -7n, epoch: 3, nonce: 6 },
    ],
    [
      'BatchProcessed',
      [right.entityId, 9, hash],
      { type: 'batch_processed', entityId: right.entityId, nonce: 9, batchHash: hash },
    ],
    [
      'DisputeStarted',
      [left.entityId, right.entityId, true, 1, 5, 99, body],
      { type: 'dispute_started', ...pair, byLeft: true, epoch: 1, nonce: 5, windowEndSeconds: 99, body },
    ],
    [
      'CounterProofRegistered',
      [left.entityId, right.entityId, 1, 8, body],
      { type: 'counter_registered', ...pair, epoch: 1, nonce: 8, body },
    ],
    [
      'DisputeFinalized',
      [left.entityId, right.entityId, 2, 8],
      { type: 'dispute_finalized', ...pair, epoch: 2, nonce: 8 },
    ],
    ['DebtCreated', [left.entityId, right.entityId, 1, 7, 40n], { type: 'debt_created', ...debt, amount: 40n }],
    ['DebtEnforced', [left.entityId, right.entityId, 1, 7, 0n], { type: 'debt_enforced', ...debt, remaining: 0n }],
    [
      'SecretRevealed',
      [hash, preimage, 77],
      { type: 'secret_revealed', hashlock: hash, preimage, revealedAtSeconds: 77 },
    ],
  ]
  it.each(decoded)('decodes %s', (name, args, event) => {
    expect(readEvents([logOf(name, args)], depository)).toEqual([event])
  })

  it('reads topics in either case', () => {
    const topics = reserveUpdated.topics.map((topic) => `0x${topic.slice(2).toUpperCase()}`)
    expect(readEvents([{ ...reserveUpdated, topics }], depository)).toEqual(readEvents([reserveUpdated], depository))
  })

  it('keeps log order', () => {
    const logs = decoded.map(([name, args]) => logOf(name, args))
    expect(readEvents(logs, depository)).toEqual(decoded.map(([, , event]) => event))
    expect(readEvents(logs.toReversed(), depository)).toEqual(decoded.map(([, , event]) => event).toReversed())
  })

  it('leaves no event of the contracts unread but those it names here', () => {
    const known = decoded.map(([name]) => name)
    const others = contract.fragments.flatMap((one) => (one instanceof EventFragment ? [one.name] : []))
    expect(others.filter((name) => !known.includes(name))).toEqual(['ArgumentsRegistered', 'TokenRegistered'])
  })

  it('leaves out other contracts, and events the runtime has no use for', () => {
    const elsewhere = { ...reserveUpdated, address: actor('token').address }
    const registered = logOf('TokenRegistered', [1, depository])
    const argued = logOf('ArgumentsRegistered', [left.entityId, right.entityId, true, 0, body])
    expect(readEvents([elsewhere, registered, argued], depository)).toEqual([])
  })

  it.each<[string, RawLog]>([
    ['an unknown event', { ...reserveUpdated, topics: [id('Nonsense()')] }],
    ['no topics', { ...reserveUpdated, topics: [] }],
    ['too few topics', { ...reserveUpdated, topics: reserveUpdated.topics.slice(0, 2) }],
    ['too little data', { ...reserveUpdated, data: '0x00' }],
    ['a token id of 0', logOf('ReserveUpdated', [left.entityId, 0, 5n])],
    ['a token id of 2^32', logOf('ReserveUpdated', [left.entityId, 2n ** 32n, 5n])],
    [
      'a proof longer than any',
      logOf('CounterProofRegistered', [left.entityId, right.entityId, 0, 4, new Uint8Array(LIMITS.proofBodyBytes + 1)]),
    ],
    ['a nonce of 2^53', logOf('BatchProcessed', [left.entityId, 2n ** 53n, toHex(ZERO_32)])],
  ])('refuses %s from the Depository itself', (_, log) => {
    expect(() => readEvents([reserveUpdated, log], depository)).toThrow(JAdapterError)
  })

  it('throws nothing but its own error, whatever the chain sends', () => {
    const hex = (maxLength: number) => fc.uint8Array({ maxLength }).map(toHex)
    const known = fc.constantFrom(...decoded.map(([name]) => contract.getEvent(name)?.topicHash ?? ''))
    const topics = fc.tuple(
      known,
      fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex), { maxLength: 3 }),
    )
    fc.assert(
      fc.property(topics, hex(200), ([first, rest], data) => {
        try {
          readEvents([{ address: depository, topics: [first, ...rest], data }], depository)
        } catch (error) {
          expect(error).toBeInstanceOf(JAdapterError)
        }
      }),
    )
  })

  it('makes of a raw block exactly a JBlock', () => {
    const header = { height: 3, hash: ZERO_32, timestampSeconds: 9 }
    const raw = {
      ...header,
      parentHash: utf8('p'.repeat(32)),
      logs: [reserveUpdated],
      header: utf8('more than was asked for'),
    }
    const events = readEvents([reserveUpdated], depository)
    expect(readBlock(raw, depository)).toEqual({ ...header, previousHash: raw.parentHash, events })
    const previousHash = utf8('q'.repeat(32))
    expect(readBlock(raw, depository, previousHash)).toEqual({ ...header, previousHash, events })
  })
})

describe('a block with more events than anybody takes in', () => {
  const header = { height: 3, hash: ZERO_32, parentHash: ZERO_32, timestampSeconds: 9 }
  const other = logOf('BatchProcessed', [left.entityId, 9, toHex(ZERO_32)])

  it('is told of by the last value of each; what has no value stays as it is', () => {
    const many = Array.from({ length: LIMITS.eventsPerBlock - 1 }, () => reserveUpdated)
    const [last, otherToken] = [
      logOf('ReserveUpdated', [left.entityId, 1, 9n]),
      logOf('ReserveUpdated', [left.entityId, 2, 7n]),
    ]
    const logs = [otherToken, other, ...many, last]
    expect(readBlock({ ...header, logs }, depository).events).toEqual(readEvents([otherToken, other, last], depository))
    const few = logs.slice(2)
    expect(readBlock({ ...header, logs: few }, depository).events).toEqual(readEvents(few, depository))
  })

  it('that all stand for themselves is refused', () => {
    const logs = Array.from({ length: LIMITS.eventsPerBlock + 1 }, () => other)
    expect(() => readBlock({ ...header, logs }, depository)).toThrow(JAdapterError)
  })
})

describe('readRevert', () => {
  const revert = (data: string) => readRevert({ data: fromHex(data), error: 'revert' })

  it('names the custom errors of every contract, with their parameters', () => {
    const entityId = left.entityId as string as EntityId
    expect(revert(contract.encodeErrorResult('ReserveInsufficient', [entityId, 1, 2, 3]))).toEqual({
      name: 'ReserveInsufficient',
      params: { entityId, tokenId: 1n, available: 2n, needed: 3n },
    })
    expect(revert(contract.encodeErrorResult('EntityZero', []))).toEqual({ name: 'EntityZero', params: {} })
    expect(revert(`${id('NotDeployer(address)').slice(0, 10)}${toHex(word(5)).slice(2)}`)).toEqual({
      name: 'NotDeployer',
      params: { caller: '0x0000000000000000000000000000000000000005' },
    })
  })

  it('knows what Solidity itself reverts with', () => {
    const text = AbiCoder.defaultAbiCoder().encode(['string'], ['out of luck']).slice(2)
    expect(revert(`0x08c379a0${text}`)).toEqual({ name: 'Error', params: { message: 'out of luck' } })
    expect(revert(`0x4e487b71${toHex(word(0x11)).slice(2)}`)).toEqual({ name: 'Panic', params: { code: 17n } })
  })

  it('tells no reason from an unknown one, and never throws', () => {
    expect(readRevert({ data: fromHex('0x'), error: 'out of gas' })).toEqual({
      name: 'NoReason',
      params: { error: 'out of gas' },
    })
    expect(revert('0xdeadbeef')).toEqual({ name: 'Unknown', params: { data: '0xdeadbeef' } })
    const selector = contract.encodeErrorResult('EntityZero', []).slice(0, 10)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
        expect(typeof revert(toHex(bytes)).name).toBe('string')
        expect(typeof revert(`${selector}${toHex(bytes).slice(2)}`).name).toBe('string')
      }),
    )
  })
})
