/**
 * A small deterministic world: one runtime with named entities, a clock that steps, real keys. No storage: what
 * storage would have to give back is checked at every tick instead (world-checks.ts).
 */
import { type Position, positionOf } from '../../runtime/account/delta.ts'
import { deltaKey } from '../../runtime/account/keys.ts'
import type { AccountReplica } from '../../runtime/account/types.ts'
import { decode } from '../../runtime/codec/schema.ts'
import { callKey } from '../../runtime/entity/calls.ts'
import { invoiceCodec } from '../../runtime/entity/codec.ts'
import { newEntity } from '../../runtime/entity/frame.ts'
import { ownProfile } from '../../runtime/entity/tx/invoice.ts'
import type { EntityState, EntityTx, HubPolicy, Invoice, PayTx, Profile } from '../../runtime/entity/types.ts'
import { emptyEnv, runtimeRoot } from '../../runtime/frame.ts'
import type { JAdapter } from '../../runtime/jadapter/types.ts'
import type { JBlock, JEvent, JReplica, JTx, Token } from '../../runtime/jurisdiction/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { type Bytes, toHex, word, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { Address, CommandId, EntityId, PaymentId, TokenId } from '../../runtime/lib/units.ts'
import { liveOracle, type Oracle } from '../../runtime/oracle.ts'
import { isDeliverable, type RuntimeStep, stepRuntime } from '../../runtime/step.ts'
import type { Env, InputOutcome, OutboxEntry, RuntimeInput, RuntimeRejection } from '../../runtime/types.ts'
import { identityOf, keysOf, testSigner } from './signer.ts'
import { type CheckTick, checkEverything, type TickRecord } from './world-checks.ts'

export const TUSD = 1 as TokenId
export const TETH = 2 as TokenId
export const START_MS = 1_800_000_000_000
/** What a tick moves the clock by, unless told otherwise. */
export const STEP_MS = 100
/** An amount of tUSD, which has six decimals; `dollars` has at most two. */
export const usd = (dollars: number): bigint => BigInt(Math.round(dollars * 100)) * 10_000n

const token = (tokenId: TokenId, symbol: string, decimals: number): Token => ({
  tokenId,
  symbol,
  decimals,
  address: `0x${tokenId.toString(16).padStart(40, '0')}` as Address,
})

/** A chain that exists on paper only: its blocks are made up by `World.mine`. */
export const paperChain: JReplica = {
  name: 'sim',
  terms: { chainId: 31_337n, depository: `0x${'de'.repeat(20)}` as Address },
  tokens: [token(TUSD, 'tUSD', 6), token(TETH, 'tETH', 18)],
  height: 0,
  blockHash: ZERO_32,
  timestampSeconds: START_MS / 1_000,
  confirmations: 1,
  blockSeconds: 1,
  isTest: true,
}

export const testPolicy: HubPolicy = {
  fees: [{ tokenId: TUSD, base: 100n, ppm: 1_000 }],
  newcomerCredit: [{ tokenId: TUSD, limit: usd(100) }],
}

type EntityOptions = { readonly hubPolicy?: HubPolicy; readonly isOwn?: boolean }
export type WorldOptions = {
  readonly entities: { readonly [name: string]: EntityOptions }
  /** Entities of other runtimes, known here by their profiles. */
  readonly elsewhere?: { readonly [name: string]: EntityOptions }
  readonly runtimeId?: string
  readonly chain?: JReplica
  /** Whoever answers for the keys; by default the real ones. */
  readonly oracle?: () => Oracle
  /** Held after every tick; by default everything there is. */
  readonly check?: CheckTick
  /** What a tick moves the clock by, unless told otherwise. */
  readonly stepMs?: number
  /** What goes on from a tick; by default what the tick left. */
  readonly keep?: (env: Env) => Env
  /** Goes on from where another world with the same entities has come. */
  readonly from?: Engine
}

export type PayOptions = {
  readonly invoice?: Invoice
  readonly offerId?: Bytes
  readonly payee?: Profile
  readonly maxFee?: bigint
  readonly memo?: string
  readonly tokenId?: TokenId
}

type Engine = {
  readonly env: () => Env
  readonly nowMs: () => number
  /** Every tick that was asked for, those that changed nothing included. */
  readonly history: readonly TickRecord[]
  readonly tick: (inputs?: readonly RuntimeInput[], afterMs?: number) => RuntimeStep
  readonly advance: (ms: number) => void
}

