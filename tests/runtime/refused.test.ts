/** Refused inputs over a real loop and a disk: not a row is written, whatever was asked. */
import { expect, test } from 'vitest'
import type { EntityTx } from '../../runtime/entity/types.ts'
import { EMPTY, utf8, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { keccak } from '../../runtime/lib/hash.ts'
import type { CommandId, EntityId, PaymentId, TokenId } from '../../runtime/lib/units.ts'
import type { RuntimeInput } from '../../runtime/types.ts'
import { quiet } from '../support/manual-time.ts'
import { type Running, startTown } from '../support/running.ts'
import { identityOf, keysOf } from '../support/signer.ts'
import { paperChain, TUSD, usd } from '../support/world.ts'

const nobody = keysOf('nobody').entityId
const command = (running: Running, tx: EntityTx, by = 'You'): RuntimeInput => {
  return { type: 'command', commandId: 'bad' as CommandId, entityId: running.id(by), tx }
}
const message = (from: EntityId, to: EntityId, bytes: Uint8Array): RuntimeInput => ({
  type: 'message',
  from,
  to,
  start: null,
  bytes,
})

const block = (height: number): RuntimeInput => ({
  type: 'j_block',
  jurisdiction: 'sim',
  block: { height, hash: ZERO_32, previousHash: keccak(utf8('elsewhere')), timestampSeconds: 9, events: [] },
})

const inputsOf = (running: Running): readonly (readonly [type: string, input: RuntimeInput])[] => {
  const [you, hub] = [running.id('You'), running.id('Hub')]
  const direct = { type: 'direct_payment', counterparty: hub, tokenId: TUSD, memo: '' } as const
  const pay = {
    type: 'pay',
    paymentId: `0x${'1'.repeat(64)}` as PaymentId,
    to: running.id('Bob'),
    invoice: null,
    offerId: null,
    payee: null,
    tokenId: TUSD,
    amount: usd(1),
    memo: '',
    maxFee: usd(1),
  } as const
  const event = { type: 'reserve_updated', entityId: you, tokenId: TUSD, amount: usd(9) } as const
  return [
    ['bad_amount', command(running, { ...direct, amount: 0n })],
    ['bad_amount', command(running, { ...direct, amount: -1n })],
    ['bad_amount', command(running, { ...pay, amount: 2n ** 128n })],
    ['over_capacity', command(running, { ...direct, amount: usd(5_000) })],
    ['over_capacity', command(running, { ...pay, amount: usd(5_000) })],
    ['self_payment', command(running, { ...pay, to: you })],
    ['unknown_recipient', command(running, { ...pay, to: nobody })],
    ['unknown_token', command(running, { ...pay, tokenId: 99 as TokenId })],
    ['fee_too_high', command(running, { ...pay, maxFee: 0n })],
    ['bad_text', command(running, { ...direct, amount: 1n, memo: '\u202e' })],
    ['unknown_payment', command(running, { type: 'cancel_payment', paymentId: pay.paymentId })],
    ['account_exists', command(running, { type: 'open_account', counterparty: hub, tokenId: TUSD, creditLimit: 0n })],
    ['insufficient_reserve', command(running, { type: 'reserve_to_reserve', to: hub, tokenId: TUSD, amount: usd(1) })],
    ['not_a_command', command(running, { type: 'j_event', jHeight: 1, blockHash: ZERO_32, events: [event] })],
    ['unknown_entity', { ...command(running, pay), entityId: nobody } as RuntimeInput],
    ['malformed_message', message(hub, you, EMPTY)],
    ['malformed_message', message(hub, you, utf8('hello?'))],
    ['unknown_entity', message(hub, nobody, EMPTY)],
    ['unknown_receipt', { type: 'receipt', seq: 4_711 }],
    ['stale_batch', { type: 'batch_failed', entityId: you, nonce: 1, reason: '' }],
    ['entity_exists', { type: 'runtime', tx: { type: 'import_entity', identity: identityOf('You') } }],
    ['jurisdiction_exists', { type: 'runtime', tx: { type: 'import_jurisdiction', replica: paperChain } }],
    ['block_out_of_order', block(0)],
    ['foreign_block', block(9)],
  ]
}

test('each alone, and all at once -- the rows are what they were', async () => {
  const running = await startTown()
  await quiet()
  const [rows, height] = [running.rows(), running.host.env().height]
  const inputs = inputsOf(running)
  for (const [type, input] of inputs) {
    const outcome = await running.host.submit(input)
    expect(outcome, type).toMatchObject({ type: 'rejected', rejection: { type } })
    await quiet()
    expect(running.rows(), type).toEqual(rows)
  }
  await Promise.all(inputs.map(([, input]) => running.host.submit(input)))
  await quiet()
  expect([running.rows(), running.host.env().height]).toEqual([rows, height])
})
