/** The network map in a view: who and what is on it, in which order, and that it stays small. */

import * as v from 'valibot'
import { beforeAll, describe, expect, test } from 'vitest'
import { ZERO_32 } from '../../../runtime/lib/bytes.ts'
import type { TokenId } from '../../../runtime/lib/units.ts'
import { emptyBook } from '../../../runtime/radapter/activity.ts'
import { writePush } from '../../../runtime/radapter/answer.ts'
import { assembleFrameView } from '../../../runtime/radapter/assemble.ts'
import { networkMap } from '../../../runtime/radapter/assemble-map.ts'
import { frameWire } from '../../../runtime/radapter/frame-wire.ts'
import type { MapView } from '../../../runtime/radapter/map-types.ts'
import { positionView } from '../../../runtime/radapter/positions.ts'
import { envReader, type StateReader } from '../../../runtime/radapter/reader.ts'
import { DEFAULT_VIEW } from '../../../runtime/radapter/types.ts'
import { hubWith } from '../../support/big-hub.ts'
import { type Running, startTown } from '../../support/running.ts'
import { TETH, TUSD } from '../../support/world.ts'

/** Of a page of twenty entries, as tests/runtime/radapter/assemble.test.ts has them. */
const ACTIVITY_BYTES = 6_000

const META = { checkpointInterval: 50, root: ZERO_32, live: true, halted: null, role: 'writer' } as const

let town: Running
beforeAll(async () => {
  town = await startTown()
})

const readerOf = ({ host }: Running, patch: Partial<StateReader> = {}): StateReader => ({
  ...envReader(host.env(), host.activity(), META),
  owner: town.id('You'),
  ...patch,
})
const namesOn = (map: MapView): readonly string[] => map.entities.map(({ label }) => label)
const accountsOn = (map: MapView): readonly string[] =>
  map.accounts.map(({ left, right }) => [map.entities[left]?.label, map.entities[right]?.label].sort().join('–')).sort()

describe('a town', () => {
  test('everybody where they live, the owner first, and every account once', () => {
    const map = networkMap(readerOf(town), TUSD)
    expect(map.jurisdictions).toEqual([{ name: 'sim', x: 0, y: 300, z: 0 }])
    expect(namesOn(map)[0]).toBe('You')
    expect([...namesOn(map)].sort()).toEqual(['Alice', 'Bakery', 'Bob', 'Hub', 'You'])
    expect(map.entities.map(({ jurisdiction, isHere }) => [jurisdiction, isHere])).toEqual(Array(5).fill([0, true]))
    expect(map.entities.filter(({ isHub }) => isHub)).toEqual([
      {
        entityId: town.id('Hub'),
        label: 'Hub',
        jurisdiction: 0,
        isOwn: false,
        isHub: true,
        isHere: true,
        accountCount: 4,
      },
    ])
    expect(accountsOn(map)).toEqual(['Alice–Hub', 'Bakery–Hub', 'Bob–Hub', 'Hub–You'])
    expect(map.moreEntities).toBe(0)
  })

  test.each([TUSD, TETH])('an account -- as LEFT sees it in token %i', (tokenId: TokenId) => {
    const map = networkMap(readerOf(town), tokenId)
    for (const { left, right, position } of map.accounts) {
      const [one, other] = [map.entities[left]?.entityId ?? '', map.entities[right]?.entityId ?? '']
      const replica = town.host.env().eReplicas.get(one)?.state.accounts.get(other)
      const delta = [...(replica?.state.deltas.values() ?? [])].find((each) => each.tokenId === tokenId)
      expect(replica?.isLeft).toBe(true)
      if (delta === undefined) expect(position.outbound + position.inbound).toBe(0n)
      else expect(position).toEqual(positionView(delta, true))
    }
  })

  test('who is kept out of lists is on no map, nor are the accounts with them', () => {
    const map = networkMap(readerOf(town, { isHidden: (id) => id === town.id('Bob') }), TUSD)
    expect(namesOn(map)).not.toContain('Bob')
    expect(accountsOn(map)).toEqual(['Alice–Hub', 'Bakery–Hub', 'Hub–You'])
    expect(map.entities.find(({ label }) => label === 'Hub')?.accountCount).toBe(4)
  })

  test('whoever opens the first account later stands behind those who are there', () => {
    const { entities } = networkMap(readerOf(town), TUSD)
    const reader = readerOf(town)
    const last = entities.at(-1)
    const without = networkMap(
      {
        ...reader,
        entities: () => reader.entities().filter(({ entityId }) => entityId !== last?.entityId),
        isHidden: (id) => id === last?.entityId,
      },
      TUSD,
    )
    expect(without.entities).toEqual(entities.slice(0, -1))
  })

  test('nobody asks for it -- it is not there', () => {
    expect(assembleFrameView(readerOf(town), DEFAULT_VIEW).map).toBe(null)
  })

  test('it travels as it is', () => {
    const view = assembleFrameView(readerOf(town), { ...DEFAULT_VIEW, map: true })
    expect(v.parse(frameWire.schema, JSON.parse(JSON.stringify(frameWire.write(view))))).toEqual(view)
  })
})

