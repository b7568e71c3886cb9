/** A choice between yes and no, as one row that can be pressed anywhere. */
import styles from './Toggle.module.css'

type Props = { readonly label: string; readonly checked: boolean; readonly onChange: (checked: boolean) => void }

export const Toggle = ({ label, checked, onChange }: Props) => (
  <label class={styles.toggle}>
    {label}
    <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
  </label>
)
