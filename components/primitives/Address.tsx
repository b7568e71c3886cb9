/** An address on a chain, short to look at, whole on hover and on copy. */
import { shortId } from '../models/copy.ts'
import { CopyButton } from './CopyButton.tsx'
import styles from './EntityId.module.css'

type Props = {
  /** 0x-hex, with its checksum. */
  readonly address: string
  /** What its copying is called. */
  readonly label: string
}

export const Address = ({ address, label }: Props) => (
  <span class={styles.chip}>
    <span class={styles.id} title={address}>
      {shortId(address)}
    </span>
    <CopyButton value={address} label={label} iconOnly />
  </span>
)
