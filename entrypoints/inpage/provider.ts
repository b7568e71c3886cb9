/**
 * The object a dApp holds: EIP-1193 (https://eips.ethereum.org/EIPS/eip-1193), announced by EIP-6963
 * (https://eips.ethereum.org/EIPS/eip-6963).
 *
 * Contract: `request` needs no `this`, and rejects with an Error that carries an integer `code`. Each request has one
 * answer. Events come on a real change only. Nothing here is trusted by anybody: this is the page's own ground.
 */
import { type Answer, failed, type ProviderError } from '../background/provider/errors.ts'
import { isTooLarge, type Told } from './wire.ts'

type Listener = (value: unknown) => void
export type PageProvider = {
  readonly request: (args: unknown) => Promise<unknown>
  readonly on: (event: string, listener: Listener) => PageProvider
  readonly removeListener: (event: string, listener: Listener) => PageProvider
}
type State = { readonly accounts: readonly string[]; readonly chainId: string }
type Pending = { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }

export type ProviderPorts = {
  readonly send: (text: string) => void
  /** Never the same twice, in any page of this origin. */
  readonly newId: () => string
  /** Told what a listener of the page threw. */
  readonly report: (error: unknown) => void
}

const errorOf = ({ code, message, data }: ProviderError): Error =>
  Object.assign(new Error(message), data === undefined ? { code } : { code, data })

const settle = ({ resolve, reject }: Pending, answer: Answer): void => {
  if ('error' in answer) reject(errorOf(answer.error))
  else resolve(answer.result)
}

/** Null when it cannot be sent. */
const textOf = (args: unknown): string | null => {
  if (typeof args !== 'object' || args === null) return null
  const { method, params } = args as { readonly method?: unknown; readonly params?: unknown }
  if (typeof method !== 'string' || method === '') return null
  try {
    const text = JSON.stringify({ method, params })
    return isTooLarge(text) ? null : text
  } catch {
    return null
  }
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i])

export const createProvider = ({
  send,
  newId,
  report,
}: ProviderPorts): { readonly provider: PageProvider; readonly receive: (text: string) => void } => {
  const listeners = new Map<string, Set<Listener>>()
  const pending = new Map<string, Pending>()
  const seen: { state: State | null; isGone: boolean } = { state: null, isGone: false }

  const emit = (event: string, value: unknown): void => {
    for (const listener of [...(listeners.get(event) ?? [])]) {
      try {
        listener(value)
      } catch (error) {
        report(error)
      }
    }
  }
  const look = (next: State): void => {
    const before = seen.state
    seen.state = next
    if (before === null) return emit('connect', { chainId: next.chainId })
    if (before.chainId !== next.chainId) emit('chainChanged', next.chainId)
    if (!isSame(before.accounts, next.accounts)) emit('accountsChanged', [...next.accounts])
  }
  const take = (id: string, answer: Answer): void => {
    const asked = pending.get(id)
    pending.delete(id)
    if (asked !== undefined) settle(asked, answer)
  }
  const receive = (text: string): void => {
    const told = JSON.parse(text) as Told
    switch (told.type) {
      case 'ack':
        return
      case 'answer':
        return take(told.id, told.answer)
      case 'state':
        return look({ accounts: told.accounts, chainId: told.chainId })
      case 'gone': {
        const gone = failed('disconnected')
        const isFirst = !seen.isGone
        seen.isGone = true
        for (const id of [...pending.keys()]) take(id, gone)
        if (isFirst && 'error' in gone) emit('disconnect', errorOf(gone.error))
      }
    }
  }
  const request = (args: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const text = textOf(args)
      if (text === null) return settle({ resolve, reject }, failed('invalidParams'))
      if (seen.isGone) return settle({ resolve, reject }, failed('disconnected'))
      const id = newId()
      pending.set(id, { resolve, reject })
      send(JSON.stringify({ id, request: text }))
    })
  const provider: PageProvider = {
    request,
    on: (event, listener) => {
      const known = listeners.get(event) ?? new Set()
      listeners.set(event, known.add(listener))
      return provider
    },
    removeListener: (event, listener) => {
      listeners.get(event)?.delete(listener)
      return provider
    },
  }
  return { provider, receive }
}
