/**
 * Transcripts: what happened in a test world as text that people can read and that stays the same from run to run.
 *
 *   tick 12  +1.2 s
 *     alice    > pay bob 5 tUSD                           a command, and below it why it was refused, if it was
 *     hub      commits alice–hub #4 by alice: lock …      a frame, when its receiver commits it, with what each side
 *                alice→hub 90 → 85                        can send before and after
 *     alice    holds both signatures of alice–hub #4      the proposer has the acknowledgement
 *     alice    payment_sent to bob 5 (h1)                 everything else an entity reports
 *     chain    block 3: …
 *
 * h1, h2 … name hashlocks in the order they turn up.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type Delta, positionOf } from '../../runtime/account/delta.ts'
import { hashFrame } from '../../runtime/account/frame.ts'
import type { AccountReplica, AccountTx, SignedFrame } from '../../runtime/account/types.ts'
import type { EntityEvent } from '../../runtime/entity/events.ts'
import type { EntityTx } from '../../runtime/entity/types.ts'
import type { JEvent } from '../../runtime/jurisdiction/types.ts'
import { formatAmount } from '../../runtime/lib/amount.ts'
import { type Bytes, toHex } from '../../runtime/lib/bytes.ts'
import type { EntityId, TokenId } from '../../runtime/lib/units.ts'
import type { RuntimeInput, RuntimeRejection } from '../../runtime/types.ts'
import { START_MS, type World } from '../support/world.ts'
import type { TickRecord } from '../support/world-checks.ts'

type Names = {
  readonly entity: (id: string) => string
  readonly hash: (hash: Bytes) => string
  readonly pair: (account: AccountReplica) => string
}

const namesFor = (world: World): Names => {
  const hashes = new Map<string, string>()
  return {
    entity: world.nameOf,
    hash: (hash) => {
      const key = toHex(hash)
      const name = hashes.get(key) ?? `h${hashes.size + 1}`
      hashes.set(key, name)
      return name
    },
    pair: ({ state: { terms } }) => [terms.left, terms.right].map(world.nameOf).sort().join('–'),
  }
}

const plain = (amount: bigint, tokenId: TokenId): string =>
  formatAmount(amount, tokenId === 1 ? 6 : 18, { rounding: 'down', maxDecimals: 18 })
const money = (amount: bigint, tokenId: TokenId): string => `${plain(amount, tokenId)} ${tokenId === 1 ? 'tUSD' : 'tETH'}`
const quoted = (memo: string): string => (memo === '' ? '' : ` "${memo}"`)

const ofTx = (tx: AccountTx, names: Names): string => {
  switch (tx.type) {
    case 'add_delta':
      return `add token ${tx.tokenId}`
    case 'set_credit_limit':
      return `grant credit ${money(tx.limit, tx.tokenId)}`
    case 'direct_payment':
      return `pay ${money(tx.amount, tx.tokenId)}${quoted(tx.memo)}`
    case 'htlc_lock':
      return `lock ${money(tx.amount, tx.tokenId)} (${names.hash(tx.hashlock)})`
    case 'htlc_resolve':
      return `resolve (${names.hash(tx.hashlock)}) by ${tx.outcome.type === 'secret' ? 'preimage' : `error ${tx.outcome.reason}`}`
    case 'j_event_claim': {
      const seen = tx.events.map((event) => `collateral ${money(event.collateral, event.tokenId)}`)
      return `claim block ${tx.jHeight}: ${seen.join(', ')}`
    }
    case 'settle_propose':
      return `propose settlement ${tx.diffs.map((diff) => `${plain(diff.leftDiff, diff.tokenId)}/${money(diff.rightDiff, diff.tokenId)}`).join(', ')}`
    case 'settle_approve':
    case 'settle_reject':
      return tx.type
    case 'request_collateral':
      return `request collateral ${money(tx.amount, tx.tokenId)}`
    case 'rebalance_policy':
      return `rebalance above ${tx.softLimit === null ? 'nothing' : money(tx.softLimit, tx.tokenId)}`
  }
}

const ofCommand = (tx: EntityTx, names: Names): string => {
  switch (tx.type) {
    case 'open_account':
      return `open account with ${names.entity(tx.counterparty)}, credit ${money(tx.creditLimit, tx.tokenId)}`
    case 'set_credit_limit':
      return `grant ${names.entity(tx.counterparty)} credit ${money(tx.limit, tx.tokenId)}`
    case 'direct_payment':
      return `pay ${names.entity(tx.counterparty)} ${money(tx.amount, tx.tokenId)} directly${quoted(tx.memo)}`
    case 'pay':
      return `pay ${names.entity(tx.to)} ${money(tx.amount, tx.tokenId)}${tx.invoice === null ? '' : ' by invoice'}${quoted(tx.memo)}`
    case 'create_invoice':
      return `ask for ${tx.amount === null ? 'any amount' : money(tx.amount, tx.tokenId)}${quoted(tx.memo)}`
    case 'reserve_to_reserve':
      return `move ${money(tx.amount, tx.tokenId)} from the reserve to ${names.entity(tx.to)}`
    case 'reserve_to_collateral':
      return `move ${money(tx.amount, tx.tokenId)} from the reserve into the account with ${names.entity(tx.counterparty)}`
    default:
      return tx.type
  }
}

const ofRefusal = (rejection: RuntimeRejection): string =>
  rejection.type === 'over_capacity'
    ? `over_capacity: have ${plain(rejection.have, rejection.tokenId)}, need ${plain(rejection.need, rejection.tokenId)}`
    : rejection.type

const ofEvent = (event: EntityEvent, names: Names): string | null => {
  switch (event.type) {
    case 'account':
      return null
    case 'account_opened':
    case 'account_frozen':
    case 'account_resynced':
      return `${event.type} with ${names.entity(event.counterparty)}`
    case 'payment_started':
    case 'payment_sent':
    case 'payment_failed': {
      const { to, amount, fee, tokenId } = event.payment
      const what = `${event.type} to ${names.entity(to)} ${money(amount, tokenId)}, fee ${plain(fee, tokenId)}`
      if (event.type === 'payment_failed') return `${what}: ${event.reason}`
      return event.type === 'payment_sent' ? `${what} (${names.hash(event.hashlock)})${event.isProof ? ' with proof' : ''}` : what
    }
    case 'payment_received': {
      const payer = event.payer === null ? 'unknown' : names.entity(event.payer)
      return `${event.type} ${money(event.amount, event.tokenId)} of ${payer} through ${names.entity(event.from)} (${names.hash(event.hashlock)})${quoted(event.memo)}`
    }
    case 'payment_forwarded':
      return `${event.type} from ${names.entity(event.from)} to ${names.entity(event.to)}, fee ${money(event.fee, event.tokenId)}`
    case 'reserve_updated':
      return `${event.type} ${plain(event.before, event.tokenId)} → ${money(event.after, event.tokenId)}`
    case 'collateral_requested':
      return `${event.type} with ${names.entity(event.counterparty)} ${money(event.amount, event.tokenId)}`
    case 'reserve_sent':
      return `${event.type} to ${names.entity(event.to)} ${money(event.amount, event.tokenId)}`
    case 'batch_failed':
      return `${event.type} ${event.nonce}: ${event.reason}`
    case 'call_failed':
      return `${event.type}: ${event.reason}`
    case 'deposit_sent':
    case 'withdrawal_sent':
      return `${event.type} ${money(event.amount, event.tokenId)}`
    case 'settlement_handed_in':
    case 'dispute_called':
    case 'dispute_started':
    case 'dispute_countered':
    case 'dispute_finalized':
      return `${event.type} with ${names.entity(event.counterparty)}`
    case 'preimage_revealed':
      return `${event.type} (${names.hash(event.hashlock)})`
    case 'debt_created':
    case 'debt_enforced': {
      const { debtor, creditor, amount, tokenId } = event.debt
      return `${event.type} ${names.entity(debtor)} owes ${names.entity(creditor)} ${money(amount, tokenId)}`
    }
  }
}

const ofJEvent = (event: JEvent, names: Names): string => {
  switch (event.type) {
    case 'reserve_updated':
      return `reserve of ${names.entity(event.entityId)} ${money(event.amount, event.tokenId)}`
    case 'account_settled': {
      const pair = [event.left, event.right].map(names.entity).sort().join('–')
      return `collateral of ${pair} ${money(event.collateral, event.tokenId)}`
    }
    case 'batch_processed':
      return `batch ${event.nonce} of ${names.entity(event.entityId)} done`
    case 'dispute_started':
    case 'counter_registered':
    case 'dispute_finalized':
      return `${event.type} ${[event.left, event.right].map(names.entity).sort().join('–')}, epoch ${event.epoch}, nonce ${event.nonce}`
    case 'debt_created':
      return `${event.type} ${names.entity(event.debtor)} owes ${names.entity(event.creditor)} ${money(event.amount, event.tokenId)}`
    case 'debt_enforced':
      return `${event.type} ${names.entity(event.debtor)} owes ${names.entity(event.creditor)} ${money(event.remaining, event.tokenId)}`
    case 'secret_revealed':
      return `${event.type} (${names.hash(event.hashlock)})`
  }
}

const ofInput = (input: RuntimeInput, names: Names): readonly [who: string, what: string] | null => {
  if (input.type === 'command') return [names.entity(input.entityId), `> ${ofCommand(input.tx, names)}`]
  if (input.type === 'batch_failed') return ['chain', `refuses batch ${input.nonce} of ${names.entity(input.entityId)}: ${input.reason}`]
  if (input.type !== 'j_block') return null
  const { height, timestampSeconds, events } = input.block
  const told = events.map((event) => ofJEvent(event, names))
  return ['chain', `block ${height} at +${timestampSeconds - START_MS / 1_000} s${told.length === 0 ? '' : `: ${told.join('; ')}`}`]
}

const change = (before: bigint, after: bigint, tokenId: TokenId): string =>
  before === after ? plain(after, tokenId) : `${plain(before, tokenId)} → ${plain(after, tokenId)}`

/** The frames of an account that this tick committed, oldest first. */
const newFrames = (before: AccountReplica | undefined, after: AccountReplica): readonly SignedFrame[] =>
  after.frames.filter(({ frame }) => frame.height > (before?.state.height ?? 0)).reverse()

