/** Everything that moved, with search and receipts. */
import { useEffect } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import { useUi } from '../../models/ui.ts'
import { PageHead } from '../../primitives/PageHead.tsx'
import { ActivityBrowser } from '../ActivityBrowser.tsx'
import screen from './Screen.module.css'

type Props = { readonly openId: string | null; readonly onLeave: () => void }

export const ActivityScreen = ({ openId, onLeave }: Props) => {
  const { text } = useUi()
  useEscape(onLeave)
  useEffect(() => {
    if (openId !== null) document.querySelector('[aria-expanded="true"]')?.scrollIntoView({ block: 'center' })
  }, [openId])
  return (
    <main class={screen.screen}>
      <PageHead title={text('activity.heading')} onBack={onLeave} />
      <ActivityBrowser firstOpen={openId} />
    </main>
  )
}
