/**
 * A labelled text field. The label is the field's whole accessible name; a hint is its description; a control such
 * as Max or a reveal button is an `aside`, inside the box but outside the label.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import styles from './Field.module.css'

type Props = {
  readonly label: string
  readonly value: string
  readonly onInput?: (value: string) => void
  readonly hint?: string | undefined
  readonly aside?: ComponentChildren
  readonly kind?: 'text' | 'password' | 'search'
  readonly inputMode?: 'text' | 'decimal'
  /** More than one makes it a text area. */
  readonly rows?: number
  readonly mono?: boolean
  /** For the field a screen is about. */
  readonly large?: boolean
  readonly readOnly?: boolean
  readonly invalid?: boolean
  /** Id of a description that stands elsewhere. */
  readonly describedBy?: string
  /** Id of what says why it is invalid. */
  readonly errorId?: string | undefined
  readonly autoComplete?: string
  /** Takes the focus when it appears. */
  readonly first?: boolean
  /** Takes the focus whenever this becomes another thing than null: a refusal about this field, for one. */
  readonly focusOn?: object | null
}

const useFocus = (first: boolean, focusOn: object | null) => {
  const box = useRef<HTMLDivElement>(null)
  const focus = (): void => box.current?.querySelector<HTMLElement>('input, textarea')?.focus()
  useEffect(() => {
    if (first) focus()
  }, [first])
  useEffect(() => {
    if (focusOn !== null) focus()
  }, [focusOn])
  return box
}

export const TextField = (props: Props) => {
  const { label, value, onInput, hint, aside, kind = 'text', inputMode = 'text', rows = 1 } = props
  const box = useFocus(props.first ?? false, props.focusOn ?? null)
  const id = useId()
  const hintId = `${id}-hint`
  const described = [hint === undefined ? null : hintId, props.describedBy, props.invalid ? props.errorId : null]
    .filter(Boolean)
    .join(' ')
  const classes = [
    styles.input,
    props.mono ? styles.mono : '',
    props.large ? styles.large : '',
    aside === undefined ? '' : styles.withAside,
  ].join(' ')
  const common = {
    id,
    value,
    inputMode,
    class: classes,
    autoComplete: props.autoComplete ?? 'off',
    autoCapitalize: 'none' as const,
    spellcheck: false,
    readOnly: props.readOnly ?? false,
    'aria-invalid': props.invalid ?? false,
    ...(described === '' ? {} : { 'aria-describedby': described }),
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => onInput?.(event.currentTarget.value),
  }
  const control =
    rows > 1 ? (
      <textarea {...common} rows={rows} />
    ) : kind === 'password' ? (
      <input {...common} type="password" />
    ) : kind === 'search' ? (
      <input {...common} type="search" />
    ) : (
      <input {...common} type="text" />
    )
  return (
    <div class={styles.field}>
      <label class={styles.label} for={id}>
        {label}
      </label>
      <div class={styles.box} ref={box}>
        {control}
        {aside !== undefined && <div class={styles.aside}>{aside}</div>}
      </div>
      {hint !== undefined && (
        <p class={styles.hint} id={hintId}>
          {hint}
        </p>
      )}
    </div>
  )
}
