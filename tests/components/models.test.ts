/**
 * The models under the screens: text, figures, drafts, the seam, words for refusals, errors, preferences, session.
 *
 * @vitest-environment happy-dom
 */

import { describe, expect, test } from 'vitest'
import { DRAFT_LIFETIME_MS, decodeDraft, encodeDraft, type PayDraft } from '../../components/models/drafts.ts'
import { formatFor } from '../../components/models/format.ts'
import { createPreferences, type PreferencePort, preferencesOf } from '../../components/models/preferences.ts'
import { wordsOfError, wordsOfFailure } from '../../components/models/refusals.ts'
import { slicesOf } from '../../components/models/seam.ts'
import { type Chosen, createSession, type Memory } from '../../components/models/session.ts'
import { textFor } from '../../components/models/text.ts'
import { ENGLISH_PANEL } from '../../components/models/text-en-panel.ts'
import { wireErrorOf } from '../../components/models/wire.ts'
import { inOneLine, type WordsContext } from '../../components/models/words.ts'
import { parseAmount } from '../../runtime/lib/amount.ts'
import { RAdapterError, refusal } from '../../runtime/radapter/errors.ts'
import { createFakeAdapter } from '../support/fake-radapter.ts'
import { frame, host, NOW, position, TETH, TUSD, usd } from '../support/fixture-frames.ts'
import { memoryPreferences } from '../support/page.tsx'
import { fc } from '../support/property.ts'

const written = (locale: string, amount: bigint, token = TUSD): string => formatFor(locale).money(amount, token, 'down')

describe('amounts as the reader writes them', () => {
  test.each([
    ['en-US', '1,234,567.50 tUSD'],
    ['de-DE', '1.234.567,50 tUSD'],
    ['fr-FR', '1\u202f234\u202f567,50 tUSD'],
    ['en-IN', '12,34,567.50 tUSD'],
    ['ar-EG', '1,234,567.50 tUSD'],
  ])('%s', (locale, text) => {
    expect(written(locale, 1_234_567_500_000n)).toBe(text)
  })

  test('few decimals are shown whole, many are cut at four, and too little to show says so', () => {
    expect(written('en', 1n)).toBe('0.000001 tUSD')
    expect(written('en', 1_234_567_890_000_000_000n, TETH)).toBe('1.2345 tETH')
    expect(written('en', 1n, TETH)).toBe('< 0.0001 tETH')
    expect(formatFor('en').money(1n, TETH, 'exact')).toBe('0.000000000000000001 tETH')
    expect(formatFor('en').money(1_234_567_890_000_000_000n, TETH, 'up')).toBe('1.2346 tETH')
    expect(written('en', -1_500_000n)).toBe('-1.50 tUSD')
  })

  test('whatever is shown exactly, or filled into a field, is read back as the same amount', () => {
    const locales = fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'en-IN', 'pl-PL', 'ar-EG')
    const amounts = fc.bigInt({ min: 1n, max: (1n << 128n) - 1n })
    fc.assert(
      fc.property(locales, amounts, fc.constantFrom(TUSD, TETH), (locale, amount, token) => {
        const format = formatFor(locale)
        const { whole, fraction } = format.amount(amount, token, 'exact')
        const ok = { type: 'ok', amount }
        // Four digits in a row are read, whoever groups them or does not.
        expect(parseAmount(`${whole}${fraction}`, token.decimals, format.decimalSign)).toEqual(ok)
        expect(parseAmount(format.field(amount, token), token.decimals, format.decimalSign)).toEqual(ok)
      }),
    )
  })

  test('a time is only a time today', () => {
    const format = formatFor('en-US')
    expect(format.moment(NOW, NOW)).toMatch(/^\d+:\d\d/)
    expect(format.moment(NOW - 86_400_000 * 3, NOW)).toMatch(/^\w+ \d+, /)
  })
})

