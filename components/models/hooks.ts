/** Time as screens feel it. */
import { useEffect, useState } from 'preact/hooks'

/** True once `condition` has held for `delayMs`: what lasts shorter is not worth showing. */
export const useDelayed = (condition: boolean, delayMs: number): boolean => {
  const [late, setLate] = useState(false)
  useEffect(() => {
    setLate(false)
    if (!condition) return
    const timer = setTimeout(() => setLate(true), delayMs)
    return () => clearTimeout(timer)
  }, [condition, delayMs])
  return condition && late
}

/** True once the clock has passed `atMs`. */
export const usePassed = (atMs: number): boolean => {
  const [passed, setPassed] = useState(Date.now() >= atMs)
  useEffect(() => {
    const left = atMs - Date.now()
    setPassed(left <= 0)
    if (left <= 0) return
    const timer = setTimeout(() => setPassed(true), left)
    return () => clearTimeout(timer)
  }, [atMs])
  return passed
}

/** Runs `onEscape` for Esc, unless something on top (an open popover or dialog) takes it first. */
export const useEscape = (onEscape: () => void): void => {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[data-open-popover]') !== null)
        return
      // Otherwise the browser closes the whole popup.
      event.preventDefault()
      onEscape()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [onEscape])
}
