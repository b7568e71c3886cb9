/**
 * The fork of a real Simnet, on the real contracts: it pays, settles and goes to court with what was signed for its own
 * chain, and neither chain takes anything of the other. And its files: whole they come back, bent they do not.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { deltaKey } from '../../../runtime/account/keys.ts'
import { bestProof, type HeldProof } from '../../../runtime/account/seal.ts'
import { chainHanko } from '../../../runtime/entity/evidence.ts'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import type { RuntimeHost } from '../../../runtime/host.ts'
import type { EmbeddedChain } from '../../../runtime/jadapter/embedded.ts'
import { batchDigest, encodeBatch } from '../../../runtime/jurisdiction/batch.ts'
import { EMPTY_BATCH, type JBatchTx } from '../../../runtime/jurisdiction/types.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { boxPublicKeyOf } from '../../../runtime/lib/box.ts'
import { EMPTY, toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import { addressOf, sign } from '../../../runtime/lib/secp.ts'
import type { CommandId, EntityId, PaymentId, TokenId } from '../../../runtime/lib/units.ts'
import { forkStore } from '../../../runtime/manager/fork.ts'
import { openLocalRuntime } from '../../../runtime/manager/local.ts'
import { SIMNET_CHAIN, SIMNET_CHAIN_ID, seedSimnet, simnetIdentities } from '../../../runtime/manager/simnet.ts'
import { memoryCanary } from '../../../runtime/storage/canary.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import type { Env } from '../../../runtime/types.ts'
import { createFakeBrowser } from '../../support/browser-contexts.ts'
import { contractCode } from '../../support/contract-code.ts'
import { quiet } from '../../support/manual-time.ts'
import { keysOf, testSigner } from '../../support/signer.ts'
import { tiersOf } from '../../support/tiers.ts'
import { exported, imported, storeWith } from '../../support/xln.ts'

const FORKED = 2n ** 48n + 77n
const TUSD = 1 as TokenId
const usd = (whole: bigint): bigint => whole * 10n ** 6n
const NAMES = ['own0', 'simulated0', 'simulated1', 'simulated2', 'simulated3']
const identities = simnetIdentities((role, index) => {
  const { secret, box } = keysOf(`${role}${index}`)
  return { address: addressOf(secret), boxPublicKey: boxPublicKeyOf(box) }
})
const [YOU, HUB] = [identities.own.entityId, identities.hub.entityId]
const BOB = present(identities.peers[0], 'Bob').entityId

let now = 1_700_000_000_000
let drawn = 0
const clock = { now: () => now++ }
const entropy = { draw: () => taggedHash('entropy', utf8(`${drawn++}`)) }
const copyOf = ({ rows, epoch }: MemoryDisk): MemoryDisk => ({ rows: new Map(rows), epoch })

type Running = { readonly host: RuntimeHost; readonly chain: EmbeddedChain; readonly close: () => Promise<void> }

const open = async (disk: MemoryDisk, chainId: bigint): Promise<Running> => {
  const opened = await openLocalRuntime({
    runtimeId: 'simnet',
    lockId: 'simnet',
    signs: true,
    role: 'writer',
    name: 'Simnet',
    owner: async () => YOU,
    chainName: SIMNET_CHAIN,
    chainId,
    openStore: async () => memoryStore(disk),
    canary: memoryCanary(),
    clock,
    entropy,
    gasSigners: () => [],
    code: contractCode,
    signer: testSigner(...NAMES),
    schedule: () => () => undefined,
    writer: {
      self: { instanceId: 'test', label: 'test' },
      ports: { ...createFakeBrowser().context(), wait: async () => {} },
    },
    tiers: tiersOf(5, 50),
  })
  if (opened.type !== 'running') throw new Error(opened.type)
  return opened
}

const fork = (disk: MemoryDisk, chainId = FORKED, names = NAMES) =>
  forkStore({
    store: memoryStore(disk),
    runtimeId: 'simnet',
    name: 'Simnet',
    chainName: SIMNET_CHAIN,
    chainId,
    signer: testSigner(...names),
    canary: memoryCanary(),
    clock,
    entropy,
  })

/** Resolves once this is true of what is committed. */
const until = async ({ host }: Running, holds: (env: Env) => boolean): Promise<void> => {
  while (!holds(host.env())) {
    if (host.halted() !== null) throw new Error(host.halted() ?? '')
    await quiet()
  }
}
let commands = 0
const submit = async (world: Running, tx: EntityTx, entityId = YOU): Promise<void> => {
  const commandId = `fork-test-${commands++}` as CommandId
  const outcome = await world.host.submit({ type: 'command', commandId, entityId, tx })
  if (outcome.type === 'rejected') throw new Error(outcome.rejection.type)
}
const isQuiet = (env: Env): boolean =>
  env.queue.length === 0 &&
  [...env.eReplicas.values()].every(
    ({ state }) => state.payments.size + state.calls.size === 0 && state.batch.inFlight === null,
  )

