/**
 * The contracts' arithmetic, clauses, bodies and digests against the reference: ten thousand cases a family, no
 * difference.
 */
import { expect, test } from 'vitest'
import transformerArtifact from '../../contracts/artifacts/DeltaTransformer.json' with { type: 'json' }
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import providerArtifact from '../../contracts/artifacts/EntityProvider.json' with { type: 'json' }
import { BOUNDS, isBody } from './bounds.ts'
import { drawBody, drawDiffs, drawPair, drawTokenIds, HASHLOCKS } from './cases.ts'
import { type ProofBody, transformed } from './clauses.ts'
import { compiled } from './compiled.ts'
import * as digests from './digests.ts'
import { amount, hex, near, signed } from './draw.ts'
import { CHAIN_ID, openEvm } from './evm.ts'
import { CASES, compare, equal, type Family, FEW, PATIENCE } from './family.ts'
import { type SettlementDiff, type Split, splitOf } from './money.ts'
import type { Hex } from './words.ts'

const evm = await openEvm()
const provider = await evm.contract(providerArtifact)
const transformer = await evm.contract(transformerArtifact)
const harness = await evm.contract(compiled('contracts/test/ProofHarness.sol'))
const depository = await evm.contract(depositoryArtifact, provider.address, transformer.address)

type Splitting = { readonly collateral: bigint; readonly claim: bigint }
const splits: Family<Splitting> = {
  name: 'splits (contracts)',
  draw: (random) => {
    const collateral = amount(random)
    const pivot = random.pick([0n, collateral, -collateral])
    return { collateral, claim: random.chance(0.5) ? near(random, pivot) : signed(random, BOUNDS.offdelta) }
  },
  expected: ({ collateral, claim }) => splitOf(collateral, claim),
  actual: async ({ collateral, claim }): Promise<Split> => {
    const [shares] = (await transformer.read('divide', collateral, claim)) as [readonly bigint[]]
    const [left = -1n, right = -1n, leftOwes = -1n, rightOwes = -1n] = shares
    return { left, right, leftOwes, rightOwes }
  },
}

test(
  'splits',
  async () => {
    const found = await compare(splits)
    equal(found)
    expect(found.answers).toBeGreaterThan(CASES / 2)
    const careless = ({ collateral, claim }: Splitting): Split => ({ ...splitOf(collateral, claim), rightOwes: 0n })
    expect((await compare({ ...splits, expected: careless }, FEW)).differences).toBeGreaterThan(0)
  },
  PATIENCE,
)

type Judged = {
  readonly body: ProofBody
  /** By hashlock; zero is not revealed. */
  readonly revealed: readonly bigint[]
  readonly left: Hex
  readonly right: Hex
}
const timesOf = ({ body, revealed }: Judged): readonly bigint[] =>
  body.htlcs.map(({ hashlock }) => revealed[HASHLOCKS.indexOf(hashlock)] ?? 0n)
const shifted = ({ body, revealed, left, right }: Judged): readonly bigint[] => {
  const revealedAt = (hashlock: Hex): bigint | null => revealed[HASHLOCKS.indexOf(hashlock)] || null
  return transformed(body, revealedAt, { left, right }).map(
    (offdelta, at) => offdelta - (body.tokens[at]?.offdelta ?? 0n),
  )
}
const clauses: Family<Judged> = {
  name: 'clauses (contracts)',
  draw: (random) => {
    const body = drawBody(random, { tokens: 3, clauses: 2, wild: false })
    const offers = (byLeft: bigint): number => body.swaps.filter((swap) => swap.byLeft === byLeft).length
    const given = (swaps: number): Hex => {
      const ratio = (): string => random.pick(['0000', '0001', '7fff', '8000', 'fffe', 'ffff', hex(random, 2).slice(2)])
      const fit = Array.from({ length: swaps }, ratio).join('')
      return random.chance(0.9) ? `0x${fit}` : random.pick(['0x', `0x${fit}ff`, `0x${fit}ffff`, '0xff'] as const)
    }
    const revealed = HASHLOCKS.map(() => random.pick([0n, 1n, 50n, 51n, amount(random, 2n ** 40n)]))
    return { body, revealed, left: given(offers(0n)), right: given(offers(1n)) }
  },
  expected: shifted,
  actual: async (judged) => {
    const { body, left, right } = judged
    const [shifts] = await transformer.read('shiftsOf', digests.bodyBytes(body), timesOf(judged), left, right)
    return [...(shifts as readonly bigint[])]
  },
}

test(
  'clauses',
  async () => {
    const found = await compare(clauses)
    equal(found)
    expect(found.answers).toBeGreaterThan(CASES / 10)
    const oneMore = (judged: Judged): Judged => ({ ...judged, revealed: judged.revealed.map((at) => at + 1n) })
    expect(
      (await compare({ ...clauses, expected: (judged) => shifted(oneMore(judged)) }, FEW)).differences,
    ).toBeGreaterThan(0)
  },
  PATIENCE,
)

