/** Details that most people never open. */
import { ChevronDown } from 'lucide'
import type { ComponentChildren } from 'preact'
import styles from './Disclosure.module.css'
import { Icon } from './Icon.tsx'

export const Disclosure = ({
  summary,
  children,
  onOpen,
}: {
  readonly summary: string
  readonly children: ComponentChildren
  /** Called whenever it is opened. */
  readonly onOpen?: () => void
}) => (
  <details
    class={styles.details}
    onToggle={(event) => {
      if (event.currentTarget.open) onOpen?.()
    }}
  >
    <summary>
      {summary}
      <Icon of={ChevronDown} />
    </summary>
    {children}
  </details>
)
