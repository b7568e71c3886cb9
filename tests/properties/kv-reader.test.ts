/**
 * The reader over a store shows, of random states and in random views, exactly what the reader over the same state in
 * memory shows: at a full checkpoint and at a diff on it, in memory and in LevelDB.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Arbitrary } from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { figuresAt, figuresOf } from '../../runtime/account/figures.ts'
import { accountStateRoot } from '../../runtime/account/frame.ts'
import { deltaKey, lockKey } from '../../runtime/account/keys.ts'
import { encodeAccount } from '../../runtime/account/row.ts'
import { openReplica } from '../../runtime/account/step.ts'
import type { AccountReplica } from '../../runtime/account/types.ts'
import { closeFrame, newEntity } from '../../runtime/entity/frame.ts'
import type { EntityState, LockRoute } from '../../runtime/entity/types.ts'
import { emptyEnv, runtimeRoot } from '../../runtime/frame.ts'
import { present } from '../../runtime/lib/assert.ts'
import { toHex, ZERO_32 } from '../../runtime/lib/bytes.ts'
import type { MerkleMap } from '../../runtime/lib/merkle.ts'
import type { EntityId, TokenId } from '../../runtime/lib/units.ts'
import type { Store } from '../../runtime/ports.ts'
import { emptyBook } from '../../runtime/radapter/activity.ts'
import { assembleFrameView } from '../../runtime/radapter/assemble.ts'
import { envReader } from '../../runtime/radapter/reader.ts'
import { DEFAULT_VIEW, type FrameView, type ViewState } from '../../runtime/radapter/types.ts'
import { envRows, rowChanges } from '../../runtime/snapshot.ts'
import { writeDiff, writeFull } from '../../runtime/storage/checkpoint.ts'
import { createLevelHome } from '../../runtime/storage/level.ts'
import { memoryStore } from '../../runtime/storage/memory.ts'
import { createStored } from '../../runtime/stored.ts'
import type { Env } from '../../runtime/types.ts'
import { fc } from '../support/property.ts'
import { identityOf, keysOf } from '../support/signer.ts'
import { paperChain, testPolicy } from '../support/world.ts'
import {
  accountStatus,
  batchState,
  deadline,
  delta,
  invoiceRecord,
  lock,
  lockRoute,
  openDebt,
  payment,
  profile,
  revealedSecret,
  signedFrame,
  wake,
} from './arbitraries.ts'
import { few } from './values.ts'

const META = { checkpointInterval: 5, live: false, halted: null, role: 'writer' } as const
const HUB = keysOf('Hub').entityId
const TOKENS = [1, 2, 3]
const IDS = Array.from(
  { length: 40 },
  (_, n) => `0x${((n * 37) % 251).toString(16).padStart(2, '0').repeat(32)}` as EntityId,
)
const someId = fc.constantFrom(...IDS)
const token = fc.constantFrom(...TOKENS) as Arbitrary<TokenId>
/** Few, so that there are ties. */
const height = fc.nat({ max: 5 })

type Drawn = { readonly other: EntityId; readonly account: AccountReplica }
const account: Arbitrary<Drawn> = fc
  .record({
    other: someId,
    deltas: fc.uniqueArray(fc.record({ delta, tokenId: token }), { selector: ({ tokenId }) => tokenId, maxLength: 3 }),
    locks: few(lock),
    frames: few(signedFrame),
    status: fc.oneof(fc.constant({ type: 'open' as const }), accountStatus),
    frameHeight: height,
    created: height,
    updated: height,
  })
  .map(({ other, deltas, locks, frames, status, frameHeight, created, updated }) => {
    const [left, right] = HUB < other ? [HUB, other] : [other, HUB]
    const { depository } = paperChain.terms
    const sides = { leftResponseSeconds: 1, rightResponseSeconds: 1 }
    const terms = { left, right, chainId: 1n, depository, epoch: 0, ...sides, features: 0, minVersion: 1 }
    const opened = openReplica(terms, HUB, created)
    let { state } = opened
    for (const { delta: drawn, tokenId } of deltas)
      state = { ...state, deltas: state.deltas.set(deltaKey(tokenId), { ...drawn, tokenId }) }
    for (const one of locks) state = { ...state, locks: state.locks.set(lockKey(one), one) }
    state = { ...state, height: frameHeight, root: accountStateRoot(state) }
    return { other, account: { ...opened, state, frames, status, updatedAtHeight: updated } }
  })

