/** The methods that ask to be paid: once, or by whoever follows a link, as often as it is followed. */
export type OfferView = {
  readonly offerId: string
  readonly link: string
  readonly tokenId: number
  /** null: the payer chooses. */
  readonly amount: bigint | null
  readonly memo: string
}

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
  /** Those that can still be paid, at most 50 of `total`. */
  'offer.list': { params: { entityId: string }; result: { offers: readonly OfferView[]; total: number } }
  /** Nobody can pay it any more; its link says so to whoever follows it. */
  'offer.withdraw': { params: { commandId: string; entityId: string; offerId: string }; result: { height: number } }
}
