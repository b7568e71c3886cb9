/**
 * What each operation costs on chain: whole transactions on the embedded chain, intrinsic gas, calldata and refunds
 * included (Cancun rules). Deterministic to the unit. A block's fees are its gas times its base fee, and nothing else.
 */

import transformerArtifact from '../../contracts/artifacts/DeltaTransformer.json' with { type: 'json' }
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import providerArtifact from '../../contracts/artifacts/EntityProvider.json' with { type: 'json' }
import tokenArtifact from '../../contracts/artifacts/TestToken.json' with { type: 'json' }
import { DELTA_TRANSFORMER_ADDRESS, ENTITY_PROVIDER_ADDRESS } from '../../runtime/jadapter/genesis.ts'
import type { JBatch } from '../../runtime/jurisdiction/types.ts'
import { type Bytes, toBigInt } from '../../runtime/lib/bytes.ts'
import { LIMITS } from '../../runtime/lib/limits.ts'
import type { Address, TokenId } from '../../runtime/lib/units.ts'
import { bodyOf, htlc, pairOf, preimageOf, ratios, swap, tokenProof } from './court.ts'
import { defenceBody, LARGEST, type Size, USUAL } from './defence.ts'
import { type Actor, actor, contractAt, deploy, openWorld, pair, signBatch, TETH, TUSD, transactAs } from './world.ts'

/** By operation, in the order of the table. */
type Weights = { readonly [operation: string]: number }
type Defence = { readonly [step in 'reveal' | 'start' | 'counter' | 'finalize']: number }
/** `defence` is what the runtime reckons its gas reserve by. */
export type Gas = {
  readonly defence: { readonly usual: Defence; readonly largest: Defence }
  readonly operations: Weights
}

const [left, right] = pair('alice', 'bob')
const owner = actor('owner')
const WINDOW_SECONDS = 1_000
/** Seconds as they are in these years: their bytes are paid for. */
const NOW = 1_700_000_000
const FAR = 4_000_000_000
/** Creation of code that answers any call with BASEFEE: PUSH7 (BASEFEE PUSH0 MSTORE PUSH1 32 PUSH0 RETURN) … RETURN. */
const BASE_FEE = { abi: [], bytecode: '0x66485f5260205ff35f5260076019f3' }

/** A chain on which whole transactions are weighed. */
const openScales = async () => {
  const { chain, clock } = await openWorld()
  const baseFee = await deploy(chain, actor('scales'), BASE_FEE)
  for (const { address } of [left, right, owner]) await chain.fundEther({ address, amountWei: 10n ** 20n })
  /** What `work` took from the sender's ether, in gas of the block it made. */
  const weigh = async (sender: Actor, work: () => Promise<unknown>): Promise<number> => {
    const before = await chain.balanceOf(sender.address)
    await work()
    const paid = before - (await chain.balanceOf(sender.address))
    const called = await chain.call({ to: baseFee.address, data: new Uint8Array() })
    if (called.type === 'reverted') throw new Error('no base fee')
    return Number(paid / toBigInt(called.data))
  }
  const send = (sender: Actor, to: Address, data: Bytes): Promise<number> =>
    weigh(sender, async () => {
      const sent = await transactAs(chain, sender, to, data)
      if (sent.type !== 'included') throw new Error(JSON.stringify(sent, (_, value) => `${value}`))
    })
  return { chain, weigh, send, at: clock.set }
}

const deployments = async (): Promise<Weights> => {
  const { chain, weigh } = await openScales()
  const court = { args: [ENTITY_PROVIDER_ADDRESS, DELTA_TRANSFORMER_ADDRESS], nonce: 1 }
  return {
    'deploy EntityProvider': await weigh(owner, () => deploy(chain, owner, providerArtifact, { nonce: 1 })),
    'deploy DeltaTransformer': await weigh(owner, () => deploy(chain, owner, transformerArtifact, { nonce: 1 })),
    'deploy Depository': await weigh(owner, () => deploy(chain, owner, depositoryArtifact, court)),
  }
}

type Wealth = { readonly tokenIds?: readonly TokenId[]; readonly rich?: readonly Actor[]; readonly amount?: bigint }

