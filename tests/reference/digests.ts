/** The bytes that are signed: bodies, batches, and one digest a purpose, each under a tag, a chain and a contract. */
import type { HtlcClause, ProofBody, SwapClause, TokenProof } from './clauses.ts'
import type { SettlementDiff } from './money.ts'
import { bytes, encode, fixed, type Hex, keccak, list, type Part, packed, tag, tuple, word } from './words.ts'

export type Court = { readonly chainId: bigint; readonly contract: Hex }
export type Pair = { readonly left: Hex; readonly right: Hex; readonly epoch: bigint }

const tokenPart = (token: TokenProof): Part =>
  tuple([token.tokenId, token.offdelta, token.leftAllowance, token.rightAllowance].map(word))
const htlcPart = (htlc: HtlcClause): Part =>
  tuple([
    word(htlc.tokenId),
    word(htlc.amount),
    word(htlc.byLeft),
    word(htlc.expirySeconds),
    fixed(htlc.hashlock),
    word(htlc.part),
  ])
const swapPart = (swap: SwapClause): Part =>
  tuple([
    fixed(swap.offerId),
    word(swap.byLeft),
    word(swap.giveTokenId),
    word(swap.giveAmount),
    word(swap.wantTokenId),
    word(swap.wantAmount),
  ])

/** The body as everybody passes it on. */
export const bodyBytes = (body: ProofBody): Hex =>
  encode(
    tuple([
      word(body.leftResponseSeconds),
      word(body.rightResponseSeconds),
      list(body.tokens.map(tokenPart)),
      list(body.htlcs.map(htlcPart)),
      list(body.swaps.map(swapPart)),
    ]),
  )

const digest = (name: string, { chainId, contract }: Court, ...parts: readonly Part[]): Hex =>
  keccak(encode(tag(name), word(chainId), fixed(contract), ...parts))
const pairParts = ({ left, right, epoch }: Pair): readonly Part[] => [fixed(left), fixed(right), word(epoch)]

export const disputeProofDigest = (
  court: Court,
  pair: Pair,
  proof: { readonly nonce: bigint; readonly bodyHash: Hex; readonly frameHash: Hex },
): Hex =>
  digest(
    'xln:dispute-proof:v1',
    court,
    ...pairParts(pair),
    word(proof.nonce),
    fixed(proof.bodyHash),
    fixed(proof.frameHash),
  )

export const settlementDigest = (
  court: Court,
  pair: Pair,
  terms: { readonly nonce: bigint; readonly validUntil: bigint; readonly diffs: readonly SettlementDiff[] },
): Hex => {
  const words = terms.diffs.map(({ tokenId, leftDiff, rightDiff, collateralDiff }) =>
    encode(word(tokenId), word(leftDiff), word(rightDiff), word(collateralDiff)),
  )
  const diffs = fixed(keccak(packed(...words)))
  return digest('xln:settlement:v1', court, ...pairParts(pair), word(terms.nonce), word(terms.validUntil), diffs)
}

export const agreementDigest = (
  court: Court,
  pair: Pair,
  { nonce, bodyHash }: { readonly nonce: bigint; readonly bodyHash: Hex },
): Hex => digest('xln:dispute-agreement:v1', court, ...pairParts(pair), word(nonce), fixed(bodyHash))

export const argumentsDigest = (
  court: Court,
  by: { readonly entity: Hex; readonly counterparty: Hex; readonly epoch: bigint; readonly bodyHash: Hex },
  given: Hex,
): Hex =>
  digest(
    'xln:dispute-arguments:v1',
    court,
    fixed(by.entity),
    fixed(by.counterparty),
    word(by.epoch),
    fixed(by.bodyHash),
    fixed(keccak(given)),
  )

type Change = { readonly entityId: Hex; readonly nonce: bigint; readonly boardHash: Hex }
const boardChange = (name: string, court: Court, { entityId, nonce, boardHash }: Change): Hex =>
  digest(name, court, fixed(entityId), word(nonce), fixed(boardHash))
export const boardDigest = (court: Court, change: Change): Hex => boardChange('xln:board:v1', court, change)
export const boardCancelDigest = (court: Court, change: Change): Hex =>
  boardChange('xln:board-cancel:v1', court, change)

export const registeredEntityId = (court: Court, number: bigint): Hex =>
  digest('xln:registered-entity:v1', court, word(number))

type Moved = { readonly tokenId: bigint; readonly amount: bigint }
export type Batch = {
  readonly entityId: Hex
  readonly deposits: readonly ({ readonly from: Hex } & Moved)[]
  readonly reserveToReserve: readonly ({ readonly to: Hex } & Moved)[]
  readonly settlements: readonly {
    readonly left: Hex
    readonly right: Hex
    readonly nonce: bigint
    readonly validUntil: bigint
    readonly diffs: readonly SettlementDiff[]
    readonly leftHanko: Hex
    readonly rightHanko: Hex
  }[]
  readonly disputeStarts: readonly {
    readonly counterparty: Hex
    readonly nonce: bigint
    readonly frameHash: Hex
    readonly body: Hex
    readonly counterpartyHanko: Hex
    readonly arguments: Hex
  }[]
  readonly reserveToCollateral: readonly ({ readonly counterparty: Hex; readonly epoch: bigint } & Moved)[]
  readonly withdrawals: readonly ({ readonly to: Hex } & Moved)[]
}

const moved = (who: Hex, { tokenId, amount }: Moved, ...rest: readonly Part[]): Part =>
  tuple([fixed(who), word(tokenId), word(amount), ...rest])
const diffPart = (diff: SettlementDiff): Part =>
  tuple([diff.tokenId, diff.leftDiff, diff.rightDiff, diff.collateralDiff].map(word))

export const batchBytes = (batch: Batch): Hex =>
  encode(
    tuple([
      fixed(batch.entityId),
      list(batch.deposits.map((deposit) => moved(deposit.from, deposit))),
      list(batch.reserveToReserve.map((transfer) => moved(transfer.to, transfer))),
      list(
        batch.settlements.map(({ left, right, nonce, validUntil, diffs, leftHanko, rightHanko }) =>
          tuple([
            fixed(left),
            fixed(right),
            word(nonce),
            word(validUntil),
            list(diffs.map(diffPart)),
            bytes(leftHanko),
            bytes(rightHanko),
          ]),
        ),
      ),
      list(
        batch.disputeStarts.map((start) =>
          tuple([
            fixed(start.counterparty),
            word(start.nonce),
            fixed(start.frameHash),
            bytes(start.body),
            bytes(start.counterpartyHanko),
            bytes(start.arguments),
          ]),
        ),
      ),
      list(batch.reserveToCollateral.map((funding) => moved(funding.counterparty, funding, word(funding.epoch)))),
      list(batch.withdrawals.map((withdrawal) => moved(withdrawal.to, withdrawal))),
    ]),
  )

export const batchDigest = (
  court: Court,
  { entityId, nonce, batch }: { readonly entityId: Hex; readonly nonce: bigint; readonly batch: Hex },
): Hex => digest('xln:batch:v1', court, fixed(entityId), word(nonce), fixed(keccak(batch)))
