/**
 * The economy that payments are measured in: the real local runtime with Simnet in it, over any store, on test keys.
 * Runs in Node and in a page. What the runtime writes and signs is counted, and can be recorded for the skeleton.
 *
 * The canary is in memory: it lies outside the database, and the skeleton has none either.
 */

import { deltaKey } from '../../runtime/account/keys.ts'
import type { EntityTx } from '../../runtime/entity/types.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import { present } from '../../runtime/lib/assert.ts'
import { boxPublicKeyOf } from '../../runtime/lib/box.ts'
import { equalBytes, toHex } from '../../runtime/lib/bytes.ts'
import { addressOf } from '../../runtime/lib/secp.ts'
import type { CommandId, EntityId, PaymentId, TokenId } from '../../runtime/lib/units.ts'
import { openLocalRuntime } from '../../runtime/manager/local.ts'
import { SIMNET_CHAIN, SIMNET_CHAIN_ID, seedSimnet, simnetIdentities } from '../../runtime/manager/simnet.ts'
import type { Signer, Store, StoreRow } from '../../runtime/ports.ts'
import { rebuild } from '../../runtime/recover.ts'
import { memoryCanary } from '../../runtime/storage/canary.ts'
import type { Env } from '../../runtime/types.ts'
import { createFakeBrowser } from '../support/browser-contexts.ts'
import { contractCode } from '../support/contract-code.ts'
import { keysOf, testSigner } from '../support/signer.ts'
import { NO_CHECKPOINTS } from '../support/tiers.ts'

const RUNTIME = { runtimeId: 'bench', name: 'Bench' }
const USD = 1 as TokenId
const AMOUNT = 1_000n
const MAX_FEE = 1_000_000n
/** Replay is to start at the first frame, so there is no checkpoint on the way. */

const identities = simnetIdentities((role, index) => {
  const { secret, box } = keysOf(`${role}${index}`)
  return { address: addressOf(secret), boxPublicKey: boxPublicKeyOf(box) }
})
const { own, hub } = identities
const NAMES = ['own0', ...[hub, ...identities.peers].map((_, i) => `simulated${i}`)]

/** What was counted since the economy was opened. */
export type Counts = {
  readonly ticks: number
  /** Frames of accounts, each counted once. */
  readonly frames: number
  readonly signatures: number
  readonly boxesOpened: number
  readonly writes: number
  /** Keys and values. */
  readonly bytes: number
}

export type Economy = {
  readonly host: RuntimeHost
  readonly counts: () => Counts
  /** You to the hub, one frame; resolves when nothing is under way any more. */
  readonly payDirectly: () => Promise<void>
  /**
   * You through the hub to a peer, `count` payments submitted at once, each with an invoice asked for and answered.
   * The peers take turns, since each keeps a bounded number of invoices until they expire.
   */
  readonly payPeer: (count: number) => Promise<void>
  /** The rows of each commit that `work` makes. */
  readonly record: (work: () => Promise<void>) => Promise<readonly (readonly StoreRow[])[]>
  /** Null when everybody was paid, nothing is pending, and a cold replay of the log ends at the live root. */
  readonly whyInvalid: () => Promise<string | null>
  readonly close: () => Promise<void>
}

/** Something was promised or said and not finished. */
const pendingIn = (env: Env): string | null => {
  if (env.queue.length > 0) return 'messages wait in the queue'
  if (env.outbox.size > 0) return 'messages wait in the outbox'
  for (const { state } of env.eReplicas.values()) {
    if (state.payments.size > 0) return `payments of ${state.label} are under way`
    for (const account of state.accounts.values()) {
      if (account.pending !== null || account.mempool.length > 0) return `an account of ${state.label} has more to sign`
      if (account.state.locks.size > 0) return `an account of ${state.label} holds locks`
    }
  }
  return null
}

const untilSettled = (host: RuntimeHost): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      const halted = host.halted()
      if (halted === null && pendingIn(host.env()) !== null) return
      unsubscribe()
      if (halted === null) resolve()
      else reject(new Error(halted))
    }
    const unsubscribe = host.onChange(look)
    look()
  })

/** What `entityId` has of its account with the hub, from its own side. */
const balanceWithHub = (env: Env, entityId: EntityId): bigint => {
  const account = present(env.eReplicas.get(entityId)?.state.accounts.get(hub.entityId), 'an account with the hub')
  const { offdelta } = present(account.state.deltas.get(deltaKey(USD)), 'a position in dollars')
  return account.isLeft ? offdelta : -offdelta
}
const balanceOfPeers = (env: Env): bigint =>
  identities.peers.reduce((sum, { entityId }) => sum + balanceWithHub(env, entityId), 0n)

const framesIn = (env: Env): number => {
  let frames = 0
  for (const { state } of env.eReplicas.values())
    for (const account of state.accounts.values()) if (account.isLeft) frames += account.state.height
  return frames
}

