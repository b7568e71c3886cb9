/** A labelled native select; options are values of one type with their words. */
import { ChevronDown } from 'lucide'
import { useId } from 'preact/hooks'
import styles from './Field.module.css'
import { Icon } from './Icon.tsx'

type Props<T extends string | number> = {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly onChange: (value: T) => void
  readonly hint?: string
}

export const Select = <T extends string | number>({ label, value, options, onChange, hint }: Props<T>) => {
  const id = useId()
  const choose = (index: number): void => {
    const option = options[index]
    if (option !== undefined) onChange(option.value)
  }
  return (
    <div class={styles.field}>
      <label class={styles.label} for={id}>
        {label}
      </label>
      <div class={styles.box}>
        <select
          id={id}
          class={`${styles.input} ${styles.select}`}
          value={String(value)}
          onChange={(event) => choose(event.currentTarget.selectedIndex)}
        >
          {options.map((option) => (
            <option key={option.value} value={String(option.value)} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
        <span class={styles.chevron}>
          <Icon of={ChevronDown} />
        </span>
      </div>
      {hint !== undefined && <p class={styles.hint}>{hint}</p>}
    </div>
  )
}
