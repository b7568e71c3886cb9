/**
 * Several entities in the popup: which one pays is chosen at Home, and stays chosen.
 *
 * @vitest-environment happy-dom
 */
import { fireEvent, screen, waitFor } from '@testing-library/preact'
import { expect, test } from 'vitest'
import { PopupApp } from '../../components/screens/popup/PopupApp.tsx'
import type { FrameView } from '../../runtime/radapter/types.ts'
import { frame, quote } from '../support/fixture-frames.ts'
import { renderPage } from '../support/page.tsx'
import { fillAndReview } from '../support/popup.tsx'

const SAVINGS = `0x${'cd'.repeat(32)}`
const [you] = frame().entities
if (you === undefined) throw new Error('the fixture has an entity')
const two = (isHidden: boolean): FrameView =>
  frame({ entities: [you, { ...you, entityId: SAVINGS, label: 'Savings', isHidden }, ...frame().entities.slice(1)] })

const choice = (): HTMLElement | null => screen.queryByRole('combobox', { name: 'Entity' })

test('one entity, or only one that is not hidden -- nothing to choose', async () => {
  const { adapter } = renderPage(PopupApp)
  await screen.findByRole('region', { name: 'Balance' })
  expect(choice()).toBe(null)
  adapter.push(two(true))
  expect(choice()).toBe(null)
})

test('the chosen one pays', async () => {
  const { adapter } = renderPage(PopupApp, { frame: two(false) })
  adapter.answer('pay.quote', () => quote())
  await screen.findByRole('region', { name: 'Balance' })
  fireEvent.change(await screen.findByRole('combobox', { name: 'Entity' }), { target: { value: SAVINGS } })
  expect(adapter.views.at(-1)?.selectedEntityId).toBe(SAVINGS)
  adapter.push({
    ...two(false),
    selectedEntity: { ...frame({ entity: { entityId: SAVINGS } }).selectedEntity } as never,
  })
  await fillAndReview()
  await waitFor(() => expect(adapter.callsOf('pay.quote').at(-1)?.from).toBe(SAVINGS))
  expect(adapter.views.at(-1)?.selectedEntityId).toBe(SAVINGS)
})
