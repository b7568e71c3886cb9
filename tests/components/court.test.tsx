/**
 * Settlements, disputes and debts on screen: starting a dispute, following one by the chain's clock, what a judgement
 * leaves, the owner's word on a settlement, and the controls of a test world.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Dispute, type Settlement, spanOf } from '../../components/models/court.ts'
import { languageFor, textFor } from '../../components/models/text.ts'
import { change, moveQuote, openAccount, withAccount } from '../support/account-region.tsx'
import { WHOLE_ENGLISH } from '../support/english.ts'
import { type FramePatch, frame, IDS, NOW, position, TETH, TUSD, usd } from '../support/fixture-frames.ts'
import { pass, press } from '../support/popup.tsx'

const SECONDS = NOW / 1_000
const alertText = async (): Promise<string> => (await screen.findByRole('alert')).textContent ?? ''
const disabled = (name: string): boolean => screen.getByRole<HTMLButtonElement>('button', { name }).disabled
const chain = (patch: Partial<FramePatch['jurisdictions'] extends readonly (infer J)[] | undefined ? J : never>) => ({
  jurisdictions: frame().jurisdictions.map((known) => ({ ...known, ...patch })),
})

describe('spans of time', () => {
  const text = textFor('en-US', { language: 'en', messages: WHOLE_ENGLISH })
  test.each([
    [-5, '0 seconds'],
    [1, '1 second'],
    [119, '119 seconds'],
    [120, '2 minutes'],
    [3_599, '59 minutes'],
    [3_600, '1 hour'],
    [5_400, '1 hour 30 minutes'],
    [86_400, '1 day'],
    [90_061, '1 day 1 hour'],
    [7 * 86_400, '7 days'],
  ])('%i s -- %s', (seconds, words) => {
    expect(spanOf(seconds, text)).toBe(words)
  })

  test('in German', async () => {
    expect(spanOf(90_000, textFor('de-DE', await languageFor('de')))).toBe('1 Tag 1 Stunde')
  })
})

describe('Start dispute', () => {
  const begin = async (account: Parameters<typeof openAccount>[0] = {}) => {
    const opened = await openAccount(account)
    opened.adapter.answer('move.quote', () =>
      moveQuote({
        changes: [
          change({
            reserve: { before: usd(50_000), after: usd(100_000) },
            account: { before: position({ theirDebt: usd(500) }), after: position() },
          }),
        ],
      }),
    )
    opened.adapter.answer('account.dispute', () => ({ height: 44 }))
    press('Start dispute')
    await screen.findByRole('button', { name: 'Start the dispute' })
    return opened
  }

  test('says what happens, in order, what comes of it, and that there is no way back', async () => {
    const { adapter, region } = await begin()
    expect(adapter.callsOf('move.quote')).toEqual([
      { entityId: IDS.you, move: { type: 'dispute', counterpartyId: IDS.hub } },
    ])
    expect([...(region.querySelector('ol')?.children ?? [])].map((step) => step.textContent)).toEqual([
      'This account stops at once: nothing more is paid or received through it.',
      'Hub then has 2 hours to show a newer state that both of you signed.',
      'Then the chain divides the collateral, and your part comes to your reserve.',
      'Afterwards the account can be opened again.',
    ])
    expect(region.textContent).toContain('Comes to your reserve500.00 tUSD')
    expect(region.textContent).toContain('Hub owes you beyond that5.00 tUSD')
    expect(region.textContent).toContain('CostsNothing on this test chain')
    expect(await alertText()).toBe('There is no way back once the chain was asked.')
  })

  test('payments under way -- waited for, until their last deadline', async () => {
    const lock = { hashlock: '0x01', tokenId: 1, amount: usd(3), outgoing: true, expirySeconds: SECONDS + 86_400 }
    const { region } = await begin({ locks: [lock] })
    expect(region.textContent).toContain('Payments under way are waited for, until')
  })

  test('only once the risk is understood', async () => {
    const { adapter } = await begin()
    expect(disabled('Start the dispute')).toBe(true)
    fireEvent.click(screen.getByRole('checkbox', { name: 'I understand the risk' }))
    expect(disabled('Start the dispute')).toBe(false)
    press('Start the dispute')
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Start the dispute' })).toBe(null))
    expect(adapter.callsOf('account.dispute')).toMatchObject([{ entityId: IDS.you, counterpartyId: IDS.hub }])
  })

  test('refused -- said in words, and can be left', async () => {
    const { adapter, region } = await openAccount()
    adapter.refuse('move.quote', { code: 'E_REJECTED', reason: { type: 'account_disputed' } })
    press('Start dispute')
    expect(await alertText()).toBe(
      'There is a dispute in this account already. Nothing left your wallet. Wait for the judgement.',
    )
    press('Cancel')
    expect(within(region).queryByRole('alert')).toBe(null)
  })
})

const dispute = (patch: Partial<Dispute> = {}): Dispute => ({
  stage: 'open',
  isOurs: true,
  proof: 'newest',
  isAnswering: false,
  windowEnd: SECONDS + 5_400 - 1,
  judgedAfter: SECONDS + 5_400 - 1,
  stakes: [
    {
      tokenId: 1,
      collateral: usd(70_000),
      gets: usd(50_000),
      isOwed: 0n,
      owes: 0n,
      newestGets: usd(50_000),
      newestIsOwed: 0n,
      newestOwes: 0n,
    },
  ],
  ...patch,
})
const disputed = (patch: Partial<Dispute> = {}) => ({ status: 'disputed' as const, dispute: dispute(patch) })

describe('a dispute that runs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setInterval', 'clearInterval'] })
  })
  afterEach(() => void vi.useRealTimers())
  const open = async (patch: Partial<Dispute> = {}, view: FramePatch = {}): Promise<HTMLElement> => {
    await openAccount(disputed(patch), view)
    return screen.findByRole('region', { name: 'Dispute with Hub' })
  }

  test('time left, what the court has, what is at stake, what comes next, and that nothing has to be done', async () => {
    const region = await open()
    expect(region.textContent).toContain('You have called the court.')
    expect(region.textContent).toContain('Hub may show a newer state that both of you signed.')
    expect(region.textContent).toMatch(/Time left1 hour 30 minutes, until /)
    expect(region.textContent).toContain('The court hasthe newest state both signed')
    expect(region.textContent).toContain('At stake in tUSDCollateral700.00 tUSDTo your reserve500.00 tUSD')
    expect(region.textContent).not.toContain('By your newest state')
    expect(region.textContent).toContain('You need not do anything.')
    expect(region.textContent).toContain('Then your part comes to your reserve, and the account can be opened again.')
  })

  test('the time left runs with our clock between blocks, and with the chain\u2019s where that is ahead', async () => {
    const { adapter, region } = await openAccount(disputed())
    expect(region.textContent).toContain('Time left1 hour 30 minutes')
    await pass(60_000)
    expect(region.textContent).toContain('Time left1 hour 29 minutes')
    await act(() => adapter.push(withAccount(disputed(), chain({ timestampSeconds: SECONDS + 5_400 - 60 }))))
    expect(region.textContent).toContain('Time left60 seconds')
    await act(() => adapter.push(withAccount(disputed(), chain({ timestampSeconds: SECONDS + 5_400 }))))
    expect(region.textContent).toContain('Time leftOver')
  })

  test('by the other side with an old state -- by which less would come, and ours is on its way', async () => {
    const stakes = dispute().stakes.map((stake) => ({ ...stake, gets: usd(10_000), owes: usd(100) }))
    const region = await open({ isOurs: false, proof: 'older', isAnswering: true, stakes })
    expect(region.textContent).toContain('Hub has called the court.')
    expect(region.textContent).toContain('If you hold a newer state than the court, it is shown by itself.')
    expect(region.textContent).toContain('The court hasan older state')
    expect(within(region).getByRole('alert').textContent).toBe('Your newer one is on its way to the court.')
    expect(region.textContent).toContain('To your reserve100.00 tUSDBy your newest state500.00 tUSD')
    expect(region.textContent).toContain('You owe beyond it1.00 tUSD')
  })

  test.each([
    [{ stage: 'suing' as const }, 'You have called the court. The chain has not answered yet.'],
    [{ stage: 'waiting' as const, judgedAfter: SECONDS + 86_400 }, 'Payments under way are decided by'],
    [{ stage: 'due' as const, windowEnd: SECONDS - 5, judgedAfter: SECONDS - 5 }, 'The court judges now.'],
    [{ proof: 'newer' as const }, 'a newer state than this wallet holds'],
  ])('%o', async (patch, words) => {
    expect((await open(patch)).textContent).toContain(words)
  })

  test('an hour skipped on a test chain -- from now, so that the hour is over; no other chain has such a thing', async () => {
    const { adapter } = await openAccount(disputed(), chain({ timestampSeconds: SECONDS - 7 }))
    adapter.answer('simnet.skip', () => ({ timestampSeconds: 0 }))
    press('Skip ahead 1 hour')
    await waitFor(() => expect(adapter.callsOf('simnet.skip')).toEqual([{ seconds: 3_608 }]))
    await act(() => adapter.push(withAccount(disputed(), chain({ isTest: false }))))
    expect(screen.queryByRole('button', { name: 'Skip ahead 1 hour' })).toBe(null)
  })
})

describe('after the judgement', () => {
  test('said, marked in the list, and opened again with the terms it has', async () => {
    const { adapter, region } = await openAccount({ status: 'closed' })
    adapter.answer('account.reopen', () => ({ height: 44 }))
    expect(region.textContent).toContain('This account was judged. What the court gave you is in your reserve.')
    expect(region.textContent).toContain('Hub may then owe you up to 1,000.00 tUSD.')
    press('Open again')
    await waitFor(() => expect(adapter.callsOf('account.reopen')).toHaveLength(1))
    expect(adapter.callsOf('account.reopen')).toMatchObject([
      { entityId: IDS.you, counterpartyId: IDS.hub, tokenId: 1, creditLimit: usd(100_000) },
    ])
  })

  test.each([
    ['suing' as const, 'Dispute'],
    ['disputed' as const, 'Dispute'],
    ['closed' as const, 'Judged'],
    ['frozen' as const, 'Frozen'],
  ])('%s -- the list of accounts says %s', async (status, word) => {
    const accounts = frame().accounts
    if (accounts === null) throw new Error('there are accounts')
    await openAccount({}, { accounts: { ...accounts, accounts: accounts.accounts.map((one) => ({ ...one, status })) } })
    expect(screen.getByRole('table', { name: 'Accounts' }).textContent).toContain(word)
  })
})

const settlement = (patch: Partial<Settlement> = {}): Settlement => ({
  isOurs: false,
  stage: 'proposed',
  needsDecision: true,
  validUntil: SECONDS + 3_600,
  moves: [{ tokenId: 1, own: usd(-10_000), theirs: usd(20_000) }],
  after: [position({ outCollateral: usd(60_000), inCollateral: 0n })],
  ...patch,
})

describe('a settlement under way', () => {
  const open = async (patch: Partial<Settlement> = {}) => {
    const opened = await openAccount({ settlement: settlement(patch) })
    opened.adapter.answer('account.settlement', () => ({ height: 44 }))
    const panel = await screen.findByRole('region', { name: 'Settlement with Hub' })
    return { ...opened, panel }
  }

  test('asked of us -- what moves where, until when, and our word', async () => {
    const { panel } = await open()
    expect(panel.textContent).toContain('Hub asks you to agree. Nothing moves before you do.')
    expect([...within(panel).getByRole('list').children].map((move) => move.textContent)).toEqual([
      '100.00 tUSD from your reserve into this account',
      '200.00 tUSD to Hub',
    ])
    expect(panel.querySelector('[data-ghost]')).not.toBe(null)
    expect(panel.textContent).toContain('It can be agreed to until')
  })

  test.each([
    ['Approve', 'approve'],
    ['Reject', 'reject'],
  ])('%s', async (name, decision) => {
    const { adapter } = await open()
    press(name)
    await waitFor(() => expect(adapter.callsOf('account.settlement')).toMatchObject([{ decision }]))
  })

  test('approved too late -- refused in words', async () => {
    const { adapter } = await open()
    adapter.refuse('account.settlement', { code: 'E_REJECTED', reason: { type: 'no_settlement' } })
    press('Approve')
    expect(await alertText()).toBe('This settlement is over. Nothing left your wallet. There is nothing to do.')
  })

  test.each([
    ['asked', true, 'Hub has not answered yet.', ['Take it back']],
    ['proposed', true, 'Hub has seen it, and has to agree.', ['Take it back']],
    ['proposed', false, 'Your answer is on its way to Hub.', []],
    ['approved', true, 'Both agree. The signatures are on their way; what moves is held until then.', []],
    ['sealed', true, 'Both have signed. It goes to the chain.', []],
    ['sealed', false, 'Both have signed. Hub hands it to the chain.', []],
    ['handed_in', true, 'The chain was asked.', []],
  ] as const)('%s, ours %s', async (stage, isOurs, words, buttons) => {
    const { panel } = await open({ stage, isOurs, needsDecision: false })
    expect(within(panel).getByRole('status').textContent).toBe(words)
    const isAgreed = stage !== 'asked' && stage !== 'proposed'
    expect(panel.textContent?.includes('If the chain has not done it by')).toBe(isAgreed)
    expect(
      within(panel)
        .queryAllByRole('button')
        .map(({ textContent }) => textContent),
    ).toEqual(buttons)
  })

  test('taken back', async () => {
    const { adapter } = await open({ isOurs: true, needsDecision: false })
    press('Take it back')
    await waitFor(() => expect(adapter.callsOf('account.settlement')).toMatchObject([{ decision: 'reject' }]))
  })

  test('of somebody else -- shown, and not answered from here', async () => {
    const entities = frame().entities.map((entity) => ({ ...entity, isOwn: false }))
    await openAccount({ settlement: settlement() }, { entities })
    expect(screen.getByRole('region', { name: 'Settlement with Hub' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Approve' })).toBe(null)
  })
})

describe('debts', () => {
  const debt = {
    counterpartyId: IDS.hub,
    counterpartyLabel: 'Hub',
    isOwedToUs: true,
    tokenId: 1,
    debtId: 1,
    amount: usd(1_200),
  }

  test('owed to us -- collected from the debtor', async () => {
    const { adapter } = await openAccount({}, { entity: { debts: [debt] } })
    adapter.answer('debts.enforce', () => ({ height: 44 }))
    const region = await screen.findByRole('region', { name: 'Debts' })
    expect(region.textContent).toContain('Hub owes you 12.00 tUSD.')
    press('Collect')
    await waitFor(() => expect(adapter.callsOf('debts.enforce')).toHaveLength(1))
    expect(adapter.callsOf('debts.enforce')).toMatchObject([{ entityId: IDS.you, debtorId: IDS.hub, tokenId: 1 }])
    expect((await within(region).findByText('The chain was asked.')).getAttribute('role')).toBe('status')
  })

  test('paid meanwhile -- refused in words', async () => {
    const { adapter } = await openAccount({}, { entity: { debts: [debt] } })
    adapter.refuse('debts.enforce', { code: 'E_REJECTED', reason: { type: 'unknown_debt' } })
    fireEvent.click(await screen.findByRole('button', { name: 'Collect' }))
    expect(await alertText()).toBe('This debt is paid. Nothing left your wallet. There is nothing to do.')
  })

  test('owed by us -- paid from what the reserve has; without any there is nothing to press', async () => {
    const own = { ...debt, isOwedToUs: false }
    const { adapter } = await openAccount({}, { entity: { debts: [own] } })
    adapter.answer('debts.enforce', () => ({ height: 44 }))
    const region = await screen.findByRole('region', { name: 'Debts' })
    expect(region.textContent).toContain('You owe Hub 12.00 tUSD.')
    press('Pay from the reserve')
    await waitFor(() => expect(adapter.callsOf('debts.enforce')).toMatchObject([{ debtorId: IDS.you }]))
    const balances = frame().selectedEntity?.balances.map((balance) => ({ ...balance, reserve: 0n })) ?? []
    await act(() => adapter.push(withAccount({}, { entity: { debts: [own], balances } })))
    expect(screen.queryByRole('button', { name: 'Pay from the reserve' })).toBe(null)
  })

  test('none -- no word of them', async () => {
    await openAccount()
    expect(screen.queryByRole('region', { name: 'Debts' })).toBe(null)
  })
})

describe('on the chain', () => {
  test('a chain that goes on without this browser -- by when it has to run again', async () => {
    await openAccount({}, { ...chain({ isTest: false }), entity: { lastSafe: SECONDS + 7 * 86_400 } })
    const region = await screen.findByRole('region', { name: 'On the chain' })
    expect(region.textContent).toMatch(/Open this browser again by .*\. Until then nobody can take anything from you\./)
  })

  test('what is on its way for longer than a moment', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    try {
      await openAccount({}, { entity: { outstanding: { waiting: 1, inFlight: 2, calls: 0 } } })
      expect(screen.queryByRole('region', { name: 'On the chain' })).toBe(null)
      await pass(1_000)
      expect(screen.getByRole('region', { name: 'On the chain' }).textContent).toBe(
        '3 things are on their way to the chain.',
      )
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a test world', () => {
  test('cuts a simulated peer off, and shows what the world says', async () => {
    const { adapter } = await openAccount()
    adapter.answer('simnet.unplug', () => ({ height: 44 }))
    const plug = (): HTMLInputElement => screen.getByRole('checkbox', { name: 'Hub offline' })
    expect(plug().checked).toBe(false)
    fireEvent.click(plug())
    await waitFor(() => expect(adapter.callsOf('simnet.unplug')).toEqual([{ entityId: IDS.hub, isUnplugged: true }]))
    await act(() => adapter.push(withAccount({ isUnplugged: true })))
    expect(plug().checked).toBe(true)
  })

  test.each([
    ['a real chain', chain({ isTest: false, tokens: [TUSD, TETH] })],
    [
      'a peer that is not simulated here',
      { entities: frame().entities.filter(({ entityId }) => entityId !== IDS.hub) },
    ],
  ])('%s -- no such controls', async (_, view) => {
    await openAccount({}, view)
    expect(screen.queryByRole('checkbox', { name: 'Hub offline' })).toBe(null)
  })
})
