/**
 * What the clients of the three runtimes ask for: everything a wallet can, in amounts that often do not fit, twice
 * when they are not sure, and again after every crash.
 */
import { decode } from '../../runtime/codec/schema.ts'
import { invoiceCodec } from '../../runtime/entity/codec.ts'
import type { EntityTx, Invoice } from '../../runtime/entity/types.ts'
import { toHex } from '../../runtime/lib/bytes.ts'
import type { CommandId, EntityId, PaymentId, TokenId } from '../../runtime/lib/units.ts'
import { ask } from './process.ts'
import {
  type Actor,
  actor,
  count,
  isNight,
  type OwnOutcome,
  ROLES,
  type Role,
  speaker,
  type Want,
  type World,
} from './world.ts'

export const TOKEN = 1 as TokenId

/** Asks, now or when the runtime is back, until it is answered. */
export const wish = (world: World, role: Role, tx: EntityTx, onApplied: Want['onApplied'] = null): Want => {
  const one = actor(world, role)
  const commandId = `${role}-${one.wants.length}` as CommandId
  const want: Want = { commandId, tx, answer: null, isRefused: false, askedOf: null, onApplied }
  one.wants.push(want)
  const process = speaker(one)
  if (process !== undefined) ask(world, process, want)
  return want
}

const idOf = (world: World, role: Role): EntityId => actor(world, role).player.entityId

const peersOf = (world: World, role: Role): readonly Role[] => {
  if (role === 'hub') return ['alice', 'bob']
  return world.options.hasThirdAccount ? ['hub', role === 'alice' ? 'bob' : 'alice'] : ['hub']
}

const readInvoice = (answer: OwnOutcome['answer']): Invoice | null => {
  const read = answer.type === 'invoice' ? decode(invoiceCodec, answer.invoice) : null
  return read?.type === 'ok' ? read.value : null
}

export const wishInvoice = (
  world: World,
  payee: Role,
  terms: { readonly amount: bigint | null; readonly expirySeconds: number },
  onInvoice: (invoice: Invoice) => void,
): void => {
  const tx: EntityTx = { type: 'create_invoice', tokenId: TOKEN, memo: '', ...terms }
  wish(world, payee, tx, (answer) => {
    const invoice = readInvoice(answer)
    if (invoice !== null) onInvoice(invoice)
  })
}

export const payTx = (world: World, to: Role, amount: bigint, invoice: Invoice | null): EntityTx => ({
  type: 'pay',
  paymentId: toHex(world.random.work.bytes(32)) as PaymentId,
  to: idOf(world, to),
  invoice,
  offerId: null,
  payee: null,
  tokenId: TOKEN,
  amount,
  memo: '',
  maxFee: 1_000n,
})

const amountFor = (world: World): bigint => {
  const random = world.random.work
  return BigInt(random.chance(0.05) ? random.between(5_000, 90_000) : random.between(1, 120))
}

const others = (role: Role): readonly Role[] => ROLES.filter((other) => other !== role)

const openAccount = (world: World, role: Role): void => {
  const counterparty = idOf(world, world.random.work.pick(peersOf(world, role)))
  wish(world, role, { type: 'open_account', counterparty, tokenId: TOKEN, creditLimit: 2_000n })
}

const setCredit = (world: World, role: Role): void => {
  const counterparty = idOf(world, world.random.work.pick(peersOf(world, role)))
  const limit = BigInt(world.random.work.pick([0, 5_000, 20_000, 50_000, 90_000]))
  wish(world, role, { type: 'set_credit_limit', counterparty, tokenId: TOKEN, limit })
}

const payDirectly = (world: World, role: Role): void => {
  const counterparty = idOf(world, world.random.work.pick(peersOf(world, role)))
  const memo = `${role}-${actor(world, role).wants.length}`
  wish(world, role, { type: 'direct_payment', counterparty, tokenId: TOKEN, amount: amountFor(world), memo })
}

const payOnRequest = (world: World, role: Role): void => {
  wish(world, role, payTx(world, world.random.work.pick(others(role)), amountFor(world), null))
}

const makeInvoice = (world: World, role: Role): void => {
  const random = world.random.work
  const amount = random.chance(0.2) ? null : amountFor(world)
  const expirySeconds = Math.floor(world.queue.now() / 1_000) + random.pick([20, 600, 7_200])
  wishInvoice(world, role, { amount, expirySeconds }, (invoice) => {
    world.invoices.push({ payee: role, invoice })
    if (world.isHealing) return
    const payer = world.random.work.pick(others(role))
    payInvoice(world, payer, world.invoices.length - 1)
    if (world.random.work.chance(0.3))
      payInvoice(world, world.random.work.pick(others(role)), world.invoices.length - 1)
  })
}

const payInvoice = (world: World, role: Role, index: number): void => {
  const known = world.invoices[index]
  if (known === undefined || known.payee === role) return
  wish(world, role, payTx(world, known.payee, known.invoice.terms.amount ?? amountFor(world), known.invoice))
}

const payOldInvoice = (world: World, role: Role): void => {
  if (world.invoices.length === 0) return
  count(world, 'invoice tried again')
  payInvoice(world, role, world.random.work.between(0, world.invoices.length - 1))
}

const cancel = (world: World, role: Role): void => {
  const pay = actor(world, role).wants.findLast(({ tx }) => tx.type === 'pay')
  if (pay?.tx.type === 'pay') wish(world, role, { type: 'cancel_payment', paymentId: pay.tx.paymentId })
}