/** Both directions' capacities of every token a frame touched. */
const ofDeltas = (account: AccountReplica, deltas: readonly Delta[], known: Map<string, Delta>, names: Names): readonly string[] => {
  const [left, right] = [account.state.terms.left, account.state.terms.right].map(names.entity)
  const pair = names.pair(account)
  return deltas.map((delta) => {
    const key = `${pair}/${delta.tokenId}`
    const was = positionOf(known.get(key) ?? delta, true)
    const is = positionOf(delta, true)
    known.set(key, delta)
    const { tokenId } = delta
    const there = `${left}→${right} ${change(was.outCapacity, is.outCapacity, tokenId)}`
    const back = `${right}→${left} ${change(was.inCapacity, is.inCapacity, tokenId)}`
    const held = is.outHold + is.inHold === 0n ? '' : `, held ${plain(is.outHold, tokenId)} and ${plain(is.inHold, tokenId)}`
    return `           ${there}, ${back}${held}`
  })
}

const frameLines = ({ before, step }: TickRecord, names: Names, known: Map<string, Delta>, told: Set<string>): readonly string[] => {
  const lines: string[] = []
  for (const { key: id, after } of step.env.eReplicas.changesSince(before.eReplicas)) {
    const accounts = before.eReplicas.get(id)?.state.accounts
    for (const [counterparty, account] of after?.state.accounts.entries() ?? [])
      for (const { frame } of newFrames(accounts?.get(counterparty), account)) {
        const name = `${names.pair(account)} #${frame.height}`
        const hash = toHex(hashFrame(frame))
        const who = names.entity(id).padEnd(8)
        if (told.has(hash)) {
          lines.push(`  ${who} holds both signatures of ${name}`)
          continue
        }
        told.add(hash)
        const proposer = names.entity(frame.byLeft ? account.state.terms.left : account.state.terms.right)
        lines.push(`  ${who} commits ${name} by ${proposer}: ${frame.accountTxs.map((tx) => ofTx(tx, names)).join('; ')}`)
        lines.push(...ofDeltas(account, frame.deltas, known, names))
      }
  }
  return lines
}

