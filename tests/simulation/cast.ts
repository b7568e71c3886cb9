/**
 * The players: keys, identities and profiles. Several casts differ in who is LEFT of whom, which decides collisions
 * and side of every account.
 */
import { newEntity } from '../../runtime/entity/frame.ts'
import { ownProfile } from '../../runtime/entity/tx/invoice.ts'
import type { HubPolicy } from '../../runtime/entity/types.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { isSignedByBoard, liveOracle } from '../../runtime/oracle.ts'
import { identityOf, keysOf, testSigner } from '../support/signer.ts'
import { fakeOracle, fakeSigner, isFakelySigned } from './fake-signer.ts'
import { type Cast, type Player, ROLES, type Role } from './world.ts'

export const HUB_POLICY: HubPolicy = {
  fees: [1, 2].map((id) => ({ tokenId: id as TokenId, base: 1n, ppm: 2_000 })),
  newcomerCredit: [{ tokenId: 1 as TokenId, limit: 3_000n }],
}

const play = (role: Role, name: string, isReal: boolean): Player => {
  const keys = keysOf(name)
  const identity = identityOf(name, { ...(role === 'hub' ? { hubPolicy: HUB_POLICY } : {}), jurisdiction: 'sim' })
  const profile = ownProfile(newEntity(identity), () => null)
  return {
    role,
    entityId: keys.entityId,
    identity,
    profile,
    signer: isReal ? testSigner(name) : fakeSigner(name, keys),
  }
}

const createCast = (number: number, isReal: boolean): Cast => {
  const players = new Map(ROLES.map((role) => [role, play(role, `${role}-${number}`, isReal)]))
  const hub = players.get('hub')
  // What gossip would have told: who forwards to whom.
  for (const [role, player] of players)
    if (hub && role !== 'hub') players.set(role, { ...player, profile: { ...player.profile, hubs: [hub.entityId] } })
  const boards = new Map([...players.values()].map(({ entityId, identity }) => [entityId, identity.board]))
  const isSignedBy = isReal ? isSignedByBoard : isFakelySigned
  return {
    players,
    oracle: isReal ? liveOracle : fakeOracle,
    isSigned: (signer, digest, hanko) => {
      const board = boards.get(signer)
      return board !== undefined && isSignedBy(board, digest, hanko)
    },
  }
}

/** On which side of the hub the two wallets are. */
const seatingOf = ({ players }: Cast): string => {
  const hub = players.get('hub')?.entityId ?? ''
  return (['alice', 'bob'] as const)
    .map((role) => (hub < (players.get(role)?.entityId ?? '') ? 'left' : 'right'))
    .join()
}

/** One cast for each way the hub can be LEFT or RIGHT of the two wallets. */
export const createCasts = (signing: 'fake' | 'real'): readonly Cast[] => {
  const casts = new Map<string, Cast>()
  for (let number = 0; casts.size < 4; number++) {
    const cast = createCast(number, signing === 'real')
    const seating = seatingOf(cast)
    if (!casts.has(seating)) casts.set(seating, cast)
  }
  return [...casts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cast]) => cast)
}
