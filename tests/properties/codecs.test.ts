/**
 * Every codec of the core: what is written is read back, each value has one encoding, and bytes from anywhere give a
 * value that encodes to them or a refusal in words; nothing throws.
 */

import type { Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as account from '../../runtime/account/codec.ts'
import { deltaCodec } from '../../runtime/account/delta.ts'
import { decodeAccountMessage } from '../../runtime/account/step.ts'
import * as common from '../../runtime/codec/common.ts'
import { type Codec, decode, encode } from '../../runtime/codec/schema.ts'
import * as entity from '../../runtime/entity/codec.ts'
import * as entityFrame from '../../runtime/entity/frame.ts'
import { invoiceLink, parseInvoiceLink } from '../../runtime/entity/invoice.ts'
import * as runtime from '../../runtime/frame.ts'
import * as jurisdiction from '../../runtime/jurisdiction/codec.ts'
import { type Bytes, concat, equalBytes } from '../../runtime/lib/bytes.ts'
import { fc } from '../support/property.ts'
import * as any from './arbitraries.ts'
import * as chain from './chain-arbitraries.ts'
import * as value from './values.ts'

type Case = {
  readonly name: string
  readonly check: {
    readonly roundTrip: () => void
    readonly damage: () => void
    readonly noise: () => void
  }
}

const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .uint8Array({ minLength: 1, maxLength: 60 })
    .map((raw) => concat(Uint8Array.of(0xc0 + Math.min(raw.length, 55)), raw.subarray(0, 55))),
)

const caseOf = <T>(name: string, codec: Codec<T>, arbitrary: Arbitrary<T>, numRuns = 40): Case => {
  const readable = (bytes: Bytes): void => {
    const read = decode(codec, bytes)
    if (read.type === 'ok') expect(equalBytes(encode(codec, read.value), bytes), 'one encoding a value').toBe(true)
    else expect(read.reason.length).toBeGreaterThan(0)
  }
  return {
    name,
    check: {
      roundTrip: () =>
        fc.assert(
          fc.property(arbitrary, (value) => {
            expect(decode(codec, encode(codec, value))).toEqual({ type: 'ok', value })
          }),
          { numRuns },
        ),
      damage: () =>
        fc.assert(
          fc.property(arbitrary, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, flip) => {
            const bytes = encode(codec, value)
            const place = at % bytes.length
            readable(bytes.map((byte, i) => (i === place ? byte ^ flip : byte)))
            readable(bytes.subarray(0, place))
            readable(concat(bytes, Uint8Array.of(flip)))
            readable(concat(bytes.subarray(0, place), Uint8Array.of(flip), bytes.subarray(place)))
          }),
          { numRuns },
        ),
      noise: () => fc.assert(fc.property(noise, readable), { numRuns: 60 }),
    },
  }
}

