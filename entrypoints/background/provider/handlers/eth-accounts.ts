/** `eth_accounts`: the addresses this origin may see; none while the wallet is locked or the site not connected. */
import type { Handler } from '../methods.ts'

export const ethAccounts: Handler = async ({ accounts }) => ({ result: accounts })