/** LEFT and RIGHT, each sending the batches of its own entity. */
const openAccount = async ({ tokenIds = [TUSD], rich = [left, right], amount = 1_000_000n }: Wealth = {}) => {
  const scales = await openScales()
  const { chain, send, at } = scales
  const depository = contractAt(chain, chain.terms.depository, depositoryArtifact.abi)
  for (const tokenId of tokenIds) for (const { entityId } of rich) await chain.fund({ entityId, tokenId, amount })
  const nonces = new Map([left, right].map(({ entityId }) => [entityId, 0]))
  const signed = pairOf(chain.terms, left, right)
  const [epoch, now] = [{ count: 0 }, { seconds: NOW }]
  at(NOW)
  /** Chain time goes on, past every window and lock. */
  const wait = (): void => {
    now.seconds += LIMITS.maxLockSeconds
    at(now.seconds)
  }
  const batch = (by: Actor, operations: Partial<JBatch>): Promise<number> => {
    const nonce = (nonces.get(by.entityId) ?? 0) + 1
    nonces.set(by.entityId, nonce)
    const { bytes, hanko } = signBatch(chain.terms, by, { nonce, batch: operations })
    return send(by, depository.address, depository.encode('processBatch', [bytes, hanko, nonce]))
  }
  const call = (name: string, ...args: readonly unknown[]): Promise<number> =>
    send(right, depository.address, depository.encode(name, args))
  return {
    ...scales,
    depository,
    signed,
    batch,
    call,
    epoch: () => epoch.count,
    fund: (by: Actor, amount: bigint, tokenId: TokenId = TUSD): Promise<number> => {
      const counterparty = (by === left ? right : left).entityId
      return batch(by, { reserveToCollateral: [{ counterparty, tokenId, amount, epoch: epoch.count }] })
    },
    settle: (height: number, leftDiff: bigint, rightDiff: bigint): Promise<number> => {
      const diffs = [{ tokenId: TUSD, leftDiff, rightDiff, collateralDiff: -leftDiff - rightDiff }]
      const settlement = { nonce: 4 * height + 2, validUntil: FAR, diffs, epoch: epoch.count }
      return batch(left, { settlements: [signed.settlement(settlement)] })
    },
    wait,
    /** LEFT goes to court with the first frame; `before` happens while the case is open. */
    dispute: async (body: Bytes, before: () => Promise<unknown> = async () => null) => {
      const proof = { nonce: 5, body, epoch: epoch.count }
      const start = await batch(left, { disputeStarts: [signed.start(left, proof)] })
      await before()
      wait()
      const finalize = await call('finalize', left.entityId, right.entityId, body)
      epoch.count += 1
      return { start, finalize }
    },
  }
}

const bodyWith = (offdelta: bigint, locks: readonly string[] = [], expirySeconds = NOW + WINDOW_SECONDS): Bytes =>
  bodyOf({
    leftResponseSeconds: WINDOW_SECONDS,
    rightResponseSeconds: WINDOW_SECONDS,
    tokens: [tokenProof(TUSD, offdelta, { leftAllowance: 10_000n, rightAllowance: 10_000n })],
    htlcs: locks.map((name) => htlc(name, { amount: 10n, expirySeconds })),
  })

const movements = async (): Promise<Weights> => {
  const { chain, batch, fund, settle, send, depository } = await openAccount()
  const token = contractAt(chain, chain.tokens[0]?.address ?? left.address, tokenArtifact.abi)
  const own = { from: left.address, tokenId: TUSD, amount: 1_000n }
  await batch(left, { withdrawals: [{ to: left.address, tokenId: TUSD, amount: 10_000n }] })
  await send(left, token.address, token.encode('approve', [depository.address, 10_000n]))
  const counterparty = right.entityId
  return {
    'empty batch': await batch(left, {}),
    deposit: await send(left, depository.address, depository.encode('deposit', [left.entityId, TUSD, 1_000n])),
    'deposit, in a batch': await batch(left, { deposits: [own] }),
    'reserve to reserve': await batch(left, { reserveToReserve: [{ to: counterparty, tokenId: TUSD, amount: 7n }] }),
    'reserve to collateral, first': await fund(left, 100_000n),
    'reserve to collateral, again': await fund(left, 100_000n),
    'settlement, collateral to reserves': await settle(1, 500n, 500n),
    'settlement, reserves to collateral': await settle(2, -500n, -500n),
    withdrawal: await batch(left, { withdrawals: [{ to: right.address, tokenId: TUSD, amount: 1_000n }] }),
    'fifty transfers in one batch': await batch(left, {
      reserveToReserve: Array.from({ length: LIMITS.batchOperations }, () => ({
        to: counterparty,
        tokenId: TUSD,
        amount: 1n,
      })),
    }),
  }
}

