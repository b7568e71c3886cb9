/** Two ways in. */
import { useUi } from '../../models/ui.ts'
import type { WelcomeModel } from '../../models/welcome.ts'
import { Button } from '../../primitives/Button.tsx'
import { Mark } from '../../primitives/Mark.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import styles from './Welcome.module.css'

export const Choose = ({ welcome }: { readonly welcome: WelcomeModel }) => {
  const { text } = useUi()
  return (
    <div class={styles.step}>
      <div class={styles.first}>
        <PageHead title={text('welcome.heading')} />
        <Mark wide />
        <p class={styles.lead}>{text('welcome.lead')}</p>
      </div>
      <div class={styles.actions}>
        <Button look="filled" wide onClick={() => welcome.choose('phrase')}>
          {text('welcome.create')}
        </Button>
        <Button wide onClick={() => welcome.choose('import')}>
          {text('welcome.import')}
        </Button>
      </div>
    </div>
  )
}
