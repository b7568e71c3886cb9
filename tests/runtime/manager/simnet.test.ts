/**
 * The local runtime as the extension opens it: Simnet comes up, pays, is closed and opened again, and refuses to go on
 * when its database is older than its canary.
 */

import { expect, test } from 'vitest'
import { positionOf } from '../../../runtime/account/delta.ts'
import { frameDigest, hashFrame } from '../../../runtime/account/frame.ts'
import { deltaKey } from '../../../runtime/account/keys.ts'
import type { EntityTx } from '../../../runtime/entity/types.ts'
import { runtimeRoot } from '../../../runtime/frame.ts'
import type { RuntimeHost } from '../../../runtime/host.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { boxPublicKeyOf } from '../../../runtime/lib/box.ts'
import { toHex, utf8 } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import { addressOf, recoverAddress } from '../../../runtime/lib/secp.ts'
import type { CommandId, PaymentId, TokenId } from '../../../runtime/lib/units.ts'
import { type LocalRuntime, openLocalRuntime } from '../../../runtime/manager/local.ts'
import { SIMNET_CHAIN, SIMNET_CHAIN_ID, seedSimnet, simnetIdentities } from '../../../runtime/manager/simnet.ts'
import { memoryCanary } from '../../../runtime/storage/canary.ts'
import { createMemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { StoreError } from '../../../runtime/storage/store.ts'
import { createFakeBrowser } from '../../support/browser-contexts.ts'
import { contractCode } from '../../support/contract-code.ts'
import { keysOf, testSigner } from '../../support/signer.ts'
import { tiersOf } from '../../support/tiers.ts'

const NAMES = ['own0', 'simulated0', 'simulated1', 'simulated2', 'simulated3']
const identities = simnetIdentities((role, index) => {
  const { secret, box } = keysOf(`${role}${index}`)
  return { address: addressOf(secret), boxPublicKey: boxPublicKeyOf(box) }
})

type Machine = {
  disk: ReturnType<typeof createMemoryDisk> | null
  slot: Parameters<typeof memoryCanary>[0] & object
  nowMs: number
}
const newMachine = (): Machine => ({ disk: null, slot: { mark: null }, nowMs: 1_700_000_000_000 })

const open = async (machine: Machine, owner = identities.own.entityId): Promise<LocalRuntime> => {
  let drawn = 0
  const context = createFakeBrowser().context()
  return openLocalRuntime({
    runtimeId: 'simnet',
    lockId: 'simnet',
    signs: true,
    role: 'writer',
    name: 'Simnet',
    owner: async () => owner,
    chainName: SIMNET_CHAIN,
    chainId: SIMNET_CHAIN_ID,
    openStore: async ({ create }) => {
      if (machine.disk === null && !create) throw new StoreError('missing', 'no database')
      machine.disk ??= createMemoryDisk()
      return memoryStore(machine.disk)
    },
    canary: memoryCanary(machine.slot),
    clock: { now: () => machine.nowMs++ },
    entropy: { draw: () => taggedHash('entropy', utf8(`${machine.nowMs}/${drawn++}`)) },
    gasSigners: () => [],
    code: contractCode,
    signer: testSigner(...NAMES),
    schedule: () => () => undefined,
    writer: { self: { instanceId: 'test', label: 'test' }, ports: { ...context, wait: async () => {} } },
    tiers: tiersOf(10, 100),
  })
}

const openRunning = async (machine: Machine) => {
  const opened = await open(machine)
  if (opened.type !== 'running') throw new Error(opened.type)
  await seedSimnet(opened.host, opened.chain, identities, addressOf(keysOf('own0').secret))
  return opened
}

const quiet = (host: RuntimeHost): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (host.env().queue.length > 0) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = host.onChange(look)
    look()
  })

const pay = (id: string, amount: bigint): EntityTx => ({
  type: 'pay',
  paymentId: toHex(taggedHash('payment', utf8(id))) as PaymentId,
  to: present(identities.peers[0], 'Bob').entityId,
  invoice: null,
  offerId: null,
  payee: null,
  tokenId: 1 as TokenId,
  amount,
  memo: 'lunch',
  maxFee: 10n ** 6n,
})

