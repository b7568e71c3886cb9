/** Copying an id: the short way it is shown, and the moment in which the page says that it was copied. */
import { useEffect, useState } from 'preact/hooks'

const SHOWN_MS = 2_000
const HEAD = 8
const TAIL = 6

export const shortId = (id: string): string =>
  id.length > HEAD + TAIL ? `${id.slice(0, HEAD)}…${id.slice(-TAIL)}` : id

/** Copies on demand, and knows for a moment that it has. */
export const useCopy = (value: string): { readonly copied: boolean; readonly copy: () => void } => {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => {
    navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return { copied, copy }
}
