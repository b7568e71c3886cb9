/** The one projection: what a view shows, its pages and cursors, and how large it may be. */
import { beforeAll, describe, expect, test } from 'vitest'
import { ZERO_32 } from '../../../runtime/lib/bytes.ts'
import type { EntityId, PaymentId } from '../../../runtime/lib/units.ts'
import { emptyBook, projectActivity } from '../../../runtime/radapter/activity.ts'
import { writePush } from '../../../runtime/radapter/answer.ts'
import { assembleFrameView } from '../../../runtime/radapter/assemble.ts'
import { noPosition } from '../../../runtime/radapter/positions.ts'
import { envReader } from '../../../runtime/radapter/reader.ts'
import { DEFAULT_VIEW, type FrameView, type ViewState } from '../../../runtime/radapter/types.ts'
import type { Env, RuntimeEvent } from '../../../runtime/types.ts'
import { hubWith } from '../../support/big-hub.ts'
import { quiet } from '../../support/manual-time.ts'
import { type Running, startTown } from '../../support/running.ts'
import { paymentIdOf, TETH, TUSD, usd } from '../../support/world.ts'

const META = { checkpointInterval: 50, root: ZERO_32, live: true, halted: null, role: 'writer' } as const

let town: Running
beforeAll(async () => {
  town = await startTown()
})

const show = ({ host }: Running, view: Partial<ViewState> = {}): FrameView =>
  assembleFrameView(envReader(host.env(), host.activity(), META), { ...DEFAULT_VIEW, ...view })

describe('a town', () => {
  test('nothing selected -- everybody, the owner first, and no details', () => {
    const view = show(town)
    expect(view.entities.map(({ label, isOwn, accountCount }) => [label, isOwn, accountCount])).toEqual([
      ['You', true, 1],
      ['Alice', false, 1],
      ['Bakery', false, 1],
      ['Bob', false, 1],
      ['Hub', false, 4],
    ])
    expect(view).toMatchObject({
      selectedEntity: null,
      accounts: null,
      account: null,
      activity: null,
      live: true,
      runtimeName: 'Simnet',
    })
    expect(view.directory.map(({ label }) => label).sort()).toEqual(['Alice', 'Bakery', 'Bob', 'Hub', 'You'])
    expect(view.jurisdictions).toMatchObject([
      { name: 'sim', isTest: true, tokens: [{ symbol: 'tUSD', decimals: 6 }, { symbol: 'tETH' }] },
    ])
    expect(view.height).toBe(town.host.env().height)
  })

  test('You -- balances by token, the seam adding up to what can be sent and received', () => {
    const [dollars, ether] = show(town, { selectedEntityId: town.id('You') }).selectedEntity?.balances ?? []
    expect(dollars).toMatchObject({ tokenId: TUSD, total: 0n, reserve: 0n, canSend: usd(100), canReceive: usd(1_000) })
    expect(dollars?.position).toMatchObject({ outCredit: usd(100), inCredit: usd(1_000), held: 0n })
    expect(ether).toEqual({
      tokenId: TETH,
      total: 0n,
      reserve: 0n,
      spendable: 0n,
      canSend: 0n,
      canReceive: 0n,
      position: noPosition(TETH),
    })
  })

  test('an account in full -- its frames, newest first, and its place in the page', () => {
    const view = show(town, { selectedEntityId: town.id('You'), selectedAccountId: town.id('Hub') })
    const replica = town.host.env().eReplicas.get(town.id('You'))?.state.accounts.get(town.id('Hub'))
    expect(view.account).toMatchObject({
      counterpartyLabel: 'Hub',
      status: 'open',
      height: replica?.state.height,
      hasPendingFrame: false,
      mempoolSize: 0,
      locks: [],
    })
    expect(view.account?.frames.map(({ height }) => height)).toEqual(replica?.frames.map(({ frame }) => frame.height))
    expect(view.account?.frames.flatMap(({ txs }) => txs)).toContain('set_credit_limit')
    expect(view.accounts?.accounts).toEqual([
      expect.objectContaining({ counterpartyId: town.id('Hub'), outbound: usd(100) }),
    ])
  })

  test('what does not exist -- null, not an error', () => {
    expect(show(town, { selectedEntityId: 'nobody' })).toMatchObject({
      selectedEntity: null,
      accounts: null,
      activity: null,
    })
    expect(show(town, { selectedEntityId: town.id('You'), selectedAccountId: town.id('Bob') }).account).toBeNull()
    expect(show(town, { selectedEntityId: town.id('You'), selectedAccountId: '__proto__' }).account).toBeNull()
  })

  test('a payment on its way -- whose answer is awaited, until when, and whether it can be cancelled', async () => {
    const running = await town.fork()
    const views: FrameView[] = []
    running.host.onChange(() =>
      views.push(show(running, { selectedEntityId: running.id('You'), selectedAccountId: running.id('Hub') })),
    )
    const tx = {
      type: 'pay',
      paymentId: paymentIdOf(1),
      to: running.id('Bob'),
      invoice: null,
      offerId: null,
      payee: null,
      tokenId: TUSD,
      amount: usd(3),
      memo: '',
      maxFee: usd(1),
    } as const
    const startedAt = running.time.clock.now()
    await running.run('You', tx)
    const [asking, ...later] = views
    expect(asking?.selectedEntity?.pendingPayments).toMatchObject([
      {
        paymentId: tx.paymentId,
        toLabel: 'Bob',
        waitingFor: 'Bob',
        canCancel: true,
        startedAt,
        deadlineSeconds: startedAt / 1_000 + 10,
      },
    ])
    const locked = later.find(({ selectedEntity }) => selectedEntity?.pendingPayments[0]?.canCancel === false)
    expect(locked?.selectedEntity?.pendingPayments).toMatchObject([{ waitingFor: 'Hub' }])
    expect(locked?.selectedEntity?.lockBook).toMatchObject([
      { inboundFrom: null, outboundTo: running.id('Hub'), amount: usd(3) + 3_100n },
    ])
    const held = later.find(({ account }) => account?.locks.length === 1)
    expect(held?.account?.locks).toMatchObject([{ outgoing: true, amount: usd(3) + 3_100n }])
    expect(held?.selectedEntity?.balances[0]).toMatchObject({
      canSend: usd(97) - 3_100n,
      position: { held: usd(3) + 3_100n },
    })
    expect(held?.entities[0]).toMatchObject({ label: 'You', pendingHTLCs: 1 })
    const hub = show(running, { selectedEntityId: running.id('Hub') }).selectedEntity
    expect(hub).toMatchObject({ pendingPayments: [], lockBook: [] })
    expect(views.at(-1)?.selectedEntity).toMatchObject({ pendingPayments: [], lockBook: [] })
  })

  test('invoices -- those the owner made, with their links; paid and expired say so', async () => {
    const running = await town.fork()
    const now = Math.floor(running.time.clock.now() / 1_000)
    const create = (memo: string, seconds: number) =>
      running.run('You', { type: 'create_invoice', tokenId: TUSD, amount: usd(2), memo, expirySeconds: now + seconds })
    await create('long', 3_600)
    await create('short', 10)
    running.time.advance(20_000)
    await running.run('Bob', {
      type: 'pay',
      paymentId: paymentIdOf(2),
      to: running.id('You'),
      invoice: null,
      offerId: null,
      payee: null,
      tokenId: TUSD,
      amount: usd(1),
      memo: '',
      maxFee: usd(1),
    })
    await quiet()
    const { selectedEntity } = show(running, { selectedEntityId: running.id('You') })
    expect(selectedEntity?.invoices.map(({ memo, status }) => [memo, status])).toEqual([
      ['long', 'open'],
      ['short', 'expired'],
    ])
    expect(selectedEntity?.invoices[0]?.link).toMatch(/^xln:[\w-]+$/)
  })
})

