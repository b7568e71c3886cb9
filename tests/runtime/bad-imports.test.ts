/** Bad inputs of the runtime's own: commands that are none, blocks out of order, entities and profiles that are not genuine. */
import { beforeAll, describe, test } from 'vitest'
import { invoiceDigest } from '../../runtime/entity/invoice.ts'
import type { EntityTx, Invoice } from '../../runtime/entity/types.ts'
import { type Board, boardId } from '../../runtime/jurisdiction/board.ts'
import type { JBlock } from '../../runtime/jurisdiction/types.ts'
import { EMPTY, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { addressOf } from '../../runtime/lib/secp.ts'
import type { Address, CommandId, EntityId } from '../../runtime/lib/units.ts'
import { liveOracle } from '../../runtime/oracle.ts'
import type { RuntimeInput } from '../../runtime/types.ts'
import { expectRefusal } from '../support/refusal.ts'
import { identityOf, keysOf, testSigner } from '../support/signer.ts'
import { createWorld, paperChain, profileFor, TUSD, testPolicy, usd, type World } from '../support/world.ts'
import { checkMostly } from '../support/world-checks.ts'

let world: World
let invoice: Invoice
beforeAll(() => {
  world = createWorld({ entities: { alice: {}, hub: { hubPolicy: testPolicy }, bob: {} }, check: checkMostly })
  for (const name of ['alice', 'bob']) world.open(name, 'hub', 50)
  invoice = world.invoice('bob', usd(5), 'shoes')
})
const expectRefused = (input: RuntimeInput, rejection: unknown): void => expectRefusal(world, input, rejection)
const direct = (amount: bigint): EntityTx => {
  return { type: 'direct_payment', counterparty: world.id('hub'), tokenId: TUSD, amount, memo: '' }
}

describe('the runtime itself', () => {
  const nobody = keysOf('nobody').entityId
  test('commands that are none', () => {
    const event: EntityTx = {
      type: 'j_event',
      jHeight: 1,
      blockHash: ZERO_32,
      events: [{ type: 'reserve_updated', entityId: world.id('alice'), tokenId: TUSD, amount: usd(1_000_000) }],
    }
    const wake: EntityTx = { type: 'wake', wake: { atMs: 1, kind: 'lock_expiry', id: 'x' } }
    for (const tx of [
      event,
      wake,
      { type: 'batch_failed', nonce: 1, reason: '' },
      { type: 'message', from: nobody, bytes: EMPTY },
    ] as const)
      expectRefused(world.command('alice', tx), { type: 'not_a_command' })
  })
  test.each(['', 'a b', 'x'.repeat(65), 'a/b', '\u0000'])('the command id %j', (commandId) => {
    expectRefused(world.command('alice', direct(1n), commandId), { type: 'not_a_command' })
  })
  test('an entity that does not live here', () => {
    const command: RuntimeInput = { type: 'command', commandId: 'c' as CommandId, entityId: nobody, tx: direct(1n) }
    expectRefused(command, { type: 'unknown_entity', entityId: nobody })
    expectRefused(
      { type: 'message', from: nobody, to: nobody, start: null, bytes: EMPTY },
      { type: 'unknown_entity', entityId: nobody },
    )
    expectRefused(
      { type: 'batch_failed', entityId: nobody, nonce: 1, reason: '' },
      { type: 'unknown_entity', entityId: nobody },
    )
  })
  test('what is there already, or belongs nowhere', () => {
    const identity = identityOf('alice')
    expectRefused(
      { type: 'runtime', tx: { type: 'import_entity', identity } },
      { type: 'entity_exists', entityId: identity.entityId },
    )
    const lost = { ...identityOf('frank'), jurisdiction: 'nowhere' }
    expectRefused(
      { type: 'runtime', tx: { type: 'import_entity', identity: lost } },
      { type: 'unknown_jurisdiction', name: 'nowhere' },
    )
    expectRefused(
      { type: 'runtime', tx: { type: 'import_jurisdiction', replica: paperChain } },
      { type: 'jurisdiction_exists', name: 'sim' },
    )
    const profile = { ...profileFor('frank'), entityId: nobody as EntityId }
    expectRefused({ type: 'runtime', tx: { type: 'import_profile', profile } }, { type: 'bad_profile' })
    expectRefused({ type: 'receipt', seq: 4_711 }, { type: 'unknown_receipt', seq: 4_711 })
    expectRefused(
      { type: 'batch_failed', entityId: world.id('alice'), nonce: 1, reason: '' },
      { type: 'stale_batch', nonce: 1 },
    )
  })
  const [low, high] = [keysOf('low'), keysOf('high')].map(({ secret }) => addressOf(secret)).sort() as [
    Address,
    Address,
  ]
  const member = (address: Address, weight = 1) => ({ address, weight })
  const nought = `0x${'00'.repeat(20)}` as Address
  test.each<readonly [what: string, board: Board]>([
    ['of nobody', { threshold: 1, members: [] }],
    ['with a member twice', { threshold: 1, members: [member(low), member(low)] }],
    ['that one member could meet alone by signing twice', { threshold: 2, members: [member(low), member(low)] }],
    ['that needs no signature', { threshold: 0, members: [member(low)] }],
    ['with a member without weight', { threshold: 1, members: [member(low, 0), member(high)] }],
    ['that can never meet its threshold', { threshold: 3, members: [member(low), member(high)] }],
    ['out of order', { threshold: 1, members: [member(high), member(low)] }],
    ['with nobody for a member', { threshold: 1, members: [member(nought), member(high)] }],
  ])('a board %s, in whatever the entity is known by', (_what, board) => {
    const entityId = boardId(board)
    const profile = { ...profileFor('frank'), entityId, board }
    expectRefused({ type: 'runtime', tx: { type: 'import_profile', profile } }, { type: 'bad_profile' })
    const identity = { ...identityOf('frank'), entityId, board }
    expectRefused({ type: 'runtime', tx: { type: 'import_entity', identity } }, { type: 'bad_profile' })
    const terms = { ...invoice.terms, payee: { ...invoice.terms.payee, entityId, board } }
    const hanko = liveOracle(testSigner('bob')).seal(world.id('bob'), invoiceDigest(terms))
    expectRefused(world.command('alice', { ...world.pay('bob', usd(5)), to: entityId, invoice: { terms, hanko } }), {
      type: 'invoice_invalid',
    })
  })
  test('an entity in the name of another board, or whose box key nobody can seal to', () => {
    const refused = { type: 'bad_profile' }
    const foreign = { ...identityOf('frank'), board: identityOf('bob').board }
    expectRefused({ type: 'runtime', tx: { type: 'import_entity', identity: foreign } }, refused)
    const mute = { ...identityOf('frank'), boxPublicKey: ZERO_32 }
    expectRefused({ type: 'runtime', tx: { type: 'import_entity', identity: mute } }, refused)
  })
  test('a name that is too long, or cannot be read', () => {
    const tooLong = { type: 'text_too_long', limit: 64 }
    for (const [label, rejection] of [
      ['x'.repeat(65), tooLong],
      ['€'.repeat(22), tooLong],
      ['\u202eknarf', { type: 'bad_text' }],
    ] as const) {
      const identity = { ...identityOf('frank'), label }
      expectRefused({ type: 'runtime', tx: { type: 'import_entity', identity } }, rejection)
      const profile = { ...profileFor('frank'), label }
      expectRefused({ type: 'runtime', tx: { type: 'import_profile', profile } }, rejection)
    }
  })
  test('blocks out of order, twice, of another chain, or back in time', () => {
    const first = world.mine()
    world.tick([first])
    const { height } = first.block
    expectRefused(first, { type: 'block_out_of_order', height, lowest: height + 1 })
    const next = world.mine()
    const changed = (change: Partial<JBlock>): RuntimeInput => ({ ...next, block: { ...next.block, ...change } })
    const foreignBlock = { type: 'foreign_block', height: height + 1 }
    expectRefused(changed({ previousHash: ZERO_32 }), foreignBlock)
    expectRefused(changed({ timestampSeconds: first.block.timestampSeconds - 1 }), foreignBlock)
    expectRefused({ ...next, jurisdiction: 'nowhere' }, { type: 'unknown_jurisdiction', name: 'nowhere' })
  })
})