export type World = Engine & {
  readonly id: (name: string) => EntityId
  readonly nameOf: (id: string) => string
  readonly root: () => string
  readonly state: (name: string) => EntityState
  readonly account: (name: string, counterparty: string) => AccountReplica
  readonly position: (name: string, counterparty: string, tokenId?: TokenId) => Position
  /** Ticks without inputs until no message waits. */
  readonly settle: () => void
  readonly command: (name: string, tx: EntityTx, commandId?: string) => RuntimeInput
  /** One command in one tick, then quiet. */
  readonly run: (name: string, tx: EntityTx) => InputOutcome
  /** As `run`; throws when the command is refused. */
  readonly ok: (name: string, tx: EntityTx) => Extract<InputOutcome, { type: 'applied' }>
  /** As `run`; throws when the command is not refused. */
  readonly refused: (name: string, tx: EntityTx) => RuntimeRejection
  /** A pay command with an id of its own. */
  readonly pay: (to: string, amount: bigint, more?: PayOptions) => PayTx
  /** Opens an account with a credit of `dollars` tUSD for the counterparty. */
  readonly open: (name: string, counterparty: string, dollars: number) => void
  /** An invoice of `payee`, valid for an hour. */
  readonly invoice: (payee: string, amount: bigint | null, memo?: string) => Invoice
  /** The next block of the paper chain, `events` in it; by default at the present time. */
  readonly mine: (events?: readonly JEvent[], timestampSeconds?: number) => RuntimeInput & { readonly type: 'j_block' }
}

/** The n-th payment id of a test. */
export const paymentIdOf = (n: number): PaymentId => `0x${n.toString(16).padStart(64, '0')}` as PaymentId

export const profileFor = (name: string, options: EntityOptions = {}): Profile =>
  ownProfile(newEntity(identityOf(name, options)), () => null)

const startEngine = (options: WorldOptions, check: CheckTick): Engine => {
  const signer = testSigner(...Object.keys(options.entities))
  const newOracle = options.oracle ?? (() => liveOracle(signer))
  const { stepMs = STEP_MS, keep = (kept) => kept, from } = options
  const history: TickRecord[] = [...(from?.history ?? [])]
  let env = from?.env() ?? emptyEnv(options.runtimeId ?? 'test', 'test')
  let nowMs = from?.nowMs() ?? START_MS
  return {
    env: () => env,
    nowMs: () => nowMs,
    history,
    tick: (inputs = [], afterMs = stepMs) => {
      nowMs += afterMs
      const entropy = taggedHash('test-entropy', word(history.length))
      const before = env
      const step = stepRuntime(before, inputs, { timestampMs: nowMs, entropy }, newOracle())
      const record = { before, inputs, step }
      history.push(record)
      check(record)
      env = step.frame === null ? step.env : keep(step.env)
      return step
    },
    advance: (ms) => {
      nowMs += ms
    },
  }
}

const imports = ({ entities, elsewhere = {} }: WorldOptions, chain: JReplica): readonly RuntimeInput[] => [
  { type: 'runtime', tx: { type: 'import_jurisdiction', replica: chain } },
  ...Object.entries(entities).map(([name, entity]): RuntimeInput => {
    const identity = identityOf(name, { ...entity, jurisdiction: chain.name })
    return { type: 'runtime', tx: { type: 'import_entity', identity } }
  }),
  ...Object.entries(elsewhere).map(([name, entity]): RuntimeInput => {
    return { type: 'runtime', tx: { type: 'import_profile', profile: profileFor(name, entity) } }
  }),
]

const nextBlock = (chain: JReplica, events: readonly JEvent[], timestampSeconds: number): JBlock => {
  const height = chain.height + 1
  const hash = taggedHash('paper-block', chain.blockHash, word(height), word(timestampSeconds), word(events.length))
  return { height, hash, previousHash: chain.blockHash, timestampSeconds, events }
}

type Views = Pick<World, 'id' | 'nameOf' | 'root' | 'state' | 'account' | 'position' | 'mine'>

const viewsOf = (engine: Engine, names: readonly string[], chainName: string): Views => {
  const idByName = new Map(names.map((name) => [name, keysOf(name).entityId]))
  const nameById = new Map(names.map((name) => [keysOf(name).entityId as string, name]))
  const id = (name: string): EntityId => present(idByName.get(name), `no entity ${name}`)
  const state = (name: string): EntityState => present(engine.env().eReplicas.get(id(name)), name).state
  const account = (name: string, counterparty: string): AccountReplica =>
    present(state(name).accounts.get(id(counterparty)), `no account of ${name} with ${counterparty}`)
  return {
    id,
    nameOf: (entityId) => nameById.get(entityId) ?? entityId.slice(0, 10),
    root: () => toHex(runtimeRoot(engine.env())),
    state,
    account,
    position: (name, counterparty, tokenId = TUSD) => {
      const { state: agreed, isLeft } = account(name, counterparty)
      return positionOf(present(agreed.deltas.get(deltaKey(tokenId)), `no token ${tokenId}`), isLeft)
    },
    mine: (events = [], timestampSeconds) => {
      const replica = present(engine.env().jReplicas.get(chainName), chainName)
      const seconds = timestampSeconds ?? Math.max(replica.timestampSeconds + 1, Math.floor(engine.nowMs() / 1_000))
      return { type: 'j_block', jurisdiction: chainName, block: nextBlock(replica, events, seconds) }
    },
  }
}

