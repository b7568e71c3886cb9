/** Popovers, which happy-dom does not have: their button opens them, and they say so as in a browser. */
import { act } from '@testing-library/preact'
import { present } from '../../runtime/lib/assert.ts'

const say = (popover: Element, newState: 'open' | 'closed'): void =>
  void act(() => void popover.dispatchEvent(Object.assign(new Event('toggle'), { newState })))

/** What a press of this button does. */
export const openPopover = (button: HTMLElement): void => {
  const popover = present(document.getElementById(button.getAttribute('popovertarget') ?? ''), 'a button of a popover')
  popover.hidePopover = () => say(popover, 'closed')
  say(popover, 'open')
}
