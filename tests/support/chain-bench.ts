/**
 * A chain as a test drives it, whichever adapter is under it: time moves and blocks are made when it says so.
 */
import type { GasSigner, JAdapter, JSubmission, TestChain } from '../../runtime/jadapter/types.ts'
import type { JBatch, JBatchTx, JBlock, JEvent } from '../../runtime/jurisdiction/types.ts'
import { equalBytes } from '../../runtime/lib/bytes.ts'
import { sign } from '../../runtime/lib/secp.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { type Actor, actor, signBatch } from '../contracts/world.ts'

export type Bench = {
  readonly chain: JAdapter
  /** Money from nowhere. Resolves when the gift is final. */
  readonly faucet: Omit<TestChain, 'mine'>
  /** Waits for what the chain was asked for, making as many blocks as it takes. */
  readonly finish: <T>(work: Promise<T>) => Promise<T>
  /** The chain's newest time. */
  readonly now: () => Promise<number>
  /** Makes blocks until a final one is so much later. */
  readonly pass: (seconds: number) => Promise<void>
  /** The same chain opened again by another process, which has what is durable. */
  readonly reopen: () => Promise<Bench>
  readonly close: () => Promise<void>
}

/** A key that can be locked. */
export const signerOf = (who: Actor): GasSigner & { isLocked: boolean } => {
  const signer = {
    address: who.address,
    isLocked: false,
    sign: (digest: Uint8Array) => (signer.isLocked ? null : sign(who.secretKey, digest)),
  }
  return signer
}

/** Pays for everything that has no sender of its own. */
export const payer = actor('payer')

/** Reads a chain as a runtime does: from its cursor on, and only what follows it. */
export const follow = (chain: JAdapter) => {
  const { height, blockHash, timestampSeconds } = chain.genesis
  let last = { height, hash: blockHash, timestampSeconds }
  const blocks: JBlock[] = []
  const take = (block: JBlock): void => {
    const isNext =
      block.height > last.height &&
      equalBytes(block.previousHash, last.hash) &&
      block.timestampSeconds >= last.timestampSeconds
    if (!isNext) throw new Error(`block ${block.height} does not follow block ${last.height}`)
    last = block
    blocks.push(block)
  }
  const pull = async (limit?: number): Promise<readonly JBlock[]> => {
    const from = blocks.length
    for (;;) {
      const next = await chain.blocksAfter(last, limit)
      if (next.length === 0) return blocks.slice(from)
      next.forEach(take)
    }
  }
  return {
    pull,
    /** What happened since the last time. */
    events: async (): Promise<readonly JEvent[]> => (await pull()).flatMap(({ events }) => events),
    blocks: (): readonly JBlock[] => blocks,
    last: () => last,
    /** Goes on reading from another adapter for the same chain. */
    continueOn: (other: JAdapter) => {
      const next = follow(other)
      next.jump(last)
      return next
    },
    jump: (to: typeof last): void => {
      last = to
    },
  }
}
/** A batch of an actor's entity for this chain. */
export const batchFor = (
  chain: JAdapter,
  signer: Actor,
  tx: { readonly nonce: number; readonly batch?: Partial<JBatch>; readonly sender?: Actor },
): JBatchTx => ({
  ...signBatch(chain.terms, signer, tx),
  jurisdiction: chain.name,
  sender: tx.sender?.address ?? null,
})

/** The last absolute value of a reserve among these events. */
export const reserveIn = (events: readonly JEvent[], entityId: EntityId, tokenId: number): bigint | null =>
  events.reduce<bigint | null>(
    (found, event) =>
      event.type === 'reserve_updated' && event.entityId === entityId && event.tokenId === tokenId
        ? event.amount
        : found,
    null,
  )

export const included = (submission: JSubmission): Extract<JSubmission, { type: 'included' }> => {
  if (submission.type !== 'included') throw new Error(`not included: ${submission.type}`)
  return submission
}