const CASES: readonly Case[] = [
  caseOf('entityId', common.entityId, value.entityId),
  caseOf('address', common.address, value.address),
  caseOf('paymentId', common.paymentId, value.paymentId),
  caseOf('tokenId', common.tokenId, value.tokenId),
  caseOf('hash32', common.hash32, value.hash),
  caseOf('amount', common.amount, value.amount),
  caseOf('memo', common.memo, value.text),
  caseOf('label', common.label, value.text),
  caseOf('reason', common.reason, value.text),
  caseOf('terms', account.termsCodec, any.terms),
  caseOf('delta', deltaCodec, any.delta),
  caseOf('lock', account.lockCodec, any.lock),
  caseOf('claim', account.claimCodec, any.claim),
  caseOf('account tx', account.txCodec, any.accountTx, 100),
  caseOf('account frame', account.frameCodec, any.accountFrame),
  caseOf('signed frame', account.signedFrameCodec, any.signedFrame),
  caseOf('account message', account.messageCodec, any.accountMessage, 60),
  caseOf('settlement', account.settlementCodec, any.settlement),
  caseOf('seals', account.sealsCodec, any.seals),
  caseOf('account status', account.statusCodec, any.accountStatus),
  caseOf('board', entity.boardCodec, any.board),
  caseOf('hub policy', entity.hubPolicyCodec, any.hubPolicy),
  caseOf('profile', entity.profileCodec, any.profile),
  caseOf('invoice', entity.invoiceCodec, any.invoice),
  caseOf(
    'invoice terms',
    entity.invoiceTermsCodec,
    any.invoice.map(({ terms }) => terms),
  ),
  caseOf('offer', entity.offerCodec, any.offer),
  caseOf('offer terms', entity.offerTermsCodec, any.offerTerms),
  caseOf('wake', entity.wakeCodec, any.wake),
  caseOf('entity message', entity.entityMessageCodec, any.entityMessage, 60),
  caseOf('envelope', entity.envelopePayloadCodec, any.envelopePayload, 60),
  caseOf('entity tx', entity.entityTxCodec, any.entityTx, 150),
  caseOf('lock route', entityFrame.routeCodec, any.lockRoute),
  caseOf('deadline', entityFrame.deadlineCodec, any.deadline),
  caseOf('revealed secret', entityFrame.secretCodec, any.revealedSecret),
  caseOf('debt', entityFrame.debtCodec, any.openDebt),
  caseOf('session', entityFrame.sessionCodec, any.session),
  caseOf('start', account.startCodec, any.start),
  caseOf('payment', entityFrame.paymentCodec, any.payment),
  caseOf('invoice record', entityFrame.invoiceRecordCodec, any.invoiceRecord),
  caseOf('batch state', entityFrame.batchStateCodec, any.batchState),
  caseOf('identity', entityFrame.identityCodec, any.identity),
  caseOf('chain event', jurisdiction.jEventCodec, chain.jEvent),
  caseOf('block', jurisdiction.jBlockCodec, chain.jBlock),
  caseOf('chain tx', jurisdiction.jBatchTxCodec, chain.jBatchTx),
  caseOf('chain call', jurisdiction.jCallCodec, chain.jCall),
  caseOf('batch', jurisdiction.jBatchCodec, chain.jBatch),
  caseOf('jurisdiction', jurisdiction.jReplicaCodec, chain.jReplica),
  caseOf('outbox entry', runtime.outboxCodec, any.outboxEntry),
  caseOf('queued message', runtime.queuedCodec, any.queued),
  caseOf('queue', runtime.queueCodec, fc.array(any.queued, { maxLength: 3 })),
  caseOf('answer', runtime.answerCodec, any.storedAnswer),
  caseOf('runtime frame', runtime.runtimeFrameCodec, any.runtimeFrame, 80),
]

describe.each(CASES)('$name', ({ check }) => {
  test('what is written is read back', check.roundTrip)
  test('damaged bytes are refused, or mean exactly what they say', check.damage)
  test('arbitrary bytes are refused, or mean exactly what they say', check.noise)
})

describe('readers above the codecs', () => {
  test('an account message of any bytes is read or refused', () => {
    fc.assert(
      fc.property(noise, (bytes) => {
        expect(['ok', 'malformed']).toContain(decodeAccountMessage(bytes).type)
      }),
    )
  })
  test('an invoice link is read back; any other text is none', () => {
    fc.assert(
      fc.property(any.invoice, (invoice) => {
        expect(parseInvoiceLink(invoiceLink(invoice))).toEqual(invoice)
        expect(parseInvoiceLink(`  XLN:${invoiceLink(invoice).slice(4)}\n`)).toEqual(invoice)
        expect(parseInvoiceLink(invoiceLink(invoice).slice(0, -1))).toBeNull()
      }),
      { numRuns: 40 },
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect([parseInvoiceLink(`xln:${text}`), parseInvoiceLink(text)]).toEqual([null, null])
      }),
    )
  })
})