describe('text', () => {
  test('placeholders are filled, plurals chosen, numbers written by the locale', () => {
    const text = textFor('en-US')
    text.add(ENGLISH_PANEL)
    expect(text('panel.pageOf', { page: '1', pages: '2', count: 1 })).toBe('Page 1 of 2 (1 account)')
    expect(text('panel.pageOf', { page: '1', pages: '2', count: 12_345 })).toBe('Page 1 of 2 (12,345 accounts)')
  })

  test('a value is text, never a pattern or a placeholder of its own', () => {
    expect(textFor('en')('activity.noMatch', { search: '{count} $& $1' })).toBe('Nothing matches “{count} $& $1”.')
  })

  test('an unknown language reads English', () => {
    const text = textFor('tlh-KX')
    expect(text.language).toBe('en')
    expect(text('home.pay')).toBe('Pay')
  })
})

describe('drafts', () => {
  const form = { to: 'Bob', amount: '3.21', memo: 'bread', tokenId: 1 }
  const command = {
    commandId: 'c-1',
    from: '0x01',
    to: '0x02',
    toLabel: 'Bob',
    tokenId: 1,
    amount: usd(321),
    memo: 'bread',
    maxFee: 3_210n,
    startedAt: NOW,
  }
  const draft: PayDraft = { form, command, savedAt: NOW }
  const kept = (value: PayDraft): unknown => JSON.parse(JSON.stringify(encodeDraft(value)))

  test('come back from JSON as they were, with and without a command', () => {
    expect(decodeDraft(kept(draft), NOW)).toEqual(draft)
    expect(decodeDraft(kept({ ...draft, command: null }), NOW)).toEqual({ ...draft, command: null })
  })

  test('live three minutes', () => {
    expect(decodeDraft(kept(draft), NOW + DRAFT_LIFETIME_MS - 1)).not.toBe(null)
    expect(decodeDraft(kept(draft), NOW + DRAFT_LIFETIME_MS)).toBe(null)
    expect(decodeDraft(kept(draft), NOW - 1)).toBe(null)
  })

  test('anything else is no draft, and half a command is none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(decodeDraft(value, NOW)).toBe(null)
      }),
    )
    for (const name of Object.keys(command)) {
      const broken = { form, savedAt: NOW, command: { ...command, amount: '1', maxFee: '1', [name]: {} } }
      expect(decodeDraft(JSON.parse(JSON.stringify(broken)), NOW)).toBe(null)
    }
  })
})

describe('the seam', () => {
  const startOf = (patch: Parameters<typeof position>[0], kind: string): number | undefined =>
    slicesOf(position(patch)).slices.find((slice) => slice.kind === kind)?.start

  test('slices follow each other from credit over collateral to promise, and back', () => {
    const { slices, seam } = slicesOf(position())
    expect(slices.map(({ kind }) => kind)).toEqual([
      'outCredit',
      'outCollateral',
      'theirDebt',
      'held',
      'heldInbound',
      'ownDebt',
      'inCollateral',
      'inCredit',
    ])
    expect(slices.map(({ start }) => start)).toEqual([0, 8.33, 50, 50, 50, 50, 50, 66.66])
    expect(seam).toBe(50)
  })

  test('what is held lies at the seam and is taken out of the slices beside it', () => {
    expect(startOf({ held: usd(10_000) }, 'held')).toBe(41.66)
    expect(startOf({ held: usd(10_000) }, 'heldInbound')).toBe(50)
    expect(startOf({ held: usd(55_000) }, 'outCollateral')).toBe(4.16)
  })

  test('an empty account has no seam', () => {
    const nothing = { outCollateral: 0n, inCollateral: 0n, outCredit: 0n, inCredit: 0n }
    expect(slicesOf(position(nothing))).toEqual({ slices: [], seam: null })
  })

  test('starts never go back or leave the bar', () => {
    const part = fc.bigInt({ min: 0n, max: 1n << 127n })
    const parts = fc.record({
      outCollateral: part,
      inCollateral: part,
      theirDebt: part,
      ownDebt: part,
      outCredit: part,
      inCredit: part,
    })
    fc.assert(
      fc.property(parts, (patch) => {
        const starts = slicesOf(position(patch)).slices.map(({ start }) => start)
        expect(starts).toEqual([...starts].sort((a, b) => a - b))
        expect(starts.every((start) => start >= 0 && start <= 100)).toBe(true)
      }),
    )
  })
})

