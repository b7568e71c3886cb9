/** Something of the full view that hands move: where it was left in a runtime, kept a moment after the last move. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { KeptOfView, PreferencesModel } from '../../models/preferences.ts'

const KEEP_AFTER_MS = 250

type Props<T> = {
  readonly what: KeptOfView
  readonly runtimeId: string
  readonly preferences: PreferencesModel
  /** Null for anything that could not have been written. */
  readonly read: (text: string | undefined) => T | null
  readonly write: (value: T) => string
}

/** @returns what was left there, null where nothing was, and how to put another in its place; null forgets it. */
export const useKept = <T>({ what, runtimeId, preferences, read, write }: Props<T>) => {
  const kept = (): T | null => read(preferences.current.peek()[what][runtimeId])
  const [placed, setPlaced] = useState({ runtimeId, value: kept() })
  const keep = useRef<(() => void) | null>(null)
  const flush = (): void => {
    keep.current?.()
    keep.current = null
  }
  useEffect(() => {
    const timer = setTimeout(flush, KEEP_AFTER_MS)
    return () => clearTimeout(timer)
  }, [placed])
  useEffect(() => {
    addEventListener('pagehide', flush)
    return () => {
      removeEventListener('pagehide', flush)
      flush()
    }
  }, [])
  const put = (exact: T | null): void => {
    // As it will be read back, so that a reload changes nothing.
    const value = exact === null ? null : read(write(exact))
    if (placed.runtimeId !== runtimeId) flush()
    setPlaced({ runtimeId, value })
    // What cannot be kept is where it was at the next visit.
    keep.current = () =>
      void preferences.keep(what, runtimeId, value === null ? '' : write(value)).catch(() => undefined)
  }
  // Another runtime has its own.
  const value = placed.runtimeId === runtimeId ? placed.value : kept()
  return [value, put] as const
}
