/** An RAdapter server over a running town, whose wallet and runtime status are set by hand. */
import type { RuntimeHost } from '../../runtime/host.ts'
import { commandHandlers } from '../../runtime/radapter/commands.ts'
import { type Naming, NO_NAMING } from '../../runtime/radapter/names.ts'
import type { RpcHandlers } from '../../runtime/radapter/served.ts'
import { createServer, type RAdapterServer } from '../../runtime/radapter/server.ts'
import type { HostStatus } from '../../runtime/radapter/types.ts'
import type { Running } from './running.ts'

export type ServedTown = {
  readonly server: RAdapterServer
  /** What went wrong inside. */
  readonly errors: readonly unknown[]
  readonly set: (status: Partial<HostStatus>) => void
  /** Puts another runtime, or none, in place. */
  readonly put: (host: RuntimeHost | null) => void
  /** Says that something which is told of has changed. */
  readonly tell: () => void
}

export const UNLOCKED: HostStatus = {
  wallet: 'unlocked',
  runtimeId: 'simnet',
  runtimes: [{ id: 'simnet', name: 'Simnet', kind: 'local', copyOf: null, usedAt: 0 }],
  control: 'writer',
  runtime: 'running',
  progress: null,
  reason: null,
  storage: 'ok',
  unlockNotBefore: 0,
  autoLockMinutes: 15,
  approvals: [],
  updateReady: false,
}

export const serveTown = (
  running: Running,
  handlers: RpcHandlers = {},
  naming: () => Naming = () => NO_NAMING,
): ServedTown => {
  let status = UNLOCKED
  let host: RuntimeHost | null = running.host
  const listeners = new Set<() => void>()
  const errors: unknown[] = []
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  const server = createServer({
    host: () => host,
    status: () => status,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    handlers: {
      ...commandHandlers(
        () => host,
        running.time.clock,
        () => naming().book,
      ),
      ...handlers,
    },
    naming,
    onError: (error) => errors.push(error),
  })
  return {
    server,
    errors,
    tell,
    set: (patch) => {
      status = { ...status, ...patch }
      tell()
    },
    put: (next) => {
      host = next
      tell()
    },
  }
}