describe('words', () => {
  const context: WordsContext = { text: textFor('en'), format: formatFor('en'), tokens: [TUSD, TETH], tokenId: 2 }
  const said = (reason: { readonly type: string }, message = ''): string =>
    inOneLine(wordsOfError({ code: 'E_REJECTED', message, retryable: false, reason }, false, context))

  test('over capacity names have and need in the token the reason names, or the payment\u2019s own', () => {
    expect(said({ type: 'over_capacity', have: 1_000_000n, need: 2_000_000n, tokenId: 1 } as { type: string })).toBe(
      'You can send 1.00 tUSD, but this needs 2.00 tUSD. Nothing left your wallet. Pay less.',
    )
    expect(said({ type: 'fee_too_high', fee: 2n * 10n ** 18n, maxFee: 10n ** 18n } as { type: string })).toBe(
      'The fee is now 2.00 tETH, and you agreed to 1.00 tETH. Nothing left your wallet. Review it again.',
    )
    expect(said({ type: 'over_capacity' })).toBe('This is more than you can send. Nothing left your wallet. Pay less.')
  })

  test.each([
    'unknown_recipient',
    'self_payment',
    'bad_amount',
    'no_route',
    'invoice_expired',
    'invoice_foreign',
    'invoice_paid',
    'expired',
    'unknown_token',
    'too_many_locks',
    'cancelled',
  ])('%s has its own words: what happened, that nothing left, what next', (type) => {
    const words = wordsOfError(
      { code: 'E_REJECTED', message: 'raw', retryable: false, reason: { type } },
      false,
      context,
    )
    expect(words.what).not.toContain('raw')
    expect(words.moved).toBe('Nothing left your wallet.')
    expect(words.next).toMatch(/\.$/)
  })

  test('a runtime that has stopped -- nothing left by a question; whether a command was carried out is said elsewhere', () => {
    const error = { code: 'E_HALTED', message: 'raw', retryable: false } as const
    expect(inOneLine(wordsOfError(error, false, context))).toBe(
      'This runtime has stopped and signs nothing. Nothing left your wallet. Start it again.',
    )
    expect(wordsOfError(error, true, context).moved).toBe('Activity says whether it was paid.')
  })

  test('an unknown reason falls back to the message, and its type is never taken from the table\u2019s own properties', () => {
    expect(said({ type: 'moon_phase' }, 'the moon is wrong')).toBe(
      'the moon is wrong. Nothing left your wallet. Try again.',
    )
    expect(said({ type: 'constructor' }, 'odd')).toBe('odd. Nothing left your wallet. Try again.')
    expect(said({ type: '__proto__' }, '')).toBe(
      'Something went wrong inside the wallet. Nothing left your wallet. Try again.',
    )
  })

  test('an unclear end of a command never claims that nothing moved', () => {
    const unclear = { code: 'E_INTERNAL', message: 'x', retryable: false } as const
    expect(wordsOfError(unclear, true, context).moved).toBe('Activity says whether it was paid.')
    expect(wordsOfError(unclear, false, context).moved).toBe('Nothing left your wallet.')
  })

  test('on the way back the money is back, and capacity is somebody else\u2019s', () => {
    expect(inOneLine(wordsOfFailure('next_hop_over_capacity', context))).toBe(
      'There was not enough room on the way. Your money is back. Pay less, or pay somebody nearer.',
    )
    expect(wordsOfFailure('cancelled', context).moved).toBe('Nothing left your wallet.')
  })
})

describe('errors of the adapter', () => {
  test('the carried error is read with its reason', () => {
    const thrown = new RAdapterError(refusal({ type: 'over_capacity', have: 1n, need: 2n }))
    expect(wireErrorOf(thrown)).toMatchObject({
      code: 'E_REJECTED',
      reason: { type: 'over_capacity', have: 1n, need: 2n },
    })
  })

  test('anything else is E_INTERNAL with what it says', () => {
    expect(wireErrorOf(new Error('boom'))).toEqual({ code: 'E_INTERNAL', message: 'boom', retryable: false })
    expect(wireErrorOf({ code: 'E_MADE_UP' })).toMatchObject({ code: 'E_INTERNAL' })
    expect(wireErrorOf(null)).toMatchObject({ code: 'E_INTERNAL', message: 'null' })
  })
})

