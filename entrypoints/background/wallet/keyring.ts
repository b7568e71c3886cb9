/**
 * Every key of the wallet, derived from one seed: BIP-32, with BIP-44 for the address that other wallets know.
 *
 *     path                            key
 *     m/44'/60'/0'/0/i                EVM address i, where any other wallet finds it
 *     m/7892078'/1'/r'/e'             signs for the owner's entity e in runtime r
 *     m/7892078'/2'/r'/e'             opens its boxes (X25519)
 *     m/7892078'/3'/r'                runtime r on the network
 *     m/7892078'/4'/r'                pays gas for runtime r, and can do nothing else
 *     m/7892078'/5'/r'/e'             signs for simulated peer e in runtime r
 *     m/7892078'/6'/r'/e'             opens its boxes (X25519)
 *
 * 7892078 is "xln" in ASCII; all of that branch is hardened, so no public key and no leaked child reaches another
 * key. An X25519 secret is HKDF-SHA256 of its node's private key. An entity's key belongs to one runtime: its signer
 * knows no other runtime's entities.
 *
 * Contract: secrets stay in here. After `wipe` every signer answers null and every other call is a fault.
 */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { HARDENED_OFFSET, HDKey } from '@scure/bip32'
import type { GasSigner } from '../../../runtime/jadapter/types.ts'
import { invariant, present } from '../../../runtime/lib/assert.ts'
import { boxPublicKeyOf, openBox } from '../../../runtime/lib/box.ts'
import { type Bytes, utf8 } from '../../../runtime/lib/bytes.ts'
import { addressOf, publicKeyOf, sign } from '../../../runtime/lib/secp.ts'
import type { Address, EntityId } from '../../../runtime/lib/units.ts'
import type { Signer } from '../../../runtime/ports.ts'

/** `simulated`: a named peer of a local test network, its number being its entity index. */
export type EntityRole = 'own' | 'simulated'
/** Indices are integers, 0 ≤ index < 2^31. */
export type EntityKeyRef = { readonly role: EntityRole; readonly runtimeIndex: number; readonly entityIndex: number }
export type EntityKeys = {
  readonly address: Address
  /** 33 bytes, compressed. */
  readonly publicKey: Bytes
  /** X25519, 32 bytes. */
  readonly boxPublicKey: Bytes
}
/** Keys that belong to no entity. */
export type KeyRef =
  | { readonly type: 'address'; readonly index: number }
  | { readonly type: 'network'; readonly runtimeIndex: number }
  | { readonly type: 'gas'; readonly runtimeIndex: number }

export type Keyring = {
  entity(ref: EntityKeyRef): EntityKeys
  /** From now on the runtime's signer signs and opens for `entityId` with this key. */
  register(entityId: EntityId, ref: EntityKeyRef): void
  /** Signs and opens for this runtime's registered entities and no others. */
  signer(runtimeIndex: number): Signer
  key(ref: KeyRef): { readonly address: Address; readonly publicKey: Bytes }
  /** 65 bytes r ‖ s ‖ v over a 32-byte digest. */
  sign(ref: KeyRef, digest: Bytes): Bytes
  /** Pays on chain with this key; signs nothing once the keyring is wiped. */
  gasSigner(ref: KeyRef): GasSigner
  wipe(): void
}

type Path = readonly number[]
const PURPOSE = 0x786c6e
const SIGNING = { own: 1, simulated: 5 } as const
const BOX = { own: 2, simulated: 6 } as const
const NETWORK = 3
const GAS = 4
const BOX_INFO = utf8('xln/keyring/v1/x25519')

const hardened = (...path: Path): Path =>
  path.map((index) => {
    const isIndex = Number.isInteger(index) && index >= 0 && index < HARDENED_OFFSET
    invariant(isIndex, 'I-KEY-INDEX', () => `no key has index ${index}`)
    return index + HARDENED_OFFSET
  })

const pathOf = (ref: KeyRef): Path => {
  if (ref.type === 'network') return hardened(PURPOSE, NETWORK, ref.runtimeIndex)
  if (ref.type === 'gas') return hardened(PURPOSE, GAS, ref.runtimeIndex)
  // BIP-44 leaves the last two levels unhardened; the check of the index is the same.
  return [...hardened(44, 60, 0), 0, ...hardened(ref.index).map((index) => index - HARDENED_OFFSET)]
}
const signingPath = (ref: EntityKeyRef): Path => hardened(PURPOSE, SIGNING[ref.role], ref.runtimeIndex, ref.entityIndex)
const boxPath = (ref: EntityKeyRef): Path => hardened(PURPOSE, BOX[ref.role], ref.runtimeIndex, ref.entityIndex)

