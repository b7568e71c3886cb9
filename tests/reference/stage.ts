/** The compiled Depository doing what a story says, and what its events and its views tell of it. */
import type { LogDescription } from 'ethers'
import transformerArtifact from '../../contracts/artifacts/DeltaTransformer.json' with { type: 'json' }
import depositoryArtifact from '../../contracts/artifacts/Depository.json' with { type: 'json' }
import tokenArtifact from '../../contracts/artifacts/TestToken.json' with { type: 'json' }
import { outstanding, spendable } from './bank.ts'
import { accountOf, bankOf, type Depository, type Operation, positionOf, type Sides } from './depository.ts'
import { type Batch, batchBytes, bodyBytes } from './digests.ts'
import { type Answer, openEvm } from './evm.ts'
import { type Action, TOKENS } from './story.ts'
import type { Hex } from './words.ts'

const NO_HASH: Hex = `0x${'00'.repeat(32)}`
const PLENTY = 10n ** 30n

/** What there is, by name; nothing is not there. */
export type Facts = Map<string, string>

const put = (facts: Facts, name: string, value: string): void => {
  if (value === '0' || value === '0,0') facts.delete(name)
  else facts.set(name, value)
}

const pairsOf = (entities: number): readonly Sides[] =>
  Array.from({ length: entities }, (_, left) =>
    Array.from({ length: entities - left - 1 }, (_, at) => ({ left, right: left + at + 1 })),
  ).flat()

/** Money and debts, as the reference has them. */
export const factsOf = (state: Depository): Facts => {
  const facts: Facts = new Map()
  for (const tokenId of TOKENS) {
    for (const [entity, { reserve, debts }] of bankOf(state, tokenId).entries()) {
      put(facts, `reserve ${entity} ${tokenId}`, `${reserve}`)
      for (const { id, creditor, amount } of debts)
        put(facts, `debt ${entity} ${tokenId} ${id}`, `${creditor}:${amount}`)
    }
    for (const sides of pairsOf(state.entities)) {
      const { collateral, ondelta } = positionOf(accountOf(state, sides), tokenId)
      put(facts, `account ${sides.left} ${sides.right} ${tokenId}`, `${collateral},${ondelta}`)
    }
  }
  return facts
}

/** Events carry absolute values: the newest one is what is so. */
export const learn = (facts: Facts, entities: readonly Hex[], events: readonly LogDescription[]): void => {
  for (const { name, args } of events) {
    const who = (field: string): number => entities.indexOf(args[field])
    switch (name) {
      case 'ReserveUpdated':
        put(facts, `reserve ${who('entityId')} ${args.tokenId}`, `${args.balance}`)
        break
      case 'AccountSettled':
        put(facts, `account ${who('left')} ${who('right')} ${args.tokenId}`, `${args.collateral},${args.ondelta}`)
        break
      case 'DebtCreated':
        put(facts, `debt ${who('debtor')} ${args.tokenId} ${args.debtId}`, `${who('creditor')}:${args.amount}`)
        break
      case 'DebtEnforced': {
        const left = args.remaining === 0n ? '0' : `${who('creditor')}:${args.remaining}`
        put(facts, `debt ${who('debtor')} ${args.tokenId} ${args.debtId}`, left)
        break
      }
    }
  }
}

const encodeBatch = (by: number, operations: readonly Operation[], entities: readonly Hex[], caller: Hex): Hex => {
  const id = (entity: number): Hex => entities[entity] ?? NO_HASH
  const empty = { deposits: [], reserveToReserve: [], settlements: [], disputeStarts: [] }
  const batch: { -readonly [K in keyof Batch]: Batch[K] } = {
    ...empty,
    entityId: id(by),
    reserveToCollateral: [],
    withdrawals: [],
  }
  for (const operation of operations) {
    switch (operation.type) {
      case 'transfer':
        batch.reserveToReserve = [...batch.reserveToReserve, { ...operation, to: id(operation.to) }]
        break
      case 'settlement': {
        const sides = { left: id(operation.left), right: id(operation.right) }
        batch.settlements = [...batch.settlements, { ...operation, ...sides, leftHanko: '0x', rightHanko: '0x' }]
        break
      }
      case 'start': {
        const signed = { frameHash: NO_HASH, counterpartyHanko: '0x' } as const
        const start = {
          ...operation,
          ...signed,
          counterparty: id(operation.counterparty),
          body: bodyBytes(operation.body),
        }
        batch.disputeStarts = [...batch.disputeStarts, start]
        break
      }
      case 'funding':
        batch.reserveToCollateral = [
          ...batch.reserveToCollateral,
          { ...operation, counterparty: id(operation.counterparty) },
        ]
        break
      case 'withdrawal':
        batch.withdrawals = [...batch.withdrawals, { ...operation, to: caller }]
        break
    }
  }
  return batchBytes(batch)
}

