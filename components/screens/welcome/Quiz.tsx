/** Three words asked back, so that a phrase nobody wrote down is noticed now and not when it is needed. */
import { useId, useState } from 'preact/hooks'
import { useUi } from '../../models/ui.ts'
import type { WelcomeModel } from '../../models/welcome.ts'
import { Button } from '../../primitives/Button.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { TextField } from '../../primitives/TextField.tsx'
import { isFaulty, Refusal } from './Refusal.tsx'
import styles from './Welcome.module.css'

export const Quiz = ({ welcome }: { readonly welcome: WelcomeModel }) => {
  const { text, format } = useUi()
  const errorId = useId()
  const [answers, setAnswers] = useState<readonly string[]>(['', '', ''])
  const type = (at: number, value: string): void =>
    setAnswers(answers.map((answer, index) => (index === at ? value : answer)))
  const submit = (event: Event): void => {
    event.preventDefault()
    welcome.answer(answers)
  }
  return (
    <form class={styles.step} onSubmit={submit}>
      <PageHead title={text('quiz.heading')} onBack={welcome.back} takesFocus={false} />
      <p class={styles.lead}>{text('quiz.lead')}</p>
      {welcome.asked.value.map((position, index) => (
        <TextField
          key={position}
          label={text('quiz.word', { position: format.count(position) })}
          value={answers[index] ?? ''}
          onInput={(value) => type(index, value)}
          invalid={isFaulty(welcome, `word-${position}`)}
          errorId={errorId}
          first={index === 0}
        />
      ))}
      <Refusal welcome={welcome} id={errorId} />
      <Button type="submit" look="filled" wide>
        {text('common.continue')}
      </Button>
    </form>
  )
}
