/**
 * A world whose entities live on a chain with the real contracts: alice and bob, each with an account with a hub that
 * has both credit and collateral, and reserves of their own. Chain and clock stand still until a test moves them.
 */
import { bestProof, type HeldProof } from '../../../runtime/account/seal.ts'
import { chainHanko } from '../../../runtime/entity/court.ts'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import type { JAdapter, JSubmission, TestChain } from '../../../runtime/jadapter/types.ts'
import { batchDigest, encodeBatch, encodeHanko } from '../../../runtime/jurisdiction/batch.ts'
import { EMPTY_BATCH, type JBatch, type JBatchTx } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { EMPTY } from '../../../runtime/lib/bytes.ts'
import { sign } from '../../../runtime/lib/secp.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import type { RuntimeInput } from '../../../runtime/types.ts'
import { identityOf, keysOf } from '../../support/signer.ts'
import { attachChain, createWorld, START_MS, TUSD, type testPolicy, usd, type World } from '../../support/world.ts'

export type CourtChain = {
  readonly chain: Omit<JAdapter, 'testChain'> & { readonly testChain: TestChain }
  readonly close: () => Promise<void>
}
/** Opens a fresh chain whose clock begins at the given second. */
export type OpenChain = (startSeconds: number) => Promise<CourtChain>

const NAMES = ['alice', 'hub', 'bob'] as const
export const RESERVE = usd(1_000)
export const COLLATERAL = usd(500)
const HUB_RESERVE = usd(10_000)

export type CourtWorld = World & {
  readonly chain: CourtChain['chain']
  /** Messages, batches, calls and blocks, until nothing is left to do. */
  readonly pump: () => Promise<void>
  /** Runs a command of `name`, and everything that follows from it. */
  readonly act: (name: string, tx: EntityTx) => Promise<void>
  readonly unplug: (name: string, isUnplugged?: boolean) => void
  /** Lets chain and clock pass this many seconds. */
  readonly pass: (seconds: number) => Promise<void>
  readonly reserve: (name: string, tokenId?: TokenId) => bigint
  readonly statusOf: (name: string, counterparty: string) => string
  /** The newest proof `name` holds now; to be shown to the court when it has long been outdated. */
  readonly proofOf: (name: string, counterparty: string) => HeldProof
  /** Hands in a batch of `name` behind the back of its runtime: what a cheat would do. */
  readonly cheat: (name: string, batch: Partial<JBatch>) => Promise<JSubmission>
  readonly startWith: (name: string, counterparty: string, proof: HeldProof) => Promise<JSubmission>
  /** What everybody owns in tUSD: reserves, and what stands in accounts, by the chain's word. */
  readonly held: () => Promise<bigint>
}

export const openCourt = async (open: OpenChain, policy?: typeof testPolicy): Promise<CourtWorld> => {
  const { chain } = await open(START_MS / 1_000)
  const hub = policy === undefined ? {} : { hubPolicy: policy }
  const world = createWorld({
    entities: { alice: {}, hub: { ...hub, isOwn: false }, bob: { isOwn: false } },
    chain: chain.genesis,
  })
  const pump = attachChain(world, chain)
  const { testChain } = chain
  const act = async (name: string, tx: EntityTx) => {
    world.ok(name, tx)
    await pump()
  }
  const setPlug = (name: string, isUnplugged: boolean): RuntimeInput => ({
    type: 'runtime',
    tx: { type: 'set_unplugged', entityId: world.id(name), isUnplugged },
  })
  for (const name of NAMES)
    await testChain.fund({
      entityId: world.id(name),
      tokenId: TUSD,
      amount: name === 'hub' ? HUB_RESERVE : RESERVE + COLLATERAL,
    })
  await pump()
  for (const name of ['alice', 'bob']) {
    world.open(name, 'hub', 300)
    world.ok('hub', { type: 'set_credit_limit', counterparty: world.id(name), tokenId: TUSD, limit: usd(200) })
    await act(name, {
      type: 'reserve_to_collateral',
      counterparty: world.id('hub'),
      tokenId: TUSD,
      amount: COLLATERAL,
    })
  }
  const cheat = async (name: string, batch: Partial<JBatch>): Promise<JSubmission> => {
    const { entityId, secret } = keysOf(name)
    const { board } = identityOf(name, {})
    const { batch: known } = world.state(name)
    const nonce = known.nonce + 1
    const bytes = encodeBatch(entityId, { ...EMPTY_BATCH, ...batch })
    const digest = batchDigest({ ...chain.terms, entityId, nonce, batch: bytes })
    const address = present(board.members[0], 'a member').address
    const hanko = encodeHanko(board, [{ address, signature: sign(secret, digest) }])
    const jTx: JBatchTx = { type: 'batch', jurisdiction: chain.name, entityId, nonce, bytes, hanko, sender: null }
    return chain.submit(jTx)
  }
  const reserve = (name: string, tokenId: TokenId = TUSD): bigint =>
    world.state(name).reserves.get(tokenId.toString(16).padStart(8, '0')) ?? 0n
  return {
    ...world,
    chain,
    pump,
    act,
    unplug: (name, isUnplugged = true) => {
      const { outcomes } = world.tick([setPlug(name, isUnplugged)])
      if (outcomes[0]?.type !== 'applied') throw new Error(`${name} has no plug`)
      world.settle()
    },
    pass: async (seconds) => {
      const replica = present(world.env().jReplicas.get(chain.name), chain.name)
      await testChain.mine(replica.timestampSeconds + seconds)
      world.tick([], seconds * 1_000)
      await pump()
    },
    reserve,
    statusOf: (name, counterparty) => world.account(name, counterparty).status.type,
    proofOf: (name, counterparty) => present(bestProof(world.account(name, counterparty)), 'a proof'),
    cheat,
    startWith: (name, counterparty, { nonce, frameHash, body, leftHanko, rightHanko }) => {
      const isLeft = world.id(name) < world.id(counterparty)
      const { board } = identityOf(counterparty, {})
      const counterpartyHanko = chainHanko(board, isLeft ? rightHanko : leftHanko)
      const start = {
        counterparty: world.id(counterparty),
        nonce,
        frameHash,
        body,
        counterpartyHanko,
        arguments: EMPTY,
      }
      return cheat(name, { disputeStarts: [start] })
    },
    held: async () => {
      let sum = 0n
      for (const name of NAMES) sum += reserve(name)
      for (const name of ['alice', 'bob'] as const)
        sum += world.account('hub', name).state.deltas.get('00000001')?.collateral ?? 0n
      return sum
    },
  }
}

export const sideOf = (world: World, name: string, counterparty: string): 'left' | 'right' =>
  world.id(name) < world.id(counterparty) ? 'left' : 'right'

/** Into the reserves of `name` and of its counterparty. */
export const diffFor = (
  world: World,
  { name, counterparty }: { readonly name: string; readonly counterparty: string },
  moves: { readonly own: bigint; readonly theirs: bigint },
): { readonly tokenId: TokenId; readonly leftDiff: bigint; readonly rightDiff: bigint } =>
  sideOf(world, name, counterparty) === 'left'
    ? { tokenId: TUSD, leftDiff: moves.own, rightDiff: moves.theirs }
    : { tokenId: TUSD, leftDiff: moves.theirs, rightDiff: moves.own }
