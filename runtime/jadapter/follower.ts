/**
 * Follows a chain behind JSON-RPC nodes: which of its blocks are final, and what happened in them.
 *
 * Contract: only blocks with `confirmations − 1` others on top are told of. The cursor is the caller's: the block it was
 * told of last, which is in its own durable state. What is above it is read anew after every start, so there is nothing
 * here to lose. Above the final blocks the chain may rewind as it likes. A final block that is gone is an error that no
 * second look mends ('reorged_too_deep').
 *
 * How much is proven: newer blocks are walked by parent hash, so each told of is an ancestor of the newest and a
 * descendant of the one before. Over a longer absence, both ends of every range are looked up before and after its logs
 * were read. A node alone can still leave out logs; a second node would have to leave out the same.
 */
import type { JBlock } from '../jurisdiction/types.ts'
import { equalBytes, toHex } from '../lib/bytes.ts'
import type { Address } from '../lib/units.ts'
import type { PlacedLog } from './answers.ts'
import { depthOf, graft, type Head, type Heads, headAt, isParentOf } from './heads.ts'
import type { Nodes } from './link.ts'
import type { RpcNode } from './node.ts'
import { type BlockRef, JAdapterError } from './types.ts'
import { readBlock } from './watcher.ts'

export type FollowerOptions = {
  readonly depository: Address
  /** ≥ 1: with 1 the newest block is final. */
  readonly confirmations: number
  /** A block in which nothing happened is told of when the one before is so far below it. */
  readonly heartbeatBlocks: number
  /** @throws JAdapterError when this is not the chain it was. */
  readonly identify: (node: RpcNode) => Promise<void>
}

export type Follower = {
  /** The newest block, and the newest final one: null while the chain is too short for one. */
  readonly look: (nodes: Nodes) => Promise<{ readonly newest: Head; readonly final: Head | null }>
  /** Final blocks above `last`, oldest first, at most `limit`. */
  readonly blocksAfter: (nodes: Nodes, last: BlockRef, limit: number) => Promise<readonly JBlock[]>
  /** Has the newest final block told of, whatever is in it, until one is as late as this. */
  readonly observe: (nowSeconds: number) => void
  /** Forgets what was seen above the cursor, of which some may not have been true. */
  readonly forget: () => void
  /** As of the last look. */
  readonly final: () => Head | null
}

/** Headers kept below the final one, so that after a pause the way back to the cursor is usually still known. */
const MARGIN = 64
/** Blocks asked about at once, at first; fewer where a node refuses so many. */
const SPAN = 1_000
const RANGES_PER_PAGE = 16

const unlinked = (what: string): never => {
  throw new JAdapterError('unlinked', what)
}
const disagree = (what: string): never => {
  throw new JAdapterError('endpoints_disagree', `The two nodes disagree about ${what}.`)
}

const newestOf = async (node: RpcNode): Promise<Head> =>
  (await node.header('latest')) ?? unlinked(`${node.host} has no newest block.`)

const parentOf = async (node: RpcNode, child: Head): Promise<Head> => {
  const parent = await node.header(child.parentHash)
  if (parent === null) return unlinked(`${node.host} does not know the parent of block ${child.height}.`)
  const isParent = isParentOf(parent, child) && equalBytes(parent.hash, child.parentHash)
  return isParent ? parent : unlinked(`At ${node.host} block ${child.height} does not follow its parent.`)
}

/** The block of this chain at a height, which the node must have. */
const blockAt = async (node: RpcNode, height: number): Promise<Head> => {
  const head = await node.header(height)
  if (head === null) throw new JAdapterError('node_error', `${node.host} has no block ${height} yet.`)
  return head.height === height ? head : unlinked(`${node.host} gives block ${head.height} for block ${height}.`)
}

const sameLogs = (one: readonly PlacedLog[], other: readonly PlacedLog[]): boolean => {
  const text = (logs: readonly PlacedLog[]): string =>
    JSON.stringify(logs.map((log) => ({ ...log, blockHash: toHex(log.blockHash) })))
  return text(one) === text(other)
}

type Range = { readonly from: number; readonly to: number }

