/**
 * What the simulator checks after every event. The numbers are those of the reliability rules: a failure names its
 * rule, so that a planted bug shows which one caught it.
 */
export type Rule =
  /** Σ offdeltas of the two replicas agree with an independent ledger, and the hub's gain is its fees. */
  | '1-conservation'
  /** Same height ⇒ same frame hash and root, heights differ by at most one, no honest peer is frozen. */
  | '2-agreement'
  /** No frame moves Δ, with holds, further outside its limits. */
  | '3-rcpan'
  /** An outgoing lock resolved by preimage ⇒ the incoming preimage is durable; no giving up while it is open. */
  | '4-htlc'
  /** recover(checkpoint, log) is the live state, byte for byte. */
  | '5-replay'
  /** No acknowledged answer or published height disappears. */
  | '6-acknowledged'
  /** One digest per slot among what left or became durable. */
  | '7-sign-once'
  | '8-best-proof'
  /** Once faults end everything drains; what is delivered again changes nothing. */
  | '9-drain'
  | '10-monotonic'
  /** What leaves, or is answered, is in the log already. */
  | 'durable-first'
  /** A writer that lost its epoch commits no more. */
  | 'fence'
  /** A database that went back, or is damaged, is only read. */
  | 'read-only'
  /** The runtime halted although nobody broke its disk: one of its own invariants spoke. */
  | 'halt'

export class Violation extends Error {
  override readonly name = 'Violation'
  constructor(
    readonly rule: Rule,
    detail: string,
  ) {
    super(`[${rule}] ${detail}`)
  }
}

/** @throws Violation when `condition` is false. */
export function hold(condition: boolean, rule: Rule, detail: () => string): asserts condition {
  if (!condition) throw new Violation(rule, detail())
}
