/**
 * Codes out of pictures, and links from outside: they fill the form in, and pay nothing.
 *
 * @vitest-environment happy-dom
 */
import { screen, waitFor } from '@testing-library/preact'
import { encodeQR } from 'qr'
import { afterEach, describe, expect, test } from 'vitest'
import { decodePixels, type Pixels, pastedImage } from '../../components/models/scan.ts'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import { renderPage } from '../support/page.tsx'
import { openPay, press, typed } from '../support/popup.tsx'

const SCALE = 4
const LINK = `xln:invoice/${'k3v9'.repeat(60)}`

const pictureOf = (text: string): Pixels => {
  const rows = encodeQR(text, 'raw', { border: 4, ecc: 'low' })
  const side = rows.length * SCALE
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] === true)
        data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3)
  return { width: side, height: side, data }
}

describe('a picture', () => {
  test('of a code is read', () => {
    expect(decodePixels(pictureOf(LINK))).toBe(LINK)
  })
  test('of anything else is nothing', () => {
    expect(decodePixels({ width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4).fill(127) })).toBeNull()
    expect(decodePixels({ width: 0, height: 0, data: new Uint8ClampedArray() })).toBeNull()
  })
  test('is found among what was pasted', () => {
    const picture = new File(['x'], 'code.png', { type: 'image/png' })
    const files = [new File(['x'], 'text.txt', { type: 'text/plain' }), picture]
    expect(pastedImage({ files } as unknown as DataTransfer)).toBe(picture)
    expect(pastedImage(null)).toBeNull()
  })
})

describe('Scan', () => {
  test('is one press from Pay, and leads back to it', async () => {
    renderPage(PopupApp)
    await openPay()
    press('Scan')
    await screen.findByRole('heading', { name: 'Scan a code' })
    press('Back')
    expect(await screen.findByRole('textbox', { name: 'Recipient' })).toBeTruthy()
  })
  test('in the toolbar’s popup the camera is asked for in a tab', async () => {
    const { opened } = renderPage(PopupApp, { isPopup: true })
    await openPay()
    press('Scan')
    await screen.findByRole('heading', { name: 'Scan a code' })
    press('Use the camera')
    expect(opened).toEqual(['/popup.html#scan'])
  })
  test('without a camera -- said, with what to do instead', async () => {
    renderPage(PopupApp)
    await openPay()
    press('Scan')
    await screen.findByRole('heading', { name: 'Scan a code' })
    press('Use the camera')
    expect((await screen.findByRole('alert')).textContent).toContain('Choose or paste a picture instead.')
  })
})

describe('a page opened for something', () => {
  afterEach(() => {
    location.hash = ''
  })
  test('with a link -- Pay is filled in, nothing is asked of the host', async () => {
    location.hash = `#pay=${encodeURIComponent(LINK)}`
    const { adapter } = renderPage(PopupApp)
    await waitFor(() => expect(typed('Recipient')).toBe(LINK))
    expect(adapter.callsOf('pay.quote')).toEqual([])
    expect(adapter.callsOf('pay.send')).toEqual([])
  })
  test('with what cannot be read -- Home', async () => {
    location.hash = '#pay=%E0%A4%A'
    renderPage(PopupApp)
    expect(await screen.findByRole('button', { name: 'Pay' })).toBeTruthy()
  })
})
