/**
 * The marks beside names: tokens, entities and the owner's own chip; and the gallery, which has every primitive.
 *
 * @vitest-environment happy-dom
 */
import { readdirSync } from 'node:fs'
import { cleanup, fireEvent, render, screen, within } from '@testing-library/preact'
import type { ComponentChildren } from 'preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UiContext } from '../../components/models/ui.ts'
import { AccountChip } from '../../components/primitives/AccountChip.tsx'
import { Identicon } from '../../components/primitives/Identicon.tsx'
import { TokenIcon } from '../../components/primitives/TokenIcon.tsx'
import { Gallery } from '../../components/screens/gallery/Gallery.tsx'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import type { TokenView } from '../../runtime/radapter/types.ts'
import { IDS, TETH, TUSD } from '../support/fixture-frames.ts'
import { createFakeUi, renderPage } from '../support/page.tsx'

afterEach(cleanup)

const show = (children: ComponentChildren): HTMLElement => {
  const { ui } = createFakeUi()
  return render(<UiContext.Provider value={ui}>{children}</UiContext.Provider>).container as HTMLElement
}
const real = (tokenId: number, symbol: string): TokenView => ({ tokenId, symbol, decimals: 2, isTest: false })
const copies = () => {
  const writeText = vi.fn(() => Promise.resolve())
  vi.stubGlobal('navigator', { ...navigator, language: 'en-US', clipboard: { writeText } })
  return writeText
}
afterEach(() => vi.unstubAllGlobals())

describe('TokenIcon', () => {
  test.each([
    [TUSD, '$'],
    [TETH, 'Ξ'],
    [real(3, 'EUR'), '€'],
    [real(4, 'WBC'), 'WB'],
  ])('$symbol -- has its sign, and is silent beside its symbol', (token, sign) => {
    const icon = show(<TokenIcon token={token} isKnown />).firstElementChild
    expect(icon?.getAttribute('data-sign')).toBe(sign)
    expect(icon?.getAttribute('aria-hidden')).toBe('true')
    expect(icon?.textContent).toBe('')
  })

  test('test money -- has a broken ring and says so on hover; other money does not', () => {
    const test = show(<TokenIcon token={TUSD} isKnown />).firstElementChild
    expect(test?.getAttribute('title')).toBe('Test token')
    const other = show(<TokenIcon token={real(1, 'USD')} isKnown />).firstElementChild
    expect(other?.getAttribute('title')).toBe('USD')
    expect([test, other].map((icon) => icon?.getAttribute('data-test'))).toEqual(['true', 'false'])
  })

  test('the colour stays with the id, whatever the symbol', () => {
    const tone = (token: TokenView): string | null | undefined =>
      show(<TokenIcon token={token} isKnown />).firstElementChild?.getAttribute('style')
    expect(tone(real(1, 'USD'))).toBe(tone(real(1, 'EUR')))
    expect(tone(real(1, 'USD'))).not.toBe(tone(real(2, 'USD')))
  })

  test('an unknown token -- a question mark and the words, never the sign it claims', () => {
    show(<TokenIcon token={real(77, 'USD')} isKnown={false} />)
    const icon = screen.getByRole('img', { name: 'Unknown token' })
    expect(icon.getAttribute('data-sign')).toBe('?')
    expect(icon.getAttribute('title')).toBe('Unknown token')
  })
})

describe('Identicon', () => {
  const pathOf = (id: string): string =>
    show(<Identicon id={id} />)
      .querySelector('path')
      ?.getAttribute('d') ?? ''

  test('one id has one picture, and numbered ids, nearly all zeros, have different ones', () => {
    const ids = Array.from({ length: 40 }, (_, index) => `0x${index.toString(16).padStart(64, '0')}`)
    const pictures = ids.map(pathOf)
    expect(ids.map(pathOf)).toEqual(pictures)
    expect(new Set(pictures).size).toBe(ids.length)
  })

  test('the right half mirrors the left, and nobody reads it out', () => {
    const cells = [...pathOf(IDS.bob).matchAll(/M(\d) (\d)/g)].map(([, x, y]) => `${x} ${y}`)
    const mirrored = cells.map((cell) => `${4 - Number(cell[0])}${cell.slice(1)}`)
    expect(cells).not.toEqual([])
    expect([...mirrored].sort()).toEqual([...cells].sort())
    expect(show(<Identicon id={IDS.bob} />).firstElementChild?.getAttribute('aria-hidden')).toBe('true')
  })
})

describe('AccountChip', () => {
  test('shows name and short id, copies the whole id, and says so', async () => {
    const writeText = copies()
    show(<AccountChip id={IDS.you} name="You" />)
    const chip = screen.getByRole('button', { name: 'Copy your entity id' })
    expect(chip.textContent).toContain('You')
    expect(chip.textContent).toContain('0x111111…111111')
    fireEvent.click(chip)
    expect(await screen.findByText('Copied')).toBeTruthy()
    expect(writeText).toHaveBeenCalledWith(IDS.you)
  })

  test('Home has it, with the entity that pays', async () => {
    const writeText = copies()
    renderPage(PopupApp)
    fireEvent.click(await screen.findByRole('button', { name: 'Copy your entity id' }))
    expect(writeText).toHaveBeenCalledWith(IDS.you)
  })
})

describe('Gallery', () => {
  test('has every state of the world around the wallet, in both lights', () => {
    renderPage(Gallery)
    for (const light of ['States, light', 'States, dark']) {
      const side = within(screen.getByRole('region', { name: light }))
      expect(side.getAllByRole('alert')).toHaveLength(17)
      expect(side.getAllByRole('status')).toHaveLength(1)
      expect(side.getAllByRole('heading', { name: 'This device is full' })).toHaveLength(1)
      for (const name of ['This runtime is not here', 'Jamaica is not here any more'])
        expect(side.getAllByRole('heading', { name })).toHaveLength(1)
    }
  })

  /** What primitives of other names stand on, or show. */
  const WITHOUT_STATES = ['lazy']

  test('has every primitive, in both lights', () => {
    renderPage(Gallery)
    const folder = `${import.meta.dirname}/../../components/primitives`
    const primitives = readdirSync(folder).flatMap((name) =>
      name.endsWith('.tsx') ? [name.slice(0, -'.tsx'.length)] : [],
    )
    for (const light of ['Light', 'Dark']) {
      const side = within(screen.getByRole('region', { name: light }))
      const shown = side.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent)
      expect([...shown, ...WITHOUT_STATES].sort()).toEqual(primitives.sort())
    }
  })
})