export const openStage = async () => {
  const evm = await openEvm()
  const transformer = await evm.contract(transformerArtifact)
  const depository = await evm.contract(depositoryArtifact, evm.agreesToAll, transformer.address)
  for (const symbol of ['ONE', 'TWO']) {
    const token = await evm.contract(tokenArtifact, symbol, symbol, 18)
    await token.read('mint', evm.caller, PLENTY)
    await token.read('approve', depository.address, PLENTY)
    await depository.read('registerToken', token.address)
  }

  await evm.mark()

  /** `before` is the reference's state, which knows the body that was selected. */
  const perform = (action: Action, before: Depository, entities: readonly Hex[]): Promise<Answer> => {
    const { now } = action
    const id = (entity: number): Hex => entities[entity] ?? NO_HASH
    const selected = (sides: Sides): Hex => {
      const { dispute } = accountOf(before, sides)
      return dispute === null ? '0x' : bodyBytes(dispute.body)
    }
    switch (action.type) {
      case 'deposit':
        return depository.call('deposit', [id(action.to), action.tokenId, action.amount], now)
      case 'batch': {
        const batch = encodeBatch(action.by, action.operations, entities, evm.caller)
        return depository.call('processBatch', [batch, '0x', action.nonce], now)
      }
      case 'reveal':
        return depository.call('revealSecret', [action.preimage], now)
      case 'counter': {
        const hankos = { leftHanko: '0x', rightHanko: '0x' }
        const proof = { nonce: action.nonce, frameHash: NO_HASH, body: bodyBytes(action.body), ...hankos }
        return depository.call('registerCounter', [id(action.left), id(action.right), proof], now)
      }
      case 'argue': {
        const [by, other] = action.byLeft ? [action.left, action.right] : [action.right, action.left]
        return depository.call('registerArguments', [id(by), id(other), action.given, '0x'], now)
      }
      case 'finalize':
        return depository.call('finalize', [id(action.left), id(action.right), selected(action)], now)
      case 'agree':
        return depository.call('finalizeAgreed', [id(action.left), id(action.right), selected(action), '0x', '0x'], now)
      case 'enforce':
        return depository.call('enforceDebts', [id(action.debtor), action.tokenId, action.most], now)
    }
  }

  /** Everything the views tell, beside what the reference has. */
  const views = async (state: Depository, entities: readonly Hex[]) => {
    const seen: unknown[] = []
    const expected: unknown[] = []
    const id = (entity: number): Hex => entities[entity] ?? NO_HASH
    for (const [entity, nonce] of state.nonces.entries()) {
      seen.push(await depository.read('nonceOf', id(entity)))
      expected.push([nonce])
      for (const tokenId of TOKENS) {
        const purse = bankOf(state, tokenId)[entity] ?? { reserve: 0n, debts: [], nextId: 1n }
        const [owed] = await depository.read('debtsOf', id(entity), tokenId)
        const [free] = await depository.read('spendableOf', id(entity), tokenId)
        seen.push([owed, free])
        expected.push([outstanding(purse), spendable(purse)])
      }
    }
    for (const { left, right } of pairsOf(state.entities)) {
      const { epoch, nonce, dispute } = accountOf(state, { left, right })
      const [open] = (await depository.read('disputeOf', id(left), id(right))) as [{ toObject(): object }]
      const { nonce: selected, windowEnd, leftArguments, rightArguments } = open.toObject() as Record<string, unknown>
      seen.push(await depository.read('pairOf', id(left), id(right)), [
        selected,
        windowEnd,
        leftArguments,
        rightArguments,
      ])
      expected.push(
        [epoch, nonce],
        dispute ? [dispute.nonce, dispute.windowEnd, dispute.left, dispute.right] : [0n, 0n, '0x', '0x'],
      )
    }
    return { seen, expected }
  }
  return { perform, views, forget: evm.forget }
}
