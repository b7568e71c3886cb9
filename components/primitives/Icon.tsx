/** A line icon beside words that say the same; always hidden from screen readers. */
import type { IconNode } from 'lucide'
import { h } from 'preact'

export const Icon = ({ of }: { readonly of: IconNode }) => (
  <svg
    aria-hidden="true"
    width="20"
    height="20"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    {of.map(([tag, attributes]) => h(tag, attributes))}
  </svg>
)
