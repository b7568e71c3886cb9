/**
 * A hub with as many accounts as one likes, made of rows in the codec of `account/row.ts` or of objects in memory: what
 * is measured with it is reading, not how it came about. The same number always makes the same hub.
 */
import { emptyDelta } from '../../runtime/account/delta.ts'
import { deltaKey } from '../../runtime/account/keys.ts'
import { encodeAccount } from '../../runtime/account/row.ts'
import { openReplica } from '../../runtime/account/step.ts'
import type { AccountReplica, AccountTerms } from '../../runtime/account/types.ts'
import { closeFrame, hashReplica, newEntity } from '../../runtime/entity/frame.ts'
import { emptyEnv, runtimeRoot } from '../../runtime/frame.ts'
import { invariant } from '../../runtime/lib/assert.ts'
import { type Bytes, toHex, ZERO_32 } from '../../runtime/lib/bytes.ts'
import { MerkleMap } from '../../runtime/lib/merkle.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import type { Store, StoreRow } from '../../runtime/ports.ts'
import { envRows } from '../../runtime/snapshot.ts'
import { chunksOf, indexRow, putsOf, tally } from '../../runtime/storage/checkpoint.ts'
import type { Env } from '../../runtime/types.ts'
import { identityOf } from './signer.ts'
import { paperChain, TUSD } from './world.ts'

export const FULL_HEIGHT = 1_000
const identity = identityOf('Hub', { isOwn: true })
export const HUB = identity.entityId
/** Behind the hub's id, so that the hub is LEFT in every account and one row is a pattern of all. */
const FIRST_BYTE = 0xff

/** Spread over 2^46, none shorter than six bytes. */
const spread = (n: number, seed: number): number =>
  2 ** 46 + (Math.imul(n + 1, 0x9e37_79b1 + seed * 0x1234_5678) >>> 0) * 2 ** 13 + (n % 8_192)

const figuresOf = (n: number) => ({
  // Zig-zag: an even code is not negative.
  offdelta: spread(n, 1) - (spread(n, 1) % 2),
  collateral: spread(n, 2),
  leftCreditLimit: spread(n, 3),
  rightCreditLimit: spread(n, 4),
  createdAtHeight: 65_536 + (n >> 1),
  updatedAtHeight: 65_536 + (spread(n, 5) % 1_000_000),
})

const idBytes = (n: number): Bytes => {
  const id = new Uint8Array(32).fill(0x5a)
  id[0] = FIRST_BYTE
  new DataView(id.buffer).setUint32(1, n)
  new DataView(id.buffer).setUint32(5, Math.imul(n + 1, 0x85eb_ca6b))
  return id
}
export const idOf = (n: number): EntityId => toHex(idBytes(n)) as EntityId

const termsWith = (right: EntityId): AccountTerms => ({
  left: HUB,
  right,
  chainId: 1n,
  depository: paperChain.terms.depository,
  epoch: 0,
  leftResponseSeconds: 3_600,
  rightResponseSeconds: 3_600,
  features: 0,
  minVersion: 1,
})

const first = openReplica(termsWith(idOf(0)), HUB, 0)

/** Its root is made up, as its height is: none of its frames was ever executed. */
export const accountOf = (n: number): AccountReplica => {
  const { offdelta, collateral, leftCreditLimit, rightCreditLimit, createdAtHeight, updatedAtHeight } = figuresOf(n)
  const id = idBytes(n)
  const delta = {
    ...emptyDelta(TUSD),
    offdelta: BigInt(offdelta) / 2n,
    collateral: BigInt(collateral),
    leftCreditLimit: BigInt(leftCreditLimit),
    rightCreditLimit: BigInt(rightCreditLimit),
  }
  const deltas = first.state.deltas.set(deltaKey(TUSD), delta)
  const terms = termsWith(toHex(id) as EntityId)
  return { ...first, createdAtHeight, updatedAtHeight, state: { ...first.state, terms, root: id, height: 9, deltas } }
}

