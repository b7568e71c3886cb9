/** What a test does through the pages of a wallet's machine (wallet-machine.ts). */
import { present } from '../../runtime/lib/assert.ts'
import { RAdapterError } from '../../runtime/radapter/errors.ts'
import type { FrameView, HostStatus } from '../../runtime/radapter/types.ts'
import { quiet } from './manual-time.ts'
import { createWalletMachine, type Page } from './wallet-machine.ts'

export const USD = 10n ** 6n

export const isRunning = ({ runtime }: HostStatus): boolean => runtime === 'running'
export const namesOf = ({ runtimes }: HostStatus): readonly string[] => runtimes.map(({ name }) => name)

/** A wallet whose Simnet runs, and a page of it. */
export const begin = async () => {
  const machine = createWalletMachine()
  const worker = await machine.startWorker()
  const page = worker.page()
  await page.until(isRunning)
  return { machine, worker, page }
}

export const create = (page: Page, name: string, commandId = name): Promise<{ id: string }> =>
  page.adapter.rpc('runtime.create', { commandId, name })

/** Why it was refused; another error itself. */
export const reasonOf = async (asked: Promise<unknown>): Promise<unknown> => {
  const error = await asked.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  )
  return error instanceof RAdapterError ? error.error.reason : error
}

export const idOf = (frame: FrameView, label: string): string =>
  present(
    frame.entities.find((entity) => entity.label === label),
    label,
  ).entityId

export const chainOf = async (page: Page): Promise<bigint> =>
  present((await page.frame()).jurisdictions[0], 'a chain').chainId

/** Pays Bob through the hub, and waits for the end of it. */
export const pay = async (page: Page, commandId: string, amount = USD): Promise<string> => {
  const frame = await page.frame()
  const from = idOf(frame, 'You')
  const order = { commandId, from, to: idOf(frame, 'Bob'), tokenId: 1, amount, memo: '', maxFee: USD }
  const { paymentId } = await page.adapter.rpc('pay.send', order)
  for (;;) {
    const { status } = await page.adapter.rpc('pay.get', { from, paymentId })
    if (status !== 'pending') return status
    await quiet()
  }
}
