/** The recovery phrase, shown when asked for. The blank lines before it take exactly its room. */
import { useId } from 'preact/hooks'
import { useUi } from '../../models/ui.ts'
import type { WelcomeModel } from '../../models/welcome.ts'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { PhraseWords } from '../../primitives/Words.tsx'
import { Refusal } from './Refusal.tsx'
import styles from './Welcome.module.css'

export const Phrase = ({ welcome }: { readonly welcome: WelcomeModel }) => {
  const { text } = useUi()
  const errorId = useId()
  const words = welcome.words.value
  return (
    <div class={styles.step}>
      <PageHead title={text('phrase.heading')} onBack={welcome.back} />
      <p class={styles.lead}>{text('phrase.lead')}</p>
      <PhraseWords words={words} />
      {words === null ? (
        <Button look="filled" wide disabled={welcome.busy.value} onClick={() => void welcome.reveal()}>
          {text('phrase.reveal')}
        </Button>
      ) : (
        <Button look="filled" wide onClick={welcome.toQuiz}>
          {text('common.continue')}
        </Button>
      )}
      <Refusal welcome={welcome} id={errorId} />
    </div>
  )
}
