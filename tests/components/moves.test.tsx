/**
 * Money between address, reserve and account: each action from its form over its review to its command, and what is
 * refused on the way.
 *
 * @vitest-environment happy-dom
 */
import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact'
import { describe, expect, test } from 'vitest'
import type { AccountDetail, FrameView } from '../../runtime/radapter/types.ts'
import {
  change,
  moveQuote,
  type Opened,
  OTHER_ADDRESS,
  OWN_ADDRESS,
  openAccount,
  settled,
  withAccount,
} from '../support/account-region.tsx'
import { frame, IDS, position, usd } from '../support/fixture-frames.ts'
import { type as fill, press, typed } from '../support/popup.tsx'

const at = { entityId: IDS.you, tokenId: 1 }
const inHub = { ...at, counterpartyId: IDS.hub }

/** The facts of the review, name and value. */
const factsIn = (region: HTMLElement): readonly string[] =>
  [...(region.querySelector('dl')?.children ?? [])].map(
    (fact) =>
      `${fact.children[0]?.textContent}: ${fact.querySelector('[aria-hidden]')?.textContent ?? fact.children[1]?.textContent}`,
  )
/** Activity has buttons of its own, named by what they did. */
const pressIn = (region: HTMLElement, name: string): boolean =>
  fireEvent.click(within(region).getByRole('button', { name }))
const alertText = async (): Promise<string> => (await screen.findByRole('alert')).textContent ?? ''
const review = async (confirm: string): Promise<void> => {
  press('Review')
  await screen.findByRole('button', { name: confirm })
}

describe('Deposit', () => {
  const begin = async (): Promise<Opened> => {
    const opened = await openAccount()
    opened.adapter.answer('move.quote', () =>
      moveQuote({
        changes: [
          change({
            address: { before: usd(25_000), after: usd(15_000) },
            reserve: { before: usd(50_000), after: usd(60_000) },
          }),
        ],
        address: { text: OWN_ADDRESS, isOwn: true, isKnown: true },
      }),
    )
    opened.adapter.answer('reserve.deposit', () => ({ height: 44 }))
    pressIn(opened.region, 'Deposit')
    return opened
  }

  test('from the own address to the reserve -- reviewed, then asked for', async () => {
    const { adapter, region } = await begin()
    await within(region).findByText('At your address: 250.00 tUSD')
    fill('Amount', '100')
    await review('Deposit now')
    expect(adapter.callsOf('move.quote')).toEqual([
      { entityId: IDS.you, move: { type: 'deposit', tokenId: 1, amount: usd(10_000) } },
    ])
    expect(region.textContent).toContain('100.00 tUSD moves from your address to your reserve.')
    expect(region.textContent).toContain(OWN_ADDRESS)
    expect(factsIn(region)).toEqual([
      'Your address: 250.00 → 150.00 tUSD',
      'Your reserve: 500.00 → 600.00 tUSD',
      'Costs: Nothing on this test chain',
      'Takes: A moment on this test chain',
    ])
    expect(region.textContent).toContain('If the chain refuses it, the money stays at your address.')
    expect(adapter.callsOf('reserve.deposit')).toEqual([])
    press('Deposit now')
    expect((await within(region).findByText(/^The chain was asked/)).getAttribute('role')).toBe('status')
    expect(adapter.callsOf('reserve.deposit')).toMatchObject([{ ...at, amount: usd(10_000) }])
  })

  test('Max -- fills in what lies there', async () => {
    await begin()
    fireEvent.click(await screen.findByRole('button', { name: 'Max' }))
    expect(typed('Amount')).toBe('250')
  })

  test('more than lies there -- refused with have and need, nothing is asked of the chain', async () => {
    const { adapter } = await begin()
    const reason = { type: 'insufficient_funds', tokenId: 1, have: usd(25_000), need: usd(30_000) }
    adapter.refuse('move.quote', { code: 'E_REJECTED', reason })
    fill('Amount', '300')
    press('Review')
    expect(await alertText()).toBe(
      'Your address holds 250.00 tUSD, but this needs 300.00 tUSD. Nothing left your wallet. Choose a smaller amount.',
    )
    expect(adapter.callsOf('reserve.deposit')).toEqual([])
  })

  test('a chain that does not answer -- said where the figure would stand', async () => {
    const { adapter, region } = await openAccount()
    adapter.refuse('purse.get', { code: 'E_REJECTED', reason: { type: 'chain_unreachable' } })
    pressIn(region, 'Deposit')
    await within(region).findByText('The chain does not answer, so what lies at your address is not known.')
    expect(screen.queryByRole('button', { name: 'Max' })).toBe(null)
  })
})