const disputes = async (): Promise<Weights> => {
  const account = await openAccount()
  const { call, fund, signed, dispute, epoch } = account
  await fund(left, 500_000n)
  const during: { [operation: string]: number } = {}
  const plain = await dispute(bodyWith(-200_000n))
  const ten = Array.from({ length: 10 }, (_, i) => `${i}`)
  await fund(left, 100_000n)
  const locked = await dispute(bodyWith(0n, ten, FAR), async () => {
    for (const name of ten) during['reveal a preimage'] = await call('revealSecret', preimageOf(name))
  })
  await fund(left, 100_000n)
  const newer = bodyWith(1n)
  const consent = { nonce: 9, body: newer, epoch: epoch() }
  const hankos = signed.agreement(consent)
  const sides = [left.entityId, right.entityId]
  const start = bodyWith(0n)
  account.wait()
  await account.batch(left, { disputeStarts: [signed.start(left, { nonce: 5, body: start, epoch: epoch() })] })
  during['counter-proof'] = await call('registerCounter', ...sides, signed.counter(consent))
  during.arguments = await call('registerArguments', ...signed.arguments(right, newer, ratios(1, 2, 3), epoch()))
  during['judgment by agreement'] = await call('finalizeAgreed', ...sides, newer, hankos.leftHanko, hankos.rightHanko)
  return {
    'dispute start': plain.start,
    'dispute start, ten locks': locked.start,
    ...during,
    judgment: plain.finalize,
    'judgment, ten locks': locked.finalize,
  }
}

const debts = async (): Promise<Weights> => {
  const { dispute, call, depository, chain } = await openAccount()
  // RIGHT has a million: the first judgment takes it and leaves a debt, the next ones leave debts.
  const { finalize } = await dispute(bodyWith(1_100_000n))
  for (let i = 0; i < 5; i++) await dispute(bodyWith(100_000n))
  await chain.fund({ entityId: right.entityId, tokenId: TUSD, amount: 600_000n })
  const enforce = await call('enforceDebts', right.entityId, TUSD, 1)
  await depository.call('debtsOf', right.entityId, TUSD)
  return { 'judgment that leaves a debt': finalize, 'enforce one debt': enforce }
}

/**
 * Everything a wallet does alone to have all its money back from an account with a silent peer, at its own address. The
 * dearest way: neither side has anything else, so each amount is written where there was none.
 */
const exitWith = async (body: Bytes, reveals?: string): Promise<number> => {
  const { fund, dispute, call, batch, depository } = await openAccount({ rich: [left] })
  await fund(left, 1_000_000n)
  let reveal = 0
  const { start, finalize } = await dispute(body, async () => {
    if (reveals !== undefined) reveal = await call('revealSecret', preimageOf(reveals))
  })
  const amount = (await depository.call('reserveOf', left.entityId, TUSD))[0] as bigint
  const withdrawal = await batch(left, { withdrawals: [{ to: left.address, tokenId: TUSD, amount }] })
  return start + reveal + finalize + withdrawal
}

const exits = async (): Promise<Weights> => ({
  'full unilateral exit: dispute start, judgment, withdrawal': await exitWith(bodyWith(-200_000n)),
  'the same with an open lock that ends unpaid': await exitWith(bodyWith(-200_000n, ['a'])),
  'the same with an open lock and its preimage revealed': await exitWith(bodyWith(-200_000n, ['a'], FAR), 'a'),
})

