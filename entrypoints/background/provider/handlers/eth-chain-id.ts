/** `eth_chainId` (EIP-695): the active jurisdiction's chain id, as a hex quantity. */
import type { Handler } from '../methods.ts'

export const ethChainId: Handler = async ({ chainId }) => ({ result: chainId })
