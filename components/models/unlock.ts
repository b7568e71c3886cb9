/** Opening a locked wallet; the host counts wrong tries and says when the next one is accepted. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import type { WireError } from '../../runtime/radapter/types.ts'
import { tryOnce } from './reliable.ts'
import type { Text } from './text.ts'
import type { Ui } from './ui.ts'

export type UnlockModel = {
  readonly busy: ReadonlySignal<boolean>
  readonly message: ReadonlySignal<string | null>
  /** The last refused try; a new object each time, so that the field takes the focus again. */
  readonly refused: ReadonlySignal<object | null>
  /** Whole seconds until a password is accepted again; 0 when one is. */
  readonly waitSeconds: ReadonlySignal<number>
  unlock(password: string): Promise<void>
  /** Called every second while waiting. */
  tick(): void
}

/** A wallet that is damaged is never called a wrong password: more guesses would only cost time. */
export const wordsOfWallet = ({ reason, message }: WireError, text: Text): string => {
  switch (reason?.type) {
    case 'wrong_password':
    case 'password_too_long':
    case 'password_malformed':
    case 'password_too_short':
      return text('unlock.wrong')
    case 'vault_malformed':
    case 'vault_kdf':
      return text('unlock.damaged')
    case 'too_many_tries':
      return text('unlock.waitPlain')
    case 'vault_version':
      return text('unlock.newer')
    default:
      return text('unlock.failed', { message })
  }
}

export const createUnlock = ({ session, text }: Ui, now: () => number = () => Date.now()): UnlockModel => {
  const busy = signal(false)
  const failure = signal<{ readonly message: string } | null>(null)
  const clock = signal(now())
  const waitSeconds = computed(() => {
    const until = session.hostStatus.value?.unlockNotBefore ?? 0
    return Math.max(0, Math.ceil((until - clock.value) / 1_000))
  })
  return {
    busy,
    waitSeconds,
    message: computed(() =>
      waitSeconds.value > 0 ? text('unlock.wait', { count: waitSeconds.value }) : (failure.value?.message ?? null),
    ),
    refused: failure,
    tick: () => {
      clock.value = now()
    },
    unlock: async (password) => {
      if (busy.peek() || waitSeconds.peek() > 0) return
      batch(() => {
        busy.value = true
        failure.value = null
      })
      const outcome = await tryOnce(session, () => session.rpc('wallet.unlock', { password }))
      batch(() => {
        busy.value = false
        clock.value = now()
        if (outcome.type === 'ok') return
        failure.value = { message: wordsOfWallet(outcome.error, text) }
      })
    },
  }
}
