/** The methods that make payments. `to` is a known name, an entity id or an `xln:` link. */
import type { ActivityEntry, Quote } from './types.ts'

type Order = { readonly from: string; readonly to: string; readonly tokenId: number }

export type PayMethods = {
  'pay.quote': { params: Order & { amount: bigint; memo: string }; result: Quote }
  /** The most one payment can carry to `to`; '' asks for anybody. */
  'pay.limit': { params: Order; result: { amount: bigint } }
  'pay.send': {
    params: Order & { commandId: string; amount: bigint; memo: string; maxFee: bigint }
    result: { height: number; paymentId: string }
  }
  'pay.cancel': { params: { commandId: string; from: string; paymentId: string }; result: { height: number } }
  'pay.get': { params: { from: string; paymentId: string }; result: ActivityEntry }
}