describe('a big hub', () => {
  const { env, hub } = hubWith(5_000, 50)
  const reader = envReader(env, emptyBook(), META)

  test('the accounts with the largest capacity, for whose two sides there is room', () => {
    const map = networkMap(reader, TUSD)
    const capacities = map.accounts.map(({ position }) => position.outbound + position.inbound)
    expect(map.entities).toHaveLength(60)
    expect(map.accounts).toHaveLength(10)
    expect(capacities).toEqual([...capacities].sort((a, b) => (a > b ? -1 : 1)))
    const hubSeen = map.entities.find(({ entityId }) => entityId === hub)
    expect(hubSeen?.accountCount).toBe(5_000)
    const all = [...(env.eReplicas.get(hub)?.state.accounts.values() ?? [])]
      .map((account) => [...account.state.deltas.values()].find(({ tokenId }) => tokenId === TUSD))
      .map((delta) => (delta === undefined ? null : positionView(delta, true)))
      .map((position) => (position?.outbound ?? 0n) + (position?.inbound ?? 0n))
      .sort((a, b) => (a > b ? -1 : 1))
    expect(capacities[0]).toBe(all[0])
  })

  test('reads no more accounts than it draws candidates of', () => {
    const read: string[] = []
    networkMap(
      {
        ...reader,
        account: (entityId, counterpartyId) => {
          read.push(counterpartyId)
          return reader.account(entityId, counterpartyId)
        },
      },
      TUSD,
    )
    expect(read.length).toBeLessThanOrEqual(200)
    expect(new Set(read).size).toBe(read.length)
  })

  test('more entities than there is room for -- the owner\u2019s and the busiest, and how many are missing', () => {
    const many = hubWith(3, 120)
    const owner = [...many.env.eReplicas.values()].map(({ entityId }) => entityId).find((id) => id !== many.hub) ?? null
    const map = networkMap({ ...envReader(many.env, emptyBook(), META), owner }, TUSD)
    expect(map.entities).toHaveLength(60)
    expect(map.entities[0]?.entityId).toBe(owner)
    expect(map.entities.map(({ entityId }) => entityId)).toContain(many.hub)
    expect(map.moreEntities).toBe(60)
  })

  test('a push with the fullest map, 50 entities and a page of 100 accounts -- at most 60 kB', () => {
    const view = assembleFrameView(reader, {
      ...DEFAULT_VIEW,
      map: true,
      selectedEntityId: hub,
      selectedAccountId: [...(env.eReplicas.get(hub)?.state.accounts.keys() ?? [])][0] ?? null,
      accountPageSize: 100,
    })
    const { map } = view
    if (map === null) throw new Error('asked for')
    expect(view.accounts?.accounts).toHaveLength(100)
    // As if every one of them had accounts with two others.
    const accounts = Array.from({ length: 10 }, () => map.accounts).flat()
    const push = writePush(1, { type: 'frame', seq: 1, view: { ...view, map: { ...map, accounts } } }) ?? ''
    expect(Buffer.byteLength(push)).toBeLessThanOrEqual(60_000 - ACTIVITY_BYTES)
    expect(Buffer.byteLength(push)).toBeGreaterThan(40_000)
  })
})
