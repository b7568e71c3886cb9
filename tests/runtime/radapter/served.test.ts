/** One client and its requests: every error there is, by name, and any garbage. */

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RuntimeHost } from '../../../runtime/host.ts'
import type { ErrorCode } from '../../../runtime/radapter/error-code.ts'
import { RAdapterError } from '../../../runtime/radapter/errors.ts'
import type { RpcMethods } from '../../../runtime/radapter/types.ts'
import { quiet } from '../../support/manual-time.ts'
import { fc } from '../../support/property.ts'
import { type RawClient, rawClient } from '../../support/raw-client.ts'
import { type Running, startTown } from '../../support/running.ts'
import { type ServedTown, serveTown } from '../../support/served.ts'
import { TUSD, usd } from '../../support/world.ts'

let town: Running
beforeAll(async () => {
  town = await startTown()
})

let running: Running
let served: ServedTown
beforeEach(async () => {
  running = await town.fork()
  served = serveTown(running)
})

const payment = (commandId: string, amount = usd(1)): RpcMethods['pay.send']['params'] => ({
  commandId,
  from: running.id('You'),
  to: 'Bob',
  tokenId: TUSD,
  amount,
  memo: '',
  maxFee: usd(1),
})
const connect = (options: Parameters<typeof rawClient>[1] = {}): RawClient => rawClient(served.server, options)

