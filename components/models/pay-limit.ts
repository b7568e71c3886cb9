/** What one payment can carry, kept up to date while the form is on screen; the fee of its route is left out of it. */
import { effect } from '@preact/signals'
import type { PayState } from './pay-state.ts'
import type { Ui } from './ui.ts'

export type PayLimitActions = {
  /** Asks again whenever recipient, token or state change. @returns undo */
  followLimit(): () => void
}

export const createPayLimit = ({ session }: Ui, state: PayState): PayLimitActions => ({
  followLimit: () => {
    let asked = 0
    return effect(() => {
      const from = session.entity.value?.entityId
      const tokenId = state.token.value?.tokenId
      const to = state.form.value.to.trim()
      // Every new frame may have moved it.
      const height = session.frameView.value?.height
      if (from === undefined || tokenId === undefined || height === undefined) return
      asked += 1
      const turn = asked
      const ask = (recipient: string) => session.rpc('pay.limit', { from, to: recipient, tokenId })
      const take = ({ amount }: { readonly amount: bigint }): void => {
        if (turn === asked) state.limit.value = { tokenId, amount }
      }
      // A name that is half typed is nobody's yet; then it is what anybody could be paid.
      ask(to)
        .catch(() => ask(''))
        .then(take, () => undefined)
    })
  },
})
