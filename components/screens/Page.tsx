/**
 * What every page has around its own screens: the gate (no wallet, locked, starting), the header, and what is wrong
 * with the host. Screens inside may rely on a frame view being there.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useDelayed } from '../models/hooks.ts'
import { isStanding, type Trouble, troubleOf } from '../models/trouble.ts'
import { type Ui, UiContext, useUi } from '../models/ui.ts'
import { Button, LinkButton } from '../primitives/Button.tsx'
import { lazy } from '../primitives/lazy.tsx'
import { Mark } from '../primitives/Mark.tsx'
import { Skeleton } from '../primitives/Skeleton.tsx'
import { Header } from './Header.tsx'
import { Reconnecting, Starting } from './Host.tsx'
import styles from './Page.module.css'
import { Unlock } from './Unlock.tsx'

// Fetched when something is wrong, which most visits never see.
const TroubleNotice = lazy(async () => (await import('./Trouble.tsx')).TroubleNotice)
// For the window that comes second.
const OtherWindow = lazy(async () => (await import('./runtimes/OtherWindow.tsx')).OtherWindow)
const TroubleScreen = lazy(async () => (await import('./Trouble.tsx')).TroubleScreen)

/** The host restarts its auto-lock countdown on input; telling it more often than this changes nothing. */
const TOUCH_EVERY_MS = 10_000
/** Nobody should stare at a skeleton for longer without something to press. */
const RETRY_AFTER_MS = 5_000
const SKELETON = [96, 12, 48, 180]

const useTouch = (): void => {
  const { session } = useUi()
  useEffect(() => {
    let last = 0
    const touch = (): void => {
      if (session.hostStatus.peek()?.wallet !== 'unlocked' || Date.now() - last < TOUCH_EVERY_MS) return
      last = Date.now()
      // Nothing depends on the answer: the next input touches again.
      session.rpc('wallet.touch', {}).catch(() => undefined)
    }
    document.addEventListener('pointerdown', touch)
    document.addEventListener('keydown', touch)
    return () => {
      document.removeEventListener('pointerdown', touch)
      document.removeEventListener('keydown', touch)
    }
  }, [session])
}

const NoWallet = () => {
  const { text } = useUi()
  return (
    <main class={styles.alone}>
      <Mark />
      <h1>{text('host.none')}</h1>
      <LinkButton look="filled" href="/welcome.html" target="_blank">
        {text('host.setUp')}
      </LinkButton>
    </main>
  )
}

const Loading = () => {
  const { session, text } = useUi()
  const isSlow = useDelayed(true, RETRY_AFTER_MS)
  return (
    <main class={styles.main}>
      <Skeleton heights={SKELETON} />
      {isSlow && (
        <div class={styles.slow}>
          <p>{text('host.slow')}</p>
          <Button onClick={session.reconnect}>{text('common.retry')}</Button>
        </div>
      )}
    </main>
  )
}

/** What is wrong, where it takes the place of everything: nothing is there to be shown, or it has to be seen first. */
const standingIn = (trouble: Trouble | null, hasFrame: boolean, isLooking: boolean): Trouble | null => {
  if (trouble === null || !isStanding(trouble)) return null
  // What was there is shown no more.
  if (trouble.type === 'gone') return trouble
  return hasFrame && (trouble.type !== 'full' || isLooking) ? null : trouble
}

const Inside = ({ children, needsView }: { readonly children: ComponentChildren; readonly needsView: boolean }) => {
  const { session } = useUi()
  const [isLooking, setLooking] = useState(false)
  const status = session.hostStatus.value
  const frame = session.frameView.value
  // In the past what is looked at may not have been there yet.
  const hasFrame = frame !== null && (session.entity.value !== null || !frame.live)
  const isStarting = status?.runtime === 'starting' || status?.runtime === 'replaying'
  const trouble = troubleOf(status, frame)
  const isFull = trouble?.type === 'full'
  // Who has looked once sees the screen again when the device is full again.
  useEffect(() => {
    if (!isFull) setLooking(false)
  }, [isFull])
  const standing = needsView ? standingIn(trouble, hasFrame, isLooking) : null
  const look = hasFrame ? (): void => setLooking(true) : null
  const shown = hasFrame || !needsView ? children : isStarting ? <Starting /> : <Loading />
  return (
    <>
      <Header />
      {(status?.control ?? 'writer') !== 'writer' && <OtherWindow />}
      {standing === null && trouble !== null && <TroubleNotice trouble={trouble} />}
      {standing === null ? shown : <TroubleScreen trouble={standing} onLook={look} />}
    </>
  )
}

type Props = {
  readonly ui: Ui
  readonly children: ComponentChildren
  /** Stands there while no wallet exists; every page but welcome says where to make one. */
  readonly whenNone?: ComponentChildren
  /** Stands there instead of the lock; for the one page a locked wallet can still be reset from. */
  readonly whenLocked?: ComponentChildren
  /** False for a page that shows nothing of the runtime and need not wait for it. */
  readonly needsView?: boolean
}

const Gate = ({ children, whenNone = <NoWallet />, whenLocked = <Unlock />, needsView = true }: Omit<Props, 'ui'>) => {
  useTouch()
  const { hostStatus, frameView } = useUi().session
  // Something is remembered only of a wallet that was unlocked, and forgotten with its lock.
  switch (hostStatus.value?.wallet ?? (frameView.value === null ? undefined : 'unlocked')) {
    case undefined:
      return <Loading />
    case 'none':
      return <>{whenNone}</>
    case 'locked':
      return <>{whenLocked}</>
    case 'unlocked':
      return <Inside needsView={needsView}>{children}</Inside>
  }
}

export const Page = ({ ui, children, ...rest }: Props) => (
  <UiContext.Provider value={ui}>
    <div class={styles.page} aria-busy={!ui.session.isLive.value && ui.session.frameView.value !== null}>
      <Gate {...rest}>{children}</Gate>
      <Reconnecting />
    </div>
  </UiContext.Provider>
)