/** As many tokens, clauses and old debts as one judgment meets at most: it has to fit into one transaction. */
const dearest = async (): Promise<Weights> => {
  const account = await openAccount({ rich: [] })
  const { chain, dispute, send, call, depository, fund, wait } = account
  const tokenIds = Array.from({ length: LIMITS.tokensPerAccount }, (_, i) => (i + 1) as TokenId)
  const give = new Map<TokenId, (to: Actor, amount: bigint) => Promise<unknown>>()
  for (const tokenId of tokenIds.slice(0, 2))
    give.set(tokenId, ({ entityId }, amount) => chain.fund({ entityId, tokenId, amount }))
  let sent = 0
  for (const tokenId of tokenIds.slice(2)) {
    const token = await deploy(chain, owner, tokenArtifact, { nonce: sent, args: ['Test', 'TST', 6] })
    sent += 4
    await send(owner, depository.address, depository.encode('registerToken', [token.address]))
    await send(owner, token.address, token.encode('mint', [owner.address, 10n ** 20n]))
    await send(owner, token.address, token.encode('approve', [depository.address, 10n ** 20n]))
    give.set(tokenId, ({ entityId }, amount) => {
      sent += 1
      return send(owner, depository.address, depository.encode('deposit', [entityId, tokenId, amount]))
    })
  }
  const giveAll = async (to: Actor, amount: bigint): Promise<void> => {
    for (const tokenId of tokenIds) await give.get(tokenId)?.(to, amount)
  }
  await giveAll(right, 1_000n)
  for (const tokenId of tokenIds) await fund(right, 1_000n, tokenId)
  const tokens = (offdelta: bigint) =>
    tokenIds.map((tokenId) => tokenProof(tokenId, offdelta, { leftAllowance: 10n ** 9n, rightAllowance: 10n ** 9n }))
  // Both come to owe, in every token, nine strangers who have nothing.
  for (const debtor of [left, right])
    for (let i = 0; i < 9; i++) {
      const creditor = actor(`creditor ${i} of ${debtor.address}`)
      const [low, high] = debtor.entityId < creditor.entityId ? [debtor, creditor] : [creditor, debtor]
      const body = bodyOf({ tokens: tokens(debtor === low ? -100n : 100n) })
      const start = pairOf(chain.terms, low, high).start(creditor, { nonce: 5, body })
      await chain.submit(signBatch(chain.terms, creditor, { nonce: 1, batch: { disputeStarts: [start] } }))
      wait()
      await call('finalize', low.entityId, high.entityId, body)
    }
  // Four debts are paid from this at once; the rest of it waits for the judgment.
  await giveAll(right, 10n ** 9n)
  const [last, first] = [LIMITS.tokensPerAccount, 1]
  const htlcs = Array.from({ length: 50 }, (_, i) => htlc(`${i}`, { tokenId: last, expirySeconds: FAR }))
  const swaps = Array.from({ length: 50 }, () => swap({ giveTokenId: last, wantTokenId: first, giveAmount: 9n }))
  const body = bodyOf({ tokens: tokens(10n ** 10n), htlcs, swaps })
  const { start, finalize } = await dispute(body, async () => {
    for (let i = 0; i < 50; i++) await call('revealSecret', preimageOf(`${i}`))
    await call('registerArguments', ...account.signed.arguments(right, body, ratios(...Array(50).fill(65_535))))
  })
  const judgment = (await chain.blocksAfter(null, 10_000)).at(-1)
  const paid = judgment?.events.filter(({ type }) => type === 'debt_enforced').length
  if (paid !== 192) throw new Error(`the dearest judgment pays ${paid} debts`)
  return {
    'largest dispute start: 16 tokens, 100 clauses': start,
    'dearest judgment, of that with 192 debts': finalize,
  }
}

/**
 * A dispute started with an old proof and answered with a newer one. Two tokens have collateral, and all of it; in any
 * other the proof makes a debt.
 */
const defenceOf = async (size: Size): Promise<Defence> => {
  const { signed, batch, call, fund, wait } = await openAccount({ tokenIds: [TUSD, TETH], rich: [left], amount: 500n })
  for (const tokenId of [TUSD, TETH]) await fund(left, 500n, tokenId)
  const bodyOver = (claim: bigint): Bytes => defenceBody(size, { claim, expirySeconds: NOW + 50 })
  const [old, newest] = [bodyOver(100n), bodyOver(200n)]
  const sides = [left.entityId, right.entityId]
  const reveal = await call('revealSecret', preimageOf('0'))
  const start = await batch(right, { disputeStarts: [signed.start(right, { nonce: 4, body: old })] })
  const counter = await call('registerCounter', ...sides, signed.counter({ nonce: 8, body: newest }))
  wait()
  return { reveal, start, counter, finalize: await call('finalize', ...sides, newest) }
}

/** All of them, each part on chains of its own. */
export const measureGas = async (): Promise<Gas> => ({
  defence: { usual: await defenceOf(USUAL), largest: await defenceOf(LARGEST) },
  operations: {
    ...(await movements()),
    ...(await disputes()),
    ...(await debts()),
    ...(await exits()),
    ...(await dearest()),
    ...(await deployments()),
  },
})
