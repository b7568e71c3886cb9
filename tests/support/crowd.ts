/**
 * A hub and many customers in one runtime, made by real inputs alone: commands, signed frames, blocks of a chain. Each
 * customer opened an account with the hub; credit, payments both ways and collateral differ, with ties among them.
 */
import type { EntityTx, HubPolicy } from '../../runtime/entity/types.ts'
import type { RuntimeHost } from '../../runtime/host.ts'
import type { JEvent } from '../../runtime/jurisdiction/types.ts'
import { present } from '../../runtime/lib/assert.ts'
import { word, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import type { CommandId, EntityId } from '../../runtime/lib/units.ts'
import { startRuntime } from '../../runtime/loop.ts'
import type { Store } from '../../runtime/ports.ts'
import { emptyBook } from '../../runtime/radapter/activity.ts'
import { beginning } from '../../runtime/recover.ts'
import { memoryCanary } from '../../runtime/storage/canary.ts'
import { memoryStore } from '../../runtime/storage/memory.ts'
import { manualTime, quiet } from './manual-time.ts'
import { identityOf, keysOf, testSigner } from './signer.ts'
import { NO_CHECKPOINTS } from './tiers.ts'
import { paperChain, START_MS, TUSD, usd } from './world.ts'

const HUB = 'Hub'
const policy: HubPolicy = {
  fees: [{ tokenId: TUSD, base: 0n, ppm: 0 }],
  newcomerCredit: [{ tokenId: TUSD, limit: usd(100) }],
}

export type Crowd = {
  readonly host: RuntimeHost
  readonly hub: EntityId
  /** The hub pays one of them, who pays it back the next time. */
  readonly payBack: (n: number) => Promise<void>
}

/** Every third pays the hub, every fifth is paid by it, every seventh has collateral on the chain. */
export const startCrowd = async (
  customers: number,
  tiers = NO_CHECKPOINTS,
  store: Store = memoryStore(),
): Promise<Crowd> => {
  const names = Array.from({ length: customers }, (_, n) => `Customer ${String(n + 1).padStart(3, '0')}`)
  const time = manualTime(START_MS)
  let drawn = 0
  let commands = 0
  const host = startRuntime(
    { ...beginning('crowd', 'Crowd'), activity: emptyBook() },
    {
      store,
      epoch: await store.claimEpoch(),
      canary: memoryCanary(),
      clock: time.clock,
      schedule: time.schedule,
      entropy: { draw: () => taggedHash('crowd', word(drawn++)) },
      signer: testSigner(HUB, ...names),
      chains: new Map(),
      transport: null,
      tiers,
    },
  )
  const hub = keysOf(HUB).entityId
  const idOf = (name: string): EntityId => keysOf(name).entityId
  const submit = async (input: Parameters<RuntimeHost['submit']>[0]): Promise<void> => {
    const outcome = await host.submit(input)
    if (outcome.type === 'rejected') throw new Error(outcome.rejection.type)
  }
  const command = (entityId: EntityId, tx: EntityTx): Promise<void> =>
    submit({ type: 'command', commandId: `crowd-${commands++}` as CommandId, entityId, tx })

  await submit({ type: 'runtime', tx: { type: 'import_jurisdiction', replica: paperChain } })
  await submit({ type: 'runtime', tx: { type: 'import_entity', identity: identityOf(HUB, { hubPolicy: policy }) } })
  for (const [n, name] of names.entries()) {
    await submit({ type: 'runtime', tx: { type: 'import_entity', identity: identityOf(name, { isOwn: false }) } })
    const creditLimit = usd(50 + (n % 10) * 10)
    await command(idOf(name), { type: 'open_account', counterparty: hub, tokenId: TUSD, creditLimit })
  }
  await quiet()
  const pay = (from: EntityId, to: EntityId, n: number): Promise<void> =>
    command(from, { type: 'direct_payment', counterparty: to, tokenId: TUSD, amount: usd(1 + (n % 4)), memo: '' })
  for (const [n, name] of names.entries()) {
    if (n % 3 === 0) await pay(idOf(name), hub, n)
    if (n % 5 === 0) await pay(hub, idOf(name), n)
  }
  await quiet()
  const settled = names
    .filter((_, n) => n % 7 === 0)
    .map((name, n): JEvent => {
      const other = idOf(name)
      const [left, right] = hub < other ? [hub, other] : [other, hub]
      const collateral = usd(10 + (n % 3) * 10)
      return { type: 'account_settled', left, right, tokenId: TUSD, collateral, ondelta: 0n, epoch: 0, nonce: 0 }
    })
  const { height, blockHash, timestampSeconds } = present(host.env().jReplicas.get('sim'), 'the chain')
  const block = {
    height: height + 1,
    hash: taggedHash('crowd-block', ZERO_32),
    previousHash: blockHash,
    timestampSeconds: timestampSeconds + 1,
    events: settled,
  }
  await submit({ type: 'j_block', jurisdiction: 'sim', block })
  await quiet()
  const payBack = (n: number): Promise<void> => {
    const other = idOf(present(names[(n >> 1) % names.length], 'a customer'))
    return n % 2 === 0 ? pay(hub, other, 0) : pay(other, hub, 0)
  }
  return { host, hub, payBack }
}
