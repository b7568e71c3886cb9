/**
 * Simnet: a whole small economy in one runtime, so that a fresh wallet can pay at once: the owner, a hub and three
 * named peers, each with a key of its own, on an embedded chain with test money. Everything is made by real inputs
 * (commands, signed frames, chain transactions), so it is a runtime like any other.
 */

import { deltaKey } from '../account/keys.ts'
import { tokenKey } from '../entity/draft.ts'
import type { EntityIdentity } from '../entity/frame.ts'
import type { EntityTx, HubPolicy } from '../entity/types.ts'
import type { RuntimeHost } from '../host.ts'
import type { EmbeddedChain } from '../jadapter/embedded.ts'
import { boardId, boardOfOne } from '../jurisdiction/board.ts'
import { present } from '../lib/assert.ts'
import type { Bytes } from '../lib/bytes.ts'
import type { Address, CommandId, EntityId, TokenId } from '../lib/units.ts'
import type { Env, RuntimeInput } from '../types.ts'

export const SIMNET_CHAIN = 'simnet'
export const SIMNET_CHAIN_ID = 7_892_078n
const OWN_LABEL = 'You'
const HUB_LABEL = 'Hub'
const PEER_LABELS = ['Bob', 'Alice', 'Bakery'] as const

const T_USD = 1 as TokenId
const T_ETH = 2 as TokenId
const usd = (whole: bigint): bigint => whole * 10n ** 6n
const milliEth = (thousandths: bigint): bigint => thousandths * 10n ** 15n

/** Short on a network that forgets nothing: a dispute can be watched from start to end. */
const RESPONSE_SECONDS = 3_600

const HUB_POLICY: HubPolicy = {
  fees: [
    { tokenId: T_USD, base: 0n, ppm: 500 },
    { tokenId: T_ETH, base: 0n, ppm: 500 },
  ],
  newcomerCredit: [
    { tokenId: T_USD, limit: usd(200n) },
    { tokenId: T_ETH, limit: milliEth(100n) },
  ],
}

type Stake = {
  readonly tokenId: TokenId
  /** From the faucet into the owner's reserve. */
  readonly funded: bigint
  /** From the reserve into the account with the hub. */
  readonly collateral: bigint
  /** What the hub may owe beyond collateral, which is what can be received. */
  readonly creditToHub: bigint
}
const OWN_STAKES: readonly Stake[] = [
  { tokenId: T_USD, funded: usd(1_000n), collateral: usd(750n), creditToHub: usd(1_000n) },
  { tokenId: T_ETH, funded: milliEth(2_000n), collateral: milliEth(1_500n), creditToHub: milliEth(2_000n) },
]
const PEER_CREDIT: readonly { readonly tokenId: TokenId; readonly creditToHub: bigint }[] = [
  { tokenId: T_USD, creditToHub: usd(100_000n) },
  { tokenId: T_ETH, creditToHub: milliEth(100_000n) },
]
/** What the hub can put into accounts as collateral when it is asked to. */
const HUB_RESERVE: readonly { readonly tokenId: TokenId; readonly amount: bigint }[] = [
  { tokenId: T_USD, amount: usd(100_000n) },
  { tokenId: T_ETH, amount: milliEth(100_000n) },
]
/** What lies at the owner's address on chain, to be deposited. */
const OWN_TOKENS: readonly { readonly tokenId: TokenId; readonly amount: bigint }[] = [
  { tokenId: T_USD, amount: usd(250n) },
  { tokenId: T_ETH, amount: milliEth(500n) },
]
const GAS_WEI = 100n * 10n ** 18n

export type PublicKeys = { readonly address: Address; readonly boxPublicKey: Bytes }
export type SimnetIdentities = {
  readonly own: EntityIdentity
  readonly hub: EntityIdentity
  readonly peers: readonly EntityIdentity[]
}

const identity = (
  keys: PublicKeys,
  {
    label,
    isOwn,
    hubPolicy = null,
  }: Pick<EntityIdentity, 'label' | 'isOwn'> & { readonly hubPolicy?: HubPolicy | null },
): EntityIdentity => ({
  entityId: boardId(boardOfOne(keys.address)),
  board: boardOfOne(keys.address),
  label,
  boxPublicKey: keys.boxPublicKey,
  isOwn,
  jurisdiction: SIMNET_CHAIN,
  responseSeconds: RESPONSE_SECONDS,
  hubPolicy,
})

/** One of the owner's entities. */
export const ownIdentity = (label: string, keys: PublicKeys): EntityIdentity => identity(keys, { label, isOwn: true })

/** `keysOf` gives the public keys of the owner's entity 0, and of simulated entities 0 (the hub), 1, 2, 3. */
export const simnetIdentities = (
  keysOf: (role: 'own' | 'simulated', index: number) => PublicKeys,
): SimnetIdentities => ({
  own: ownIdentity(OWN_LABEL, keysOf('own', 0)),
  hub: identity(keysOf('simulated', 0), { label: HUB_LABEL, isOwn: false, hubPolicy: HUB_POLICY }),
  peers: PEER_LABELS.map((label, i) => identity(keysOf('simulated', i + 1), { label, isOwn: false })),
})

/** Resolves when `holds` is true of the committed state; rejects when the runtime halts first. */
const until = (host: RuntimeHost, holds: (env: Env) => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = () => {
      const halted = host.halted()
      if (halted === null && !holds(host.env())) return
      unsubscribe()
      if (halted === null) resolve()
      else reject(new Error(halted))
    }
    const unsubscribe = host.onChange(look)
    look()
  })