/** What one state has more than another, or differently. */
type Turn = { readonly accounts: readonly Drawn[]; readonly change: (state: EntityState) => EntityState }
const turn: Arbitrary<Turn> = fc
  .record({
    accounts: fc.uniqueArray(account, { selector: ({ other }) => other, maxLength: 24 }),
    routes: few(lockRoute),
    payments: few(payment),
    invoices: few(invoiceRecord),
    debts: few(openDebt),
    deadlines: few(fc.record({ deadline, counterparty: someId })),
    wakes: few(wake),
    secrets: few(revealedSecret),
    reserve: fc.bigInt({ min: 0n, max: 2n ** 200n }),
    batch: batchState,
  })
  .map((drawn) => ({
    accounts: drawn.accounts,
    change: (state) => {
      const put = <T>(map: MerkleMap<T>, values: readonly T[], keyOf: (value: T, i: number) => string): MerkleMap<T> =>
        values.reduce((all, value, i) => all.set(keyOf(value, i), value), map)
      const final = { type: 'final', payer: null, hasInvoice: true, memo: '' } as const
      const finals = drawn.accounts.flatMap(({ other, account: { state: agreed } }) =>
        [...agreed.locks.keys()].map((key): readonly [string, LockRoute] => [key, { ...final, from: other }]),
      )
      const origins = drawn.payments.map(({ paymentId }): LockRoute => ({ type: 'origin', paymentId }))
      return {
        ...state,
        batch: drawn.batch,
        reserves: state.reserves.set('00000001', drawn.reserve),
        lockBook: put(
          finals.reduce((all, [key, route]) => all.set(key, route), state.lockBook),
          [...drawn.routes, ...origins],
          (_, i) => `0x${'ab'.repeat(31)}0${i}:0`,
        ),
        payments: put(state.payments, drawn.payments, ({ paymentId }) => paymentId),
        invoices: put(state.invoices, drawn.invoices, ({ invoice }) => toHex(invoice.terms.hashlock)),
        debts: put(state.debts, drawn.debts, (_, i) => `d${i}`),
        deadlines: put(
          state.deadlines,
          drawn.deadlines.map((one) => ({ ...one.deadline, counterparty: one.counterparty })),
          (_, i) => `t${i}`,
        ),
        wakes: put(state.wakes, drawn.wakes, (_, i) => `w${i}`),
        secrets: put(state.secrets, drawn.secrets, ({ preimage }) => toHex(preimage)),
      }
    },
  }))

const after = (env: Env, entityId: EntityId, { accounts, change }: Turn): Env => {
  const { state } = present(env.eReplicas.get(entityId), 'an entity')
  let map = state.accounts
  for (const { other, account: one } of accounts) map = map.set(other, one)
  const closed = closeFrame({ ...change(state), accounts: map }, { entityTxs: [], timestampMs: env.timestampMs + 1 })
  return {
    ...env,
    height: env.height + 1,
    timestampMs: env.timestampMs + 1,
    eReplicas: env.eReplicas.set(entityId, { entityId, state: closed.state }),
  }
}

const beginning = ((): Env => {
  let env: Env = { ...emptyEnv('kv', 'KV'), height: 7, timestampMs: 1_800_000_000_000 }
  env = { ...env, jReplicas: env.jReplicas.set('sim', paperChain) }
  for (const identity of [identityOf('Hub', { hubPolicy: testPolicy }), identityOf('Me')]) {
    const { state } = closeFrame(newEntity(identity), { entityTxs: [], timestampMs: 1 })
    env = { ...env, eReplicas: env.eReplicas.set(identity.entityId, { entityId: identity.entityId, state }) }
  }
  return env
})()

type History = { readonly full: Env; readonly diff: Env }
const history: Arbitrary<History> = fc
  .record({
    first: turn,
    second: turn,
    profiles: fc.uniqueArray(fc.record({ profile, id: someId }), { selector: ({ id }) => id, maxLength: 20 }),
    gone: few(someId),
  })
  .map(({ first, second, profiles, gone }) => {
    let { profiles: map } = beginning
    for (const { profile: one, id } of profiles) map = map.set(id, { ...one, entityId: id })
    const full = after({ ...beginning, profiles: map }, HUB, first)
    const changed = after(full, HUB, second)
    // Accounts are never removed by the protocol; rows may be.
    const { state } = present(changed.eReplicas.get(HUB), 'the hub')
    const accounts = gone.reduce((all, id) => all.delete(id), state.accounts)
    const diff = { ...changed, eReplicas: changed.eReplicas.set(HUB, { entityId: HUB, state: { ...state, accounts } }) }
    return { full, diff }
  })

