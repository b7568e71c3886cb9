/** The site in the tab that is looked at, if it is connected; otherwise how many are. Leads to all of them. */
import { Globe } from 'lucide'
import { useEffect, useId, useMemo } from 'preact/hooks'
import { followHere } from '../../models/sites.ts'
import { ENGLISH_SITES } from '../../models/text-en-sites.ts'
import { useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import { Icon } from '../../primitives/Icon.tsx'
import styles from './SiteChip.module.css'

export const SiteChip = ({ onOpen }: { readonly onOpen: () => void }) => {
  const { session, text } = useUi(ENGLISH_SITES)
  const id = useId()
  const followed = useMemo(() => followHere(session), [session])
  useEffect(() => followed.start(), [followed])
  const here = followed.value.value
  if (here === null || here.connected === 0) return null
  const { origin, connected } = here
  return (
    <Button
      look="quiet"
      aria-label={text('sites.heading')}
      aria-describedby={id}
      title={origin ?? text('sites.heading')}
      onClick={onOpen}
    >
      <Icon of={Globe} />
      <span id={id} class={styles.name}>
        {origin === null ? text('sites.count', { count: connected }) : new URL(origin).host}
      </span>
    </Button>
  )
}
