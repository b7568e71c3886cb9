/** One delta proven from an accountStateRoot by a verifier that shares no code with the runtime. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { proveDelta, verifyDeltaProof } from '../../runtime/account/frame.ts'
import type { AccountTx } from '../../runtime/account/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { fromHex, toHex } from '../../runtime/lib/bytes.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { agree, claim, lock, openPair, pay } from '../runtime/account/pair.ts'
import { type DeltaFields, isWellFormed, type Proof, rootOf, type Step } from './verifier.ts'

const tokens = Array.from({ length: 6 }, (_, i): AccountTx => ({ type: 'add_delta', tokenId: (i * 7 + 2) as TokenId }))
const { left } = agree(agree(openPair(), 'left', [...tokens, pay(40n), lock('a', 5n)]), 'right', [
  claim(3, 9n),
  pay(15n),
])
const { state } = left

const proofOf = (tokenId: number): Proof => {
  const proof = present(proveDelta(state, tokenId as TokenId), `no proof of token ${tokenId}`)
  const path = (steps: typeof proof.inSection): readonly Step[] =>
    steps.map(({ sibling, ...step }) => ({ ...step, sibling: toHex(sibling) }))
  return { delta: proof.delta, inSection: path(proof.inSection), section: path(proof.section) }
}

const FIELDS = [
  'tokenId',
  'collateral',
  'ondelta',
  'offdelta',
  'leftCreditLimit',
  'rightCreditLimit',
  'leftHold',
  'rightHold',
  'leftAllowance',
  'rightAllowance',
] as const satisfies readonly (keyof DeltaFields)[]

describe('delta proof', () => {
  const root = toHex(state.root)
  const proof = proofOf(1)

  test.each([1, 2, 9, 16, 23, 30, 37])('the delta of token %i leads to the root both sides signed', (tokenId) => {
    expect(rootOf(proofOf(tokenId))).toBe(root)
    expect(isWellFormed(proofOf(tokenId))).toBe(true)
    expect(root).toBe(toHex(present(left.frames[0], 'a frame').frame.accountStateRoot))
  })
  test('the figures proven are those agreed on', () => {
    expect(proof.delta).toMatchObject({
      tokenId: 1,
      offdelta: -25n,
      leftHold: 5n,
      leftCreditLimit: 1_000n,
      collateral: 0n,
    })
  })
  test.each(FIELDS)('another %s leads to another root', (field) => {
    const { delta } = proof
    for (const by of [1, 256]) {
      const changed: DeltaFields =
        field === 'tokenId'
          ? { ...delta, tokenId: delta.tokenId + by }
          : { ...delta, [field]: delta[field] + BigInt(by) }
      expect(rootOf({ ...proof, delta: changed })).not.toBe(root)
    }
  })
  test('the sign of a figure counts', () => {
    expect(rootOf({ ...proof, delta: { ...proof.delta, offdelta: 25n } })).not.toBe(root)
  })
  test.each(['inSection', 'section'] as const)(
    'another sibling, side, bit or length of the path %s leads to another root',
    (part) => {
      const steps = proof[part]
      expect(steps.length).toBeGreaterThan(1)
      const replaced = (at: number, step: Step): Proof => ({
        ...proof,
        [part]: steps.map((old, i) => (i === at ? step : old)),
      })
      for (const [at, step] of steps.entries()) {
        const flipped = fromHex(step.sibling).map((byte, i) => (i === at ? byte ^ 1 : byte))
        expect(rootOf(replaced(at, { ...step, sibling: toHex(flipped) }))).not.toBe(root)
        expect(rootOf(replaced(at, { ...step, siblingIsRight: !step.siblingIsRight }))).not.toBe(root)
        expect(rootOf(replaced(at, { ...step, bit: step.bit ^ 1 }))).not.toBe(root)
        expect(rootOf({ ...proof, [part]: steps.filter((_, i) => i !== at) })).not.toBe(root)
      }
      expect(rootOf({ ...proof, [part]: [...steps].reverse() })).not.toBe(root)
    },
  )
  test('a token the account does not hold has no proof', () => {
    expect(proveDelta(state, 3 as TokenId)).toBeNull()
  })
  test("the runtime's own verifier says the same", () => {
    const own = present(proveDelta(state, 1 as TokenId), 'a proof')
    expect(verifyDeltaProof(state.root, own)).toBe(true)
    expect(verifyDeltaProof(state.root, { ...own, delta: { ...own.delta, offdelta: 0n } })).toBe(false)
    expect(verifyDeltaProof(left.state.frameHash, own)).toBe(false)
  })
})

/** Amounts are decimal text, because JSON knows no integers of this size. */
type Vector = {
  readonly root: string
  readonly proof: Omit<Proof, 'delta'> & { readonly delta: { readonly [field: string]: string | number } }
}

describe('delta proof vector', () => {
  const { root, proof } = JSON.parse(readFileSync(new URL('./delta-proof.json', import.meta.url), 'utf8')) as Vector
  test('the written vector verifies, and is what the runtime still makes', () => {
    const delta = Object.fromEntries(
      Object.entries(proof.delta).map(([name, value]) => [name, name === 'tokenId' ? value : BigInt(value)]),
    )
    const written: Proof = { ...proof, delta: delta as DeltaFields }
    expect(rootOf(written)).toBe(root)
    expect(written).toEqual(proofOf(1))
    expect(root).toBe(toHex(state.root))
  })
})