const countingSigner = (signer: Signer) => {
  const counts = { signatures: 0, boxesOpened: 0 }
  const counting: Signer = {
    sign: (...asked) => {
      counts.signatures++
      return signer.sign(...asked)
    },
    open: (...asked) => {
      counts.boxesOpened++
      return signer.open(...asked)
    },
  }
  return { signer: counting, counts }
}

const recordingStore = (inner: Store) => {
  const counts = { writes: 0, bytes: 0 }
  let recording: (readonly StoreRow[])[] | null = null
  const store: Store = {
    ...inner,
    commit: (batch) => {
      counts.writes++
      for (const { key, value } of batch.puts) counts.bytes += key.length + value.length
      recording?.push(batch.puts)
      return inner.commit(batch)
    },
  }
  const record = async (work: () => Promise<void>): Promise<readonly (readonly StoreRow[])[]> => {
    const rows: (readonly StoreRow[])[] = []
    recording = rows
    await work()
    recording = null
    return rows
  }
  return { store, counts, record }
}

const randomBytes = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32))

export const openEconomy = async (opened: Store, tiers = NO_CHECKPOINTS): Promise<Economy> => {
  const { store, counts: written, record } = recordingStore(opened)
  const { signer, counts: asked } = countingSigner(testSigner(...NAMES))
  const runtime = await openLocalRuntime({
    ...RUNTIME,
    lockId: RUNTIME.runtimeId,
    signs: true,
    role: 'writer',
    owner: async () => identities.own.entityId,
    chainName: SIMNET_CHAIN,
    chainId: SIMNET_CHAIN_ID,
    openStore: async () => store,
    canary: memoryCanary(),
    clock: { now: () => Date.now() },
    entropy: { draw: randomBytes },
    gasSigners: () => [],
    code: contractCode,
    signer,
    schedule: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    writer: {
      self: { instanceId: 'bench', label: 'bench' },
      ports: { ...createFakeBrowser().context(), wait: async () => {} },
    },
    tiers,
  })
  if (runtime.type !== 'running') throw new Error(`the runtime is ${runtime.type}`)
  const { host } = runtime
  await seedSimnet(host, runtime.chain, identities, addressOf(keysOf('own0').secret))
  await untilSettled(host)

  const before = { peers: balanceOfPeers(host.env()), own: balanceWithHub(host.env(), own.entityId) }
  let paidToPeers = 0n
  let paidToHub = 0n
  let turn = 0
  const submit = async (tx: EntityTx): Promise<void> => {
    const commandId = toHex(randomBytes()).slice(2) as CommandId
    const outcome = await host.submit({ type: 'command', commandId, entityId: own.entityId, tx })
    if (outcome.type === 'rejected') throw new Error(`a payment was refused: ${outcome.rejection.type}`)
  }
  const payTo = (to: EntityId): EntityTx => ({
    type: 'pay',
    paymentId: toHex(randomBytes()) as string as PaymentId,
    to,
    invoice: null,
    offerId: null,
    payee: null,
    tokenId: USD,
    amount: AMOUNT,
    memo: 'lunch',
    maxFee: MAX_FEE,
  })

  return {
    host,
    counts: () => ({ ticks: host.env().height, frames: framesIn(host.env()), ...asked, ...written }),
    payDirectly: async () => {
      await submit({ type: 'direct_payment', counterparty: hub.entityId, tokenId: USD, amount: AMOUNT, memo: 'lunch' })
      paidToHub += AMOUNT
      await untilSettled(host)
    },
    payPeer: async (count) => {
      const peer = present(identities.peers[turn++ % identities.peers.length], 'a peer')
      await Promise.all(Array.from({ length: count }, () => submit(payTo(peer.entityId))))
      paidToPeers += AMOUNT * BigInt(count)
      await untilSettled(host)
    },
    record,
    whyInvalid: async () => {
      const env = host.env()
      const received = balanceOfPeers(env) - before.peers
      if (received !== paidToPeers) return `the peers received ${received} of ${paidToPeers}`
      const spent = before.own - balanceWithHub(env, own.entityId)
      if (spent < paidToPeers + paidToHub) return `only ${spent} of ${paidToPeers + paidToHub} was spent`
      const pending = pendingIn(env)
      if (pending !== null) return pending
      const replayed = await rebuild({ store, ...RUNTIME })
      if (replayed.damage !== null) return `the replay stops: ${JSON.stringify(replayed.damage)}`
      if (replayed.env.height !== env.height) return `the replay ends at ${replayed.env.height}, not at ${env.height}`
      return equalBytes(replayed.root, host.root()) ? null : 'a cold replay ends at another root'
    },
    close: runtime.close,
  }
}

/** Replays the whole log of an economy without keys. */
export const replay = async (
  store: Store,
): Promise<{ readonly env: Env; readonly frames: number; readonly root: Uint8Array }> => {
  const { damage, replayedFrames, env, root } = await rebuild({ store, ...RUNTIME })
  if (damage !== null) throw new Error(`the replay stops: ${JSON.stringify(damage)}`)
  return { env, frames: replayedFrames, root }
}
