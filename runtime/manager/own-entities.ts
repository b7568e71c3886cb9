/**
 * The owner's further entities: entity 0 comes with its world, the others are made one by one, each with the next key.
 *
 * Contract: what is to be made is written down first, outside the database, with the command that asked for it; then
 * it is brought into the runtime by an ordinary input. So the keys of all of them are known before a runtime starts,
 * what a dying process left half made is finished at the next start, and the same command makes one entity, however
 * often it comes. The n-th entry of the list has key n.
 */
import * as v from 'valibot'
import type { EntityIdentity } from '../entity/frame.ts'
import type { RuntimeHost } from '../host.ts'
import type { EntityId } from '../lib/units.ts'
import type { Slot } from '../ports.ts'
import { type AddressBook, type BookRejection, nameProblem, sameName } from '../radapter/address-book.ts'
import { RAdapterError, refusal } from '../radapter/errors.ts'
import { claimantOf } from '../radapter/names.ts'
import type { RpcMethods } from '../radapter/types.ts'
import type { Env } from '../types.ts'

export type OwnEntities = {
  /** Brings in what is written down and not there yet. @throws Error when the runtime refuses or halts. */
  readonly finish: (host: RuntimeHost) => Promise<void>
  /** @throws RAdapterError E_REJECTED when nobody can be called this, or there are as many as there may be. */
  readonly create: (
    host: RuntimeHost,
    book: AddressBook,
    params: RpcMethods['entity.create']['params'],
  ) => Promise<RpcMethods['entity.create']['result']>
}

type Planned = { readonly commandId: string; readonly label: string }

/** Beside the first. Every one is in every view. */
export const MORE_ENTITIES = 19

const DAMAGED = 'The list of your entities on this device is damaged. Nothing is signed, so that nothing can be lost.'

const storedSchema = v.array(v.strictObject({ commandId: v.string(), label: v.string() }))

/** The list for a state in which they are there already, `more` beside the first; their names are in the state. */
export const plannedAgain = (more: number): readonly Planned[] =>
  Array.from({ length: more }, (_, place) => ({ commandId: `imported-${place + 1}`, label: '' }))

const nameRefusal = (env: Env, book: AddressBook, label: string): BookRejection | null => {
  const problem = nameProblem(label)
  if (problem !== null) return problem
  const owner = book.byName.get(sameName(label)) ?? claimantOf(env, label, book)
  return owner === null ? null : { type: 'name_taken', entityId: owner }
}

/**
 * @param identityOf the owner's n-th entity, whose keys its signer knows from then on.
 * @throws Error when the list is there and cannot be read: without it keys would be missing.
 */
export const openOwnEntities = async (
  slot: Slot,
  identityOf: (index: number, label: string) => EntityIdentity,
): Promise<OwnEntities> => {
  const stored = await slot.get()
  const read = v.safeParse(storedSchema, stored ?? [])
  if (!read.success) throw new Error(DAMAGED)
  let planned: readonly Planned[] = read.output
  const identityAt = ({ label }: Planned, place: number): EntityIdentity => identityOf(place + 1, label)
  let identities: readonly EntityIdentity[] = planned.map(identityAt)
  let turn: Promise<unknown> = Promise.resolve()

  const plan = async (host: RuntimeHost, book: AddressBook, entity: Planned): Promise<EntityIdentity> => {
    const place = planned.findIndex(({ commandId }) => commandId === entity.commandId)
    const known = identities[place]
    if (known !== undefined) return known
    const problem = nameRefusal(host.env(), book, entity.label)
    if (problem !== null) throw new RAdapterError(refusal(problem))
    if (planned.length >= MORE_ENTITIES)
      throw new RAdapterError(refusal({ type: 'too_many_entities', limit: MORE_ENTITIES + 1 }))
    await slot.set([...planned, entity])
    planned = [...planned, entity]
    const identity = identityAt(entity, planned.length - 1)
    identities = [...identities, identity]
    return identity
  }
  return {
    finish: async (host) => {
      for (const identity of identities) await bringIn(host, identity)
    },
    create: (host, book, entity) => {
      const run = turn.then(async () => {
        const identity = await plan(host, book, entity)
        return { height: await bringIn(host, identity), entityId: identity.entityId }
      })
      turn = run.catch(() => undefined)
      return run
    },
  }
}

/** @returns a height at which it is there. */
const bringIn = async (host: RuntimeHost, identity: EntityIdentity): Promise<number> => {
  const isHere = (entityId: EntityId): boolean => host.env().eReplicas.has(entityId)
  if (isHere(identity.entityId)) return host.env().height
  const outcome = await host.submit({ type: 'runtime', tx: { type: 'import_entity', identity } })
  if (outcome.type === 'applied') return outcome.height
  if (outcome.rejection.type === 'entity_exists') return host.env().height
  throw new Error(`this entity could not be made: ${outcome.rejection.type}`)
}
