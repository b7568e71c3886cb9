/** The methods that ask to be paid: once, or by whoever follows a link, as often as it is followed. */
export type ReceiveMethods = {
  'invoice.create': {
    params: {
      commandId: string
      entityId: string
      tokenId: number
      amount: bigint | null
      memo: string
      expirySeconds: number
    }
    result: { height: number; invoiceId: string; link: string }
  }
  /** Each payment of it gets an invoice of its own; `amount` null: the payer chooses. It does not expire. */
  'offer.create': {
    params: { commandId: string; entityId: string; tokenId: number; amount: bigint | null; memo: string }
    result: { height: number; offerId: string; link: string }
  }
}
