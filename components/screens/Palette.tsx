/** Everything this page can do, found by a few letters: typed, chosen with the arrows, done with Enter. */
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ENGLISH_OWNER } from '../models/text-en-owner.ts'
import { useUi } from '../models/ui.ts'
import { Button } from '../primitives/Button.tsx'
import { Key } from '../primitives/Key.tsx'
import { TextField } from '../primitives/TextField.tsx'
import styles from './Palette.module.css'

export type Command = { readonly name: string; readonly hint?: string; readonly run: () => void }

const matching = (commands: readonly Command[], typed: string): readonly Command[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
}

type Props = { readonly commands: readonly Command[]; readonly onClose: () => void }

export const Palette = ({ commands, onClose }: Props) => {
  const { text } = useUi(ENGLISH_OWNER)
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const found = matching(commands, typed)
  useEffect(() => dialog.current?.showModal(), [])

  const run = (command: Command | undefined): void => {
    if (command === undefined) return
    onClose()
    command.run()
  }
  const press = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setChosen((chosen + step + found.length) % Math.max(found.length, 1))
    else if (event.key === 'Enter') run(found[chosen])
    else return
    event.preventDefault()
  }
  return (
    <dialog ref={dialog} class={styles.palette} aria-label={text('palette.name')} onClose={onClose} onKeyDown={press}>
      <div>
        <TextField
          label={text('palette.search')}
          kind="search"
          value={typed}
          describedBy={id}
          onInput={(value) => {
            setTyped(value)
            setChosen(0)
          }}
          first
        />
        <ul class={styles.list} aria-label={text('palette.commands')}>
          {found.map((command, index) => (
            <li key={command.name}>
              <Button look="quiet" tabIndex={-1} data-chosen={index === chosen} onClick={() => run(command)}>
                {command.name}
                {command.hint !== undefined && <Key of={command.hint} />}
              </Button>
            </li>
          ))}
        </ul>
        <p id={id} role="status" class="visually-hidden">
          {found[chosen]?.name ?? text('palette.none')}
        </p>
      </div>
    </dialog>
  )
}
