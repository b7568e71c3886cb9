/** Commands to a running town, with what each needs filled in; and refusals, which must leave no trace. */
import { expect } from 'vitest'
import { toHex } from '../../runtime/lib/bytes.ts'
import { commandHandlers, type RuntimeHandlers } from '../../runtime/radapter/commands.ts'
import { RAdapterError } from '../../runtime/radapter/errors.ts'
import type { RpcMethods, WireError } from '../../runtime/radapter/types.ts'
import { quiet } from './manual-time.ts'
import type { Running } from './running.ts'
import { TUSD, usd } from './world.ts'

type QuoteParams = RpcMethods['pay.quote']['params']
type SendParams = RpcMethods['pay.send']['params']
type InvoiceParams = RpcMethods['invoice.create']['params']

export type Commanding = {
  readonly call: RuntimeHandlers
  /** You, paying Bob 3.21 tUSD. */
  readonly wanted: (patch?: Partial<QuoteParams>) => QuoteParams
  readonly command: (patch?: Partial<SendParams>) => SendParams
  /** 2 tUSD for bread. */
  readonly makeInvoice: (
    name: string,
    patch?: Partial<InvoiceParams>,
  ) => Promise<RpcMethods['invoice.create']['result']>
  /** Refused by name, and nothing happened. */
  readonly expectRefused: (asked: Promise<unknown>, reason: object) => Promise<void>
}

export const refusalOf = async (asked: Promise<unknown>): Promise<WireError> => {
  const outcome = await asked.catch((error: unknown) => error)
  if (outcome instanceof RAdapterError) return outcome.error
  throw new Error(`not refused: ${String(outcome)}`)
}

export const commanding = (running: Running): Commanding => {
  const call = commandHandlers(() => running.host, running.time.clock)
  const mark = () => [toHex(running.host.root()), running.host.env().height]
  const wanted = (patch: Partial<QuoteParams> = {}): QuoteParams => ({
    from: running.id('You'),
    to: 'Bob',
    amount: usd(3.21),
    tokenId: TUSD,
    memo: '',
    ...patch,
  })
  return {
    call,
    wanted,
    command: (patch = {}) => ({ ...wanted(), commandId: 'c1', maxFee: usd(1), ...patch }),
    makeInvoice: async (name, patch = {}) => {
      const answer = await call['invoice.create']({
        commandId: `invoice-${name}`,
        entityId: running.id(name),
        tokenId: TUSD,
        amount: usd(2),
        memo: 'bread',
        expirySeconds: 600,
        ...patch,
      })
      await quiet()
      return answer
    },
    expectRefused: async (asked, reason) => {
      const before = mark()
      expect(await refusalOf(asked)).toMatchObject({ code: 'E_REJECTED', retryable: false, reason })
      await quiet()
      expect(mark()).toEqual(before)
    },
  }
}