type Shaped = { readonly body: ProofBody; readonly spoil: 'none' | 'longer' | 'shorter' | 'byte' }
const bytesOf = ({ body, spoil }: Shaped): Hex => {
  const bytes = digests.bodyBytes(body)
  switch (spoil) {
    case 'none':
      return bytes
    case 'longer':
      return `${bytes}${'00'.repeat(32)}`
    case 'shorter':
      return bytes.slice(0, -64) as Hex
    case 'byte':
      return `${bytes}00`
  }
}
const bodies: Family<Shaped> = {
  name: 'bodies (contracts)',
  draw: (random) => {
    const most = random.chance(0.02) ? { tokens: 60, clauses: 60 } : { tokens: 4, clauses: 2 }
    const spoil = random.chance(0.9) ? 'none' : random.pick(['longer', 'shorter', 'byte'] as const)
    return { body: drawBody(random, { ...most, wild: true }), spoil }
  },
  expected: ({ body, spoil }) => spoil === 'none' && isBody(body),
  actual: async (shaped) => (await harness.call('requireBody', [bytesOf(shaped)])) !== null,
}

test(
  'bodies',
  async () => {
    const found = await compare(bodies)
    equal(found)
    expect(found.answers).toBe(2)
    const careless = ({ spoil }: Shaped): boolean => spoil === 'none'
    expect((await compare({ ...bodies, expected: careless }, FEW)).differences).toBeGreaterThan(0)
  },
  PATIENCE,
)

const KINDS = ['proof', 'settlement', 'agreement', 'arguments', 'batch', 'board', 'cancel'] as const
type Signing = {
  readonly kind: (typeof KINDS)[number]
  readonly pair: digests.Pair
  readonly nonce: bigint
  readonly validUntil: bigint
  readonly hashes: readonly [Hex, Hex]
  readonly blob: Hex
  readonly diffs: readonly SettlementDiff[]
}
const court = { chainId: BigInt(CHAIN_ID), contract: depository.address }
const office = { chainId: BigInt(CHAIN_ID), contract: provider.address }

const digestOf = ({ kind, pair, nonce, validUntil, hashes, blob, diffs }: Signing): Hex => {
  const { left, right, epoch } = pair
  const [bodyHash, frameHash] = hashes
  const change = { entityId: left, nonce, boardHash: bodyHash }
  switch (kind) {
    case 'proof':
      return digests.disputeProofDigest(court, pair, { nonce, bodyHash, frameHash })
    case 'settlement':
      return digests.settlementDigest(court, pair, { nonce, validUntil, diffs })
    case 'agreement':
      return digests.agreementDigest(court, pair, { nonce, bodyHash })
    case 'arguments':
      return digests.argumentsDigest(court, { entity: right, counterparty: left, epoch, bodyHash }, blob)
    case 'batch':
      return digests.batchDigest(court, { entityId: left, nonce, batch: blob })
    case 'board':
      return digests.boardDigest(office, change)
    case 'cancel':
      return digests.boardCancelDigest(office, change)
  }
}
const theirDigest = ({ kind, pair, nonce, validUntil, hashes, blob, diffs }: Signing): Promise<readonly unknown[]> => {
  const { left, right, epoch } = pair
  const [bodyHash, frameHash] = hashes
  const settlement = { left, right, nonce, validUntil, diffs, leftHanko: blob, rightHanko: blob }
  switch (kind) {
    case 'proof':
      return depository.read('disputeDigest', left, right, epoch, nonce, bodyHash, frameHash)
    case 'settlement':
      return depository.read('settlementDigest', epoch, settlement)
    case 'agreement':
      return depository.read('agreementDigest', left, right, epoch, nonce, bodyHash)
    case 'arguments':
      return depository.read('argumentsDigest', right, left, epoch, bodyHash, blob)
    case 'batch':
      return depository.read('batchDigest', left, nonce, blob)
    case 'board':
      return provider.read('proposalDigest', left, nonce, bodyHash)
    case 'cancel':
      return provider.read('cancellationDigest', left, nonce, bodyHash)
  }
}
const signing: Family<Signing> = {
  name: 'digests (contracts)',
  draw: (random) => ({
    kind: random.pick(KINDS),
    pair: drawPair(random),
    nonce: amount(random, 2n ** 256n - 1n),
    validUntil: amount(random, 2n ** 256n - 1n),
    hashes: [hex(random, 32), hex(random, 32)],
    blob: hex(random, random.between(0, 100)),
    diffs: drawDiffs(random, drawTokenIds(random, 3), true),
  }),
  expected: digestOf,
  actual: async (drawn) => (await theirDigest(drawn))[0],
}

test(
  'digests',
  async () => {
    const found = await compare(signing)
    equal(found)
    expect(found.answers).toBe(found.cases)
    const later = (drawn: Signing): Signing => ({ ...drawn, nonce: drawn.nonce + 1n })
    expect(
      (await compare({ ...signing, expected: (drawn) => digestOf(later(drawn)) }, FEW)).differences,
    ).toBeGreaterThan(0)
  },
  PATIENCE,
)

test('bounds', async () => {
  const [limits] = (await depository.read('limits')) as [{ toObject(): object }]
  expect(limits.toObject()).toEqual(BOUNDS)
})