export const transcribe = (world: World): string => {
  const names = namesFor(world)
  const known = new Map<string, Delta>()
  const told = new Set<string>()
  const lines: string[] = []
  for (const record of world.history.slice(1)) {
    const { step, inputs } = record
    const body: string[] = []
    for (const [i, input] of inputs.entries()) {
      const said = ofInput(input, names)
      if (said !== null) body.push(`  ${said[0].padEnd(8)} ${said[1]}`)
      const outcome = step.outcomes[i]
      if (outcome?.type === 'rejected') body.push(`           refused, ${ofRefusal(outcome.rejection)}`)
    }
    body.push(...frameLines(record, names, known, told))
    for (const { entityId, event } of step.events) {
      const said = ofEvent(event, names)
      if (said !== null) body.push(`  ${names.entity(entityId as EntityId).padEnd(8)} ${said}`)
    }
    if (body.length === 0) continue
    const at = ((step.frame?.timestampMs ?? step.env.timestampMs) - START_MS) / 1_000
    lines.push(step.frame === null ? 'nothing committed' : `tick ${step.env.height}  +${at} s`, ...body)
  }
  return `${lines.join('\n')}\n`
}

/** Compares with the golden file beside this one; UPDATE_TRANSCRIPTS=1 writes it anew. */
export const expectTranscript = (name: string, text: string): void => {
  const file = new URL(`./${name}.txt`, import.meta.url)
  if (process.env.UPDATE_TRANSCRIPTS === '1') writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
}