const view: Arbitrary<ViewState> = fc
  .record({
    selectedEntityId: fc.constantFrom(HUB, HUB, HUB, keysOf('Me').entityId, IDS[0] as string, null),
    selectedAccountId: fc.option(fc.oneof(someId, fc.constant('nobody')), { nil: null }),
    tokenId: fc.constantFrom(...TOKENS, 4),
    accountPage: fc.nat({ max: 6 }),
    accountPageSize: fc.constantFrom(10, 10, 20, 100),
    accountSortBy: fc.constantFrom(
      'inbound',
      'outbound',
      'collateral',
      'balance',
      'created',
      'updated',
      'counterparty',
    ),
    accountSortDir: fc.constantFrom('asc', 'desc'),
    map: fc.boolean(),
  })
  .map((drawn) => ({ ...DEFAULT_VIEW, ...drawn }) as ViewState)

const written = async (store: Store, { full, diff }: History): Promise<void> => {
  const epoch = await store.claimEpoch()
  const headOf = ({ height: at, timestampMs, ...rest }: Env) => ({
    height: at,
    root: runtimeRoot({ height: at, timestampMs, ...rest }),
    recordHash: ZERO_32,
    timestampMs,
  })
  await writeFull({ store, epoch }, headOf(full), envRows(full))
  await writeDiff({ store, epoch }, { ...headOf(diff), baseHeight: full.height }, rowChanges(full, diff))
}

const inMemory = (env: Env, shown: ViewState): FrameView =>
  assembleFrameView(envReader(env, emptyBook(), { ...META, root: runtimeRoot(env) }), shown)

const folder = mkdtempSync(join(tmpdir(), 'xln-kv-'))
afterAll(() => rmSync(folder, { recursive: true }))
let opened = 0
const stores: { readonly [name: string]: { readonly open: () => Promise<Store>; readonly runs: number } } = {
  memory: { open: async () => memoryStore(), runs: 40 },
  LevelDB: { open: () => createLevelHome().open(join(folder, `${opened++}`), { create: true }), runs: 8 },
}

describe.each(Object.entries(stores))('a view of the past, %s', (_, { open, runs }) => {
  test('over the rows is what it is over the state', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(
      history,
      fc.array(view, { minLength: 1, maxLength: 6 }),
      async (states, views) => {
        const store = await open()
        await written(store, states)
        const stored = createStored(store)
        for (const env of [states.full, states.diff]) {
          const state = present(await stored.at(env.height), 'a stored state')
          const look = async (shown: ViewState): Promise<FrameView> => {
            const besides = { history: emptyBook(), meta: META, activity: null }
            return assembleFrameView(present(await state.read(shown, besides), 'a reader'), shown)
          }
          for (const shown of views) {
            const expected = inMemory(env, shown)
            expect(await look(shown)).toEqual(expected)
            for (const accountCursor of [expected.accounts?.nextCursor, expected.accounts?.prevCursor])
              if (accountCursor != null)
                expect(await look({ ...shown, accountCursor })).toEqual(inMemory(env, { ...shown, accountCursor }))
          }
        }
        await store.close()
      },
    )
    await fc.assert(property, { numRuns: runs, endOnFailure: true })
  })
})

describe('figures', () => {
  test('skimmed off a row are those of the account', () => {
    const listed = ({ deltas, ...rest }: ReturnType<typeof figuresOf>) => ({ ...rest, deltas: [...deltas] })
    fc.assert(
      fc.property(account, ({ account: one }) => {
        expect(listed(figuresAt(encodeAccount(one)))).toEqual(listed(figuresOf(one)))
      }),
    )
  })
  test('of any other bytes are something, and no endless loop', () => {
    const anyBytes = fc.uint8Array({ maxLength: 200 })
    // Every item of these names an end 2^64 bytes away.
    const unending = fc.nat({ max: 200 }).map((length) => new Uint8Array(length).fill(0xff))
    const longStrings = fc.nat({ max: 200 }).map((length) => new Uint8Array(length).fill(0xbf))
    fc.assert(fc.property(fc.oneof(anyBytes, unending, longStrings), (bytes) => figuresAt(bytes).locks >= 0))
  })
})
