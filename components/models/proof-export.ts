/** What both sides of an account have signed, as a file that others can check without this wallet. */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { AccountDetail } from '../../runtime/radapter/types.ts'
import { untilAnswered } from './reliable.ts'
import { plainName, saveFile } from './save-file.ts'
import type { Session } from './session.ts'

export type ProofState = 'idle' | 'reading' | 'saved' | 'failed'

export type ProofExport = {
  readonly state: ReadonlySignal<ProofState>
  /** With every frame above the height `since`, the newest in any case. */
  run(account: AccountDetail, since: number): Promise<void>
}

export const createProofExport = (session: Session): ProofExport => {
  const state = signal<ProofState>('idle')
  return {
    state,
    run: async ({ counterpartyId, counterpartyLabel, frames }, since) => {
      const [entity, frame] = [session.entity.peek(), session.frameView.peek()]
      if (entity === null || frame === null || state.peek() === 'reading') return
      state.value = 'reading'
      const params = { entityId: entity.entityId, counterpartyId, since, height: frame.live ? null : frame.height }
      const answer = await untilAnswered(
        session,
        () => session.rpc('account.proof', params),
        () => true,
      )
      if (answer.type === 'error') {
        state.value = 'failed'
        return
      }
      const name = ['proof', plainName(counterpartyLabel), frames[0]?.height].filter((part) => part !== '').join('-')
      saveFile({ name: `${name}.json`, type: 'application/json', text: answer.value.file })
      state.value = 'saved'
    },
  }
}
