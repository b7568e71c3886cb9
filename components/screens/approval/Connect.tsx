/** What a site gets by being connected, and what it does not get. */
import { useUi } from '../../models/ui.ts'
import styles from './Approval.module.css'

/** Where an address breaks, if it must: `0x` and ten bytes. */
const HALF = 22

export const Connect = ({ address }: { readonly address: string }) => {
  const { text } = useUi()
  return (
    <div class={styles.effects}>
      <p>{text('approval.connectSees')}</p>
      <p class={styles.address}>
        {address.slice(0, HALF)}
        <wbr />
        {address.slice(HALF)}
      </p>
      <p class={styles.muted}>{text('approval.connectLimits')}</p>
    </div>
  )
}
