/** How the wallet is kept safe, how it looks, what it tells by itself, and what it is. */
import { useMemo, useState } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import { createOwner } from '../../models/owner.ts'
import { CURRENCIES, type Currency, THEMES } from '../../models/preferences.ts'
import { tryOnce } from '../../models/reliable.ts'
import { reportOf } from '../../models/report.ts'
import type { PlainKey } from '../../models/text.ts'
import { ENGLISH_OWNER } from '../../models/text-en-owner.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Button } from '../../primitives/Button.tsx'
import { CopyButton } from '../../primitives/CopyButton.tsx'
import { Facts } from '../../primitives/Facts.tsx'
import { lazy } from '../../primitives/lazy.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { RowButton } from '../../primitives/RowButton.tsx'
import { Select } from '../../primitives/Select.tsx'
import { Toggle } from '../../primitives/Toggle.tsx'
import { ChangePassword } from '../owner/ChangePassword.tsx'
import { Phrase } from '../owner/Phrase.tsx'
import { Reset } from '../owner/Reset.tsx'
import screen from './Screen.module.css'
import styles from './Settings.module.css'

const SitesScreen = lazy(async () => (await import('../owner/Sites.tsx')).SitesScreen)

const MINUTES = [1, 5, 15, 30, 60]
const THEME_WORDS: { readonly [T in (typeof THEMES)[number]]: PlainKey } = {
  system: 'settings.theme.system',
  light: 'settings.theme.light',
  dark: 'settings.theme.dark',
}
const LICENCE = 'MIT'
const LIBRARIES = 'ethereumjs, noble, scure, Dexie, ethers, Preact, hash-wasm, Lucide, Instrument Sans'

/** As keyboards have them: ⌘ on those of Apple. */
const PALETTE_KEYS = /Mac/.test(navigator.userAgent)
  ? { shown: '⌘ K', name: 'Meta+K' }
  : { shown: 'Ctrl K', name: 'Control+K' }

export type OwnerScreen = 'phrase' | 'password' | 'sites' | 'reset'

const AutoLock = () => {
  const { session, text } = useUi()
  const [failure, setFailure] = useState<string | null>(null)
  const minutes = session.hostStatus.value?.autoLockMinutes ?? 0
  const choices = [...new Set([...MINUTES, minutes])].sort((a, b) => a - b)
  const change = async (chosen: number): Promise<void> => {
    const outcome = await tryOnce(session, () => session.rpc('wallet.setAutoLock', { minutes: chosen }))
    setFailure(outcome.type === 'error' ? text('settings.saveFailed', { message: outcome.error.message }) : null)
  }
  return (
    <>
      <Select
        label={text('settings.autoLock')}
        value={minutes}
        options={choices.map((value) => ({ value, label: text('settings.minutes', { count: value }) }))}
        onChange={(value) => void change(value)}
      />
      {failure !== null && <Alert>{failure}</Alert>}
    </>
  )
}

const Notify = () => {
  const { host, text } = useUi()
  const [isDenied, setDenied] = useState(false)
  const change = async (wanted: boolean): Promise<void> => {
    // Asked for at the press, when its reason is plain.
    const isAllowed = !wanted || (await host.allowNotifications())
    setDenied(!isAllowed)
    await host.preferences.change({ notifies: wanted && isAllowed })
  }
  return (
    <>
      <Toggle
        label={text('settings.notify')}
        checked={host.preferences.current.value.notifies}
        onChange={(wanted) => void change(wanted)}
      />
      {isDenied && <Alert>{text('settings.notifyDenied')}</Alert>}
    </>
  )
}

/** No rate is fetched from anywhere; test money could have none. */
const OtherCurrency = () => {
  const { session, host, text, format } = useUi()
  const isTest = session.tokens.value.every((token) => token.isTest)
  const nameOf = (currency: Currency): string =>
    currency === 'off' ? text('settings.currency.off') : format.currency(currency)
  return (
    <Select
      label={text('settings.currency')}
      value={host.preferences.current.value.currency}
      options={CURRENCIES.map((value) => ({ value, label: nameOf(value) }))}
      onChange={(currency) => void host.preferences.change({ currency })}
      hint={text(isTest ? 'settings.currency.test' : 'settings.currency.noRate')}
    />
  )
}

