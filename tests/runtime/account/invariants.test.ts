/** What checkAccount and checkAccountStep let pass, and what they stop: each invariant broken once, by name. */
import { describe, expect, test } from 'vitest'
import { type Delta, emptyDelta } from '../../../runtime/account/delta.ts'
import { checkAccount, checkAccountStep } from '../../../runtime/account/invariants.ts'
import type { AccountReplica, AccountState } from '../../../runtime/account/types.ts'
import { Fault, present } from '../../../runtime/lib/assert.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import { agree, limit, lock, openPair, openSide, pay } from './pair.ts'

const invariantOf = (run: () => void): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof Fault) return error.invariant
    throw error
  }
  return 'held'
}

const { left } = agree(openPair(), 'left', [pay(10n), lock('a', 5n)])
const withDelta = (state: AccountState, change: Partial<Delta>): AccountState => {
  const delta = present(state.deltas.get('00000001'), 'the delta')
  return { ...state, deltas: state.deltas.set('00000001', { ...delta, ...change }) }
}
const withState = (state: AccountState): AccountReplica => ({ ...left, state })

describe('checkAccount', () => {
  test('holds of a replica in use and of a new one', () => {
    expect(invariantOf(() => checkAccount(left))).toBe('held')
    expect(invariantOf(() => checkAccount(openSide('right')))).toBe('held')
  })
  test('I-HOLD -- a hold that is not the sum of the locks', () => {
    expect(invariantOf(() => checkAccount(withState(withDelta(left.state, { leftHold: 4n }))))).toBe('I-HOLD')
    expect(invariantOf(() => checkAccount(withState(withDelta(left.state, { rightHold: 1n }))))).toBe('I-HOLD')
    const unlocked = { ...left.state, locks: left.state.locks.delete([...left.state.locks.keys()][0] ?? '') }
    expect(invariantOf(() => checkAccount(withState(unlocked)))).toBe('I-HOLD')
  })
  test('I-CHAIN -- a state without its signed frame, or with another', () => {
    expect(invariantOf(() => checkAccount({ ...left, frames: [] }))).toBe('I-CHAIN')
    expect(invariantOf(() => checkAccount({ ...left, frames: left.frames.slice(1) }))).toBe('I-CHAIN')
    expect(invariantOf(() => checkAccount({ ...openSide('left'), frames: left.frames }))).toBe('I-CHAIN')
  })
  test('I-SIDE -- left and right exchanged', () => {
    const { terms } = left.state
    const exchanged = { ...left.state, terms: { ...terms, left: terms.right, right: terms.left } }
    expect(invariantOf(() => checkAccount(withState(exchanged)))).toBe('I-SIDE')
  })
})

describe('checkAccountStep', () => {
  const step = (change: Partial<Delta>, from = left.state): string =>
    invariantOf(() => checkAccountStep(from, withDelta(from, change)))
  test('I-RCPAN -- Δ, or what the holds would make of it, moves outside the limits', () => {
    expect(step({ offdelta: -1_000n + 5n })).toBe('held')
    expect(step({ offdelta: -1_000n + 4n })).toBe('I-RCPAN')
    expect(step({ offdelta: 1_000n })).toBe('held')
    expect(step({ offdelta: 1_001n })).toBe('I-RCPAN')
    expect(step({ leftHold: 990n })).toBe('held')
    expect(step({ leftHold: 991n })).toBe('I-RCPAN')
    expect(step({ rightHold: 1_011n })).toBe('I-RCPAN')
  })
  test('a limit may be cut below what is drawn; from there on it only gets better', () => {
    const cut = agree(openPair(), 'left', [pay(500n)])
    const { state } = agree(cut, 'right', [limit(100n)]).left
    expect(step({ offdelta: -501n }, state)).toBe('I-RCPAN')
    expect(step({ offdelta: -499n }, state)).toBe('held')
    expect(step({ leftCreditLimit: 0n }, state)).toBe('held')
  })
  test('a changed limit in the same frame hides nothing', () => {
    for (const limits of [{ leftCreditLimit: 999n }, { rightCreditLimit: 1_001n }]) {
      expect(step({ offdelta: 1_000_000_000n, ...limits })).toBe('I-RCPAN')
      expect(step({ offdelta: -1_000_000_000n, ...limits })).toBe('I-RCPAN')
      expect(step({ leftHold: 1_000_000_000n, ...limits })).toBe('I-RCPAN')
    }
    expect(step({ offdelta: 1_500n, rightCreditLimit: 1_500n })).toBe('held')
    expect(step({ leftCreditLimit: 0n, offdelta: -9n })).toBe('held')
    expect(step({ leftCreditLimit: 0n, offdelta: -11n })).toBe('I-RCPAN')
  })
  test('a new token starts from nothing; what the chain did is not judged', () => {
    const withToken = (change: Partial<Delta>): AccountState => {
      const delta = { ...emptyDelta(2 as TokenId), ...change }
      return { ...left.state, deltas: left.state.deltas.set('00000002', delta) }
    }
    const check = (after: AccountState) => invariantOf(() => checkAccountStep(left.state, after))
    expect(check(withToken({ rightCreditLimit: 5n }))).toBe('held')
    expect(check(withToken({ rightCreditLimit: 5n, offdelta: 6n }))).toBe('I-RCPAN')
    expect(check(withToken({ collateral: 6n, ondelta: 7n }))).toBe('held')
  })
})
