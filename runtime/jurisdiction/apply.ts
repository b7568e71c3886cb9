/** Takes in the next confirmed block of a chain: in order, on top of the last one, never twice. */
import { equalBytes } from '../lib/bytes.ts'
import type { JRejected } from './errors.ts'
import type { JBlock, JReplica } from './types.ts'

export const applyBlock = (
  replica: JReplica,
  block: JBlock,
): { readonly type: 'applied'; readonly replica: JReplica } | JRejected => {
  const expected = replica.height + 1
  if (block.height !== expected)
    return { type: 'rejected', rejection: { type: 'block_out_of_order', height: block.height, expected } }
  const isNext = equalBytes(block.parentHash, replica.blockHash) && block.timestampSeconds > replica.timestampSeconds
  if (!isNext) return { type: 'rejected', rejection: { type: 'foreign_block', height: block.height } }
  const { height, hash, timestampSeconds } = block
  return { type: 'applied', replica: { ...replica, height, blockHash: hash, timestampSeconds } }
}