describe('Withdraw', () => {
  const begin = async (address: { readonly isOwn: boolean; readonly isKnown: boolean }, text = OWN_ADDRESS) => {
    const opened = await openAccount()
    opened.adapter.answer('move.quote', () => moveQuote({ address: { text, ...address } }))
    opened.adapter.answer('reserve.withdraw', () => ({ height: 44 }))
    press('Withdraw')
    await waitFor(() => expect(typed('To address')).toBe(OWN_ADDRESS))
    fill('Amount', '100')
    return opened
  }

  test('to the own address, filled in with its checksum', async () => {
    const { adapter, region } = await begin({ isOwn: true, isKnown: false })
    expect(region.textContent).toContain('Your reserve holds 500.00 tUSD')
    await review('Withdraw now')
    expect(region.textContent).toContain('It is your own address.')
    expect(screen.queryByRole('alert')).toBe(null)
    press('Withdraw now')
    await waitFor(() => expect(adapter.callsOf('reserve.withdraw')).toHaveLength(1))
    expect(adapter.callsOf('reserve.withdraw')).toMatchObject([{ ...at, amount: usd(10_000), to: OWN_ADDRESS }])
  })

  test.each([
    [false, 'It is not your own address, and you have never sent there. Compare every character.'],
    [true, 'It is not your own address. You have sent there before.'],
  ])('to another address, known %s -- warned', async (isKnown, words) => {
    const { adapter } = await begin({ isOwn: false, isKnown }, OTHER_ADDRESS)
    fill('To address', OTHER_ADDRESS.toLowerCase())
    await review('Withdraw now')
    expect(await alertText()).toBe(words)
    expect(adapter.callsOf('move.quote')).toMatchObject([{ move: { to: OTHER_ADDRESS.toLowerCase() } }])
    press('Withdraw now')
    await waitFor(() => expect(adapter.callsOf('reserve.withdraw')).toMatchObject([{ to: OTHER_ADDRESS }]))
  })

  test.each([
    ['bad_address', 'This is not an address. Nothing left your wallet. Paste it whole.'],
    ['bad_checksum', 'A letter or a digit of this address is wrong. Nothing left your wallet. Paste it whole.'],
  ])('%s -- refused at its field', async (type, words) => {
    const { adapter } = await begin({ isOwn: true, isKnown: false })
    adapter.refuse('move.quote', { code: 'E_REJECTED', reason: { type } })
    fill('To address', '0x12')
    press('Review')
    expect(await alertText()).toBe(words)
    expect(screen.getByRole('textbox', { name: 'To address' }).getAttribute('aria-invalid')).toBe('true')
  })

  test('what is typed after the review -- does not change what was reviewed', async () => {
    const { adapter } = await begin({ isOwn: true, isKnown: false })
    await review('Withdraw now')
    press('Change it')
    expect(typed('Amount')).toBe('100')
    fill('Amount', '200')
    await review('Withdraw now')
    press('Withdraw now')
    await waitFor(() => expect(adapter.callsOf('reserve.withdraw')).toMatchObject([{ amount: usd(20_000) }]))
  })

  test('another token chosen during the review -- the reviewed one is withdrawn', async () => {
    const { adapter, region } = await begin({ isOwn: true, isKnown: false })
    await review('Withdraw now')
    fireEvent.click(within(within(region).getByRole('table', { name: 'Tokens' })).getByRole('button', { name: 'tETH' }))
    await act(() => adapter.push(withAccount()))
    expect(region.textContent).toContain('100.00 tUSD leaves your reserve')
    press('Withdraw now')
    await waitFor(() => expect(adapter.callsOf('reserve.withdraw')).toMatchObject([{ tokenId: 1 }]))
  })
})

