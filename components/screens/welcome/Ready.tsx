/** The wallet works: where it is, and that its first money is test money. */
import { useUi } from '../../models/ui.ts'
import { LinkButton } from '../../primitives/Button.tsx'
import { Mark } from '../../primitives/Mark.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import styles from './Welcome.module.css'

export const Ready = () => {
  const { text } = useUi()
  return (
    <div class={styles.step}>
      <div class={styles.first}>
        <PageHead title={text('ready.heading')} />
        <Mark wide />
      </div>
      <p>{text('ready.lead')}</p>
      <p class={styles.lead}>{text('ready.testNote')}</p>
      <LinkButton look="filled" wide href="/popup.html">
        {text('ready.open')}
      </LinkButton>
    </div>
  )
}