describe('errors', () => {
  const code = async (client: RawClient, type: string, payload: unknown): Promise<ErrorCode> =>
    (await client.error(type, payload)).code
  const rpc = (client: RawClient, method: string, params: unknown) => code(client, 'rpc', { method, params })

  test('what the program itself is asked -- answered also while the wallet is locked', async () => {
    served = serveTown(running, { 'host.update': async () => ({}) })
    served.set({ wallet: 'locked', runtime: 'stopped' })
    served.put(null)
    const client = connect()
    expect(await client.ask('rpc', { method: 'host.update', params: {} })).toMatchObject({ type: 'rpc' })
    expect(await rpc(connect({ access: 'inspect' }), 'host.update', {})).toBe('E_UNAUTHORIZED')
    expect(await rpc(client, 'host.update', { now: true })).toBe('E_BAD_REQUEST')
  })

  test('E_BAD_REQUEST -- what cannot be read, or is not served', async () => {
    const client = connect()
    expect(await code(client, 'nonsense', {})).toBe('E_BAD_REQUEST')
    expect(await rpc(client, 'no.such', {})).toBe('E_BAD_REQUEST')
    expect(await rpc(client, 'wallet.lock', {})).toBe('E_BAD_REQUEST')
    expect(await rpc(client, 'pay.send', { ...payment('a'), amount: 5 })).toBe('E_BAD_REQUEST')
    expect(await rpc(client, 'pay.send', { ...payment('a b') })).toBe('E_BAD_REQUEST')
  })

  test('E_UNAUTHORIZED -- a reader that writes, always; it may read', async () => {
    served = serveTown(running, { 'wallet.lock': async () => ({}) })
    const reader = connect({ access: 'inspect' })
    expect(await rpc(reader, 'pay.send', payment('a'))).toBe('E_UNAUTHORIZED')
    expect(await rpc(reader, 'wallet.lock', {})).toBe('E_UNAUTHORIZED')
    expect(await rpc(reader, 'runtime.takeControl', {})).toBe('E_UNAUTHORIZED')
    served.set({ wallet: 'locked' })
    expect(await rpc(reader, 'pay.send', payment('a'))).toBe('E_UNAUTHORIZED')
    served.set({ wallet: 'unlocked' })
    const { from, to, amount, tokenId, memo } = payment('a')
    expect(await reader.rpc('pay.quote', { from, to, amount, tokenId, memo })).toMatchObject({ type: 'rpc' })
  })

  test('E_VERSION, E_TOO_LARGE -- and the connection goes on', async () => {
    const client = connect()
    client.sendText('[{"v":1,"type":2,"id":3,"inReplyTo":4,"payload":5},2,"rpc",9,null,{}]')
    client.sendText(JSON.stringify(['x'.repeat(1_048_577)]))
    await quiet()
    expect(client.answers.slice(-2)).toMatchObject([
      { inReplyTo: 9, reply: { error: { code: 'E_VERSION' } } },
      { inReplyTo: null, reply: { error: { code: 'E_TOO_LARGE' } } },
    ])
    expect(await client.ask('get_checkpoints', {})).toMatchObject({ type: 'get_checkpoints' })
  })

  test('E_NOT_FOUND, E_RANGE -- a height that is not kept, one that is not there, a payment nobody made', async () => {
    served.put({ ...running.host, envAt: async () => null })
    const client = connect()
    expect(await code(client, 'get_frame_at', { height: 1 })).toBe('E_NOT_FOUND')
    expect(await code(client, 'get_frame_at', { height: running.host.env().height + 1 })).toBe('E_RANGE')
    expect(await code(client, 'get_frame_at', { height: -1 })).toBe('E_RANGE')
    expect(await rpc(client, 'pay.get', { from: running.id('You'), paymentId: 'x' })).toBe('E_NOT_FOUND')
  })

  test('E_WALLET_LOCKED -- whatever would show or move something', async () => {
    served.set({ wallet: 'locked' })
    const client = connect()
    expect(await rpc(client, 'pay.send', payment('a'))).toBe('E_WALLET_LOCKED')
    expect(await rpc(client, 'pay.get', { from: running.id('You'), paymentId: 'x' })).toBe('E_WALLET_LOCKED')
    expect(await code(client, 'get_frame_at', { height: 1 })).toBe('E_WALLET_LOCKED')
    expect(await code(client, 'get_checkpoints', {})).toBe('E_WALLET_LOCKED')
  })

  test('E_LOCKED, E_HALTED -- a runtime that may only be read; reading goes on', async () => {
    const client = connect()
    for (const type of ['held_elsewhere', 'held_silent'] as const) {
      served.set({ runtime: 'read-only', reason: { type, name: 'Simnet' } })
      expect(await client.error('rpc', { method: 'pay.send', params: payment('a') })).toMatchObject({
        code: 'E_LOCKED',
        reason: { type, choices: ['read_only', 'take_control', 'clone'] },
      })
    }
    served.set({ runtime: 'read-only', reason: { type: 'snapshot' } })
    expect(await client.error('rpc', { method: 'pay.send', params: payment('a') })).toEqual({
      code: 'E_LOCKED',
      message: 'this runtime can only be read: snapshot',
      retryable: false,
    })
    served.set({ runtime: 'halted', reason: { type: 'fault', detail: 'I-ROOT' } })
    expect(await client.error('rpc', { method: 'pay.send', params: payment('a') })).toMatchObject({
      code: 'E_HALTED',
      message: 'this runtime has stopped: fault',
    })
    expect(await client.ask('get_checkpoints', {})).toMatchObject({ type: 'get_checkpoints' })
    served.put(null)
    expect(await code(client, 'get_checkpoints', {})).toBe('E_HALTED')
  })

  test('E_REJECTED -- with its reason, amounts and all', async () => {
    expect(await connect().error('rpc', { method: 'pay.send', params: payment('a', usd(500)) })).toEqual({
      code: 'E_REJECTED',
      message: expect.stringContaining('over capacity'),
      retryable: false,
      reason: { type: 'over_capacity', tokenId: TUSD, have: usd(100), need: usd(500) + 500_100n },
    })
  })

  test('E_RATE_LIMITED -- more than 64 requests at once', async () => {
    served.set({ runtime: 'starting' })
    served.put(null)
    const client = connect()
    const ids = Array.from({ length: 70 }, (_, i) =>
      client.send('rpc', { method: 'pay.get', params: { from: `${i}`, paymentId: '' } }),
    )
    await quiet()
    const limited = client.answers.flatMap((answer) =>
      answer.type === 'reply' && answer.reply.type === 'error' ? [[answer.inReplyTo, answer.reply.error]] : [],
    )
    expect(limited).toEqual(
      ids.slice(64).map((id) => [id, expect.objectContaining({ code: 'E_RATE_LIMITED', retryable: true })]),
    )
  })

  test('E_INTERNAL -- of what went wrong inside, not a word', async () => {
    const secret = new Error('seed is abandon abandon about')
    served = serveTown(running, {
      'wallet.touch': () => Promise.reject(secret),
      'wallet.lock': async () => ({ ...{ leak: 1 } }) as never,
      'wallet.setAutoLock': () =>
        Promise.reject(
          new RAdapterError({
            code: 'E_REJECTED',
            message: 'x',
            retryable: false,
            reason: { type: 'odd', f: () => secret },
          }),
        ),
    })
    const client = connect()
    expect(await client.error('rpc', { method: 'wallet.touch', params: {} })).toEqual({
      code: 'E_INTERNAL',
      message: 'something went wrong inside the wallet',
      retryable: false,
    })
    expect(await rpc(client, 'wallet.setAutoLock', { minutes: 1 })).toBe('E_INTERNAL')
    expect(await client.ask('rpc', { method: 'wallet.lock', params: {} })).toEqual({ type: 'rpc', result: [] })
    expect(client.texts.join('\n')).not.toMatch(/abandon|leak|at .*ts:/)
    expect(served.errors[0]).toBe(secret)
  })

  test('a view that cannot be made -- an error without a word of it, and the next view comes', async () => {
    let broken = true
    const activity: RuntimeHost['activity'] = () => {
      if (broken) throw new Error('secret')
      return running.host.activity()
    }
    served.put({ ...running.host, activity })
    const client = connect()
    client.look()
    await quiet()
    expect(client.answers.at(-1)).toMatchObject({ inReplyTo: null, reply: { error: { code: 'E_INTERNAL' } } })
    expect(client.texts.join()).not.toContain('secret')
    broken = false
    await running.run('You', { type: 'create_offer', tokenId: TUSD, amount: null, memo: '' })
    expect(client.frames()).toHaveLength(1)
  })
})

describe('garbage', () => {
  test('any texts -- only errors come back, the connection holds, and the next request is answered', async () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .array(fc.oneof(fc.integer(), fc.string(), fc.array(fc.nat(9)), fc.dictionary(fc.string(), fc.nat(9))))
        .map((items) => JSON.stringify(items)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(garbage, { maxLength: 20 }), async (texts) => {
        const client = connect()
        await quiet()
        const before = client.texts.length
        for (const text of texts) client.sendText(text)
        await quiet()
        const answers = client.answers.slice(before)
        expect(answers).toHaveLength(texts.length)
        for (const answer of answers) expect(answer).toMatchObject({ type: 'reply', reply: { type: 'error' } })
        expect(await client.ask('get_checkpoints', {})).toMatchObject({ type: 'get_checkpoints' })
        expect(client.isClosed()).toBe(false)
        client.close()
      }),
      { numRuns: 100 },
    )
    expect(served.errors).toEqual([])
  })
})