const accountOf = ({ host }: Running, owner = YOU, other = HUB) =>
  present(host.env().eReplicas.get(owner)?.state.accounts.get(other), 'an account')
const reserveOf = ({ host }: Running, owner: EntityId): bigint =>
  host.env().eReplicas.get(owner)?.state.reserves.get('00000001') ?? 0n
/** What there is of the token: everybody's reserves, and every account's collateral. */
const heldIn = ({ host }: Running): bigint =>
  [...host.env().eReplicas.values()].reduce((sum, { state }) => {
    const own = [...state.accounts.values()].filter(({ isLeft }) => isLeft)
    const collateral = own.map((account) => account.state.deltas.get(deltaKey(TUSD))?.collateral ?? 0n)
    return collateral.reduce((a, b) => a + b, sum + (state.reserves.get('00000001') ?? 0n))
  }, 0n)

let born: MemoryDisk
beforeAll(async () => {
  born = createMemoryDisk()
  const world = await open(born, SIMNET_CHAIN_ID)
  await seedSimnet(world.host, world.chain, identities, addressOf(keysOf('own0').secret))
  await until(world, isQuiet)
  await world.close()
}, 60_000)

const both = async () => {
  const disk = copyOf(born)
  expect(await fork(disk)).toEqual({ type: 'forked' })
  return { disk, original: await open(copyOf(born), SIMNET_CHAIN_ID), forked: await open(disk, FORKED) }
}

describe('a fork on its chain', () => {
  test('begins with all there was, the past included, and is opened by its own chain id alone', async () => {
    const { disk, original, forked } = await both()
    const { height } = original.host.env()
    expect([forked.host.env().height, forked.chain.height()]).toEqual([height + 1, original.chain.height()])
    expect(heldIn(forked)).toBe(heldIn(original))
    const then = present(await forked.host.envAt(height), 'the past')
    expect(then.jReplicas.get(SIMNET_CHAIN)?.terms.chainId).toBe(SIMNET_CHAIN_ID)
    expect(then.eReplicas.root()).toEqual(original.host.env().eReplicas.root())
    expect(then.height).toBe(height)
    await forked.close()
    await expect(open(disk, SIMNET_CHAIN_ID)).rejects.toThrow('I-DOMAIN')
    const again = await open(disk, FORKED)
    expect(again.host.env().height).toBe(height + 1)
  })

  test('pays, moves collateral in and out, and the original is left as it was', async () => {
    const { original, forked } = await both()
    const root = original.host.root()
    const held = heldIn(forked)
    const paymentId = toHex(taggedHash('payment', utf8('x'))) as PaymentId
    const about = { invoice: null, offerId: null, payee: null, memo: '', maxFee: usd(1n) }
    await submit(forked, { type: 'pay', paymentId, to: BOB, tokenId: TUSD, amount: usd(5n), ...about })
    await submit(forked, { type: 'direct_payment', counterparty: HUB, tokenId: TUSD, amount: usd(2n), memo: '' })
    await submit(forked, { type: 'reserve_to_collateral', counterparty: HUB, tokenId: TUSD, amount: usd(10n) })
    await until(forked, isQuiet)
    const mine = accountOf(forked).isLeft ? 'leftDiff' : 'rightDiff'
    const before = reserveOf(forked, YOU)
    const diff = { tokenId: TUSD, leftDiff: 0n, rightDiff: 0n, [mine]: usd(100n) }
    await submit(forked, { type: 'settle', counterparty: HUB, diffs: [diff] })
    await until(forked, (env) => isQuiet(env) && accountOf(forked).state.settlement === null)
    expect(reserveOf(forked, YOU)).toBe(before + usd(100n))
    expect(heldIn(forked)).toBe(held)
    expect(original.host.root()).toEqual(root)
  })

  test('goes to court at once, with what both signed for it, and everybody has what is theirs', async () => {
    const { original, forked } = await both()
    const held = heldIn(forked)
    const { collateral = 0n } = accountOf(forked).state.deltas.get(deltaKey(TUSD)) ?? {}
    const before = reserveOf(forked, YOU)
    await submit(forked, { type: 'dispute_start', counterparty: HUB })
    await until(forked, () => accountOf(forked).status.type === 'closed')
    // Nothing was owed either way: all of the collateral is the owner's.
    expect([reserveOf(forked, YOU), heldIn(forked)]).toEqual([before + collateral, held])
    expect([accountOf(original).status.type, reserveOf(original, YOU)]).toEqual(['open', before])
  })
})

