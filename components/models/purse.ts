/** The owner's address and what lies there, asked for once when a form that needs it opens. */
import { useEffect, useState } from 'preact/hooks'
import type { RpcMethods } from '../../runtime/radapter/types.ts'
import { untilAnswered } from './reliable.ts'
import { useUi } from './ui.ts'

export type Purse =
  | { readonly type: 'asking' }
  | ({ readonly type: 'known' } & RpcMethods['purse.get']['result'])
  /** The chain does not answer. */
  | { readonly type: 'unknown'; readonly retry: () => void }

/** @param isNeeded false asks for nothing */
export const usePurse = (isNeeded: boolean): Purse => {
  const { session } = useUi()
  const [tries, setTries] = useState(0)
  const [known, setKnown] = useState<Purse>({ type: 'asking' })
  useEffect(() => {
    const asking = { isOver: !isNeeded }
    const ask = async (): Promise<void> => {
      const entityId = session.entity.peek()?.entityId ?? ''
      const answer = await untilAnswered(
        session,
        () => session.rpc('purse.get', { entityId }),
        () => !asking.isOver,
      )
      if (asking.isOver) return
      const retry = (): void => setTries(tries + 1)
      setKnown(answer.type === 'ok' ? { type: 'known', ...answer.value } : { type: 'unknown', retry })
    }
    setKnown({ type: 'asking' })
    if (!asking.isOver) void ask()
    return () => {
      asking.isOver = true
    }
  }, [session, isNeeded, tries])
  return known
}
