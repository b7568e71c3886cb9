/** What is kept of the past. */

import { describe, expect, it } from 'vitest'
import { ZERO_32 } from '../../../runtime/lib/bytes.ts'
import type { CheckpointIndex } from '../../../runtime/storage/checkpoint.ts'
import { expendable, type Retention } from '../../../runtime/storage/retention.ts'
import { fc } from '../../support/property.ts'

const indexOf = (kind: 'full' | 'diff', height: number, baseHeight: number): CheckpointIndex => ({
  kind,
  height,
  baseHeight,
  root: ZERO_32,
  recordHash: ZERO_32,
  timestampMs: height,
  rowCount: 0,
  checksum: ZERO_32,
})
/** What a runtime writes up to `height`, a diff every 5 frames and a full every 50. */
const history = (height: number): readonly CheckpointIndex[] => {
  const all: CheckpointIndex[] = []
  let base = 0
  for (let at = 5; at <= height; at += 5) {
    all.push(indexOf('diff', at, base))
    if (at % 50 !== 0) continue
    all.push(indexOf('full', at, at))
    base = at
  }
  return all
}
const retention: Retention = { frames: 200, fineFrames: 100, coarseFrames: 20 }
const namesOf = (refs: readonly { kind: string; height: number }[]): readonly string[] =>
  refs.map(({ kind, height }) => `${kind} ${height}`)
const keptOf = (all: readonly CheckpointIndex[], gone: readonly { kind: string; height: number }[]) => {
  const names = new Set(namesOf(gone))
  return all.filter((one) => !names.has(`${one.kind} ${one.height}`))
}

describe('expendable', () => {
  it('nothing, as long as everything is in sight', () => {
    expect(
      expendable(history(200), { height: 200, neededFrom: null, retention: { ...retention, fineFrames: 200 } }),
    ).toEqual({ checkpoints: [], logBelow: 0 })
  })

  it('sight ends at a full, which stays with its log; older diffs thin out', () => {
    const all = history(520)
    const { checkpoints, logBelow } = expendable(all, { height: 520, neededFrom: null, retention })
    expect(logBelow).toBe(300)
    const kept = keptOf(all, checkpoints)
    expect(namesOf(kept.filter(({ kind }) => kind === 'full'))).toEqual([
      'full 300',
      'full 350',
      'full 400',
      'full 450',
      'full 500',
    ])
    const diffs = kept.filter(({ kind }) => kind === 'diff').map(({ height }) => height)
    expect(diffs.filter((height) => height <= 400)).toEqual([305, 320, 340, 355, 360, 380, 400])
    expect(diffs.filter((height) => height > 420)).toEqual(Array.from({ length: 20 }, (_, i) => 425 + i * 5))
  })

  it('what an open dispute needs stays', () => {
    expect(expendable(history(520), { height: 520, neededFrom: 120, retention }).logBelow).toBe(100)
    expect(expendable(history(520), { height: 520, neededFrom: 3, retention }).logBelow).toBe(0)
  })

  it('one full alone never carries everything', () => {
    const { checkpoints, logBelow } = expendable(history(95), {
      height: 95,
      neededFrom: null,
      retention: { frames: 1, fineFrames: 1, coarseFrames: 1_000 },
    })
    expect([checkpoints.filter(({ kind }) => kind === 'full'), logBelow]).toEqual([[], 0])
  })

  it('any history: two ways to recover stay, each with its log, and asking again names nothing more', () => {
    const any = fc.record({
      frames: fc.nat(400),
      fineFrames: fc.nat(200),
      coarseFrames: fc.integer({ min: 1, max: 60 }),
    })
    const needed = fc.option(fc.nat(600))
    fc.assert(
      fc.property(fc.nat(600), needed, any, (height, neededFrom, kept) => {
        const all = history(height)
        const at = { height, neededFrom, retention: kept }
        const { checkpoints, logBelow } = expendable(all, at)
        const left = keptOf(all, checkpoints)
        const fulls = left.filter(({ kind }) => kind === 'full').map((full) => full.height)
        const newest = history(height)
          .filter(({ kind }) => kind === 'full')
          .map((full) => full.height)
          .slice(-2)
        expect(fulls.slice(-2)).toEqual(newest)
        // From the log's beginning on every height can be reached; it begins at a full, or at the beginning.
        expect(logBelow === 0 || logBelow === fulls[0]).toBe(true)
        expect(logBelow === 0 || fulls.length >= 2).toBe(true)
        expect(logBelow).toBeLessThanOrEqual(Math.max(0, Math.min(height - kept.frames, neededFrom ?? height)))
        for (const diff of left)
          expect(diff.baseHeight === 0 ? logBelow : fulls.includes(diff.baseHeight)).not.toBe(false)
        expect(expendable(left, at)).toEqual({ checkpoints: [], logBelow })
      }),
    )
  })
})
