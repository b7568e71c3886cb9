/** The table: every method a page can call. What is not in it is refused with 4200, `eth_sign` above all. */
import type { Answer } from './errors.ts'
import { ethAccounts } from './handlers/eth-accounts.ts'
import { ethChainId } from './handlers/eth-chain-id.ts'
import { ethRequestAccounts } from './handlers/eth-request-accounts.ts'
import { xlnPay } from './handlers/xln-pay.ts'
import type { RuntimePort } from './ports.ts'
import type { Question } from './queue.ts'

/** One request, with all a handler may know: what it was given, and what its origin may see. */
export type Call = {
  readonly params: unknown
  readonly accounts: readonly string[]
  /** Hex quantity. */
  readonly chainId: string
  readonly runtime: RuntimePort
  /** Puts the question to the owner. */
  readonly ask: (question: Question) => Promise<Answer>
}
export type Handler = (call: Call) => Promise<Answer>

export const METHODS: ReadonlyMap<string, Handler> = new Map([
  ['eth_accounts', ethAccounts],
  ['eth_chainId', ethChainId],
  ['eth_requestAccounts', ethRequestAccounts],
  ['xln_pay', xlnPay],
])
