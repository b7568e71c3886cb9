/** The first minute of a wallet: create or import, then it is ready. */
import { useMemo } from 'preact/hooks'
import { createOwner } from '../../models/owner.ts'
import { ENGLISH_OWNER } from '../../models/text-en-owner.ts'
import { ENGLISH_WELCOME } from '../../models/text-en-welcome.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { createWelcome, type WelcomeModel } from '../../models/welcome.ts'
import { Reset } from '../owner/Reset.tsx'
import { Page } from '../Page.tsx'
import { Choose } from './Choose.tsx'
import { Import } from './Import.tsx'
import { Password } from './Password.tsx'
import { Phrase } from './Phrase.tsx'
import { Quiz } from './Quiz.tsx'
import { Ready } from './Ready.tsx'
import styles from './Welcome.module.css'

const Step = ({ welcome }: { readonly welcome: WelcomeModel }) => {
  switch (welcome.step.value) {
    case 'choose':
      return <Choose welcome={welcome} />
    case 'phrase':
      return <Phrase welcome={welcome} />
    case 'quiz':
      return <Quiz welcome={welcome} />
    case 'password':
      return <Password welcome={welcome} />
    case 'import':
      return <Import welcome={welcome} />
    case 'ready':
      return <Ready />
  }
}

const Wizard = () => {
  const ui = useUi()
  const welcome = useMemo(() => createWelcome(ui), [ui])
  return (
    <main class={styles.main}>
      <Step welcome={welcome} />
    </main>
  )
}

const FORGOT = '#forgot'

/** The way out of a lost password: forget this wallet, then import it again. */
const Forgot = () => {
  const ui = useUi()
  const owner = useMemo(() => createOwner(ui), [ui])
  return <Reset owner={owner} isForgotten onLeave={() => location.assign('/welcome.html')} />
}

/** With a wallet there is nothing left to make: also for a second tab that was in the middle of it. */
export const WelcomeApp = ({ ui }: { readonly ui: Ui }) => {
  for (const part of [ENGLISH_WELCOME, ENGLISH_OWNER]) ui.text.add(part)
  return (
    <Page
      ui={ui}
      whenNone={<Wizard />}
      {...(location.hash === FORGOT ? { whenLocked: <Forgot /> } : {})}
      needsView={false}
    >
      <main class={styles.main}>
        <Ready />
      </main>
    </Page>
  )
}