describe('what was signed for one chain', () => {
  /** You call the court of this chain, in a batch it takes, with a proof of the hub's. */
  const sue = ({ chain, host }: Running, proof: HeldProof): JBatchTx => {
    const { board, batch } = present(host.env().eReplicas.get(YOU), 'you').state
    const theirs = YOU < HUB ? proof.rightHanko : proof.leftHanko
    const { nonce: proofNonce, frameHash, body } = proof
    const counterpartyHanko = chainHanko(identities.hub.board, theirs)
    const start = { counterparty: HUB, nonce: proofNonce, frameHash, body, counterpartyHanko, arguments: EMPTY }
    const bytes = encodeBatch(YOU, { ...EMPTY_BATCH, disputeStarts: [start] })
    const nonce = batch.nonce + 1
    const digest = batchDigest({ ...chain.terms, entityId: YOU, nonce, batch: bytes })
    const hanko = chainHanko(board, sign(keysOf('own0').secret, digest))
    return { type: 'batch', jurisdiction: chain.name, entityId: YOU, nonce, bytes, hanko, sender: null }
  }
  const proofOf = (world: Running): HeldProof => present(bestProof(accountOf(world)), 'a proof')

  test('a proof of the one is refused by the court of the other, both ways; its own is taken', async () => {
    const { original, forked } = await both()
    const [first, second] = [proofOf(original), proofOf(forked)]
    expect(await forked.chain.submit(sue(forked, first))).toMatchObject({ type: 'reverted' })
    expect(await original.chain.submit(sue(original, second))).toMatchObject({ type: 'reverted' })
    expect(await forked.chain.submit(sue(forked, second))).toMatchObject({ type: 'included' })
    expect(await original.chain.submit(sue(original, first))).toMatchObject({ type: 'included' })
  })

  test('a batch of the one is refused by the other', async () => {
    const { original, forked } = await both()
    const batch = sue(forked, proofOf(forked))
    expect(await original.chain.submit(batch)).toMatchObject({ type: 'reverted' })
    expect(await forked.chain.submit(batch)).toMatchObject({ type: 'included' })
  })
})

describe('a copy that is not forked', () => {
  test('without a key of somebody in it -- it stays a copy, as it was', async () => {
    const disk = copyOf(born)
    expect(await fork(disk, FORKED, NAMES.slice(1))).toEqual({ type: 'only_to_look_at' })
    expect([...disk.rows.keys()]).toEqual([...born.rows.keys()])
  })

  test('before it has come to its chain -- later', async () => {
    expect(await fork(createMemoryDisk())).toEqual({ type: 'not_quiet', hindrance: 'chain' })
  })
})

describe('its file', () => {
  const about = { runtimeId: 'simnet', name: 'Simnet', label: 'Simnet-2' }
  test('comes back whole, through the tick it was forked in', async () => {
    const { disk, forked } = await both()
    await submit(forked, { type: 'direct_payment', counterparty: HUB, tokenId: TUSD, amount: usd(3n), memo: '' })
    await until(forked, isQuiet)
    const { file } = await exported(storeWith(disk.rows), about)
    const { outcome } = await imported(file)
    expect(outcome).toMatchObject({ type: 'verified', staged: { chainIds: [FORKED], ownEntityIds: [YOU] } })
  })

  test('with the chain of another one -- refused', async () => {
    const disk = copyOf(born)
    await fork(disk)
    const head = `chain/${SIMNET_CHAIN}/head`
    const bend = async (rows: MemoryDisk['rows'], other: MemoryDisk['rows']) => {
      const bent = new Map(rows).set(head, present(other.get(head), head))
      return (await imported((await exported(storeWith(bent), about)).file)).outcome
    }
    const refused = { type: 'refused', problem: { type: 'chain_damaged' } }
    // The original that would pass for another chain, and the fork that would pass for the original.
    expect(await bend(born.rows, disk.rows)).toMatchObject(refused)
    expect(await bend(disk.rows, born.rows)).toMatchObject(refused)
  })
})
