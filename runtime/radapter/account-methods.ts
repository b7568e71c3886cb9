/**
 * The methods that make an entity, change an account, or move money between an entity's reserve and what stands
 * beside it.
 */
export type AccountMethods = {
  /** Another entity of the owner, with the next of the wallet's keys and no account yet. */
  'entity.create': { params: { commandId: string; label: string }; result: { height: number; entityId: string } }
  /**
   * What both sides of an account have signed, as a file that anybody can check: its frames above `since`, the newest in
   * any case, as of a height (null: now).
   */
  'account.proof': {
    params: { entityId: string; counterpartyId: string; since: number; height: number | null }
    result: { file: string }
  }
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
