/** Keys of the keyboard that do what a button does. Never while something is being typed, or a dialog is open. */
import { useEffect } from 'preact/hooks'

export type Shortcut = {
  /** As `KeyboardEvent.key` gives it, in lower case; with `ctrl+` before it, Ctrl or ⌘ is held. */
  readonly key: string
  readonly run: () => void
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** @returns how a pressed key is named, or null for a combination that is the browser's. */
export const keyOf = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string | null => {
  if (altKey) return null
  return ctrlKey || metaKey ? `ctrl+${key.toLowerCase()}` : key.toLowerCase()
}

export const useShortcuts = (shortcuts: readonly Shortcut[]): void => {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const name = keyOf(event)
      const found = shortcuts.find(({ key }) => key === name)
      if (found === undefined || event.defaultPrevented || event.repeat) return
      // A combination types nothing, so it works inside a field too.
      if (isTyping(event.target) && !found.key.startsWith('ctrl+')) return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      found.run()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [shortcuts])
}
