/** The methods that pay. `to` is a known name, an entity id or an `xln:` link. */
import type { ActivityEntry, Quote } from './types.ts'

type Committed = { readonly height: number }

export type PayMethods = {
  'pay.quote': { params: { from: string; to: string; amount: bigint; tokenId: number; memo: string }; result: Quote }
  /** The most one payment can carry to `to`; '' asks for anybody. */
  'pay.limit': { params: { from: string; to: string; tokenId: number }; result: { amount: bigint } }
  'pay.send': {
    params: {
      commandId: string
      from: string
      to: string
      amount: bigint
      tokenId: number
      memo: string
      maxFee: bigint
    }
    result: Committed & { paymentId: string }
  }
  'pay.cancel': { params: { commandId: string; from: string; paymentId: string }; result: Committed }
  'pay.get': { params: { from: string; paymentId: string }; result: ActivityEntry }
}
