/** Where one is in a list of numbered pages, and the way to the next one and back. */
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

export const Pages = ({ label, where, page, totalPages, onTurn }: Props) => {
  const { text } = useUi()
  return (
    <nav aria-label={label} class={styles.pages}>
      <span>{where}</span>
      <div>
        <Button look="quiet" disabled={page <= 1} onClick={() => onTurn(page - 1)}>
          {text('panel.previous')}
        </Button>
        <Button look="quiet" disabled={page >= totalPages} onClick={() => onTurn(page + 1)}>
          {text('panel.next')}
        </Button>
      </div>
    </nav>
  )
}
