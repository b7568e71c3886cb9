/** One way to an adapter, whatever carries it; it can do everything an adapter can. */
import { embeddedAdapter } from './embedded.ts'
import { writeInput } from './input.ts'
import type { Pin } from './pin.ts'
import { type PortLike, portAdapter } from './port.ts'
import type { RAdapterServer } from './server.ts'
import type { RAdapter } from './types.ts'

export type Carrier =
  /** The server is in this process. */
  | { readonly mode: 'embedded'; readonly server: Pick<RAdapterServer, 'accept'> }
  /** It is in another one of this browser's. */
  | { readonly mode: 'rpc'; readonly openPort: (runtimeId: string | null) => PortLike; readonly pin?: Pin }

export const createRAdapter = (carrier: Carrier): RAdapter =>
  carrier.mode === 'embedded'
    ? embeddedAdapter(carrier.server)
    : portAdapter(carrier.openPort, carrier.pin, { writeInput })