describe('Add collateral', () => {
  test('from the reserve into the account -- the seam with its new place, and what binds it there', async () => {
    const { adapter, region } = await openAccount()
    adapter.answer('move.quote', () =>
      moveQuote({
        changes: [change({ account: { before: position(), after: position({ outCollateral: usd(60_000) }) } })],
      }),
    )
    adapter.answer('reserve.toCollateral', () => ({ height: 44 }))
    press('Add collateral')
    fill('Amount', '100')
    await review('Add it')
    expect(region.textContent).toContain('100.00 tUSD moves from your reserve into this account, on the chain.')
    expect(region.textContent).toContain(
      'It comes back to your reserve only with the signature of Hub, or by a dispute.',
    )
    expect(region.querySelector('[data-ghost]')).not.toBe(null)
    expect(factsIn(region).slice(0, 2)).toEqual([
      'Your reserve: 500.00 → 400.00 tUSD',
      'You can send here: 600.00 → 700.00 tUSD',
    ])
    press('Add it')
    await waitFor(() => expect(adapter.callsOf('reserve.toCollateral')).toHaveLength(1))
    expect(adapter.callsOf('reserve.toCollateral')).toMatchObject([{ ...inHub, amount: usd(10_000) }])
  })

  test('more than the reserve has -- refused with have and need', async () => {
    const { adapter } = await openAccount()
    const reason = { type: 'insufficient_reserve', tokenId: 1, have: usd(2_000), need: usd(10_000) }
    adapter.refuse('move.quote', { code: 'E_REJECTED', reason })
    press('Add collateral')
    fill('Amount', '100')
    press('Review')
    expect(await alertText()).toBe(
      'Your reserve holds 20.00 tUSD, but this needs 100.00 tUSD. Nothing left your wallet. Choose a smaller amount.',
    )
  })

  test('refused at the last moment -- said in the review, which stays', async () => {
    const { adapter } = await openAccount()
    adapter.answer('move.quote', () => moveQuote())
    adapter.refuse('reserve.toCollateral', { code: 'E_REJECTED', reason: { type: 'batch_full' } })
    press('Add collateral')
    fill('Amount', '100')
    await review('Add it')
    press('Add it')
    expect(await alertText()).toBe(
      'Too much is on its way to the chain. Nothing left your wallet. Wait for one to finish, then try again.',
    )
    expect(screen.getByRole('button', { name: 'Add it' })).toBeTruthy()
  })
})

