/** The popup: opens on Home; one screen at a time. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { createPay } from '../../models/pay.ts'
import type { ReceiveModel } from '../../models/receive.ts'
import { useShortcuts } from '../../models/shortcuts.ts'
import type { Ui } from '../../models/ui.ts'
import { lazy } from '../../primitives/lazy.tsx'
import { Page } from '../Page.tsx'
import type { Command } from '../Palette.tsx'
import { Home } from './Home.tsx'
import type { OwnerScreen } from './Settings.tsx'

const ActivityScreen = lazy(async () => (await import('./ActivityScreen.tsx')).ActivityScreen)
const Palette = lazy(async () => (await import('../Palette.tsx')).Palette)
const PayScreen = lazy(async () => (await import('./PayScreen.tsx')).PayScreen)
const Receive = lazy(async () => (await import('./Receive.tsx')).Receive)
const Scan = lazy(async () => (await import('./Scan.tsx')).Scan)
const Settings = lazy(async () => (await import('./Settings.tsx')).Settings)
const SitesScreen = lazy(async () => (await import('../owner/Sites.tsx')).SitesScreen)

type Screen =
  | { readonly type: 'home' }
  | { readonly type: 'pay' }
  | { readonly type: 'scan' }
  | { readonly type: 'receive' }
  | { readonly type: 'sites' }
  | { readonly type: 'activity'; readonly openId: string | null }
  | { readonly type: 'settings'; readonly first: OwnerScreen | null }

/** What the page was opened for: `#scan`, or `#pay=` and a recipient or link. */
const askedFor = (hash: string): { readonly type: 'scan' } | { readonly type: 'pay'; readonly to: string } | null => {
  if (hash === '#scan') return { type: 'scan' }
  if (!hash.startsWith('#pay=')) return null
  try {
    return { type: 'pay', to: decodeURIComponent(hash.slice('#pay='.length)) }
  } catch {
    // Not what this wallet has written there.
    return null
  }
}

type Ways = {
  readonly goHome: () => void
  readonly goPay: () => void
  readonly goReceive: () => void
  readonly goActivity: () => void
  readonly goSettings: (first: OwnerScreen | null) => void
  readonly goSites: () => void
}

/** What the palette offers. A hint is also the key of its command, on Home. */
const commandsOf = ({ session, host, text }: Ui, ways: Ways): readonly Command[] => {
  const { amountsHidden } = host.preferences.current.value
  return [
    { name: text('home.pay'), hint: 'S', run: ways.goPay },
    { name: text('home.receive'), hint: 'Q', run: ways.goReceive },
    { name: text('home.activity'), run: ways.goActivity },
    { name: text('home.balance'), run: ways.goHome },
    { name: text('home.settings'), hint: ',', run: () => ways.goSettings(null) },
    { name: text('sites.heading'), run: ways.goSites },
    { name: text('owner.phrase'), run: () => ways.goSettings('phrase') },
    { name: text('owner.change'), run: () => ways.goSettings('password') },
    {
      name: text(amountsHidden ? 'home.show' : 'home.hide'),
      run: () => void host.preferences.change({ amountsHidden: !amountsHidden }),
    },
    { name: text('home.sidePanel'), run: host.openSidePanel },
    { name: text('home.fullView'), run: () => host.openTab('/view.html') },
    { name: text('lock.button'), hint: 'L', run: () => void session.rpc('wallet.lock', {}).catch(() => undefined) },
  ]
}

type KeysProps = {
  readonly isHome: boolean
  readonly commands: readonly Command[]
  readonly isOpen: boolean
  readonly setOpen: (isOpen: boolean) => void
}

const Keys = ({ isHome, commands, isOpen, setOpen }: KeysProps) => {
  const shortcuts = commands.flatMap(({ hint, run }) =>
    hint === undefined || !isHome ? [] : [{ key: hint.toLowerCase(), run }],
  )
  useShortcuts([...shortcuts, { key: 'ctrl+k', run: () => setOpen(true) }])
  return isOpen ? <Palette commands={commands} onClose={() => setOpen(false)} /> : null
}

export const PopupApp = ({ ui }: { readonly ui: Ui }) => {
  const pay = useMemo(() => createPay(ui), [ui])
  // Made by its screen, and held here: a lock in between costs nothing.
  const receive = useRef<ReceiveModel | null>(null)
  const [screen, setScreen] = useState<Screen>({ type: 'home' })
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  useEffect(() => pay.start(), [pay])
  // The next thing most visits want, fetched while nobody waits for it.
  useEffect(() => void import('./PayScreen.tsx').catch(() => undefined), [])
  const goHome = (): void => {
    ui.session.lookHome()
    scrollTo(0, 0)
    setScreen({ type: 'home' })
  }
  const goPay = (): void => {
    pay.open()
    setScreen({ type: 'pay' })
  }
  /** What came from outside fills the form and nothing more. */
  const payTo = useCallback(
    (to: string): void => {
      pay.open()
      pay.edit({ to })
      setScreen({ type: 'pay' })
    },
    [pay],
  )
  useEffect(() => {
    const asked = askedFor(location.hash)
    // Asked once: reloading the page, or coming back to it, is Home again.
    if (asked !== null) history.replaceState(null, '', location.pathname)
    if (asked?.type === 'scan') setScreen({ type: 'scan' })
    if (asked?.type === 'pay') payTo(asked.to)
  }, [payTo])
  const goReceive = (): void => {
    receive.current = null
    setScreen({ type: 'receive' })
  }
  const goActivity = (openId: string | null): void => setScreen({ type: 'activity', openId })
  const shown = () => {
    switch (screen.type) {
      case 'home':
        return (
          <Home
            pay={pay}
            onPay={goPay}
            onReceive={goReceive}
            onActivity={goActivity}
            onSettings={goSettings}
            onSites={goSites}
          />
        )
      case 'pay':
        return <PayScreen pay={pay} onLeave={goHome} onScan={() => setScreen({ type: 'scan' })} />
      case 'scan':
        return <Scan onFound={payTo} onLeave={goPay} />
      case 'receive':
        return <Receive held={receive} onLeave={goHome} />
      case 'activity':
        return <ActivityScreen openId={screen.openId} onLeave={goHome} />
      case 'settings':
        return <Settings first={screen.first} onCommands={() => setPaletteOpen(true)} onLeave={goHome} />
      case 'sites':
        return <SitesScreen onLeave={goHome} />
    }
  }
  const goSettings = (first: OwnerScreen | null): void => setScreen({ type: 'settings', first })
  const goSites = (): void => setScreen({ type: 'sites' })
  return (
    <Page ui={ui}>
      <Keys
        isHome={screen.type === 'home'}
        isOpen={isPaletteOpen}
        setOpen={setPaletteOpen}
        commands={commandsOf(ui, { goHome, goPay, goReceive, goSettings, goSites, goActivity: () => goActivity(null) })}
      />
      {shown()}
    </Page>
  )
}
