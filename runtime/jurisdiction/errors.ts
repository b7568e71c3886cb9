/** Why a block is not taken in. */
export type JRejection =
  | { readonly type: 'block_out_of_order'; readonly height: number; readonly lowest: number }
  | { readonly type: 'foreign_block'; readonly height: number }
export type JRejected = { readonly type: 'rejected'; readonly rejection: JRejection }
