/** Where one is in a list of numbered pages, the way to the next one and back, and to any by its number. */
import { placesOf } from '../models/pages.ts'
import { useUi } from '../models/ui.ts'
import { Button } from './Button.tsx'
import styles from './Pages.module.css'

type Props = {
  /** Names the navigation. */
  readonly label: string
  /** "Page X of Y (Z …)" */
  readonly where: string
  readonly page: number
  readonly totalPages: number
  readonly onTurn: (page: number) => void
}

type NumbersProps = Pick<Props, 'page' | 'totalPages' | 'onTurn'>

const Numbers = ({ page, totalPages, onTurn }: NumbersProps) => {
  const { format } = useUi()
  return (
    <div class={styles.numbers}>
      {placesOf(page, totalPages).map((place) =>
        typeof place === 'string' ? (
          <span key={place} aria-hidden="true">
            …
          </span>
        ) : (
          <button
            key={place}
            type="button"
            class={styles.number}
            aria-current={place === page ? 'page' : undefined}
            onClick={() => onTurn(place)}
          >
            {format.count(place)}
          </button>
        ),
      )}
    </div>
  )
}

export const Pages = ({ label, where, page, totalPages, onTurn }: Props) => {
  const { text } = useUi()
  return (
    <nav aria-label={label} class={styles.pages}>
      <div class={styles.where}>
        <span>{where}</span>
        <div>
          <Button look="quiet" disabled={page <= 1} onClick={() => onTurn(page - 1)}>
            {text('panel.previous')}
          </Button>
          <Button look="quiet" disabled={page >= totalPages} onClick={() => onTurn(page + 1)}>
            {text('panel.next')}
          </Button>
        </div>
      </div>
      {totalPages > 1 && <Numbers page={page} totalPages={totalPages} onTurn={onTurn} />}
    </nav>
  )
}
