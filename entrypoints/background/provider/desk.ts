/**
 * Where each open question stands, as far as this worker knows; the queue itself is the durable half.
 *
 * Contract: a question that is found open and was not put to this worker may have been carried out already, so it is
 * `unverified` until it has been held against the history. Each question is concluded once, and its answer is written
 * before anybody is told.
 */
import { type Answer, failed } from './errors.ts'
import type { Permissions } from './permissions.ts'
import type { ProviderPorts } from './ports.ts'
import type { Open, Question, Queue } from './queue.ts'

export type Phase =
  /** `isRefused` once the owner has refused it without its past being known. */
  | { readonly type: 'unverified'; readonly isRefused: boolean }
  | { readonly type: 'waiting' }
  | { readonly type: 'under_way' }

export const UNVERIFIED: Phase = { type: 'unverified', isRefused: false }
const REJECTED = failed('rejected')

export type Desk = {
  readonly queue: Queue
  readonly permissions: Permissions
  phaseOf(id: string): Phase
  /** For the owner to see and answer. */
  isShown(open: Open): boolean
  enter(id: string, phase: Phase): void
  conclude(ids: readonly string[], answer: Answer): Promise<void>
  /** Refuses them all by one word of the owner; what may have been paid, only once it is known that it was not. */
  refuse(among: readonly Open[]): Promise<void>
  /** Badge, window and listeners follow what waits. */
  tell(): void
}

export const createDesk = (
  { clock, setBadge, window }: ProviderPorts,
  { queue, permissions }: { readonly queue: Queue; readonly permissions: Permissions },
  changed: () => void,
): Desk => {
  const phases = new Map<string, Phase>()
  const phaseOf = (id: string): Phase => phases.get(id) ?? UNVERIFIED

  const tell = (): void => {
    const count = queue.open().filter(({ id }) => phaseOf(id).type !== 'under_way').length
    setBadge(count)
    // A window that cannot be closed is in nobody's way: it says that nothing waits.
    if (count === 0) window.close().catch(() => undefined)
    changed()
  }
  const conclude = async (
    ids: readonly string[],
    answer: Answer,
    refusal?: { readonly atMs: number },
  ): Promise<void> => {
    await queue.answer(ids, answer, refusal)
    for (const id of ids) phases.delete(id)
    tell()
  }
  const mayBePaid = (id: string, question: Question): boolean =>
    phaseOf(id).type === 'unverified' && question.type === 'pay'
  return {
    queue,
    permissions,
    phaseOf,
    isShown: ({ id }) => phaseOf(id).type === 'waiting',
    enter: (id, phase) => {
      phases.set(id, phase)
      tell()
    },
    conclude: (ids, answer) => conclude(ids, answer),
    refuse: async (among) => {
      for (const { id, question } of among)
        if (mayBePaid(id, question)) phases.set(id, { type: 'unverified', isRefused: true })
      const certain = among.filter(({ id, question }) => phaseOf(id).type !== 'under_way' && !mayBePaid(id, question))
      if (certain.length === 0) return
      const atMs = clock.now()
      await permissions.note([...new Set(certain.map(({ origin }) => origin))], atMs, null)
      // Agreed to in the same moment: the first word counts.
      const still = certain.filter(({ id }) => phaseOf(id).type !== 'under_way')
      await conclude(
        still.map(({ id }) => id),
        REJECTED,
        { atMs },
      )
    },
    tell,
  }
}