describe('preferences', () => {
  test('whatever was kept becomes preferences', () => {
    const defaults = {
      theme: 'system',
      amountsHidden: false,
      notifies: false,
      hasPhrase: false,
      currency: 'off',
      entities: {},
      cameras: {},
      networks: {},
      panels: {},
    }
    const odd = [{ theme: 'neon' }, { theme: null }, { currency: 'ZZZ' }, { entities: 7 }, { 'entities.a': 7 }]
    for (const kept of [{}, ...odd]) expect(preferencesOf(kept)).toEqual(defaults)
    const kept = { theme: 'dark', amountsHidden: true, currency: 'EUR' }
    const places = { 'entities.simnet': '0x01', 'cameras.simnet': '1 2 3', 'cameras.local-1': '4 5 6' }
    expect(preferencesOf({ ...kept, ...places, more: 1 })).toEqual({
      ...defaults,
      ...kept,
      entities: { simnet: '0x01' },
      cameras: { simnet: '1 2 3', 'local-1': '4 5 6' },
    })
  })

  test('a change is shown and kept', async () => {
    const port = memoryPreferences()
    const preferences = createPreferences(port, document.documentElement)
    await preferences.change({ theme: 'light' })
    expect(document.documentElement.dataset.theme).toBe('light')
    expect(port.kept()).toEqual({ theme: 'light' })
    await preferences.change({ theme: 'system' })
  })

  test('a change is given to be kept at once -- nothing of the page need live on', () => {
    const port = memoryPreferences()
    const preferences = createPreferences(port, document.documentElement)
    void preferences.chooseEntity('simnet', '0x01')
    void preferences.change({ amountsHidden: true })
    expect(port.kept()).toEqual({ 'entities.simnet': '0x01', amountsHidden: true })
  })

  test('two pages -- neither puts back what the other has changed', async () => {
    const port = memoryPreferences()
    const [one, other] = [1, 2].map(() => createPreferences(port, document.documentElement))
    await one?.load()
    await other?.load()
    await Promise.all([one?.change({ amountsHidden: true }), one?.chooseEntity('simnet', '0x01')])
    await other?.chooseEntity('elsewhere', '0x02')
    await other?.change({ currency: 'EUR' })
    expect(preferencesOf(port.kept())).toMatchObject({
      amountsHidden: true,
      currency: 'EUR',
      entities: { simnet: '0x01', elsewhere: '0x02' },
    })
  })

  test('what cannot be kept -- is shown all the same, and the next change is kept', async () => {
    const port = memoryPreferences()
    let isFull = true
    const save: PreferencePort['save'] = (value) => (isFull ? Promise.reject(new Error('no room')) : port.save(value))
    const preferences = createPreferences({ ...port, save }, document.documentElement)
    await expect(preferences.change({ amountsHidden: true })).rejects.toThrow('no room')
    expect(preferences.current.value.amountsHidden).toBe(true)
    isFull = false
    await preferences.change({ notifies: true })
    expect(port.kept()).toEqual({ notifies: true })
  })
})