const accountDelta = (env: Env, owner: EntityId, counterparty: EntityId, tokenId: TokenId) =>
  env.eReplicas.get(owner)?.state.accounts.get(counterparty)?.state.deltas.get(deltaKey(tokenId))

/** True once everything below has happened; from then on the economy is the owner's, and is left alone. */
const isSeeded = (env: Env, { own, hub, peers }: SimnetIdentities): boolean =>
  OWN_STAKES.every(({ tokenId }) => (accountDelta(env, own.entityId, hub.entityId, tokenId)?.collateral ?? 0n) > 0n) &&
  peers.every(({ entityId }) =>
    PEER_CREDIT.every(({ tokenId }) => accountDelta(env, entityId, hub.entityId, tokenId) !== undefined),
  )

/**
 * Makes the economy, or finishes making it: each step is safe to repeat, because commands carry fixed ids and money
 * is only drawn where there is none.
 * @throws Error when the runtime halts, or refuses a step.
 */
export const seedSimnet = async (
  host: RuntimeHost,
  chain: EmbeddedChain,
  identities: SimnetIdentities,
  ownAddress: Address,
): Promise<void> => {
  if (isSeeded(host.env(), identities)) return
  const { own, hub, peers } = identities
  const everyone = [own, hub, ...peers]
  await submitAll(host, [
    ...(host.env().jReplicas.has(SIMNET_CHAIN)
      ? []
      : [runtimeTx({ type: 'import_jurisdiction', replica: chain.genesis })]),
    ...everyone
      .filter(({ entityId }) => !host.env().eReplicas.has(entityId))
      .map((identity) => runtimeTx({ type: 'import_entity', identity })),
  ])
  const opening = [
    ...OWN_STAKES.map(({ tokenId, creditToHub }) => ({ entityId: own.entityId, tokenId, creditToHub })),
    ...peers.flatMap(({ entityId }) => PEER_CREDIT.map((grant) => ({ entityId, ...grant }))),
  ]
  await submitAll(
    host,
    opening.map((grant, i) => command(`simnet-open-${i}`, grant.entityId, grantTx(host.env(), grant, hub.entityId))),
  )
  if ((await chain.balanceOf(ownAddress)) === 0n) await chain.fundEther({ address: ownAddress, amountWei: GAS_WEI })
  for (const { tokenId, amount } of OWN_TOKENS)
    if ((await chain.tokenBalanceOf({ address: ownAddress, tokenId })) === 0n)
      await chain.fundToken({ address: ownAddress, tokenId, amount })
  for (const { tokenId, amount } of HUB_RESERVE) await fund(host, chain, { entityId: hub.entityId, tokenId, amount })
  for (const { tokenId, funded } of OWN_STAKES)
    await fund(host, chain, { entityId: own.entityId, tokenId, amount: funded })
  await until(host, (env) =>
    opening.every(({ entityId, tokenId }) => accountDelta(env, entityId, hub.entityId, tokenId) !== undefined),
  )
  await submitAll(
    host,
    OWN_STAKES.map(({ tokenId, collateral: amount }, i) =>
      command(`simnet-collateral-${i}`, own.entityId, {
        type: 'reserve_to_collateral',
        counterparty: hub.entityId,
        tokenId,
        amount,
      }),
    ),
  )
  await until(host, (env) => isSeeded(env, identities) && env.queue.length === 0)
}

const grantTx = (
  env: Env,
  grant: { readonly entityId: EntityId; readonly tokenId: TokenId; readonly creditToHub: bigint },
  hub: EntityId,
): EntityTx => {
  const { tokenId, creditToHub } = grant
  // The first token opens the account; the others are added to it.
  return tokenId === T_USD && !env.eReplicas.get(grant.entityId)?.state.accounts.has(hub)
    ? { type: 'open_account', counterparty: hub, tokenId, creditLimit: creditToHub }
    : { type: 'set_credit_limit', counterparty: hub, tokenId, limit: creditToHub }
}

const runtimeTx = (tx: Extract<RuntimeInput, { type: 'runtime' }>['tx']): RuntimeInput => ({ type: 'runtime', tx })
const command = (id: string, entityId: EntityId, tx: EntityTx): RuntimeInput => ({
  type: 'command',
  commandId: id as CommandId,
  entityId,
  tx,
})

const submitAll = async (host: RuntimeHost, inputs: readonly RuntimeInput[]): Promise<void> => {
  const outcomes = await Promise.all(inputs.map(host.submit))
  for (const outcome of outcomes)
    if (outcome.type === 'rejected') throw new Error(`Simnet could not be set up: ${outcome.rejection.type}`)
}

/** From the faucet, unless this entity has had its share. */
const fund = async (
  host: RuntimeHost,
  chain: EmbeddedChain,
  gift: { readonly entityId: EntityId; readonly tokenId: TokenId; readonly amount: bigint },
): Promise<void> => {
  await until(host, (env) => (env.jReplicas.get(chain.name)?.height ?? 0) >= chain.height())
  const { state } = present(host.env().eReplicas.get(gift.entityId), gift.entityId)
  if (state.reserves.has(tokenKey(gift.tokenId))) return
  await chain.fund(gift)
  await until(host, (env) => env.eReplicas.get(gift.entityId)?.state.reserves.has(tokenKey(gift.tokenId)) === true)
}
