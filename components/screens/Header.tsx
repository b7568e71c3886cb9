/** On top of every page: which world this is (and that its money is test money), and Lock. */
import { ChevronDown } from 'lucide'
import { useId, useRef, useState } from 'preact/hooks'
import { useUi } from '../models/ui.ts'
import { Button } from '../primitives/Button.tsx'
import { type Fact, Facts } from '../primitives/Facts.tsx'
import { Icon } from '../primitives/Icon.tsx'
import styles from './Header.module.css'

export const Header = () => {
  const { session, text, format } = useUi()
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  const frame = session.frameView.value
  const chain = frame?.jurisdictions[0]
  const isTest = frame?.jurisdictions.some((jurisdiction) => jurisdiction.isTest) ?? false
  const facts: readonly Fact[] = [
    { name: text('runtime.name'), value: frame?.runtimeName },
    { name: text('runtime.height'), value: frame === null ? '' : format.count(frame.height) },
    ...(chain === undefined
      ? []
      : [
          { name: text('runtime.chain'), value: `${chain.name} (${chain.chainId})` },
          { name: text('runtime.chainHeight'), value: format.count(chain.height) },
        ]),
  ]
  // What happens on screen comes with the host's next status; a failed call leaves the wallet as it is.
  const lock = (): void => void session.rpc('wallet.lock', {}).catch(() => undefined)
  /** What lies over the page would hide where the focus has gone. */
  const leave = (event: FocusEvent): void => {
    const { currentTarget, relatedTarget } = event
    const isInside = currentTarget instanceof Node && currentTarget.contains(relatedTarget as Node | null)
    if (isOpen && relatedTarget !== null && !isInside) panel.current?.hidePopover()
  }
  return (
    <header class={styles.header} onFocusOut={leave}>
      {frame !== null && (
        <button
          type="button"
          class={styles.runtime}
          popovertarget={id}
          aria-expanded={isOpen}
          aria-label={text('runtime.button', { name: frame.runtimeName })}
        >
          <span>{frame.runtimeName}</span>
          <Icon of={ChevronDown} />
        </button>
      )}
      {isTest && <span class={styles.test}>{text('runtime.testMoney')}</span>}
      <span class={styles.gap} />
      <Button look="quiet" onClick={lock}>
        {text('lock.button')}
      </Button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        class={styles.panel}
        data-open-popover={isOpen ? '' : undefined}
        onToggle={(event) => setIsOpen(event.newState === 'open')}
      >
        {isTest && <p>{text('runtime.testNote')}</p>}
        <Facts facts={facts} />
      </div>
    </header>
  )
}
