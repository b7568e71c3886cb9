/** The world of a real wallet through a file: with its chain, without its keys, and open again on the other side. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { HDKey } from '@scure/bip32'
import { beforeAll, expect, test } from 'vitest'
import { createKeyring } from '../../../entrypoints/background/wallet/keyring.ts'
import { present } from '../../../runtime/lib/assert.ts'
import { type Bytes, utf8 } from '../../../runtime/lib/bytes.ts'
import { taggedHash } from '../../../runtime/lib/hash.ts'
import { addressOf } from '../../../runtime/lib/secp.ts'
import { openLocalRuntime } from '../../../runtime/manager/local.ts'
import { SIMNET_CHAIN, SIMNET_CHAIN_ID, seedSimnet, simnetIdentities } from '../../../runtime/manager/simnet.ts'
import type { XlnHeader } from '../../../runtime/manager/xln-file.ts'
import { takeOver } from '../../../runtime/manager/xln-import.ts'
import { memoryCanary } from '../../../runtime/storage/canary.ts'
import { createMemoryDisk, type MemoryDisk, memoryStore } from '../../../runtime/storage/memory.ts'
import { createFakeBrowser } from '../../support/browser-contexts.ts'
import { contractCode } from '../../support/contract-code.ts'
import { tiersOf } from '../../support/tiers.ts'
import { bytesOf, craftRows, exported, imported, sortedRows, storeWith } from '../../support/xln.ts'

const SEED = taggedHash('test-seed', utf8('xln'))
const keyring = createKeyring(SEED)
const identities = simnetIdentities((role, entityIndex) => keyring.entity({ role, runtimeIndex: 0, entityIndex }))
keyring.register(identities.own.entityId, { role: 'own', runtimeIndex: 0, entityIndex: 0 })
for (const [entityIndex, { entityId }] of [identities.hub, ...identities.peers].entries())
  keyring.register(entityId, { role: 'simulated', runtimeIndex: 0, entityIndex })

const open = async (disk: MemoryDisk) => {
  let now = 1_700_000_000_000
  const opened = await openLocalRuntime({
    runtimeId: 'simnet',
    lockId: 'simnet',
    signs: true,
    role: 'writer',
    name: 'Simnet',
    owner: async () => identities.own.entityId,
    chainName: SIMNET_CHAIN,
    chainId: SIMNET_CHAIN_ID,
    openStore: async () => memoryStore(disk),
    canary: memoryCanary(),
    clock: { now: () => now++ },
    entropy: { draw: () => taggedHash('entropy', utf8(`${now++}`)) },
    gasSigners: () => [keyring.gasSigner({ type: 'address', index: 0 })],
    code: contractCode,
    signer: keyring.signer(0),
    schedule: () => () => undefined,
    writer: {
      self: { instanceId: 'test', label: 'test' },
      ports: { ...createFakeBrowser().context(), wait: async () => {} },
    },
    tiers: tiersOf(5, 50),
  })
  if (opened.type !== 'running') throw new Error(opened.type)
  return opened
}

/** Every secret of the wallet, from the paths its keyring documents. */
const secrets = (): readonly Bytes[] => {
  const root = HDKey.fromMasterSeed(SEED)
  const at = (path: string): Bytes => present(root.derive(path).privateKey, path)
  const branches = [`m/${0x786c6e}'`, ...[1, 2, 5, 6].map((role) => `m/${0x786c6e}'/${role}'/0'`)]
  const entities = [1, 2, 5, 6].flatMap((role) => [0, 1, 2, 3].map((entity) => `m/${0x786c6e}'/${role}'/0'/${entity}'`))
  const paths = [...branches, ...entities, `m/${0x786c6e}'/3'/0'`, `m/${0x786c6e}'/4'/0'`, "m/44'/60'/0'/0/0"]
  const keys = paths.map(at)
  const boxes = keys.map((key) => hkdf(sha256, key, undefined, utf8('xln/keyring/v1/x25519'), 32))
  return [SEED, present(root.privateKey, 'root'), present(root.chainCode, 'chain code'), ...keys, ...boxes]
}

let disk: MemoryDisk
let header: XlnHeader
let file: Blob
let root: Bytes
beforeAll(async () => {
  disk = createMemoryDisk()
  const opened = await open(disk)
  await seedSimnet(opened.host, opened.chain, identities, keyring.key({ type: 'address', index: 0 }).address)
  root = opened.host.root()
  await opened.close()
  ;({ file, header } = await exported(storeWith(disk.rows), { runtimeId: 'simnet', name: 'Simnet', label: 'Simnet' }))
}, 60_000)

test('no key of the wallet is in what is exported', async () => {
  const whole = Buffer.concat([...disk.rows].flatMap(([key, value]) => [utf8(key), value]))
  const { rows } = await imported(file)
  const through = Buffer.concat([...present(rows, 'rows').values()])
  const all = secrets()
  // These are the keys it signs with.
  const signers = all.slice(3).map(addressOf)
  const own = keyring.entity({ role: 'own', runtimeIndex: 0, entityIndex: 0 })
  expect(signers).toEqual(expect.arrayContaining([own.address, keyring.key({ type: 'address', index: 0 }).address]))
  for (const secret of all)
    for (const spelling of [Buffer.from(secret), Buffer.from(Buffer.from(secret).toString('hex'))])
      for (const bytes of [
        whole,
        through,
        Buffer.from(await bytesOf(file)),
        Buffer.from(JSON.stringify(header.config)),
      ])
        expect(bytes.includes(spelling)).toBe(false)
  // The search finds what is there.
  const address = Buffer.from(identities.own.entityId.slice(2), 'hex')
  expect([whole.includes(address), through.includes(address)]).toEqual([true, true])
})

test('opened on the other side it is the same world, chain and all', async () => {
  const { outcome, rows } = await imported(file)
  expect(outcome).toMatchObject({
    type: 'verified',
    staged: { ownEntityIds: [identities.own.entityId], chainIds: [SIMNET_CHAIN_ID], header: { root } },
  })
  const copy: MemoryDisk = { rows: new Map(present(rows, 'rows')), epoch: 1 }
  await takeOver(memoryStore(copy))
  const opened = await open(copy)
  expect([opened.host.root(), opened.host.halted()]).toEqual([root, null])
  expect(opened.chain.height()).toBeGreaterThan(0)
  await opened.close()
})

test.each([
  ['a balance', /^chain\/simnet\/state\//],
  ['the newest block', /^chain\/simnet\/head$/],
])('%s of the chain is another one', async (_, pattern) => {
  const all = new Map(disk.rows)
  const key = present(
    sortedRows(all).findLast((row) => pattern.test(row.key)),
    'row',
  ).key
  all.set(
    key,
    present(all.get(key), key).map((byte, i, { length }) => (i === length - 1 ? byte ^ 1 : byte)),
  )
  const { totals: _totals, ...said } = header
  const { outcome, rows } = await imported(await craftRows([sortedRows(all)], said))
  expect(outcome).toMatchObject({ type: 'refused', problem: { type: 'chain_damaged' } })
  expect(rows).toBe(null)
})

test('a chain that is behind what was seen of it', async () => {
  const all = new Map([...disk.rows].filter(([key]) => !key.startsWith('chain/')))
  const fresh = createMemoryDisk()
  const other = await open(fresh)
  await other.close()
  for (const [key, value] of fresh.rows) if (key.startsWith('chain/')) all.set(key, value)
  const { totals: _totals, ...said } = header
  const { outcome } = await imported(await craftRows([sortedRows(all)], said))
  expect(outcome).toMatchObject({ type: 'refused', problem: { type: 'chain_damaged' } })
})
