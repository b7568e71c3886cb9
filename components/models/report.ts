/**
 * What helps whoever helps the owner: versions, heights and states as lines of text. No names, ids or amounts: it is
 * made to be handed to a stranger. Nothing sends it.
 */
import { troubleOf } from './trouble.ts'
import type { Ui } from './ui.ts'

type Line = readonly [name: string, value: string | number]

/** @param browser what the browser says it is */
export const reportOf = ({ session, host, text }: Ui, browser: string): string => {
  const status = session.hostStatus.value
  const frame = session.frameView.value
  const trouble = troubleOf(status, frame)
  const chains = frame?.jurisdictions ?? []
  const lines: readonly Line[] = [
    ['version', host.version],
    ['browser', browser],
    ['language', text.language],
    ['wallet', status?.wallet ?? 'unknown'],
    ['runtime', status?.runtime ?? 'unknown'],
    ['storage', status?.storage ?? 'unknown'],
    ['connection', session.connection.value],
    ['trouble', trouble?.type ?? 'none'],
    ['reason', frame?.halted ?? (status?.reason == null ? 'none' : JSON.stringify(status.reason))],
    ['height', frame?.height ?? 'none'],
    ['last change', frame === null ? 'none' : new Date(frame.timestamp).toISOString()],
    ['accounts', frame?.accounts?.totalAccounts ?? 0],
    ['history', frame?.activity?.totalEntries ?? 0],
    ['unreachable', frame?.unreachable.length ?? 0],
    ...chains.map((chain): Line => {
      const state = chain.status.type === 'up' ? 'up' : `down, ${chain.status.reason}`
      return [`chain ${chain.chainId}`, `height ${chain.height}, ${state}`]
    }),
  ]
  return lines.map(([name, value]) => `${name}: ${value}`).join('\n')
}
