/**
 * Before the keys go: lets what is on its way arrive, for a minute at most. What is still open then stays open and is
 * taken up at the next unlock; until then this wallet signs nothing.
 */
import type { RuntimeHost } from '../../runtime/host.ts'

const LIMIT_MS = 60_000

/** Nothing is on its way, or will ever arrive. */
export const isQuiet = (host: RuntimeHost): boolean => {
  if (host.halted() !== null) return true
  const env = host.env()
  return env.queue.length === 0 && [...env.eReplicas.values()].every(({ state }) => state.payments.size === 0)
}

const hostDrained = (host: RuntimeHost): Promise<void> =>
  new Promise((resolve) => {
    if (isQuiet(host)) return resolve()
    const done = () => {
      clearTimeout(timer)
      stop()
      resolve()
    }
    const timer = setTimeout(done, LIMIT_MS)
    const stop = host.onChange(() => {
      if (isQuiet(host)) done()
    })
  })

/** All of them, within the same minute. */
export const drained = async (hosts: readonly RuntimeHost[]): Promise<void> => {
  await Promise.all(hosts.map(hostDrained))
}