const Looks = () => {
  const { host, text } = useUi()
  const { theme, amountsHidden } = host.preferences.current.value
  return (
    <section class={styles.group}>
      <h2>{text('settings.looks')}</h2>
      <Select
        label={text('settings.theme')}
        value={theme}
        options={THEMES.map((value) => ({ value, label: text(THEME_WORDS[value]) }))}
        onChange={(chosen) => void host.preferences.change({ theme: chosen })}
      />
      <Toggle
        label={text('settings.hide')}
        checked={amountsHidden}
        onChange={(hidden) => void host.preferences.change({ amountsHidden: hidden })}
      />
      <OtherCurrency />
      <Notify />
    </section>
  )
}

/** There only while an update waits; what it waits for is said on every page. */
const Update = () => {
  const { session, text } = useUi()
  const [asked, setAsked] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  if (session.hostStatus.value?.updateReady !== true) return null
  const update = async (): Promise<void> => {
    setAsked(true)
    setFailure(null)
    const outcome = await tryOnce(session, () => session.rpc('host.update', {}))
    if (outcome.type === 'ok') return
    setAsked(false)
    setFailure(text('settings.updateFailed', { message: outcome.error.message }))
  }
  return (
    <>
      <Button wide disabled={asked} onClick={() => void update()}>
        {text('settings.update')}
      </Button>
      <p class={screen.muted}>{text(asked ? 'settings.updating' : 'settings.updateHint')}</p>
      {failure !== null && <Alert>{failure}</Alert>}
    </>
  )
}

const About = () => {
  const ui = useUi()
  const { host, text } = ui
  return (
    <section class={styles.group}>
      <h2>{text('settings.about')}</h2>
      <Facts
        facts={[
          { name: text('settings.version'), value: host.version },
          { name: text('settings.licence'), value: LICENCE },
          { name: text('settings.libraries'), value: LIBRARIES },
        ]}
      />
      <Update />
      <p class={screen.muted}>{text('settings.privacy')}</p>
      <div class={styles.report}>
        <CopyButton value={reportOf(ui, navigator.userAgent)} label={text('settings.report')} />
        <p class={`${screen.muted} ${screen.small}`}>{text('settings.reportHint')}</p>
      </div>
      <p class={screen.muted}>{text('settings.pin')}</p>
      <a href="/welcome.html" target="_blank" rel="noopener">
        {text('settings.welcome')}
      </a>
    </section>
  )
}

const OWNER_WORDS: { readonly [S in OwnerScreen]: PlainKey } = {
  phrase: 'owner.phrase',
  password: 'owner.change',
  sites: 'sites.heading',
  reset: 'reset.open',
}
const OWNER_SCREENS: readonly OwnerScreen[] = ['phrase', 'password', 'sites', 'reset']

type AllProps = {
  readonly onOpen: (screen: OwnerScreen) => void
  readonly onCommands: () => void
  readonly onLeave: () => void
}

const All = ({ onOpen, onCommands, onLeave }: AllProps) => {
  const { text } = useUi()
  useEscape(onLeave)
  return (
    <main class={screen.screen}>
      <PageHead title={text('settings.heading')} onBack={onLeave} />
      <section class={styles.group}>
        <h2>{text('settings.security')}</h2>
        <AutoLock />
        <div class={styles.rows}>
          {OWNER_SCREENS.map((name) => (
            <RowButton key={name} onClick={() => onOpen(name)}>
              {text(OWNER_WORDS[name])}
            </RowButton>
          ))}
        </div>
      </section>
      <Looks />
      <section class={styles.group}>
        <h2>{text('settings.keyboard')}</h2>
        <RowButton onClick={onCommands} keys={PALETTE_KEYS}>
          {text('settings.commands')}
        </RowButton>
      </section>
      <About />
    </main>
  )
}

type Props = {
  /** Opens the palette. */
  readonly onCommands: () => void
  /** Where it opens; from Home, the reminder leads straight to the phrase. */
  readonly first?: OwnerScreen | null
  readonly onLeave: () => void
}

export const Settings = ({ first = null, onCommands, onLeave }: Props) => {
  const ui = useUi(ENGLISH_OWNER)
  const [open, setOpen] = useState<OwnerScreen | null>(first)
  // A new one for each screen, so that nothing typed or shown outlives it.
  const owner = useMemo(() => (open === null ? null : createOwner(ui)), [ui, open])
  const leave = (): void => setOpen(null)
  if (open === null || owner === null) return <All onOpen={setOpen} onCommands={onCommands} onLeave={onLeave} />
  switch (open) {
    case 'phrase':
      return <Phrase owner={owner} onLeave={leave} />
    case 'password':
      return <ChangePassword owner={owner} onLeave={leave} />
    case 'sites':
      return <SitesScreen onLeave={leave} />
    case 'reset':
      return <Reset owner={owner} onLeave={leave} />
  }
}