/** A client that lost the answer, or doubts it, asks again with the same id. */
const askAgain = (world: World, role: Role): void => {
  const one = actor(world, role)
  const process = speaker(one)
  const asked = one.wants.filter(({ isRefused, askedOf }) => !isRefused && askedOf === null)
  if (process === undefined || asked.length === 0) return
  count(world, 'asked again')
  ask(world, process, world.random.work.pick(asked))
}

const microtasks = async (number: number): Promise<void> => {
  for (let i = 0; i < number; i++) await undefined
}

/** A client that sends its next command the moment it has the answer to the last, some microtasks later. */
export const burst = (world: World, role: Role, length: number): void => {
  wish(world, role, { type: 'create_offer', tokenId: TOKEN, amount: null, memo: '' }, () => {
    if (length > 1) void microtasks(world.random.work.between(0, 12)).then(() => burst(world, role, length - 1))
  })
}

const fundCollateral = (world: World, role: Role): void => {
  const counterparty = idOf(world, world.random.work.pick(peersOf(world, role)))
  const amount = BigInt(world.random.work.between(1, 900))
  wish(world, role, { type: 'reserve_to_collateral', counterparty, tokenId: TOKEN, amount })
}

const sendReserve = (world: World, role: Role): void => {
  const to = idOf(world, world.random.work.pick(others(role)))
  wish(world, role, {
    type: 'reserve_to_reserve',
    to,
    tokenId: TOKEN,
    amount: BigInt(world.random.work.between(1, 500)),
  })
}

/** Into reserves and out of them, now and then more than there is; what costs the other side something it is asked about. */
const settle = (world: World, role: Role): void => {
  const random = world.random.work
  const other = random.pick(peersOf(world, role))
  const own = BigInt(random.pick([1, 1, 1, -1]) * random.between(1, 300))
  const theirs = random.chance(0.2) ? BigInt(random.pick([1, -1]) * random.between(1, 300)) : 0n
  const [one, two] = [idOf(world, role), idOf(world, other)]
  const [leftDiff, rightDiff] = one < two ? [own, theirs] : [theirs, own]
  wish(world, role, { type: 'settle', counterparty: two, diffs: [{ tokenId: TOKEN, leftDiff, rightDiff }] })
}

const decide = (world: World, role: Role): void => {
  const random = world.random.work
  const type = random.pick(['settle_approve', 'settle_approve', 'settle_reject'] as const)
  wish(world, role, { type, counterparty: idOf(world, random.pick(peersOf(world, role))) })
}

type Op = { readonly weight: number; readonly run: (world: World, role: Role) => void }
const OPS: readonly Op[] = [
  { weight: 0.4, run: openAccount },
  { weight: 3, run: setCredit },
  { weight: 7, run: payDirectly },
  { weight: 4, run: payOnRequest },
  { weight: 5, run: makeInvoice },
  { weight: 1, run: payOldInvoice },
  { weight: 1, run: cancel },
  { weight: 2, run: askAgain },
  { weight: 1, run: (world, role) => burst(world, role, 3) },
]
const CHAIN_OPS: readonly Op[] = [
  { weight: 2, run: fundCollateral },
  { weight: 1, run: sendReserve },
  { weight: 2.5, run: settle },
  { weight: 1, run: decide },
]

const draw = (world: World): Op => {
  const ops = world.options.hasChain ? [...OPS, ...CHAIN_OPS] : OPS
  let left = world.random.work.fraction() * ops.reduce((sum, { weight }) => sum + weight, 0)
  for (const op of ops) {
    left -= op.weight
    if (left < 0) return op
  }
  return ops[0] as Op
}

/** Accounts first, from one side or from both at once, and money on the chain. */
const beginWork = (world: World): void => {
  const random = world.random.work
  const open = (role: Role, other: Role) =>
    wish(world, role, { type: 'open_account', counterparty: idOf(world, other), tokenId: TOKEN, creditLimit: 5_000n })
  for (const role of ['alice', 'bob'] as const) {
    open(role, 'hub')
    if (random.chance(0.4)) open('hub', role)
    // Too early until the account is there; again a little later, when it mostly is.
    for (const delayMs of [300, 1_500])
      world.queue.after(delayMs, 'credit', () => [role, 'hub' as const].map((one) => setCredit(world, one)))
  }
  if (world.options.hasThirdAccount) open('alice', 'bob')
  for (const role of ROLES) fund(world, role)
}

const fund = (world: World, role: Role): void => {
  const gift = { entityId: idOf(world, role), tokenId: TOKEN, amount: 5_000n }
  world.queue.after(
    world.random.work.between(100, 3_000),
    `fund ${role}`,
    () => void world.chain?.testChain?.fund(gift),
  )
}

/** Plans one wish after another until the world heals. */
export const startWork = (world: World): void => {
  beginWork(world)
  const next = () => {
    if (world.isHealing) return
    // Several at once, so that both sides of an account propose at the same time.
    for (let i = world.random.work.pick([1, 1, 2, 4]); i > 0; i--) draw(world).run(world, world.random.work.pick(ROLES))
    world.queue.after(world.random.work.between(10, world.options.paceMs) * (isNight(world) ? 1_000 : 1), 'work', next)
  }
  world.queue.after(500, 'work', next)
}

/** True when the actor's clients have nothing left to hear. */
export const isAnswered = ({ wants }: Actor): boolean => wants.every((want) => want.answer !== null || want.isRefused)
