/** When the wallet locks itself, how it looks, and what it is. */
import { useState } from 'preact/hooks'
import { useEscape } from '../../models/hooks.ts'
import { THEMES } from '../../models/preferences.ts'
import { tryOnce } from '../../models/reliable.ts'
import type { PlainKey } from '../../models/text.ts'
import { useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { PageHead } from '../../primitives/PageHead.tsx'
import { Select } from '../../primitives/Select.tsx'
import screen from './Screen.module.css'
import styles from './Settings.module.css'

const MINUTES = [1, 5, 15, 30, 60]
const THEME_WORDS: { readonly [T in (typeof THEMES)[number]]: PlainKey } = {
  system: 'settings.theme.system',
  light: 'settings.theme.light',
  dark: 'settings.theme.dark',
}

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

export const Settings = ({ onLeave }: { readonly onLeave: () => void }) => {
  const { host, text } = useUi()
  useEscape(onLeave)
  return (
    <main class={screen.screen}>
      <PageHead title={text('settings.heading')} onBack={onLeave} />
      <AutoLock />
      <Select
        label={text('settings.theme')}
        value={host.preferences.current.value.theme}
        options={THEMES.map((value) => ({ value, label: text(THEME_WORDS[value]) }))}
        onChange={(theme) => void host.preferences.change({ theme })}
      />
      <section class={styles.about}>
        <h2>{text('settings.about')}</h2>
        <p class={screen.muted}>{text('settings.aboutText', { version: host.version })}</p>
        <a href="/welcome.html" target="_blank" rel="noopener">
          {text('settings.welcome')}
        </a>
      </section>
    </main>
  )
}