/** Every kept frame carries the signatures of both its entities' keys; whose they are, by name of the address. */
const signersOf = (host: RuntimeHost): ReadonlySet<string> => {
  const signers = new Set<string>()
  for (const { state } of host.env().eReplicas.values())
    for (const { state: agreed, frames } of state.accounts.values())
      for (const { frame, leftHanko, rightHanko } of frames) {
        const digest = frameDigest(agreed.terms, frame, hashFrame(frame))
        for (const [entityId, hanko] of [
          [agreed.terms.left, leftHanko],
          [agreed.terms.right, rightHanko],
        ] as const) {
          const signer = recoverAddress(digest, hanko)
          const board = host.env().eReplicas.get(entityId)?.state.board
          expect(board?.members).toEqual([{ address: signer, weight: 1 }])
          signers.add(String(signer))
        }
      }
  return signers
}

const outCapacity = (host: RuntimeHost): bigint => {
  const account = host.env().eReplicas.get(identities.own.entityId)?.state.accounts.get(identities.hub.entityId)
  const delta = account?.state.deltas.get(deltaKey(1 as TokenId))
  return account && delta ? positionOf(delta, account.isLeft).outCapacity : 0n
}

test('simnet -- comes up funded, pays Bob through the hub, and is the same after a restart', async () => {
  const machine = newMachine()
  const first = await openRunning(machine)
  expect(outCapacity(first.host)).toBe(950n * 10n ** 6n)
  const outcome = await first.host.submit({
    type: 'command',
    commandId: 'c-1' as CommandId,
    entityId: identities.own.entityId,
    tx: pay('one', 3_210_000n),
  })
  expect(outcome.type).toBe('applied')
  await quiet(first.host)
  expect(outCapacity(first.host)).toBe(950_000_000n - 3_210_000n - 1_605n)
  expect(signersOf(first.host).size).toBe(NAMES.length)
  const before = { root: toHex(runtimeRoot(first.host.env())), height: first.host.env().height }
  await first.close()

  const second = await openRunning(machine)
  expect({ root: toHex(second.host.root()), height: second.host.env().height }).toEqual(before)
  const again = await second.host.submit({
    type: 'command',
    commandId: 'c-1' as CommandId,
    entityId: identities.own.entityId,
    tx: pay('one', 3_210_000n),
  })
  expect(again).toEqual(outcome)
  expect(second.host.env().height).toBe(before.height)
  const past = await second.host.envAt(15)
  expect(past?.height).toBe(15)
  await second.close()
})

test('simnet -- a database older than its canary is opened for reading only', async () => {
  const machine = newMachine()
  const first = await openRunning(machine)
  const old = { rows: new Map(machine.disk?.rows), epoch: machine.disk?.epoch ?? 0 }
  await first.host.submit({
    type: 'command',
    commandId: 'c-1' as CommandId,
    entityId: identities.own.entityId,
    tx: pay('one', 5n),
  })
  await quiet(first.host)
  await first.close()
  machine.disk = old
  const second = await open(machine)
  expect(second.type).toBe('read_only')
  await (second.type === 'read_only' ? second.close() : Promise.reject(new Error('wrote to an old database')))
})

test('simnet -- a missing database is never replaced by a fresh one', async () => {
  const machine = newMachine()
  await (await openRunning(machine)).close()
  machine.disk = null
  const second = await open(machine)
  expect(second.type).toBe('read_only')
  expect(machine.disk).toBeNull()
})

test('simnet -- the history of another wallet is only shown', async () => {
  const machine = newMachine()
  await (await openRunning(machine)).close()
  const rows = new Map(machine.disk?.rows)
  const second = await open(machine, present(identities.peers[0], 'Bob').entityId)
  expect(second).toMatchObject({ type: 'read_only', reason: { type: 'foreign_history' } })
  await second.close()
  expect(new Map(machine.disk?.rows)).toEqual(rows)
})