describe('the session', () => {
  test('everything on screen is the last frame; nothing is merged', () => {
    const adapter = createFakeAdapter({ host: host(), frame: frame() })
    const session = createSession(adapter)
    const stop = session.start()
    expect(session.balance.value?.canSend).toBe(usd(60_000))
    adapter.push(frame({ height: 43, entity: { balances: [] } }))
    expect(session.balance.value).toBe(null)
    expect(session.frameView.value?.height).toBe(43)
    stop()
    adapter.push(frame({ height: 44 }))
    expect(session.frameView.value?.height).toBe(43)
  })

  const remembering = () => {
    const log: (string | number)[] = []
    const memory: Memory = {
      load: () => Promise.resolve(null),
      save: ({ height }) => void log.push(height),
      clear: () => void log.push('cleared'),
    }
    return { log, memory }
  }

  test('what is remembered is shown until the first push, and is not taken for live', () => {
    const { log, memory } = remembering()
    const adapter = createFakeAdapter({ host: host(), frame: null })
    const session = createSession(adapter, { remembered: frame({ height: 40 }), memory })
    expect([session.frameView.value?.height, session.isLive.value]).toEqual([40, false])
    const stop = session.start()
    adapter.push(frame({ height: 43 }))
    expect([session.frameView.value?.height, session.isLive.value, log]).toEqual([43, true, [43]])
    stop()
  })

  test('what is remembered is of another runtime -- where one stood in it means nothing', () => {
    const adapter = createFakeAdapter({ host: host(), frame: null })
    const session = createSession(adapter, { remembered: frame({ height: 40, runtimeId: 'other' }) })
    const stop = session.start()
    session.look({ selectedAccountId: `0x${'7'.repeat(64)}`, accountPage: 3 })
    adapter.push({ ...frame({ height: 2 }), entities: [], selectedEntity: null })
    expect(session.viewState.value).toMatchObject({ selectedEntityId: null, selectedAccountId: null, accountPage: 1 })
    expect(session.frameView.value?.height).toBe(2)
    stop()
  })

  test('a locked wallet -- what was remembered is neither shown nor kept', () => {
    const { log, memory } = remembering()
    const adapter = createFakeAdapter({ host: host({ wallet: 'locked' }), frame: null })
    const session = createSession(adapter, { remembered: frame(), memory })
    const stop = session.start()
    adapter.pushHost(host({ wallet: 'locked' }))
    expect(session.frameView.value).toBe(null)
    expect(log).toContain('cleared')
    stop()
  })

  describe('which of the owner\u2019s entities', () => {
    const [own, ...peers] = frame().entities
    if (own === undefined) throw new Error('nobody')
    const second = { ...own, entityId: `0x${'6'.repeat(64)}`, label: 'Savings' }
    /** The view as the host would show it. */
    const seen = (entityId: string | null) => {
      const entity = entityId === null ? {} : { entity: { entityId } }
      const view = frame({ entities: [own, second, ...peers], ...entity })
      return entityId === null ? { ...view, selectedEntity: null } : view
    }
    const keeping = (kept: string | null) => {
      const set: (readonly [string, string])[] = []
      const chosen: Chosen = { of: () => kept, set: (...what) => void set.push(what) }
      const adapter = createFakeAdapter({ host: host(), frame: seen(null) })
      const session = createSession(adapter, { chosen })
      return { set, adapter, session, stop: session.start() }
    }

    test.each([
      [second.entityId, second.entityId],
      [null, own.entityId],
      ['0x99', own.entityId],
      [peers[0]?.entityId ?? '', own.entityId],
    ])('%s was chosen -- the page opens on it, or on the first that is the owner\u2019s', (kept, opened) => {
      const { session, set, adapter, stop } = keeping(kept)
      expect(session.viewState.value.selectedEntityId).toBe(opened)
      adapter.push(seen(opened))
      expect(set).toEqual([])
      stop()
    })

    test('changed on this page -- kept once, by runtime; a peer that is looked at is not', () => {
      const { session, set, adapter, stop } = keeping(null)
      adapter.push(seen(own.entityId))
      for (const entityId of [peers[0]?.entityId ?? '', second.entityId, second.entityId]) {
        session.look({ selectedEntityId: entityId })
        adapter.push(seen(entityId))
      }
      expect(set).toEqual([['simnet', second.entityId]])
      stop()
    })

    test('changed, and the page is closed at once -- kept; one that was just made, with its first view', () => {
      const { session, set, adapter, stop } = keeping(null)
      adapter.push(seen(own.entityId))
      session.look({ selectedEntityId: second.entityId })
      expect(set).toEqual([['simnet', second.entityId]])
      const made = { ...own, entityId: `0x${'7'.repeat(64)}`, label: 'Travel' }
      session.look({ selectedEntityId: made.entityId })
      expect(set).toHaveLength(1)
      adapter.push(frame({ entities: [own, second, made, ...peers], entity: { entityId: made.entityId } }))
      expect(set.at(-1)).toEqual(['simnet', made.entityId])
      stop()
    })

    test('home from a peer -- back to the chosen one', () => {
      const { session, adapter, stop } = keeping(second.entityId)
      adapter.push(seen(second.entityId))
      session.look({ selectedEntityId: peers[0]?.entityId ?? '' })
      session.lookHome()
      expect(session.viewState.value.selectedEntityId).toBe(second.entityId)
      stop()
    })
  })

  test('an unknown token is named by its number and shown in its smallest unit', () => {
    const session = createSession(createFakeAdapter({ host: host(), frame: frame() }))
    expect(session.tokenOf(9)).toEqual({ tokenId: 9, symbol: '#9', decimals: 0, isTest: false })
  })
})
