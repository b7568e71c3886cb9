/** `eth_requestAccounts` (EIP-1102): the same, and the owner is asked where there are none. */
import type { Handler } from '../methods.ts'

export const ethRequestAccounts: Handler = async ({ accounts, ask }) =>
  accounts.length > 0 ? { result: accounts } : ask({ type: 'connect' })
