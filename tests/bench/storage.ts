/**
 * What the three tiers cost and what they buy: bytes kept and bytes written, a cold start after a long history, and going
 * back to a height, with few accounts and with many. What is timed lies in LevelDB: rows in memory have no order to read
 * them in.
 */
import type { Tiers } from '../../runtime/checkpoints.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import { present } from '../../runtime/lib/assert.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import { MerkleMap } from '../../runtime/lib/merkle.ts'
import { HUB_TIERS, LOCAL_TIERS } from '../../runtime/manager/local.ts'
import type { Store } from '../../runtime/ports.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../runtime/storage/memory.ts'
import { type Crowd, startCrowd } from '../support/crowd.ts'
import { quiet } from '../support/manual-time.ts'
import { openEconomy, replay } from './economy.ts'
import { compare, counted, type Result, timed } from './measure.ts'
import { type OnDisk, onDisk } from './on-disk.ts'

const SHORT_FRAMES = 100
const LONG_FRAMES = 10_000
const KEPT_FRAMES = 1_000
const SEEKS = 20
const DISTANCE = 50

const isCheckpoint = (key: string): boolean => /^(fkv|dkv|ckpt|half)\//.test(key)
const bytesOf = (rows: Iterable<readonly [string, Uint8Array]>, isCounted: (key: string) => boolean): number => {
  let sum = 0
  for (const [key, value] of rows) if (isCounted(key)) sum += key.length + value.length
  return sum
}

