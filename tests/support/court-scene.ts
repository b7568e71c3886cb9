/**
 * You and Hub with collateral between them, on a chain of paper: what the chain says is made up, event by event, and a
 * view is what somebody would see of it.
 */
import { frameNonce } from '../../runtime/account/proof.ts'
import { encodeProofBody } from '../../runtime/account/proof-body.ts'
import { batchHash } from '../../runtime/jurisdiction/batch.ts'
import type { JEvent } from '../../runtime/jurisdiction/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { type Bytes, ZERO_32 } from '../../runtime/lib/bytes.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import { type ActivityBook, emptyBook, projectActivity } from '../../runtime/radapter/activity.ts'
import { needsOf } from '../../runtime/radapter/activity-known.ts'
import { assembleFrameView } from '../../runtime/radapter/assemble.ts'
import { envReader } from '../../runtime/radapter/reader.ts'
import {
  type AccountDetail,
  DEFAULT_VIEW,
  type EntityReplicaFull,
  type FrameView,
} from '../../runtime/radapter/types.ts'
import { knownIn, type Rows } from './history-model.ts'
import { createWorld, paperChain, TUSD, testPolicy, usd, type World } from './world.ts'

export const RESERVE = usd(1_000)
export const COLLATERAL = usd(750)

/** What a court is shown of an account: its nonce and body. */
export type Shown = { readonly nonce: number; readonly body: Bytes }

export type Scene = {
  readonly world: World
  /** One block with these events, and all that follows. */
  readonly chain: (events: readonly JEvent[], timestampSeconds?: number) => void
  readonly you: EntityId
  readonly hub: EntityId
  readonly left: EntityId
  readonly right: EntityId
  readonly isLeft: boolean
  readonly chainNow: () => number
  readonly reserve: (amount: bigint, of?: EntityId) => JEvent
  /** The batch on its way was done. */
  readonly processed: (of?: string) => JEvent
  /** So much collateral, all of it yours by what the chain knows. */
  readonly settled: (collateral: bigint, more?: { readonly nonce?: number; readonly own?: bigint }) => JEvent
  /** The newest state both have signed. */
  readonly newest: () => Shown
  readonly started: (shown: Shown, by: 'you' | 'hub', windowEndSeconds: number) => JEvent
  readonly view: (name?: string) => FrameView
  readonly entity: (name?: string) => EntityReplicaFull
  readonly account: (name?: string) => AccountDetail
  /** The history of everything up to now, tick by tick. */
  readonly history: () => ActivityBook
  /** What is on disk of it. */
  readonly rows: () => Rows
}

const META = { checkpointInterval: 50, root: ZERO_32, live: true, halted: null, role: 'writer' } as const

/** Everything but the collateral. */
export const emptyScene = (): Scene => {
  const world = createWorld({ entities: { You: {}, Hub: { hubPolicy: testPolicy, isOwn: false } } })
  const [you, hub] = [world.id('You'), world.id('Hub')]
  const isLeft = you < hub
  const [left, right] = isLeft ? [you, hub] : [hub, you]
  world.open('You', 'Hub', 500)
  world.ok('Hub', { type: 'set_credit_limit', counterparty: you, tokenId: TUSD, limit: usd(200) })
  const chain: Scene['chain'] = (events, timestampSeconds) => {
    world.tick([world.mine(events, timestampSeconds)])
    world.settle()
  }
  let seen = 0
  let book = emptyBook()
  const rows = new Map<string, Bytes>()
  const history = (): ActivityBook => {
    for (const { step } of world.history.slice(seen)) {
      const { height, timestampMs } = step.env
      const known = knownIn(rows, needsOf(book, step.events))
      const projected = projectActivity(book, step.env, { height, timestampMs }, step.events, known)
      book = projected.book
      for (const key of projected.gone) rows.delete(key)
      for (const { key, value } of projected.rows) rows.set(key, value)
    }
    seen = world.history.length
    return book
  }
  const view: Scene['view'] = (name = 'You') =>
    assembleFrameView(envReader(world.env(), history(), META), {
      ...DEFAULT_VIEW,
      selectedEntityId: world.id(name),
      selectedAccountId: name === 'You' ? hub : you,
    })
  return {
    world,
    chain,
    you,
    hub,
    left,
    right,
    isLeft,
    chainNow: () => present(world.env().jReplicas.get(paperChain.name), 'a chain').timestampSeconds,
    reserve: (amount, of = you) => ({ type: 'reserve_updated', entityId: of, tokenId: TUSD, amount }),
    processed: (of = 'You') => {
      const { jTx } = present(world.state(of).batch.inFlight, 'a batch on its way')
      return { type: 'batch_processed', entityId: world.id(of), nonce: jTx.nonce, batchHash: batchHash(jTx.bytes) }
    },
    settled: (collateral, { nonce = 0, own = collateral } = {}) => ({
      type: 'account_settled',
      left,
      right,
      tokenId: TUSD,
      collateral,
      ondelta: isLeft ? own : collateral - own,
      epoch: 0,
      nonce,
    }),
    newest: () => {
      const { frames, state } = world.account('You', 'Hub')
      return { nonce: frameNonce(present(frames[0], 'a frame').frame), body: encodeProofBody(state) }
    },
    started: ({ nonce, body }, by, windowEndSeconds) => ({
      type: 'dispute_started',
      left,
      right,
      byLeft: (by === 'you') === isLeft,
      epoch: 0,
      nonce,
      windowEndSeconds,
      body,
    }),
    view,
    entity: (name) => present(view(name).selectedEntity, 'an entity'),
    account: (name) => present(view(name).account, 'an account'),
    history,
    rows: () => {
      history()
      return new Map(rows)
    },
  }
}

export const courtScene = (): Scene => {
  const scene = emptyScene()
  const { world, hub, chain, reserve, settled } = scene
  chain([reserve(RESERVE + COLLATERAL), reserve(usd(5_000), hub)])
  world.ok('You', { type: 'reserve_to_collateral', counterparty: hub, tokenId: TUSD, amount: COLLATERAL })
  chain([reserve(RESERVE), settled(COLLATERAL), scene.processed()])
  return scene
}