export const createFollower = ({ depository, confirmations, heartbeatBlocks, identify }: FollowerOptions): Follower => {
  let heads: Heads = []
  let final: Head | null = null
  /** Whoever knows no block as late as this is told the newest final one. */
  let wantedSeconds = 0
  let span = SPAN

  const look: Follower['look'] = async ([main, ...others]) => {
    const newest = await newestOf(main)
    let branch: readonly [Head, ...Head[]] = [newest]
    const isRooted = (first: Head): boolean => {
      const known = headAt(heads, first.height - 1)
      return known !== undefined && isParentOf(known, first)
    }
    while (branch[0].height > 0 && depthOf(newest, branch[0].height) < confirmations && !isRooted(branch[0]))
      branch = [await parentOf(main, branch[0]), ...branch]
    heads = graft(heads, branch, confirmations + MARGIN).heads
    // The newest of all nodes must not be ahead of what every one of them has.
    const heights = await Promise.all(others.map(async (other) => (await newestOf(other)).height))
    const height = Math.min(newest.height, ...heights) - confirmations + 1
    if (height < 0) {
      final = null
      return { newest, final }
    }
    let lowest = heads[0]
    while (lowest !== undefined && lowest.height > height) {
      lowest = await parentOf(main, lowest)
      heads = [lowest, ...heads]
    }
    const found = headAt(heads, height) ?? (await blockAt(main, height))
    for (const other of others)
      if (!equalBytes((await blockAt(other, height)).hash, found.hash)) disagree(`block ${height}`)
    final = found
    return { newest, final }
  }

  const knownAt = async (node: RpcNode, height: number): Promise<Head> =>
    headAt(heads, height) ?? (await blockAt(node, height))

  const checkCursor = async (node: RpcNode, last: BlockRef): Promise<Head> => {
    const held = await knownAt(node, last.height)
    if (equalBytes(held.hash, last.hash)) return held
    await identify(node)
    throw new JAdapterError(
      'reorged_too_deep',
      `Block ${last.height} counted as final, and ${node.host} now shows another in its place. ` +
        'Nothing more is read from this chain or sent to it until somebody has looked into it.',
    )
  }

  /** Logs of a range that all nodes give alike; the range is made shorter for a node that refuses so much at once. */
  const logsOf = async ([main, ...others]: Nodes, wanted: Range) => {
    for (;;) {
      const range = { address: depository, from: wanted.from, to: Math.min(wanted.to, wanted.from + span - 1) }
      try {
        const logs = await main.logs(range)
        for (const other of others)
          if (!sameLogs(await other.logs(range), logs)) disagree(`what happened in blocks ${range.from} to ${range.to}`)
        return { logs, to: range.to }
      } catch (error) {
        const isTooMuch = error instanceof JAdapterError && error.type === 'node_error'
        if (!isTooMuch || span === 1) throw error
        span = Math.ceil(span / 4)
      }
    }
  }

  const blocksAfter: Follower['blocksAfter'] = async (nodes, last, limit) => {
    const [main, ...others] = nodes
    await look(nodes)
    if (final === null) return []
    const goal = final.height
    let previous = await checkCursor(main, last)
    const told: JBlock[] = []
    const tell = (head: Head, logs: readonly PlacedLog[]): void => {
      if (logs.some((log) => !equalBytes(log.blockHash, head.hash)))
        unlinked(`${main.host} has a log of another block ${head.height}.`)
      if (head.timestampSeconds < previous.timestampSeconds) unlinked(`At ${main.host} time runs back.`)
      told.push(readBlock({ ...head, logs }, depository, previous.hash))
      previous = head
    }
    let done = last.height
    for (let ranges = 0; done < goal && told.length < limit && ranges < RANGES_PER_PAGE; ranges++) {
      const { logs, to } = await logsOf(nodes, { from: done + 1, to: goal })
      const end = await knownAt(main, to)
      for (const other of others) if (!equalBytes((await blockAt(other, to)).hash, end.hash)) disagree(`block ${to}`)
      for (const height of new Set(logs.map((log) => log.height)))
        tell(
          await knownAt(main, height),
          logs.filter((log) => log.height === height),
        )
      done = to
    }
    if (told.length >= limit) return told.slice(0, limit)
    const isWanted = done >= goal && previous.timestampSeconds < wantedSeconds
    const isDue = isWanted || done - previous.height >= heartbeatBlocks
    if (done > previous.height && isDue) tell(await knownAt(main, done), [])
    return told
  }

  return {
    look,
    blocksAfter,
    observe: (nowSeconds) => {
      wantedSeconds = Math.max(wantedSeconds, nowSeconds)
    },
    forget: () => {
      heads = []
      final = null
    },
    final: () => final,
  }
}
