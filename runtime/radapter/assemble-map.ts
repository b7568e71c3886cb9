/**
 * The network map of a view: a bounded choice of entities and of the accounts with the largest capacity between them.
 *
 * Cost: at most `RANKED` entities are asked for their largest accounts, by the sort indexes, and at most twice
 * `MOST_ACCOUNTS` accounts are read, whether there are five or a million.
 */
import type { AccountReplica } from '../account/types.ts'
import { present } from '../lib/assert.ts'
import { byCodePoint, type EntityId, type TokenId } from '../lib/units.ts'
import { jurisdictionPlace } from './map-grid.ts'
import type { MapAccount, MapEntity, MapView } from './map-types.ts'
import { noPosition, positionIn } from './positions.ts'
import type { EntityFacts, StateReader } from './reader.ts'
import type { AccountSortKey } from './types.ts'

const MOST_ENTITIES = 60
const MOST_ACCOUNTS = 100
/** Entities whose accounts are looked through: the busiest, whose accounts are most of all there are. */
const RANKED = 8
/** An account is large by what goes either way. */
const DIRECTIONS: readonly AccountSortKey[] = ['outbound', 'inbound']

type Candidate = Omit<MapAccount, 'left' | 'right'> & {
  readonly left: EntityId
  readonly right: EntityId
  readonly capacity: bigint
  readonly createdAtHeight: number
  /** That of whoever was looked through; both sides of an account are of one. */
  readonly jurisdiction: string
}

const candidateOf = (account: AccountReplica, tokenId: TokenId, jurisdiction: string): Candidate => {
  const { left, right } = account.state.terms
  const position = positionIn({ ...account, isLeft: true }, tokenId) ?? noPosition(tokenId)
  const capacity = position.outbound + position.inbound + position.held + position.heldInbound
  return { left, right, position, capacity, createdAtHeight: account.createdAtHeight, jurisdiction }
}

type Share = { readonly entity: EntityFacts; readonly count: number }

/** Who is looked through, and for how many accounts each: whoever has fewer leaves the rest to the busier ones. */
const sharesOf = (entities: readonly EntityFacts[]): readonly Share[] => {
  const busiest = entities.filter(({ accountCount }) => accountCount > 0).slice(0, RANKED)
  let [room, others] = [MOST_ACCOUNTS, busiest.length]
  return busiest.toReversed().map((entity) => {
    const count = Math.min(entity.accountCount, Math.floor(room / others))
    room -= count
    others -= 1
    return { entity, count }
  })
}

/** The largest first. */
const candidates = (reader: StateReader, here: readonly EntityFacts[], tokenId: TokenId): readonly Candidate[] => {
  const found = new Map<string, Candidate>()
  for (const { entity, count } of sharesOf(here))
    for (const key of DIRECTIONS)
      for (const { id } of reader.ranked({ entityId: entity.entityId, key, tokenId }).page(0, count, 'desc')) {
        const name = entity.entityId < id ? `${entity.entityId}/${id}` : `${id}/${entity.entityId}`
        const account = found.has(name) || reader.isHidden(id) ? null : reader.account(entity.entityId, id)
        if (account !== null) found.set(name, candidateOf(account, tokenId, entity.jurisdiction))
      }
  return [...found]
    .sort(([a, { capacity: x }], [b, { capacity: y }]) => (x === y ? byCodePoint(a, b) : x > y ? -1 : 1))
    .map(([, candidate]) => candidate)
}

type Node = Omit<MapEntity, 'entityId' | 'jurisdiction' | 'label'> & {
  readonly entityId: EntityId
  readonly jurisdiction: string
}
type Drawn = { readonly nodes: ReadonlyMap<EntityId, Node>; readonly accounts: readonly Candidate[] }

const stranger = (entityId: EntityId, jurisdiction: string): Node => ({
  entityId,
  jurisdiction,
  isOwn: false,
  isHub: false,
  isHere: false,
  accountCount: 0,
})

/** The largest accounts whose two sides there is room for, and both of those. */
const drawn = (shown: readonly EntityFacts[], found: readonly Candidate[]): Drawn => {
  const nodes = new Map(
    shown.map(({ entityId, jurisdiction, isOwn, hubPolicy, accountCount }): readonly [EntityId, Node] => [
      entityId,
      { entityId, jurisdiction, isOwn, isHub: hubPolicy !== null, isHere: true, accountCount },
    ]),
  )
  const accounts = found.filter(({ left, right, jurisdiction }) => {
    const sides = [left, right].map((id) => nodes.get(id) ?? stranger(id, jurisdiction))
    const strangers = sides.filter(({ entityId }) => !nodes.has(entityId))
    if (nodes.size + strangers.length > MOST_ENTITIES) return false
    // Of somebody who lives elsewhere no more is known than what is drawn.
    for (const side of sides)
      nodes.set(side.entityId, side.isHere ? side : { ...side, accountCount: side.accountCount + 1 })
    return true
  })
  return { nodes, accounts }
}

/** The owner's first one first, then by the height of the first account among these; who has none comes last. */
const inOrder = ({ nodes, accounts }: Drawn, owner: EntityId | null): readonly Node[] => {
  const heights = new Map<EntityId, number>()
  for (const { left, right, createdAtHeight } of accounts)
    for (const id of [left, right]) heights.set(id, Math.min(heights.get(id) ?? createdAtHeight, createdAtHeight))
  const rankOf = (id: EntityId): number => (id === owner ? -1 : (heights.get(id) ?? Number.MAX_SAFE_INTEGER))
  return [...nodes.values()].sort(({ entityId: a }, { entityId: b }) => rankOf(a) - rankOf(b) || byCodePoint(a, b))
}

export const networkMap = (reader: StateReader, tokenId: TokenId): MapView => {
  const chains = reader.jurisdictions()
  const here = reader
    .entities()
    .filter(({ entityId }) => !reader.isHidden(entityId))
    .sort((a, b) => b.accountCount - a.accountCount || byCodePoint(a.entityId, b.entityId))
  const shown = [...here]
    .sort((a, b) => Number(b.entityId === reader.owner) - Number(a.entityId === reader.owner))
    .slice(0, MOST_ENTITIES)
  const map = drawn(shown, candidates(reader, here, tokenId))
  const order = inOrder(map, reader.owner)
  const places = new Map(order.map(({ entityId }, index) => [entityId, index]))
  const placeOf = (id: EntityId): number => present(places.get(id), id)
  return {
    jurisdictions: chains.map(({ name }, index) => ({ name, ...jurisdictionPlace(index) })),
    entities: order.map(({ jurisdiction, ...node }) => ({
      ...node,
      label: reader.labelOf(node.entityId),
      jurisdiction: Math.max(
        0,
        chains.findIndex(({ name }) => name === jurisdiction),
      ),
    })),
    accounts: map.accounts
      .slice(0, MOST_ACCOUNTS)
      .map(({ left, right, position }) => ({ left: placeOf(left), right: placeOf(right), position })),
    moreEntities: here.length - shown.length,
  }
}
