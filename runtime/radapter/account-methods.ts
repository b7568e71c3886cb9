/**
 * The methods that make an entity, change an account, or move money between an entity's reserve and what stands
 * beside it.
 */
export type AccountMethods = {
  /** Another entity of the owner, with the next of the wallet's keys and no account yet. */
  'entity.create': { params: { commandId: string; label: string }; result: { height: number; entityId: string } }
  'account.open': {
    params: { commandId: string; entityId: string; counterpartyId: string; tokenId: number; creditLimit: bigint }
    result: { height: number }
  }
  'account.setCreditLimit': {
    params: { commandId: string; entityId: string; counterpartyId: string; tokenId: number; limit: bigint }
    result: { height: number }
  }
  'reserve.toCollateral': {
    params: { commandId: string; entityId: string; counterpartyId: string; tokenId: number; amount: bigint }
    result: { height: number }
  }
  'reserve.transfer': {
    params: { commandId: string; entityId: string; to: string; tokenId: number; amount: bigint }
    result: { height: number }
  }
}
