/** What the host is doing, in words: starting, restoring, reconnecting. What is wrong stands in Trouble.tsx. */
import { useDelayed } from '../models/hooks.ts'
import { useUi } from '../models/ui.ts'
import { PageHead } from '../primitives/PageHead.tsx'
import { Skeleton } from '../primitives/Skeleton.tsx'
import styles from './Host.module.css'

/** A worker that restarts is back sooner than this; saying so would only flicker. */
const SAY_RECONNECTING_AFTER_MS = 300
const SKELETON = [96, 12, 48, 180]

export const Starting = () => {
  const { session, text, format } = useUi()
  const progress = session.hostStatus.value?.progress ?? null
  if (progress === null)
    return (
      <main class={styles.main}>
        <PageHead title={text('host.starting')} />
        <Skeleton heights={SKELETON} />
      </main>
    )
  const { done, total } = progress
  return (
    <main class={styles.main}>
      <PageHead title={text('host.restoring')} />
      <progress class={styles.progress} value={done} max={total} aria-label={text('host.restoring')} />
      <p class={styles.count}>{text('host.progress', { done: format.count(done), total: format.count(total) })}</p>
    </main>
  )
}

/** Lies over the bottom of the page, so that coming and going moves nothing. */
export const Reconnecting = () => {
  const { session, text, format } = useUi()
  const lost = useDelayed(session.connection.value !== 'connected', SAY_RECONNECTING_AFTER_MS)
  if (!lost) return null
  const isShowing = session.hostStatus.value?.wallet === 'unlocked' && session.frameView.value !== null
  const time = format.moment(session.frameView.value?.timestamp ?? 0, Date.now())
  return (
    <p role="status" class={styles.reconnecting}>
      {isShowing ? text('host.reconnecting', { time }) : text('host.connecting')}
    </p>
  )
}
