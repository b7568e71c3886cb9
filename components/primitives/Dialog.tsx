/** A question that has to be answered first: over the page, with its heading as its name. Esc leaves it, where it may be left. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import styles from './Dialog.module.css'

type Props = {
  readonly title: string
  /** Without it only the buttons inside lead out. */
  readonly onClose?: () => void
  readonly children: ComponentChildren
}

export const Dialog = ({ title, onClose, children }: Props) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const isGone = useRef(false)
  useEffect(() => {
    const before = document.activeElement
    const shown = dialog.current
    shown?.showModal()
    // The browser gives the focus back where a dialog is closed, and not where it is taken away.
    return () => {
      isGone.current = true
      shown?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  const close = (): void => {
    if (!isGone.current) onClose?.()
  }
  const cancel = (event: Event): void => {
    if (onClose === undefined) event.preventDefault()
  }
  return (
    <dialog ref={dialog} class={styles.dialog} aria-labelledby={id} onCancel={cancel} onClose={close}>
      <div class={styles.inside}>
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}
