/** The popup: opens on Home; one screen at a time. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { createPay } from '../../models/pay.ts'
import { createReceive } from '../../models/receive.ts'
import type { Ui } from '../../models/ui.ts'
import { Page } from '../Page.tsx'
import { ActivityScreen } from './ActivityScreen.tsx'
import { Home } from './Home.tsx'
import { PayScreen } from './PayScreen.tsx'
import { Receive } from './Receive.tsx'
import { type OwnerScreen, Settings } from './Settings.tsx'

type Screen =
  | { readonly type: 'home' }
  | { readonly type: 'pay' }
  | { readonly type: 'receive' }
  | { readonly type: 'activity'; readonly openId: string | null }
  | { readonly type: 'settings'; readonly first: OwnerScreen | null }

export const PopupApp = ({ ui }: { readonly ui: Ui }) => {
  const pay = useMemo(() => createPay(ui), [ui])
  const receive = useMemo(() => createReceive(ui), [ui])
  const [screen, setScreen] = useState<Screen>({ type: 'home' })
  useEffect(() => pay.start(), [pay])
  const goHome = (): void => {
    ui.session.lookHome()
    setScreen({ type: 'home' })
  }
  const goPay = (): void => {
    pay.open()
    setScreen({ type: 'pay' })
  }
  const goReceive = (): void => {
    receive.another()
    setScreen({ type: 'receive' })
  }
  const shown = () => {
    switch (screen.type) {
      case 'home':
        return (
          <Home
            pay={pay}
            onPay={goPay}
            onReceive={goReceive}
            onActivity={(openId) => setScreen({ type: 'activity', openId })}
            onSettings={(first) => setScreen({ type: 'settings', first })}
          />
        )
      case 'pay':
        return <PayScreen pay={pay} onLeave={goHome} />
      case 'receive':
        return <Receive receive={receive} onLeave={goHome} />
      case 'activity':
        return <ActivityScreen openId={screen.openId} onLeave={goHome} />
      case 'settings':
        return <Settings first={screen.first} onLeave={goHome} />
    }
  }
  return <Page ui={ui}>{shown()}</Page>
}