describe('Settle', () => {
  test('an amount -- proposed to the other side as the host quoted it', async () => {
    const { adapter, region } = await openAccount()
    const moves = [{ tokenId: 1, own: usd(10_000), theirs: 0n }]
    adapter.answer('move.quote', () => moveQuote({ changes: [settled], moves }))
    adapter.answer('account.settle', () => ({ height: 44 }))
    press('Settle')
    expect(region.textContent).toContain('Yours and free in this account: 500.00 tUSD')
    fill('Amount', '100')
    await review('Settle now')
    expect(adapter.callsOf('move.quote')).toMatchObject([{ move: { type: 'settle', counterpartyId: IDS.hub, moves } }])
    expect(region.textContent).toContain('100.00 tUSD comes from this account back to your reserve.')
    expect(region.textContent).toContain('Hub has to sign. If it does not, nothing moves')
    expect(factsIn(region)).toEqual([
      'Your reserve: 500.00 → 600.00 tUSD',
      'You can send here: 600.00 → 500.00 tUSD',
      'Costs: Nothing on this test chain',
      'Takes: Until Hub has signed, and then the chain has confirmed it',
    ])
    press('Settle now')
    await within(region).findByText('Hub was asked to sign.')
    expect(adapter.callsOf('account.settle')).toMatchObject([{ counterpartyId: IDS.hub, moves }])
  })

  test('everything -- each side its own, in every token; what rests on a promise stays one', async () => {
    const { adapter, region } = await openAccount({ tokens: [position({ theirDebt: usd(500) })] })
    const moves = [
      { tokenId: 1, own: usd(50_000), theirs: usd(20_000) },
      { tokenId: 2, own: 2n * 10n ** 18n, theirs: 0n },
    ]
    adapter.answer('move.quote', () =>
      moveQuote({ changes: [settled, change({ tokenId: 2, reserve: { before: 0n, after: 2n * 10n ** 18n } })], moves }),
    )
    adapter.answer('account.settle', () => ({ height: 44 }))
    press('Settle')
    fireEvent.click(screen.getByRole('checkbox', { name: 'Everything' }))
    expect(screen.queryByRole('textbox', { name: 'Amount' })).toBe(null)
    await review('Settle now')
    expect(adapter.callsOf('move.quote')).toMatchObject([{ move: { type: 'settle', moves: null } }])
    for (const words of [
      '500.00 tUSD comes from this account back to your reserve.',
      'Hub takes back 200.00 tUSD of its own.',
      '2.00 tETH comes from this account back to your reserve.',
      'Hub still owes you 5.00 tUSD beyond the collateral.',
    ])
      expect(region.textContent).toContain(words)
    expect(factsIn(region)).toContain('Your reserve, tETH: 0.00 → 2.00 tETH')
    press('Settle now')
    await waitFor(() => expect(adapter.callsOf('account.settle')).toMatchObject([{ moves }]))
  })

  test.each([
    [
      'over_collateral',
      { type: 'over_collateral', tokenId: 1, have: usd(50_000), need: usd(60_000) },
      'The account holds 500.00 tUSD as collateral, but this needs 600.00 tUSD. Nothing left your wallet. Choose a smaller amount.',
    ],
    [
      'over_capacity',
      { type: 'over_capacity', tokenId: 1, have: usd(50_000), need: usd(60_000) },
      'You can send 500.00 tUSD, but this needs 600.00 tUSD. Nothing left your wallet. Choose a smaller amount.',
    ],
    [
      'settlement_open',
      { type: 'settlement_open' },
      'A settlement is under way in this account already. Nothing left your wallet. Wait for its end.',
    ],
    [
      'nothing_to_settle',
      { type: 'nothing_to_settle' },
      'No collateral here is free to come back. Nothing left your wallet. There is nothing to do.',
    ],
  ])('%s -- refused in words', async (_, reason, words) => {
    const { adapter } = await openAccount()
    adapter.refuse('move.quote', { code: 'E_REJECTED', reason })
    press('Settle')
    fill('Amount', '600')
    press('Review')
    expect(await alertText()).toBe(words)
  })
})

describe('Set credit limit', () => {
  const begin = async (patch: Partial<AccountDetail> = {}): Promise<Opened> => {
    const opened = await openAccount(patch)
    opened.adapter.answer('move.quote', () => moveQuote({ changes: [] }))
    opened.adapter.answer('account.setCreditLimit', () => ({ height: 44 }))
    press('Set credit limit')
    return opened
  }

  test('says what it is now, and what the typed one will mean', async () => {
    const { adapter, region } = await begin()
    expect(region.textContent).toContain('Now 400.00 tUSD')
    fill('Credit limit', '1500')
    await review('Set the limit')
    expect(region.textContent).toContain('Hub may then owe you up to 1,500.00 tUSD beyond the collateral.')
    expect(region.textContent).toContain('What Hub owes you beyond the collateral rests on its promise alone.')
    expect(factsIn(region)).toEqual(['Costs: Nothing: it does not touch the chain', 'Takes: Until Hub has signed'])
    press('Set the limit')
    await within(region).findByText('The limit is on its way to Hub.')
    expect(adapter.callsOf('account.setCreditLimit')).toMatchObject([{ ...inHub, limit: usd(150_000) }])
  })

  test('nothing is a limit too; one below the debt says what stays', async () => {
    const { region } = await begin({ tokens: [position({ theirDebt: usd(500) })] })
    fill('Credit limit', '0')
    await review('Set the limit')
    expect(region.textContent).toContain('Hub owes you 5.00 tUSD already. That stays')
  })

  test.each([
    ['', 'Type an amount.'],
    ['1,2,3', 'This is not an amount.'],
    ['0.0000001', 'tUSD has at most 6 decimals.'],
  ])('%j -- refused where it was typed, nothing is asked', async (amount, words) => {
    const { adapter } = await begin()
    fill('Credit limit', amount)
    press('Review')
    expect(await alertText()).toContain(words)
    expect(adapter.callsOf('move.quote')).toEqual([])
  })
})