/** The state as one text, as it would be kept without keys of its own for everything. */
const asText = (host: RuntimeHost): string =>
  JSON.stringify(host.env(), (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`
    if (value instanceof Uint8Array) return toHex(value)
    return value instanceof MerkleMap ? [...value.entries()] : value
  })

type Run = {
  readonly disk: MemoryDisk
  readonly written: number
  readonly texts: number
  readonly invalid: string | null
}

/** Payments until `frames` ticks; the checkpoints as `tiers` say, and full texts at the same heights counted beside them. */
const run = async (tiers: Tiers, frames: number): Promise<Run> => {
  const disk = createMemoryDisk()
  const written = { bytes: 0 }
  const plain = memoryStore(disk)
  const store: Store = {
    ...plain,
    commit: (batch) => {
      for (const { key, value } of batch.puts) written.bytes += key.length + value.length
      return plain.commit(batch)
    },
  }
  const economy = await openEconomy(store, tiers)
  let texts = 0
  let nextText = tiers.diffInterval
  while (economy.host.env().height < frames) {
    await economy.payDirectly()
    if (economy.host.env().height < nextText) continue
    nextText += tiers.diffInterval
    texts += asText(economy.host).length
  }
  const invalid = await economy.whyInvalid()
  await economy.close()
  return { disk, written: written.bytes, texts, invalid }
}

const measureSpace = async (report: (result: Result) => void): Promise<void> => {
  const local = await run(LOCAL_TIERS, KEPT_FRAMES)
  const hub = await run(HUB_TIERS, KEPT_FRAMES)
  for (const [name, { disk, texts, invalid }] of [
    ['every 5', local],
    ['every 50', hub],
  ] as const) {
    const ours = bytesOf(disk.rows, isCheckpoint)
    const log = bytesOf(disk.rows, (key) => key.startsWith('wal/'))
    const result = counted(`checkpoints kept of 1,000 frames, ${name}`, 'bytes', { ours, peer: texts }, { log })
    report({ ...result, invalid })
  }
  for (const [name, { written, disk, invalid }] of [
    ['every 5', local],
    ['every 50', hub],
  ] as const) {
    const floor = bytesOf(disk.rows, (key) => /^(wal|act)\//.test(key))
    report({ ...counted(`written in 1,000 frames, ${name}`, 'bytes', { ours: written, floor }), invalid })
  }
}

const written = async ({ openStore }: OnDisk, { disk }: Run): Promise<Store> => {
  const store = await openStore()
  const puts = [...disk.rows].map(([key, value]) => ({ key, value }))
  await store.commit({ epoch: await store.claimEpoch(), puts, deletes: [] })
  return store
}

const measureStart = async (disk: OnDisk): Promise<Result> => {
  const [few, many] = [await run(LOCAL_TIERS, SHORT_FRAMES), await run(LOCAL_TIERS, LONG_FRAMES)]
  const [short, long] = [await written(disk, few), await written(disk, many)]
  let frames = 0
  const start = (store: Store) => (): Promise<number> =>
    timed(1, async () => {
      frames = (await replay(store)).frames
    })
  const contest = {
    name: `state restored, ${LONG_FRAMES} frames beside ${SHORT_FRAMES}, LevelDB`,
    unit: 'ms',
    ours: start(long),
    floor: start(short),
    peer: null,
  }
  const firstCall = await contest.ours()
  return compare(contest, async () => ({ firstCall, invalid: many.invalid, figures: { replayed: frames } }))
}

/** How long it takes to be at heights `distance` behind a checkpoint, one after the other. */
const seeker =
  ({ host }: Pick<Crowd, 'host'>, distance: number, heights: readonly number[]) =>
  (): Promise<number> =>
    timed(heights.length, async () => {
      for (const height of heights) present(await host.envAt(height + distance), `height ${height + distance}`)
    })

/** `from` is the height at which all of them have their accounts: before it there is more to go back over. */
const crowdWith = async (customers: number, tiers: Tiers, { openStore }: OnDisk): Promise<Crowd & { from: number }> => {
  const crowd = await startCrowd(customers, tiers, await openStore())
  const from = crowd.host.env().height
  for (let n = 0; n < 800; n++) {
    // The same ten in every crowd: as much changes, however many there are.
    await crowd.payBack(n % 20)
    await quiet()
  }
  return { ...crowd, from }
}

/** As a wallet keeps them: the nearest diff is a few frames away, wherever one goes. */
const measureLocalSeek = async (disk: OnDisk, report: (result: Result) => void): Promise<void> => {
  const [few, many] = [await crowdWith(10, LOCAL_TIERS, disk), await crowdWith(300, LOCAL_TIERS, disk)]
  // More of them than states on the way are kept, so that none is where one has just been.
  const heightsOf = ({ host }: Crowd): readonly number[] =>
    Array.from({ length: 2 * SEEKS }, (_, i) => host.env().height - 10 - ((i * 97) % 250))
  const contest = {
    name: `any height, diffs every ${LOCAL_TIERS.diffInterval} frames, 300 accounts beside 10, LevelDB`,
    unit: 'ms',
    ours: seeker(many, 0, heightsOf(many)),
    floor: seeker(few, 0, heightsOf(few)),
    peer: null,
  }
  const firstCall = await contest.ours()
  report(await compare(contest, async () => ({ firstCall })))
}

const measureSeek = async (disk: OnDisk, report: (result: Result) => void): Promise<void> => {
  const tiers = { ...HUB_TIERS, diffInterval: 60, snapshotInterval: 240 }
  const [few, many] = [await crowdWith(10, tiers, disk), await crowdWith(300, tiers, disk)]
  const heightsOf = async ({ host, from }: Awaited<ReturnType<typeof crowdWith>>): Promise<readonly number[]> => {
    const found = (await host.retained()).checkpoints
      .map(({ height }) => height)
      .filter((at) => at > from + tiers.snapshotInterval && at + DISTANCE < host.env().height)
    return Array.from({ length: SEEKS }, (_, i) => present(found[i % 5], 'a checkpoint'))
  }
  // Five heights have more frames between them than are kept, so each is come to from its checkpoint.
  const contest = {
    name: `${DISTANCE} frames behind a checkpoint, 300 accounts beside 10, LevelDB`,
    unit: 'ms',
    ours: seeker(many, DISTANCE, await heightsOf(many)),
    floor: seeker(few, DISTANCE, await heightsOf(few)),
    peer: null,
  }
  const firstCall = await contest.ours()
  report(await compare(contest, async () => ({ firstCall })))
  const [ours, floor] = [await stepper(many, await heightsOf(many)), await stepper(few, await heightsOf(few))]
  const name = 'a frame back or forth, 50 frames behind a checkpoint, 300 accounts beside 10, LevelDB'
  report(await compare({ name, unit: 'ms', ours, floor, peer: null }))
}

/** Back and forth a frame at a time, around a height that was come to before. */
const stepper = async ({ host }: Pick<Crowd, 'host'>, heights: readonly number[]): Promise<() => Promise<number>> => {
  const at = present(heights[0], 'a checkpoint') + DISTANCE - 5
  await host.envAt(at + 5)
  return () =>
    timed(STEPS.length, async () => {
      for (const step of STEPS) present(await host.envAt(at + step), `height ${at + step}`)
    })
}
const STEPS = [5, 4, 3, 2, 1, 0, 1, 2, 3, 4]

/** @param scratch a folder on the disk in question */
export const measureStorage = async (scratch: string, report: (result: Result) => void): Promise<void> => {
  await measureSpace(report)
  const disk = await onDisk(scratch)
  await measureSeek(disk, report)
  await measureLocalSeek(disk, report)
  report(await measureStart(disk))
  await disk.remove()
}
