/**
 * The `wallet.*` methods of the RAdapter protocol over the session. A refusal goes out as E_REJECTED with its reason
 * as it is; nothing here decides anything.
 */
import { RAdapterError, refusal } from '../../../runtime/radapter/errors.ts'
import type { RpcMethod, RpcMethods } from '../../../runtime/radapter/types.ts'
import type { Outcome } from './errors.ts'
import { parsePhrase } from './phrase.ts'
import type { WalletSession } from './session.ts'

type WalletMethod = Extract<RpcMethod, `wallet.${string}`>
export type WalletHandlers = {
  readonly [M in WalletMethod]: (params: RpcMethods[M]['params']) => Promise<RpcMethods[M]['result']>
}

/** 16 or 32 bytes of entropy are 12 or 24 words. */
const WORDS_PER_BYTE = 3 / 4

/** @throws RAdapterError with the rejection as its reason. */
const unwrap = <T>(outcome: Outcome<T>): T => {
  if (outcome.type === 'ok') return outcome.value
  throw new RAdapterError(refusal(outcome.rejection))
}

type Around = {
  /** Stops the runtime first, so that no tick finds its keys gone. */
  readonly lock: () => Promise<void>
  /** Stops the runtime and removes what this browser keeps of the wallet beside its keys. */
  readonly forget: () => Promise<void>
}

export const walletHandlers = (ready: Promise<WalletSession>, { lock, forget }: Around): WalletHandlers => {
  const done = async (act: (session: WalletSession) => Promise<Outcome<null>>): Promise<Record<string, never>> => {
    unwrap(await act(await ready))
    return {}
  }
  return {
    'wallet.draftPhrase': async () => unwrap(await (await ready).draftPhrase()),
    'wallet.create': ({ password }) => done((session) => session.create(password)),
    'wallet.checkPhrase': async ({ phrase }) => ({ words: unwrap(parsePhrase(phrase)).length * WORDS_PER_BYTE }),
    'wallet.import': ({ phrase, password }) => done((session) => session.import(phrase, password)),
    'wallet.unlock': ({ password }) => done((session) => session.unlock(password)),
    'wallet.lock': async () => {
      await lock()
      return {}
    },
    'wallet.setAutoLock': ({ minutes }) => done((session) => session.setAutoLock(minutes)),
    'wallet.revealPhrase': async ({ password }) => unwrap(await (await ready).revealPhrase(password)),
    'wallet.changePassword': ({ password, next }) => done((session) => session.changePassword(password, next)),
    'wallet.reset': ({ confirmation }) => done((session) => session.reset(confirmation, forget)),
    'wallet.touch': () => done((session) => session.touch()),
  }
}