describe('Ask for collateral', () => {
  const owed = { tokens: [position({ theirDebt: usd(500) })] }

  test('as much as is owed -- asked at once, for nothing of ours moves', async () => {
    const { adapter, region } = await openAccount(owed)
    adapter.answer('collateral.request', () => ({ height: 44 }))
    press('Ask for collateral')
    expect(region.textContent).toContain('Hub owes you 5.00 tUSD beyond the collateral')
    press('Max')
    press('Ask now')
    await within(region).findByText('Hub was asked. New collateral shows here once the chain has it.')
    expect(adapter.callsOf('collateral.request')).toMatchObject([{ ...inHub, amount: usd(500) }])
  })

  test('by itself above an amount -- set, and given up', async () => {
    const { adapter, region } = await openAccount(owed)
    adapter.answer('collateral.policy', () => ({ height: 44 }))
    press('Ask for collateral')
    expect(region.textContent).toContain('Now only when you ask')
    fill('Ask by itself above', '50')
    press('Set it')
    await within(region).findByText('Hub is told.')
    expect(adapter.callsOf('collateral.policy')).toMatchObject([{ ...inHub, softLimit: usd(5_000) }])
    await act(() =>
      adapter.push(withAccount({ ...owed, policies: [{ tokenId: 1, softLimit: usd(5_000), isOurs: true }] })),
    )
    press('Ask for collateral')
    expect(region.textContent).toContain('Now whenever Hub owes you more than 50.00 tUSD')
    press('Only when I ask')
    await waitFor(() => expect(adapter.callsOf('collateral.policy')).toMatchObject([{}, { softLimit: null }]))
  })
})

describe('where an action is possible', () => {
  const NAMES = [
    'Deposit',
    'Withdraw',
    'Add collateral',
    'Ask for collateral',
    'Settle',
    'Set credit limit',
    'Start dispute',
  ] as const
  const possible = (region: HTMLElement): readonly string[] =>
    NAMES.filter((name) => !within(region).getByRole<HTMLButtonElement>('button', { name }).disabled)

  test.each([
    ['open', {}, {}, NAMES],
    ['opening', { status: 'opening' as const }, {}, ['Deposit', 'Withdraw']],
    ['frozen', { status: 'frozen' as const }, {}, ['Deposit', 'Withdraw', 'Start dispute']],
    ['disputed', { status: 'disputed' as const }, {}, ['Deposit', 'Withdraw']],
    ['closed', { status: 'closed' as const }, {}, ['Deposit', 'Withdraw']],
    ['read-only', {}, { role: 'reader' as const }, []],
  ])('%s', async (_, patch, view, names) => {
    const { region } = await openAccount(patch, view)
    expect(possible(region)).toEqual(names)
  })

  test('a form whose action becomes impossible -- closes by itself', async () => {
    const { adapter } = await openAccount()
    press('Settle')
    await act(() => adapter.push(withAccount({ status: 'suing' })))
    expect(screen.queryByRole('textbox', { name: 'Amount' })).toBe(null)
  })

  test('somebody else\u2019s account -- none', async () => {
    const entities: FrameView['entities'] = frame().entities.map((entity) => ({ ...entity, isOwn: false }))
    const { region } = await openAccount({}, { entities })
    for (const name of NAMES) expect(within(region).queryByRole('button', { name })).toBe(null)
  })
})
