/** Inputs sent as they are: commands, by whoever may, once; everything else is the world\u2019s to say. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encode } from '../../../runtime/codec/schema.ts'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import { inputCodec } from '../../../runtime/frame.ts'
import { fromHex, toHex, ZERO_32 } from '../../../runtime/lib/bytes.ts'
import type { Address, CommandId, PaymentId } from '../../../runtime/lib/units.ts'
import { createRAdapter } from '../../../runtime/radapter/adapter.ts'
import { commandHandlers } from '../../../runtime/radapter/commands.ts'
import { RAdapterError } from '../../../runtime/radapter/errors.ts'
import { type Command, readCommand, writeInput } from '../../../runtime/radapter/input.ts'
import { portAdapter, portConnection } from '../../../runtime/radapter/port.ts'
import { seatOf } from '../../../runtime/radapter/served.ts'
import type { RuntimeInput } from '../../../runtime/types.ts'
import { refusalOf } from '../../support/commanding.ts'
import { type CutLine, cutLine } from '../../support/cut-line.ts'
import { quiet } from '../../support/manual-time.ts'
import { portPair } from '../../support/port-pair.ts'
import { fc } from '../../support/property.ts'
import { rawClient } from '../../support/raw-client.ts'
import { type Running, startTown } from '../../support/running.ts'
import { type ServedTown, serveTown } from '../../support/served.ts'
import { TETH, TUSD, usd } from '../../support/world.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let served: ServedTown
let wire: CutLine
beforeEach(async () => {
  running = await town.fork()
  served = serveTown(running)
  wire = cutLine(served)
})

const command = (commandId: string, tx: EntityTx): Command => ({
  type: 'command',
  commandId: commandId as CommandId,
  entityId: running.id('You'),
  tx,
})
const OFFER: EntityTx = { type: 'create_offer', tokenId: TUSD, amount: null, memo: 'bread' }
const payment = (paymentId: string, amount = usd(1)): EntityTx => ({
  type: 'pay',
  paymentId: `0x${paymentId.repeat(64)}` as PaymentId,
  to: running.id('Bob'),
  invoice: null,
  offerId: null,
  payee: null,
  tokenId: TUSD,
  amount,
  memo: '',
  maxFee: usd(1),
})
const offers = (): number => running.host.env().eReplicas.get(running.id('You'))?.state.offers.size ?? 0
const paid = (): number => running.host.activity().byEntity.get(running.id('Bob'))?.records.size ?? 0
const mark = () => [toHex(running.host.root()), running.host.env().height]
const badRequest = expect.objectContaining({ code: 'E_BAD_REQUEST', retryable: false })

describe('an adapter', () => {
  test('a command -- committed at the height it is answered with; again, the same answer', async () => {
    await wire.adapter.connect({ mode: 'rpc' })
    const answer = await wire.adapter.sendInput(command('a', OFFER))
    expect(answer).toEqual({ height: running.host.env().height })
    expect(offers()).toBe(1)
    await wire.adapter.sendInput(command('b', OFFER))
    expect(await wire.adapter.sendInput(command('a', OFFER))).toEqual(answer)
    expect(offers()).toBe(2)
  })

  test('lost on its way, or its answer -- sent again, carried out once', async () => {
    await wire.adapter.connect()
    wire.carries = (text) => !text.includes('send_input')
    const lost = wire.adapter.sendInput(command('a', payment('1')))
    await quiet()
    expect(paid()).toBe(0)
    wire.carries = () => true
    await wire.cut()
    await lost
    wire.time.advance(2_000)
    const unanswered = wire.adapter.sendInput(command('b', payment('2')))
    await wire.cut()
    await unanswered
    await quiet()
    expect(paid()).toBe(2)
  })

  test('refused -- with its typed reason, and nothing happened', async () => {
    await wire.adapter.connect()
    const before = mark()
    expect(await refusalOf(wire.adapter.sendInput(command('a', payment('1', usd(500)))))).toMatchObject({
      code: 'E_REJECTED',
      retryable: false,
      reason: { type: 'over_capacity', have: usd(100) },
    })
    expect(mark()).toEqual(before)
  })

  test('the id of a command of another kind -- refused', async () => {
    await wire.adapter.connect()
    await wire.adapter.sendInput(command('a', OFFER))
    const reused = command('a', { type: 'withdraw_offer', offerId: ZERO_32 })
    expect(await refusalOf(wire.adapter.sendInput(reused))).toMatchObject({
      code: 'E_REJECTED',
      reason: { type: 'command_id_reused' },
    })
  })

  test('a payment of long ago under another command -- is not paid again', async () => {
    await wire.adapter.connect()
    const first = await wire.adapter.sendInput(command('a', payment('1')))
    await quiet()
    expect(await wire.adapter.sendInput(command('b', payment('1')))).toEqual(first)
    await quiet()
    expect(paid()).toBe(1)
  })

  test('over a port -- the same, from whoever has the codec; without it nothing is sent', async () => {
    const openPort = () => {
      const [page, worker] = portPair()
      served.server.accept(portConnection(worker))
      return page
    }
    const whole = createRAdapter({ mode: 'rpc', openPort })
    await whole.connect({ mode: 'rpc' })
    expect(await whole.sendInput(command('a', OFFER))).toEqual({ height: running.host.env().height })
    const light = portAdapter(openPort)
    await light.connect()
    expect(await refusalOf(light.sendInput(command('b', OFFER)))).toEqual(badRequest)
    expect(offers()).toBe(1)
    for (const adapter of [whole, light]) adapter.disconnect()
  })

  test('what its codec does not take -- refused before anything is sent', async () => {
    await wire.adapter.connect()
    const tooLong = command('a', { ...OFFER, memo: 'x'.repeat(100_000) } as EntityTx)
    expect(await refusalOf(wire.adapter.sendInput(tooLong))).toEqual(badRequest)
  })

  test.each([
    { mode: 'embedded' } as const,
    { mode: 'rpc', wsUrl: 'wss://hub.example' } as const,
    { mode: 'rpc', authKey: '0x00' } as const,
    { mode: 'rpc', seed: 'abandon' } as const,
    { mode: 'rpc', snapshotInterval: 5 } as const,
  ])('asked to connect to what its line cannot give: %j -- refused, and no line is opened', async (config) => {
    const refused = await refusalOf(wire.adapter.connect(config))
    expect(refused).toEqual(badRequest)
    expect(refused.message).not.toContain('abandon')
    expect([wire.dials, wire.adapter.status]).toEqual([[], 'disconnected'])
  })
})

describe('a server', () => {
  const send = (input: RuntimeInput) => ({ input: writeInput(input) })

  test('of readers -- E_UNAUTHORIZED, E_LOCKED, E_WALLET_LOCKED, E_HALTED, and nothing happened', async () => {
    const before = mark()
    const input = send(command('a', OFFER))
    const inspector = rawClient(served.server, { access: 'inspect' })
    const codes: unknown[] = [await inspector.error('send_input', input)]
    const reader = rawClient(served.server, { seat: { ...seatOf('admin'), mayWrite: () => false } })
    codes.push(await reader.error('send_input', input))
    const writer = rawClient(served.server)
    served.set({ runtime: 'read-only', reason: { type: 'held_elsewhere', name: 'Simnet' } })
    codes.push(await writer.error('send_input', input))
    served.set({ runtime: 'halted', reason: { type: 'fault', detail: '' } })
    codes.push(await writer.error('send_input', input))
    served.set({ wallet: 'locked' })
    codes.push(await writer.error('send_input', input), await inspector.error('send_input', input))
    const choices = ['read_only', 'take_control', 'clone']
    expect(codes).toMatchObject([
      { code: 'E_UNAUTHORIZED' },
      { code: 'E_LOCKED', reason: { type: 'other_window', choices } },
      { code: 'E_LOCKED', reason: { type: 'held_elsewhere', choices } },
      { code: 'E_HALTED' },
      { code: 'E_WALLET_LOCKED' },
      { code: 'E_UNAUTHORIZED' },
    ])
    expect(mark()).toEqual(before)
  })

  test('what only the world may say -- refused by name, and nothing happened', async () => {
    const [you, hub] = [running.id('You'), running.id('Hub')]
    const ofTheWorld: readonly RuntimeInput[] = [
      { type: 'runtime', tx: { type: 'set_unplugged', entityId: hub, isUnplugged: true } },
      { type: 'runtime', tx: { type: 'fork', jurisdiction: 'sim', chainId: 7n } },
      { type: 'message', from: hub, to: you, start: null, bytes: ZERO_32 },
      { type: 'start', number: 9, floors: [], takesOver: true },
      { type: 'receipt', seq: 1 },
      { type: 'batch_failed', entityId: you, nonce: 1, reason: '' },
      { type: 'call_failed', entityId: you, key: '', reason: '' },
      command('m', { type: 'message', from: hub, bytes: ZERO_32 }),
      command('p', { type: 'parcel', from: hub, start: null, bytes: ZERO_32 }),
      command('g', { type: 'greet', floors: [], takesOver: true }),
      command('j', { type: 'j_event', jHeight: 1, blockHash: ZERO_32, events: [] }),
      command('b', { type: 'batch_failed', nonce: 1, reason: '' }),
      command('c', { type: 'call_failed', key: '', reason: '' }),
    ]
    const before = mark()
    const client = rawClient(served.server)
    for (const input of ofTheWorld) expect(await client.error('send_input', send(input))).toEqual(badRequest)
    expect(mark()).toEqual(before)
  })

  test.each(['', '0x', '0x0', '0xZZ', '0xAB', 'ab', 5, null])('%j -- refused', async (input) => {
    expect(await rawClient(served.server).error('send_input', { input })).toEqual(badRequest)
  })

  test('that serves no inputs -- says so', async () => {
    served = serveTown(running, { send_input: undefined as never })
    const client = rawClient(served.server)
    expect(await client.error('send_input', send(command('a', OFFER)))).toEqual(badRequest)
  })
})

describe('money on chain', () => {
  const OWN = `0x${'0a'.repeat(20)}` as Address
  const calls = (haveWei: bigint) =>
    commandHandlers(() => running.host, running.time.clock, undefined, {
      address: () => OWN,
      chain: () => ({
        tokenBalanceOf: async () => usd(1),
        costs: async () => ({ payer: OWN, haveWei, needWei: 7n }),
      }),
    })

  test('of one\u2019s own free will -- never takes the fees a defence may need', async () => {
    const before = mark()
    const moves: readonly EntityTx[] = [
      { type: 'reserve_to_collateral', counterparty: running.id('Hub'), tokenId: TUSD, amount: 1n },
      { type: 'reserve_to_reserve', to: running.id('Hub'), tokenId: TUSD, amount: 1n },
      { type: 'deposit', from: OWN, tokenId: TUSD, amount: 1n },
      { type: 'withdraw', to: OWN, tokenId: TUSD, amount: 1n },
    ]
    for (const [i, tx] of moves.entries())
      expect(await refusalOf(calls(7n).send_input(command(`m${i}`, tx)))).toMatchObject({
        reason: { type: 'gas_reserve', have: 7n, need: 7n },
      })
    expect(mark()).toEqual(before)
  })

  test('from an address that is not the owner\u2019s -- refused: nobody could send it', async () => {
    const from = `0x${'0b'.repeat(20)}` as Address
    const asked = calls(8n).send_input(command('d', { type: 'deposit', from, tokenId: TETH, amount: 1n }))
    expect(await refusalOf(asked)).toMatchObject({ code: 'E_REJECTED', reason: { type: 'bad_address' } })
  })
})

describe('on the line', () => {
  test('any bytes -- a command that is written like that, or a refusal', () => {
    const valid = fromHex(writeInput(command('a', OFFER)))
    const changed = fc
      .tuple(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length))
      .map(([at, byte, length]) => valid.with(at, byte).slice(0, length))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }), changed), (bytes) => {
        const written = toHex(bytes)
        try {
          expect(toHex(encode(inputCodec, readCommand(written)))).toBe(written)
        } catch (error) {
          expect(error).toBeInstanceOf(RAdapterError)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
