/**
 * Takes in the next confirmed block of a chain: above the last one and descending from it, never twice. Heights may be
 * left out, and several blocks may have one timestamp, but time never runs back.
 */
import { equalBytes } from '../lib/bytes.ts'
import type { JRejected } from './errors.ts'
import type { JBlock, JReplica } from './types.ts'

export const applyBlock = (
  replica: JReplica,
  block: JBlock,
): { readonly type: 'applied'; readonly replica: JReplica } | JRejected => {
  const lowest = replica.height + 1
  if (block.height < lowest)
    return { type: 'rejected', rejection: { type: 'block_out_of_order', height: block.height, lowest } }
  const isNext = equalBytes(block.previousHash, replica.blockHash) && block.timestampSeconds >= replica.timestampSeconds
  if (!isNext) return { type: 'rejected', rejection: { type: 'foreign_block', height: block.height } }
  const { height, hash, timestampSeconds } = block
  return { type: 'applied', replica: { ...replica, height, blockHash: hash, timestampSeconds } }
}
