/**
 * Every bound of the protocol and of its encodings in one table. The contracts carry the same numbers where they must (a
 * test compares them). What bounds an edge alone (gas, pages, timeouts, rows on disk) stands at that edge.
 */
export const LIMITS = {
  /** Payments, limits and deposits are below 2^128; sums of them stay inside int256. */
  amountBits: 128,
  tokensPerAccount: 16,
  locksPerAccount: 100,
  claimsPerSide: 16,
  txsPerFrame: 100,
  mempoolTxs: 1_000,
  /** Encoded AccountMessage, bytes. */
  messageBytes: 262_144,
  /** The same in its wrapping, with the profile that opens the account. */
  envelopedMessageBytes: 266_240,
  envelopeBytes: 4_096,
  memoBytes: 256,
  labelBytes: 64,
  reasonBytes: 64,
  boardMembers: 16,
  hubsPerInvoice: 4,
  openInvoices: 1_000,
  /** In an answer to whoever had it made. */
  invoiceBytes: 65_536,
  openOffers: 1_000,
  openPayments: 1_000,
  /** Invoices remembered as paid until they expire. */
  paidInvoices: 10_000,
  /** Answers kept for re-sent commands. */
  answers: 1_000,
  callKeyBytes: 256,
  batchOperations: 50,
  /** With its hanko and all wrapping it stays below 128 KiB, above which nodes take no transaction. */
  batchBytes: 120_000,
  /** What a dispute is judged by, as the contracts take it: tokens, locks and offers at their most. */
  proofBodyBytes: 32_768,
  /** How one side fills the swaps it was offered. */
  argumentsBytes: 256,
  /** As the contracts take it: the board, and a signature a member. */
  hankoBytes: 8_192,
  /** Why the chain refused a batch. */
  revertBytes: 1_024,
  tokensPerChain: 1_000,
  symbolBytes: 32,
  eventsPerBlock: 10_000,
  framesInMemory: 10,
  /** The highest that a side may ask the next frame's height to have; half of what the mark can count. */
  floor: 2 ** 29,
  /** How far above our own a start of our keys can be that a peer tells of. */
  startsAhead: 2 ** 20,
  /** Names and ids that this side gives: of runtimes, chains, commands. */
  nameBytes: 64,
  wakeIdBytes: 192,
  inputsPerTick: 1_000_000,
  /** What the keys are asked in one tick. */
  answersPerTick: 10_000_000,
  txsPerEntityFrame: 100_000,
  /** A frame or input may be this far ahead of our clock. */
  maxSkewMs: 30_000,
  /** A lock may not run longer than this from now. */
  maxLockSeconds: 14 * 86_400,
  /** Nor may a settlement hold money longer. */
  maxSettlementSeconds: 86_400,
  /** No side may take longer than this to answer a dispute. */
  maxResponseSeconds: 14 * 86_400,
  invoiceMaxSeconds: 30 * 86_400,
} as const

/** Timing of HTLCs, whole seconds unless named otherwise. */
export const TIMING = {
  /** Time kept to reveal a preimage on chain when the peer is silent; alarms are coarse. */
  inclusionReserveSeconds: 600,
  /** The recipient accepts a lock only with at least this much left. */
  finalMarginSeconds: 1_800,
  /** What the payer gives the recipient's hop. */
  finalExpirySeconds: 3_600,
  /** How long an invoice minted on request stays payable. */
  requestedInvoiceSeconds: 3_600,
  /** How long the payer of an invoice that has expired may go on remembering it. */
  paidStepSeconds: 600,
  /** How long a payer waits for an invoice before it sends without one. */
  invoiceRequestMs: 10_000,
  /** How often somebody without an account is told hello before that is given up: for about a quarter of an hour. */
  greetings: 10,
  resendFirstMs: 1_000,
  resendMaxMs: 60_000,
  /** How soon a dead lock is looked at again when the chain has not reached its expiry yet. */
  expiryRecheckMs: 5_000,
  /** How long after a court did not take something it is asked again. */
  courtRetrySeconds: 600,
  /** How long the chain takes a settlement once it is proposed. */
  settlementSeconds: 3_600,
} as const

/**
 * Least difference between an incoming and an outgoing expiry:
 * 2·reserve + confirmations·blockTime + 2·maxSkew.
 */
export const hopDeltaSeconds = (chain: { readonly confirmations: number; readonly blockSeconds: number }): number =>
  2 * TIMING.inclusionReserveSeconds + chain.confirmations * chain.blockSeconds + 2 * (LIMITS.maxSkewMs / 1_000)
