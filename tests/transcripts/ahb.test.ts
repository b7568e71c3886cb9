/** The Alice–Hub–Bob scenario, played twice: equal roots, equal replicas, and a transcript to read. */
import { beforeAll, describe, expect, test } from 'vitest'
import { hashFrame } from '../../runtime/account/frame.ts'
import type { SignedFrame } from '../../runtime/account/types.ts'
import { runtimeRoot } from '../../runtime/frame.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import { usd, type World } from '../support/world.ts'
import { playAhb } from './ahb.ts'
import { expectTranscript, transcribe } from './transcript.ts'

/** Every frame one side of an account has ever committed, by height. */
const chainOf = (world: World, owner: string, counterparty: string): ReadonlyMap<number, SignedFrame> => {
  const chain = new Map<number, SignedFrame>()
  for (const { step } of world.history) {
    const account = step.env.eReplicas.get(world.id(owner))?.state.accounts.get(world.id(counterparty))
    for (const signed of account?.frames ?? []) chain.set(signed.frame.height, signed)
  }
  return chain
}

const PAIRS = [
  ['alice', 'hub'],
  ['bob', 'hub'],
] as const

describe('ahb', () => {
  let world: World
  let again: World
  beforeAll(async () => {
    world = await playAhb()
    // Equal roots say that whatever has been checked of the first run holds of this one.
    again = await playAhb(() => {})
  })

  test('two runs -- every runtime root is the same', () => {
    const roots = ({ history }: World) => history.map(({ step }) => toHex(runtimeRoot(step.env)))
    expect(roots(again)).toEqual(roots(world))
  })

  test.each(PAIRS)('%s and %s -- the same frames with the same signatures at every height', (one, other) => {
    const [own, theirs] = [chainOf(world, one, other), chainOf(world, other, one)]
    const heights = [...own.keys()].sort((a, b) => a - b)
    expect(heights).toEqual(heights.map((_, i) => i + 1))
    expect(theirs).toEqual(own)
    const account = world.account(one, other)
    expect(heights.length).toBe(account.state.height)
    for (const [height, { frame }] of own) {
      const previous = own.get(height - 1)
      if (previous !== undefined) expect(toHex(frame.prevFrameHash)).toBe(toHex(hashFrame(previous.frame)))
    }
  })

  test('at least 113 frames, each with a transaction', () => {
    const frames = PAIRS.flatMap(([one, other]) => [...chainOf(world, one, other).values()])
    expect(frames.length).toBeGreaterThanOrEqual(113)
    expect(frames.filter(({ frame }) => frame.accountTxs.length === 0)).toEqual([])
  })

  test('in the end nothing is held, nobody waits, and no cent has appeared or vanished', () => {
    for (const name of ['alice', 'hub', 'bob']) {
      const state = world.state(name)
      expect([state.payments.size, state.lockBook.size]).toEqual([0, 0])
      for (const account of state.accounts.values()) expect([account.state.locks.size, account.pending]).toEqual([0, null])
    }
    const reserves = ['alice', 'hub', 'bob'].map((name) => world.state(name).reserves.get('00000001') ?? 0n)
    const held = PAIRS.map(([one, other]) => {
      const [here, there] = [world.position(one, other), world.position(other, one)]
      expect(here.inHold + here.outHold).toBe(0n)
      return here.balance + there.balance
    })
    expect([...reserves, ...held].reduce((sum, amount) => sum + amount, 0n)).toBe(usd(6_500))
  })

  test('the transcript is as written', () => {
    expectTranscript('ahb', transcribe(world))
  })
})
