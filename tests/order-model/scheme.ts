/**
 * The order of evidence as data: which number each signed thing carries, and which rules the sides and the chain keep.
 *
 * Contract: `DESIGN` is the protocol's scheme (nonce = 4·height + k). Every other scheme differs from it in one rule and
 * is expected to fail: a model that cannot tell them apart proves nothing.
 */
export type Side = 'LEFT' | 'RIGHT'
export const SIDES: readonly Side[] = ['LEFT', 'RIGHT']
export const otherSide = (side: Side): Side => (side === 'LEFT' ? 'RIGHT' : 'LEFT')

export type Scheme = {
  readonly name: string
  /** Number of the proof of a frame. */
  readonly frameNonce: (height: number, author: Side) => number
  /** Number of a settlement agreed in a frame. */
  readonly settlementNonce: (height: number, author: Side) => number
  /** Number of the proof that stays good after the settlement; null where the scheme has none. */
  readonly sealNonce: ((height: number) => number) | null
  /** A side signs the settlement only when it holds the counterparty's proof for afterwards. */
  readonly proofBeforeSignature: boolean
  /** Seals are signed over committed frames only, in messages of their own. */
  readonly sealsAfterCommit: boolean
  /** What a settlement takes out of the account is held from its approval to its release. */
  readonly holdsDiffs: boolean
  /** Holds are released only by the settlement's event or by a confirmed block past its validity. */
  readonly releasesPastValidity: boolean
  readonly settlementBindsEpoch: boolean
  /** A finalisation hears the counter-proofs that the honest sides registered in time. */
  readonly windowIsKept: boolean
  /** A transfer into collateral names the epoch it is meant for. */
  readonly fundingBindsEpoch: boolean
  /** Collateral is funded only by a side that holds a proof signed by its counterparty. */
  readonly fundsBehindProof: boolean
  /** At a collision LEFT keeps its frame and leaves RIGHT's unsigned. */
  readonly leftWins: boolean
}

const sideBit = (author: Side): number => (author === 'LEFT' ? 1 : 0)

export const DESIGN: Scheme = {
  name: '4·height + k',
  frameNonce: (height, author) => 4 * height + sideBit(author),
  settlementNonce: (height) => 4 * height + 2,
  sealNonce: (height) => 4 * height + 3,
  proofBeforeSignature: true,
  sealsAfterCommit: true,
  holdsDiffs: true,
  releasesPastValidity: true,
  settlementBindsEpoch: true,
  windowIsKept: true,
  fundingBindsEpoch: true,
  fundsBehindProof: true,
  leftWins: true,
}

/** Every number is a frame's, so that a settlement takes the one after its frame's, and nothing lies above it. */
export const NAIVE: Scheme = {
  ...DESIGN,
  name: '2·height + side, the settlement takes the next number',
  frameNonce: (height, author) => 2 * height + sideBit(author),
  settlementNonce: (height, author) => 2 * height + sideBit(author) + 1,
  sealNonce: null,
  proofBeforeSignature: false,
}

/** What goes wrong when one rule is left out, or turned round. */
export const BROKEN = {
  sharedNumber: {
    ...NAIVE,
    name: "2·height + side, the settlement takes its frame's number",
    settlementNonce: NAIVE.frameNonce,
  },
  rightWins: {
    ...DESIGN,
    name: "RIGHT's frame beats LEFT's at the same height",
    frameNonce: (height, author) => 4 * height + 1 - sideBit(author),
  },
  leftYieldsToo: { ...DESIGN, name: 'LEFT, too, drops its frame at a collision', leftWins: false },
  signatureFirst: { ...DESIGN, name: 'k = 2 is signed before the proofs k = 3', proofBeforeSignature: false },
  sealsInProposal: { ...DESIGN, name: 'k = 3 travels inside the proposal', sealsAfterCommit: false },
  sealsSwapped: {
    ...DESIGN,
    name: 'the proof for afterwards lies below the settlement',
    settlementNonce: (height) => 4 * height + 3,
    sealNonce: (height) => 4 * height + 2,
  },
  noHold: { ...DESIGN, name: 'what a settlement takes is not held', holdsDiffs: false },
  earlyRelease: { ...DESIGN, name: 'the hold is released while the settlement is valid', releasesPastValidity: false },
  settlementOfAnyEpoch: { ...DESIGN, name: 'a settlement does not name its epoch', settlementBindsEpoch: false },
  noWindow: { ...DESIGN, name: 'finalisation does not wait for counter-proofs', windowIsKept: false },
  fundingOfAnyEpoch: {
    ...DESIGN,
    name: 'a transfer into collateral does not name its epoch',
    fundingBindsEpoch: false,
  },
  fundingFirst: { ...DESIGN, name: 'collateral comes before the first signed proof', fundsBehindProof: false },
} satisfies { readonly [rule: string]: Scheme }
