/**
 * The newest blocks of a chain, as headers that hang together: what is known of it between the last block that counts
 * as final and the one that was just announced.
 *
 * Contract: pure. Every header in `Heads` is the parent of the next one, by hash and by height. A node that shows
 * another branch replaces what is above the fork, and says by how much.
 */
import { type Bytes, equalBytes } from '../lib/bytes.ts'

export type Head = {
  readonly height: number
  readonly hash: Bytes
  readonly parentHash: Bytes
  readonly timestampSeconds: number
}

/** Oldest first. */
export type Heads = readonly Head[]

export const isParentOf = (parent: Head, child: Head): boolean =>
  parent.height === child.height - 1 &&
  equalBytes(parent.hash, child.parentHash) &&
  parent.timestampSeconds <= child.timestampSeconds

/** How deep under the newest block, which itself is at depth 1, a height is. */
export const depthOf = (newest: Head, height: number): number => newest.height - height + 1

/** The header at a height; undefined when it is not among these. */
export const headAt = (heads: Heads, height: number): Head | undefined => heads[height - (heads[0]?.height ?? 0)]

/** True when this is one of these headers. */
export const holds = (heads: Heads, head: Head): boolean => {
  const known = headAt(heads, head.height)
  return known !== undefined && equalBytes(known.hash, head.hash)
}

/**
 * @param branch What leads to the newest block, oldest first and hanging together, at least one. It begins with a known
 *   header, with a child of one, or somewhere else altogether; then nothing of what was known remains.
 * @param keep How many headers are kept, counted from the newest.
 * @returns `rewound`: how many known headers, of heights this branch speaks about, the newest block does not descend from.
 */
export const graft = (
  heads: Heads,
  branch: readonly [Head, ...Head[]],
  keep: number,
): { readonly heads: Heads; readonly rewound: number } => {
  const [first] = branch
  const stem = heads.filter((head) => head.height < first.height)
  const parent = stem.at(-1)
  const isJoined = holds(heads, first) || (parent !== undefined && isParentOf(parent, first))
  const grown = isJoined ? [...stem, ...branch] : branch
  return {
    heads: grown.slice(-keep),
    rewound: heads.filter((head) => head.height >= first.height && !holds(grown, head)).length,
  }
}