/** Private keys by path, derived once and wiped together. */
type Secrets = { at(path: Path): Bytes; boxAt(path: Path): Bytes; boxPublicKeyAt(path: Path): Bytes; wipe(): void }

const secretsOf = (seed: Bytes): Secrets => {
  let root: HDKey | null = HDKey.fromMasterSeed(seed)
  /** Nodes above the keys, by path: most keys share theirs, and a step costs a point multiplication. */
  const branches = new Map<string, HDKey>()
  const known = new Map<string, Bytes>()
  const remember = (name: string, derive: () => Bytes): Bytes => {
    const secret = known.get(name) ?? derive()
    known.set(name, secret)
    return secret
  }
  const branch = (path: Path): HDKey => {
    invariant(root !== null, 'I-KEYRING-WIPED', () => 'the wallet is locked')
    if (path.length === 0) return root
    const name = path.join('/')
    const node = branches.get(name) ?? branch(path.slice(0, -1)).deriveChild(present(path.at(-1), 'an index'))
    branches.set(name, node)
    return node
  }
  const at = (path: Path): Bytes => {
    const parent = branch(path.slice(0, -1))
    return remember(path.join('/'), () => {
      const node = parent.deriveChild(present(path.at(-1), 'an index'))
      const secret = present(node.privateKey, 'a private key').slice()
      node.wipePrivateData()
      return secret
    })
  }
  const boxAt = (path: Path): Bytes =>
    remember(`box:${path.join('/')}`, () => hkdf(sha256, at(path), undefined, BOX_INFO, 32))
  return {
    at,
    boxAt,
    boxPublicKeyAt: (path) => remember(`public:${path.join('/')}`, () => boxPublicKeyOf(boxAt(path))),
    wipe: () => {
      root?.wipePrivateData()
      root = null
      for (const node of branches.values()) node.wipePrivateData()
      branches.clear()
      for (const secret of known.values()) secret.fill(0)
      known.clear()
    },
  }
}

const isSameRef = (a: EntityKeyRef, b: EntityKeyRef): boolean =>
  a.role === b.role && a.runtimeIndex === b.runtimeIndex && a.entityIndex === b.entityIndex

/** @param seed the 64-byte BIP-39 seed; the caller may wipe it afterwards. */
export const createKeyring = (seed: Bytes): Keyring => {
  const secrets = secretsOf(seed)
  const entities = new Map<EntityId, EntityKeyRef>()
  let isWiped = false
  const ownKey = (ref: KeyRef): ReturnType<Keyring['key']> => {
    const secret = secrets.at(pathOf(ref))
    return { address: addressOf(secret), publicKey: publicKeyOf(secret) }
  }
  const refOf = (runtimeIndex: number, entityId: EntityId): EntityKeyRef | null => {
    const ref = entities.get(entityId)
    return ref?.runtimeIndex === runtimeIndex ? ref : null
  }
  return {
    entity: (ref) => {
      const secret = secrets.at(signingPath(ref))
      const boxPublicKey = secrets.boxPublicKeyAt(boxPath(ref)).slice()
      return { address: addressOf(secret), publicKey: publicKeyOf(secret), boxPublicKey }
    },
    register: (entityId, ref) => {
      const known = entities.get(entityId)
      invariant(known === undefined || isSameRef(known, ref), 'I-ENTITY-KEY', () => `${entityId} has another key`)
      // Derived now, so that the first signature is as fast as any other and a bad index shows here.
      secrets.at(signingPath(ref))
      secrets.boxAt(boxPath(ref))
      entities.set(entityId, ref)
    },
    signer: (runtimeIndex) => ({
      sign: (entityId, digest) => {
        const ref = refOf(runtimeIndex, entityId)
        return ref === null ? null : sign(secrets.at(signingPath(ref)), digest)
      },
      open: (entityId, box, aad) => {
        const ref = refOf(runtimeIndex, entityId)
        if (ref === null) return null
        const path = boxPath(ref)
        return openBox({ secretKey: secrets.boxAt(path), publicKey: secrets.boxPublicKeyAt(path), box, aad })
      },
    }),
    key: ownKey,
    sign: (ref, digest) => sign(secrets.at(pathOf(ref)), digest),
    gasSigner: (ref) => {
      const { address } = ownKey(ref)
      return { address, sign: (digest) => (isWiped ? null : sign(secrets.at(pathOf(ref)), digest)) }
    },
    wipe: () => {
      isWiped = true
      entities.clear()
      secrets.wipe()
    },
  }
}