/** By which `collateral` sorts. */
export const collateralOf = (n: number): bigint => BigInt(figuresOf(n).collateral)

const indexOf = (row: Bytes, part: Bytes): number => {
  for (let at = 0; at + part.length <= row.length; at++) if (part.every((byte, i) => row[at + i] === byte)) return at
  throw new Error('the pattern is not in the row')
}
const bytesOf = (value: number, length: number): Bytes =>
  Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256)

const HEIGHT_BYTES = 3
const AMOUNT_BYTES = 6

/** A row like `encodeAccount(accountOf(n))`, by writing into a copy of the first. */
export const createRows = (): ((n: number) => Bytes) => {
  const first = encodeAccount(accountOf(0))
  const figures = figuresOf(0)
  const places = Object.entries(figures).map(([name, value]) => {
    const length = name.endsWith('Height') ? HEIGHT_BYTES : AMOUNT_BYTES
    return { name: name as keyof typeof figures, length, at: indexOf(first, bytesOf(value, length)) }
  })
  const idAt = indexOf(first, idBytes(0))
  return (n) => {
    const row = new Uint8Array(first)
    row.set(idBytes(n), idAt)
    const next = figuresOf(n)
    for (const { name, length, at } of places) {
      let value = next[name]
      for (let i = length - 1; i >= 0; i--) {
        row[at + i] = value % 256
        value = Math.floor(value / 256)
      }
    }
    return row
  }
}

/** The hub without its accounts. */
const bareEnv = (): Env => {
  const env: Env = { ...emptyEnv('million', 'Million'), height: FULL_HEIGHT, timestampMs: 1_800_000_000_000 }
  const { state } = closeFrame(newEntity(identity), { entityTxs: [], timestampMs: env.timestampMs })
  return {
    ...env,
    jReplicas: env.jReplicas.set('sim', paperChain),
    eReplicas: env.eReplicas.set(HUB, { entityId: HUB, state }),
  }
}

function* rowsOf(count: number): Generator<StoreRow> {
  const bare = envRows(bareEnv())
  const prefix = `e/${HUB}/a/`
  yield* bare.filter(({ key }) => key < prefix)
  const rowOf = createRows()
  for (let n = 0; n < count; n++) yield { key: prefix + idOf(n), value: rowOf(n) }
  yield* bare.filter(({ key }) => key > prefix)
}

/** A full checkpoint at `FULL_HEIGHT`. Its root is not that of the accounts: nobody reads it. @returns bytes of an account */
export const writeHub = async (store: Store, count: number): Promise<number> => {
  invariant(HUB < idOf(0), 'I-SIDE', () => 'the hub is not LEFT')
  const epoch = await store.claimEpoch()
  const ref = { kind: 'full', height: FULL_HEIGHT } as const
  const env = bareEnv()
  const head = { ...ref, baseHeight: FULL_HEIGHT, root: runtimeRoot(env), recordHash: ZERO_32 }
  const sum = tally()
  for (const chunk of chunksOf(rowsOf(count), sum))
    await store.commit({ epoch, puts: putsOf(ref, chunk, 0), deletes: [] })
  await store.commit({ epoch, puts: [indexRow({ ...head, timestampMs: env.timestampMs }, sum)], deletes: [] })
  return createRows()(0).length
}

/** The same hub in memory, the hash of every account made. */
export const hubOf = (count: number): Env => {
  const env = bareEnv()
  const { state } = env.eReplicas.get(HUB) ?? { state: newEntity(identity) }
  const made = Array.from({ length: count }, (_, n) => accountOf(n))
  const accounts = MerkleMap.from(
    made.map((account) => [account.state.terms.right, account] as const),
    hashReplica,
  )
  accounts.root()
  return { ...env, eReplicas: env.eReplicas.set(HUB, { entityId: HUB, state: { ...state, accounts } }) }
}
