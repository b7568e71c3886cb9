/** The door: a process that serves a runtime and an interface that reads it need nothing else. */
import { expect, test } from 'vitest'
import {
  commandHandlers,
  createRAdapter,
  createServer,
  type FrameView,
  RAdapterError,
} from '../../../runtime/radapter/index.ts'
import { quiet } from '../../support/manual-time.ts'
import { startTown } from '../../support/running.ts'
import { UNLOCKED } from '../../support/served.ts'
import { TUSD, usd } from '../../support/world.ts'

test('through the door alone -- a payment is made, seen and refused', async () => {
  const { host, id, time } = await startTown()
  const server = createServer({
    host: () => host,
    status: () => UNLOCKED,
    onChange: () => () => undefined,
    handlers: commandHandlers(() => host, time.clock),
  })
  const adapter = createRAdapter({ mode: 'embedded', server })
  const views: FrameView[] = []
  adapter.onFrame((view) => views.push(view))
  await adapter.connect({ mode: 'embedded' })
  const to = { from: id('You'), to: 'Bob', tokenId: TUSD, memo: '', maxFee: usd(1) }
  const { paymentId } = await adapter.rpc('pay.send', { ...to, commandId: 'a', amount: usd(1) })
  await quiet()
  expect(await adapter.rpc('pay.get', { from: id('You'), paymentId })).toMatchObject({ status: 'sent' })
  expect(views.at(-1)?.height).toBe(host.env().height)
  const refused = adapter.rpc('pay.send', { ...to, commandId: 'b', amount: usd(1_000) })
  await expect(refused).rejects.toThrow(RAdapterError)
  adapter.disconnect()
  server.close()
})
