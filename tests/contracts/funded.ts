/** A chain on which two actors have reserves, and the Depository at hand. */
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import type { JBatch } from '../../runtime/jurisdiction/types.ts'
import type { TokenId } from '../../runtime/lib/units.ts'
import { pairOf } from './court.ts'
import { type Actor, actor, contractAt, openWorld, pair, signBatch, TETH, TUSD, transactAs } from './world.ts'

export const [left, right] = pair('alice', 'bob')
export const stranger = actor('carol')
/** Pays for what anyone may send. */
const bystander = actor('bystander')
export const START = { left: 1_000n, right: 500n }
const TOKENS: readonly TokenId[] = [TUSD, TETH]

/** A copy of this for every test, at chain time 1,000 and a few. */
const fundedDisk = (async () => {
  const { chain, disk } = await openWorld()
  for (const tokenId of TOKENS) {
    await chain.fund({ entityId: left.entityId, tokenId, amount: START.left })
    await chain.fund({ entityId: right.entityId, tokenId, amount: START.right })
  }
  await chain.fundEther({ address: bystander.address, amountWei: 10n ** 20n })
  return disk
})()

export const openFunded = async () => {
  const { rows, epoch } = await fundedDisk
  const { chain, clock } = await openWorld({ disk: { rows: new Map(rows), epoch } })
  const depository = contractAt(chain, chain.terms.depository, depositoryArtifact.abi)
  const nonceOf = async ({ entityId }: Actor): Promise<number> =>
    Number((await depository.call('nonceOf', entityId))[0])
  const reserveOf = async ({ entityId }: Actor, tokenId: TokenId = TUSD): Promise<bigint> =>
    BigInt(String((await depository.call('reserveOf', entityId, tokenId))[0]))
  return {
    chain,
    depository,
    reserveOf,
    signed: pairOf(chain.terms, left, right),
    /** The next block is made at this second, or one after the last. */
    at: clock.set,
    /** The entity's next batch. */
    submit: async (signer: Actor, batch: Partial<JBatch>) =>
      chain.submit(signBatch(chain.terms, signer, { nonce: (await nonceOf(signer)) + 1, batch })),
    /** A call by somebody who is no party to anything. */
    send: (name: string, ...args: readonly unknown[]) =>
      transactAs(chain, bystander, depository.address, depository.encode(name, args)),
    /** Everything two actors have on the chain in one token. */
    standing: async (tokenId: TokenId = TUSD) => {
      const [outstandingLeft] = await depository.call('debtsOf', left.entityId, tokenId)
      const [outstandingRight] = await depository.call('debtsOf', right.entityId, tokenId)
      const [epoch, nonce] = await depository.call('pairOf', left.entityId, right.entityId)
      const [collateral, ondelta] = await depository.call('accountOf', left.entityId, right.entityId, tokenId)
      const [dispute] = await depository.call('disputeOf', left.entityId, right.entityId)
      return {
        left: await reserveOf(left, tokenId),
        right: await reserveOf(right, tokenId),
        debts: [outstandingLeft, outstandingRight],
        account: [collateral, ondelta],
        pair: [epoch, nonce],
        isDisputed: BigInt((dispute as { bodyHash: string }).bodyHash) !== 0n,
        height: chain.height(),
      }
    },
  }
}
export type Funded = Awaited<ReturnType<typeof openFunded>>
