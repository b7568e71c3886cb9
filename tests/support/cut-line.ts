/** An adapter on a line that is cut, blocked or misused by hand, over a clock that stands still. */
import { createClient } from '../../runtime/radapter/client.ts'
import type { Connection } from '../../runtime/radapter/connection.ts'
import { connectionPair } from '../../runtime/radapter/embedded.ts'
import { writeInput } from '../../runtime/radapter/input.ts'
import type { ClientPorts } from '../../runtime/radapter/line.ts'
import type { FrameView, HostStatus, RAdapter } from '../../runtime/radapter/types.ts'
import { type ManualTime, manualTime, quiet } from './manual-time.ts'
import type { ServedTown } from './served.ts'

/** A line whose every connection can be cut, or refused, by hand. */
export type CutLine = {
  readonly adapter: RAdapter
  readonly time: ManualTime
  readonly frames: readonly FrameView[]
  readonly hostStatuses: readonly HostStatus[]
  readonly statuses: readonly string[]
  /** When each connection was asked for, in ms since the start. */
  readonly dials: readonly number[]
  readonly cut: () => Promise<void>
  /** What to do with the next connections: let them through, refuse them, or leave them unanswered. */
  lets: 'through' | 'refused' | 'silent'
  /** Called with the texts that leave; false loses the text. */
  carries: (text: string) => boolean
  /** Puts text in front of the client as if the server had said it. */
  readonly say: (text: string) => void
}

export const cutLine = (served: ServedTown, random = () => 0): CutLine => {
  const time = manualTime(0)
  const ports: ClientPorts = { clock: time.clock, schedule: time.schedule, random }
  const dials: number[] = []
  const open: Connection[] = []
  const says: ((message: unknown) => void)[] = []
  const frames: FrameView[] = []
  const hostStatuses: HostStatus[] = []
  const statuses: string[] = []
  const dial = (): Connection => {
    dials.push(time.clock.now())
    if (wire.lets === 'refused') throw new Error('nobody there')
    const [near, far] = connectionPair()
    open.push(far)
    if (wire.lets === 'through') served.server.accept(far)
    return {
      ...near,
      send: (text) => {
        if (wire.carries(text)) near.send(text)
      },
      onMessage: (listener) => {
        says.push(listener)
        near.onMessage(listener)
      },
    }
  }
  const adapter = createClient({ mode: 'rpc', open: dial, ports, writeInput })
  adapter.onFrame((frame) => frames.push(frame))
  adapter.onHostStatus((status) => hostStatuses.push(status))
  adapter.onStatusChange((status) => statuses.push(status))
  const wire: CutLine = {
    adapter,
    time,
    frames,
    hostStatuses,
    statuses,
    dials,
    lets: 'through',
    carries: () => true,
    cut: async () => {
      open.at(-1)?.close()
      await quiet()
      time.advance(0)
      await quiet()
    },
    say: (text) => says.at(-1)?.(text),
  }
  return wire
}
