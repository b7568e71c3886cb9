/** The words of a recovery phrase in their order, or the room they will take. */
import { useUi } from '../models/ui.ts'
import styles from './Words.module.css'

const BLANKS = Array.from({ length: 12 }, (_, index) => index)

export const PhraseWords = ({ words }: { readonly words: readonly string[] | null }) => {
  const { text } = useUi()
  if (words === null)
    return (
      <div class={styles.words} aria-hidden="true">
        {BLANKS.map((index) => (
          <span key={index} />
        ))}
      </div>
    )
  return (
    <ol class={styles.words} data-count={words.length} aria-label={text('phrase.list')}>
      {words.map((word, index) => (
        <li key={`${index}-${word}`}>{word}</li>
      ))}
    </ol>
  )
}
