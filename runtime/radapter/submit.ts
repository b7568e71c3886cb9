/**
 * One command to a running runtime, and its outcome. The same `commandId` always gets the same answer, also when it comes
 * again after a restart; a refusal is E_REJECTED with its typed reason, and leaves no trace.
 */
import type { EntityAnswer, EntityTx } from '../entity/types.ts'
import type { RuntimeHost } from '../host.ts'
import type { CommandId, EntityId } from '../lib/units.ts'
import type { Clock } from '../ports.ts'
import type { Env } from '../types.ts'
import type { AddressBook } from './address-book.ts'
import { entityOf, refuse } from './arguments.ts'
import { internal, RAdapterError } from './errors.ts'
import { keepGas, type Purse } from './purse.ts'

/** What a call runs on. */
export type On = {
  readonly host: RuntimeHost
  readonly clock: Clock
  readonly book: AddressBook
  readonly purse: Purse
}
export type Committed = { readonly height: number; readonly answer: EntityAnswer }

const stopped = (host: RuntimeHost): RAdapterError => {
  const reason = host.halted()
  return reason === null
    ? new RAdapterError({ ...internal(true), message: 'the runtime stopped before it answered' })
    : new RAdapterError({ code: 'E_HALTED', message: reason, retryable: false })
}

/** What the runtime made of the command, now or the first time it came. `prepare` is not asked again. */
export const submit = async (
  host: RuntimeHost,
  command: { readonly commandId: string; readonly entityId: string },
  prepare: (env: Env, entityId: EntityId) => EntityTx,
): Promise<Committed> => {
  const env = host.env()
  const commandId = command.commandId as CommandId
  const known = env.answers.get(commandId)
  if (known !== undefined) return known
  const { entityId } = entityOf(env, command.entityId)
  const tx = prepare(env, entityId)
  const outcome = await host.submit({ type: 'command', commandId, entityId, tx }).catch(() => {
    throw stopped(host)
  })
  return outcome.type === 'rejected' ? refuse(outcome.rejection) : outcome
}

/** The same for what the chain is asked for: the fees for a defence are left alone. @throws RAdapterError 'gas_reserve' */
export const submitMove = async (
  { host, purse }: On,
  command: Parameters<typeof submit>[1],
  prepare: Parameters<typeof submit>[2],
): Promise<Committed> => {
  const env = host.env()
  if (!env.answers.has(command.commandId)) await keepGas(purse, entityOf(env, command.entityId).state.jurisdiction)
  return submit(host, command, prepare)
}

/** The answer of its kind; anything else means that the id was used for something else before. */
export const answerOf = <T extends EntityAnswer['type']>(
  { answer }: Committed,
  type: T,
): Extract<EntityAnswer, { type: T }> =>
  answer.type === type ? (answer as Extract<EntityAnswer, { type: T }>) : refuse({ type: 'command_id_reused' })

export const done = (committed: Committed): { readonly height: number } => {
  answerOf(committed, 'done')
  return { height: committed.height }
}
