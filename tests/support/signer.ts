/** Keys for tests: each entity's are derived from its name, so that runs are alike. */
import type { EntityIdentity } from '../../runtime/entity/frame.ts'
import type { HubPolicy } from '../../runtime/entity/types.ts'
import { boardId, boardOfOne } from '../../runtime/jurisdiction/board.ts'
import { boxPublicKeyOf, openBox } from '../../runtime/lib/box.ts'
import { type Bytes, utf8 } from '../../runtime/lib/bytes.ts'
import { taggedHash } from '../../runtime/lib/hash.ts'
import { addressOf, sign } from '../../runtime/lib/secp.ts'
import type { EntityId } from '../../runtime/lib/units.ts'
import type { Signer } from '../../runtime/ports.ts'

export type TestKeys = { readonly secret: Bytes; readonly box: Bytes; readonly entityId: EntityId }

export const keysOf = (name: string): TestKeys => {
  const secret = taggedHash('test-signing-key', utf8(name))
  const box = taggedHash('test-box-key', utf8(name))
  return { secret, box, entityId: boardId(boardOfOne(addressOf(secret))) }
}

export const identityOf = (
  name: string,
  options: { readonly hubPolicy?: HubPolicy; readonly isOwn?: boolean; readonly jurisdiction?: string } = {},
): EntityIdentity => {
  const { secret, box, entityId } = keysOf(name)
  return {
    entityId,
    board: boardOfOne(addressOf(secret)),
    label: name,
    boxPublicKey: boxPublicKeyOf(box),
    isOwn: options.isOwn ?? true,
    jurisdiction: options.jurisdiction ?? 'sim',
    responseSeconds: 3_600,
    hubPolicy: options.hubPolicy ?? null,
  }
}

export const testSigner = (...names: readonly string[]): Signer => {
  const keys = new Map(
    names.map((name) => {
      const { entityId, ...secrets } = keysOf(name)
      return [entityId, { ...secrets, publicKey: boxPublicKeyOf(secrets.box) }]
    }),
  )
  return {
    sign: (entityId, digest) => {
      const own = keys.get(entityId)
      return own === undefined ? null : sign(own.secret, digest)
    },
    open: (entityId, box, aad) => {
      const own = keys.get(entityId)
      return own === undefined ? null : openBox({ secretKey: own.box, publicKey: own.publicKey, box, aad })
    },
  }
}
