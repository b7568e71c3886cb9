/** Who does not answer: noticed after a while, told of once, asked again by hand, and forgotten with the first receipt. */
import { expect, test } from 'vitest'
import { newEntity } from '../../runtime/entity/frame.ts'
import { ownProfile } from '../../runtime/entity/tx/invoice.ts'
import { TIMING } from '../../runtime/lib/limits.ts'
import type { Parcel, Transport } from '../../runtime/ports.ts'
import { quiet } from '../support/manual-time.ts'
import { startTown } from '../support/running.ts'
import { identityOf, keysOf } from '../support/signer.ts'
import { START_MS, TUSD } from '../support/world.ts'

const CAROL = keysOf('Carol').entityId

/** A line to elsewhere that loses everything, and says what it is told to. */
const lostLine = () => {
  const sent: number[] = []
  const listeners = new Set<(parcel: Parcel) => void>()
  const transport: Transport = {
    send: (parcel) => void sent.push(parcel.seq),
    onParcel: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const say = (parcel: Parcel): void => {
    for (const listener of listeners) listener(parcel)
  }
  return { transport, sent, say }
}

/** You have opened an account with Carol, who lives elsewhere and has not answered. */
const waitingForCarol = async () => {
  const line = lostLine()
  const town = await startTown({ transport: line.transport })
  const profile = ownProfile(newEntity(identityOf('Carol')), () => null)
  await town.host.submit({ type: 'runtime', tx: { type: 'import_profile', profile } })
  await town.run('You', { type: 'open_account', counterparty: CAROL, tokenId: TUSD, creditLimit: 1n })
  const told: number[] = []
  town.host.onChange(() => {
    const { size } = town.host.unreachable()
    if (size !== (told.at(-1) ?? 0)) told.push(size)
  })
  const pass = async (ms: number): Promise<void> => {
    town.time.advance(ms)
    await quiet()
  }
  return { ...line, town, told, pass }
}

test('sent in vain for some seconds -- unreachable since the first try, and told of once', async () => {
  const { town, sent, told, pass } = await waitingForCarol()
  const [seq] = sent
  expect([sent.length, [...town.host.unreachable()]]).toEqual([1, []])
  await pass(5_000)
  expect([...town.host.unreachable()]).toEqual([])
  await pass(10_000)
  expect([...town.host.unreachable()]).toEqual([[CAROL, START_MS]])
  await pass(600_000)
  expect([...town.host.unreachable()]).toEqual([[CAROL, START_MS]])
  expect([new Set(sent), told]).toEqual([new Set([seq]), [1]])
})

test('asked by hand -- everything goes at once', async () => {
  const { town, sent, pass } = await waitingForCarol()
  await pass(100_000)
  const before = sent.length
  town.host.retry()
  expect(sent.length).toBe(before + 1)
})

test('a receipt -- reachable again, and nothing goes any more', async () => {
  const { town, sent, say, told, pass } = await waitingForCarol()
  // By then nobody waits for Carol's answer any more.
  for (let n = 0; n <= TIMING.greetings; n++) await pass(600_000)
  const [seq] = sent
  say({ type: 'receipt', from: CAROL, to: town.id('You'), seq: seq ?? 0, start: town.host.env().start })
  await quiet()
  expect([[...town.host.unreachable()], told.at(-1)]).toEqual([[], 0])
  const before = sent.length
  town.host.retry()
  await pass(600_000)
  expect(sent.length).toBe(before)
})

test('a receipt of somebody else -- changes nothing', async () => {
  const { town, sent, say, pass } = await waitingForCarol()
  await pass(100_000)
  say({ type: 'receipt', from: town.id('Bob'), to: town.id('You'), seq: sent[0] ?? 0, start: town.host.env().start })
  await quiet()
  expect([...town.host.unreachable()]).toEqual([[CAROL, START_MS]])
})