describe('size', () => {
  const activityOf = (env: Env, hub: EntityId, count: number) => {
    const events = Array.from({ length: count }, (_, i): RuntimeEvent => {
      const payment = {
        paymentId: `0x${(i + 1).toString(16).padStart(64, 'a')}` as PaymentId,
        to: hub,
        tokenId: TUSD,
        amount: 123_456_789n,
        fee: 1_234n,
        maxFee: 0n,
        memo: `Invoice 2024-${i}`,
        startedMs: 1,
        phase: { type: 'locked', via: hub, hashlock: ZERO_32, part: 0, expirySeconds: 1, invoiceExpirySeconds: 1 },
      } as const
      const hash = new Uint8Array(32).fill(i + 1)
      return {
        entityId: hub,
        event: {
          type: 'payment_sent',
          payment,
          hashlock: hash,
          preimage: hash.map((byte) => byte ^ 255),
          isProof: true,
        },
      }
    })
    return projectActivity(emptyBook(), env, { height: 10, timestampMs: 1 }, events).book
  }

  test.each([100, 5_000])('50 entities and a page of 100 accounts of %i -- at most 60 kB', (accounts) => {
    const { env, hub } = hubWith(accounts, 50)
    const reader = envReader(env, activityOf(env, hub, 200), META)
    const [{ key } = { key: '' }] = [...(env.eReplicas.get(hub)?.state.accounts.keys() ?? [])].map((id) => ({
      key: id,
    }))
    const view = assembleFrameView(reader, {
      ...DEFAULT_VIEW,
      selectedEntityId: hub,
      selectedAccountId: key,
      accountPageSize: 100,
    })
    expect(view.accounts?.accounts).toHaveLength(100)
    expect(view.activity?.entries).toHaveLength(20)
    const text = writePush(1, { type: 'frame', seq: 1, view }) ?? ''
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000)
  })
})