export const createWorld = (options: WorldOptions): World => {
  const chain = options.chain ?? paperChain
  const names = [...Object.keys(options.entities), ...Object.keys(options.elsewhere ?? {})]
  const engine = startEngine(options, options.check ?? checkEverything(names))
  const views = viewsOf(engine, names, chain.name)
  const { tick, env, history, nowMs } = engine

  const settle = (): void => {
    for (let left = 1_000; env().queue.some((message) => isDeliverable(env(), message)); left--) {
      if (left === 0) throw new Error('messages without end')
      tick()
    }
  }
  const command: World['command'] = (name, tx, commandId = `command-${history.length}`) => {
    return { type: 'command', commandId: commandId as CommandId, entityId: views.id(name), tx }
  }
  const run: World['run'] = (name, tx) => {
    const { outcomes } = tick([command(name, tx)])
    settle()
    return present(outcomes[0], 'an outcome')
  }
  const ok: World['ok'] = (name, tx) => {
    const outcome = run(name, tx)
    if (outcome.type === 'applied') return outcome
    throw new Error(`${tx.type} of ${name} was refused: ${outcome.rejection.type}`)
  }
  if (options.from === undefined) tick(imports(options, chain))

  return {
    ...engine,
    ...views,
    settle,
    command,
    run,
    ok,
    refused: (name, tx) => {
      const outcome = run(name, tx)
      if (outcome.type === 'rejected') return outcome.rejection
      throw new Error(`${tx.type} of ${name} was not refused`)
    },
    pay: (
      to,
      amount,
      { invoice = null, offerId = null, payee = null, tokenId = TUSD, memo = '', maxFee = usd(1) } = {},
    ) => {
      return {
        type: 'pay',
        paymentId: paymentIdOf(history.length),
        to: views.id(to),
        invoice,
        offerId,
        payee,
        tokenId,
        amount,
        memo,
        maxFee,
      }
    },
    open: (name, counterparty, dollars) => {
      ok(name, { type: 'open_account', counterparty: views.id(counterparty), tokenId: TUSD, creditLimit: usd(dollars) })
    },
    invoice: (payee, amount, memo = '') => {
      const expirySeconds = Math.floor(nowMs() / 1_000) + 3_600
      const { answer } = ok(payee, { type: 'create_invoice', tokenId: TUSD, amount, memo, expirySeconds })
      const read = answer.type === 'invoice' ? decode(invoiceCodec, answer.invoice) : null
      if (read?.type !== 'ok') throw new Error('no invoice')
      return read.value
    },
  }
}

/** Carries everything in the outbox of `from` to `to`, re-sends included, with receipts for what was taken. */
export const deliver = (from: World, to: World, isLost: (entry: OutboxEntry) => boolean = () => false): void => {
  for (const entry of from.env().outbox.values()) {
    if (!to.env().eReplicas.has(entry.to) || isLost(entry)) continue
    const start = from.env().start
    const { outcomes } = to.tick([{ type: 'message', from: entry.from, to: entry.to, start, bytes: entry.bytes }])
    const outcome = present(outcomes[0], 'an outcome')
    const isEarly =
      outcome.type === 'rejected' &&
      outcome.rejection.type === 'refused_message' &&
      outcome.rejection.disposition === 'retry'
    if (!isEarly) from.tick([{ type: 'receipt', seq: entry.seq }])
  }
}

/** Messages in both directions until neither world has any left. */
export const exchange = (one: World, other: World): void => {
  for (let left = 100; one.env().outbox.size + other.env().outbox.size > 0; left--) {
    if (left === 0) throw new Error('messages without end')
    deliver(one, other)
    deliver(other, one)
  }
}

const failureOf = (env: Env, jTx: JTx, reason: string): readonly RuntimeInput[] => {
  if (jTx.type === 'batch') return [{ type: 'batch_failed', entityId: jTx.entityId, nonce: jTx.nonce, reason }]
  const key = callKey(jTx)
  const askers = [...env.eReplicas.values()].filter(({ state }) => state.calls.has(key))
  return askers.map(({ entityId }) => ({ type: 'call_failed', entityId, key, reason }))
}

/** Returns what hands the world's batches to `chain`, and its blocks and refusals back, until all is quiet. */
export const attachChain = (world: World, chain: JAdapter): (() => Promise<void>) => {
  let seen = 0
  return async () => {
    for (let isBusy = true; isBusy; ) {
      world.settle()
      const jTxs = world.history.slice(seen).flatMap(({ step }) => step.outputs.jTxs)
      seen = world.history.length
      for (const jTx of jTxs) {
        const result = await chain.submit(jTx)
        if (result.type !== 'reverted') continue
        world.tick(failureOf(world.env(), jTx, result.reason.name))
      }
      const { height, blockHash } = present(world.env().jReplicas.get(chain.name), chain.name)
      const blocks = await chain.blocksAfter({ height, hash: blockHash })
      for (const block of blocks) world.tick([{ type: 'j_block', jurisdiction: chain.name, block }])
      isBusy =
        jTxs.length > 0 || blocks.length > 0 || world.env().queue.some((message) => isDeliverable(world.env(), message))
    }
  }
}
