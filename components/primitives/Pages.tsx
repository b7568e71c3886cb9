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
  /** To the neighbours by what they follow on, where that is known: null where there is none. */
  readonly steps?: Steps
}

type Steps = { readonly back: (() => void) | null; readonly forth: (() => void) | null }

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

const stepsByNumber = ({ page, totalPages, onTurn }: NumbersProps): Steps => ({
  back: page <= 1 ? null : () => onTurn(page - 1),
  forth: page >= totalPages ? null : () => onTurn(page + 1),
})

export const Pages = ({ label, where, page, totalPages, onTurn, steps }: Props) => {
  const { text } = useUi()
  const { back, forth } = steps ?? stepsByNumber({ page, totalPages, onTurn })
  return (
    <nav aria-label={label} class={styles.pages}>
      <div class={styles.where}>
        <span>{where}</span>
        <div>
          <Button look="quiet" disabled={back === null} onClick={() => back?.()}>
            {text('panel.previous')}
          </Button>
          <Button look="quiet" disabled={forth === null} onClick={() => forth?.()}>
            {text('panel.next')}
          </Button>
        </div>
      </div>
      {totalPages > 1 && <Numbers page={page} totalPages={totalPages} onTurn={onTurn} />}
    </nav>
  )
}
