/** On top of every page: which world this is (and that its money is test money), the way to the others, and Lock. */
import { ChevronDown } from 'lucide'
import { useId, useRef, useState } from 'preact/hooks'
import { useUi } from '../models/ui.ts'
import { Button } from '../primitives/Button.tsx'
import { Icon } from '../primitives/Icon.tsx'
import { lazy } from '../primitives/lazy.tsx'
import styles from './Header.module.css'
import type { RuntimeDialog } from './runtimes/RuntimeMenu.tsx'

const RuntimeMenu = lazy(async () => (await import('./runtimes/RuntimeMenu.tsx')).RuntimeMenu)
const RuntimeDialogs = lazy(async () => (await import('./runtimes/RuntimeDialogs.tsx')).RuntimeDialogs)

export const Header = () => {
  const { session, text } = useUi()
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  const [dialog, setDialog] = useState<RuntimeDialog | null>(null)
  const frame = session.frameView.value
  const status = session.hostStatus.value
  const isGone = status?.reason?.type === 'unknown_runtime'
  const named = status?.runtimes.find((listing) => listing.id === status.runtimeId)?.name ?? frame?.runtimeName ?? ''
  const name = isGone ? text('runtime.choose') : named
  const isTest = !isGone && frame?.jurisdictions.some((jurisdiction) => jurisdiction.isTest) === true
  // What happens on screen comes with the host's next status; a failed call leaves the wallet as it is.
  const lock = (): void => void session.rpc('wallet.lock', {}).catch(() => undefined)
  const close = (): void => panel.current?.hidePopover()
  /** What lies over the page would hide where the focus has gone. */
  const leave = (event: FocusEvent): void => {
    const { currentTarget, relatedTarget } = event
    const isInside = currentTarget instanceof Node && currentTarget.contains(relatedTarget as Node | null)
    if (isOpen && relatedTarget !== null && !isInside) close()
  }
  const open = (chosen: RuntimeDialog): void => {
    close()
    setDialog(chosen)
  }
  return (
    <header class={styles.header} onFocusOut={leave}>
      <button
        type="button"
        class={styles.runtime}
        popovertarget={id}
        aria-expanded={isOpen}
        aria-haspopup="menu"
        aria-label={isGone ? name : text('runtime.button', { name })}
      >
        <span>{name}</span>
        <Icon of={ChevronDown} />
      </button>
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
        {isOpen && <RuntimeMenu onOpen={open} onLeave={close} />}
      </div>
      {dialog !== null && <RuntimeDialogs dialog={dialog} onClose={() => setDialog(null)} />}
    </header>
  )
}
