/**
 * What every tick of a test world is held to: the invariants; the recorded frame survives its codec and, replayed with
 * the recorded answers instead of keys, gives the same root; the state restored from its rows has the same root; and
 * both signatures of every account frame that committed are those of the two boards.
 */
import { expect } from 'vitest'
import { frameDigest, hashFrame } from '../../runtime/account/frame.ts'
import type { AccountReplica } from '../../runtime/account/types.ts'
import { decode, encode } from '../../runtime/codec/schema.ts'
import { runtimeFrameCodec, runtimeRoot } from '../../runtime/frame.ts'
import { checkEnv } from '../../runtime/invariants.ts'
import { concat, toHex } from '../../runtime/lib/bytes.ts'
import { addressOf, recoverAddress } from '../../runtime/lib/secp.ts'
import type { Address } from '../../runtime/lib/units.ts'
import { replayOracle } from '../../runtime/oracle.ts'
import { envFromRows, envRows } from '../../runtime/snapshot.ts'
import { type RuntimeStep, stepRuntime } from '../../runtime/step.ts'
import type { Env, RuntimeFrame, RuntimeInput } from '../../runtime/types.ts'
import { keysOf } from './signer.ts'

export type TickRecord = { readonly before: Env; readonly inputs: readonly RuntimeInput[]; readonly step: RuntimeStep }
export type CheckTick = (tick: TickRecord) => void

/** The recorded frame as a WAL would give it back. */
const throughCodec = (frame: RuntimeFrame): RuntimeFrame => {
  const read = decode(runtimeFrameCodec, encode(runtimeFrameCodec, frame))
  if (read.type === 'ok') return read.value
  throw new Error(`the recorded frame does not decode: ${read.reason}`)
}

const hex = (env: Env): string => toHex(runtimeRoot(env))

/** The invariants, and the replay of the recorded frame. */
export const checkReplay: CheckTick = ({ before, step: { env, frame } }) => {
  if (frame === null) {
    expect(env, 'nothing to commit, nothing changed').toBe(before)
    return
  }
  checkEnv(env, before)
  const { inputs, oracle, ...tick } = throughCodec(frame)
  const replayed = stepRuntime(before, inputs, tick, replayOracle(oracle))
  expect(hex(replayed.env), 'root of the replay').toBe(hex(env))
  expect(replayed.frame?.oracle.length, 'every recorded answer is used').toBe(oracle.length)
}

/** The state restored from its rows. */
export const checkRestore = (env: Env): void => {
  const restored = envFromRows([...envRows(env)])
  expect(hex(restored), 'root of the restored state').toBe(hex(env))
  checkEnv(restored)
}

/** For worlds in bulk: every tick is replayed, and every now and then the state is restored. */
export const checkMostly: CheckTick = (tick) => {
  checkReplay(tick)
  if (tick.step.env.height % 7 === 0) checkRestore(tick.step.env)
}

/** Everything, for entities of these names. */
export const checkEverything = (names: readonly string[]): CheckTick => {
  const keys = names.map(keysOf)
  const addresses = new Map(keys.map(({ entityId, secret }) => [entityId as string, addressOf(secret)]))
  const seen = new Set<string>()
  return (tick) => {
    checkReplay(tick)
    if (tick.step.frame !== null) checkRestore(tick.step.env)
    for (const { after } of tick.step.env.eReplicas.changesSince(tick.before.eReplicas))
      for (const account of after?.state.accounts.values() ?? []) checkSignatures(account, addresses, seen)
  }
}

/** `seen` saves recovering the same signatures again. */
const checkSignatures = (account: AccountReplica, addresses: ReadonlyMap<string, Address>, seen: Set<string>): void => {
  const { terms } = account.state
  for (const { frame, leftHanko, rightHanko } of account.frames) {
    const hash = hashFrame(frame)
    const mark = toHex(concat(hash, leftHanko, rightHanko))
    if (seen.has(mark)) continue
    const digest = frameDigest(terms, frame, hash)
    const [left, right] = [leftHanko, rightHanko].map((hanko) => recoverAddress(digest, hanko))
    expect(left, `left signature of frame ${frame.height}`).toBe(addresses.get(terms.left))
    expect(right, `right signature of frame ${frame.height}`).toBe(addresses.get(terms.right))
    // But the one that a fork begins with, and which nothing of before is kept behind.
    const isReseal = frame === account.frames.at(-1)?.frame && frame.byLeft && frame.height > 1
    if (!isReseal) expect(frame.accountTxs.length, 'every frame carries a transaction').toBeGreaterThan(0)
    seen.add(mark)
  }
}
