/** The switcher: every runtime of this wallet, what can be done with the one that is shown, and what is known of it. */
import { Check } from 'lucide'
import { useEffect, useRef } from 'preact/hooks'
import type { HostStatus } from '../../../runtime/radapter/types.ts'
import { useAction } from '../../models/action.ts'
import { agoOf, useClock } from '../../models/ago.ts'
import { copyOf, RUNTIME_WORDS } from '../../models/runtimes.ts'
import { ENGLISH_RUNTIMES } from '../../models/text-en-runtimes.ts'
import { useUi } from '../../models/ui.ts'
import { inOneLine } from '../../models/words.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import { Icon } from '../../primitives/Icon.tsx'
import styles from './Runtimes.module.css'

type RuntimeListing = HostStatus['runtimes'][number]

export type RuntimeDialog = 'create' | 'rename' | 'delete'

type Props = { readonly onOpen: (dialog: RuntimeDialog) => void; readonly onLeave: () => void }

/** Opens on the runtime that is shown. The arrows go round; what is chosen is pressed as any button. */
const useArrows = () => {
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const items = menu.current
    items?.querySelector<HTMLElement>('[aria-checked=true], [role^=menuitem]')?.focus()
  }, [])
  const press = (event: KeyboardEvent): void => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])]
    const here = items.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: here + 1, ArrowUp: here - 1 + items.length, Home: 0, End: items.length - 1 }[event.key]
    if (to === undefined || items.length === 0) return
    event.preventDefault()
    items[to % items.length]?.focus()
  }
  return { menu, press }
}

const Listed = ({ listing, onLeave }: { readonly listing: RuntimeListing; readonly onLeave: () => void }) => {
  const { session, host, text } = useUi()
  const now = useClock()
  const { id, name, kind, copyOf: original, usedAt } = listing
  const isHere = session.hostStatus.value?.runtimeId === id
  const choosing = useAction(RUNTIME_WORDS)
  const choose = (): void => {
    if (isHere) return onLeave()
    void choosing.run(
      () => session.rpc('runtime.select', { id }),
      () => host.showRuntime(id),
    )
  }
  const before = usedAt === 0 ? text('runtimes.never') : text('runtimes.used', { ago: agoOf(usedAt, now, text) })
  const about = [isHere ? text('runtimes.here') : before]
  if (kind === 'snapshot') about.unshift(text('runtimes.snapshot'))
  if (original !== null) about.unshift(text('runtimes.fork', { name: original }))
  return (
    <>
      <button
        type="button"
        role="menuitemradio"
        aria-checked={isHere}
        aria-label={name}
        aria-description={about.join(', ')}
        class={`${styles.item} ${styles.listed}`}
        onClick={choose}
      >
        <span class={styles.names}>
          <span>{name}</span>
          {about.map((words) => (
            <span key={words} class={styles.muted}>
              {words}
            </span>
          ))}
        </span>
        {isHere && <Icon of={Check} />}
      </button>
      {choosing.refusal.value !== null && <Alert>{inOneLine(choosing.refusal.value)}</Alert>}
    </>
  )
}

const useFacts = (): readonly Fact[] => {
  const { session, text, format } = useUi()
  const frame = session.frameView.value
  const chain = frame?.jurisdictions[0]
  if (frame === null) return []
  return [
    { name: text('runtime.height'), value: format.count(frame.height) },
    ...(chain === undefined
      ? []
      : [
          { name: text('runtime.chain'), value: `${chain.name} (${chain.chainId})` },
          { name: text('runtime.chainHeight'), value: format.count(chain.height) },
        ]),
  ]
}

const About = () => {
  const { session, text } = useUi()
  return (
    <div class={styles.about}>
      {session.frameView.value?.jurisdictions.some(({ isTest }) => isTest) && <p>{text('runtime.testNote')}</p>}
      <Facts facts={useFacts()} />
    </div>
  )
}

const COPIES = { fork: 'runtimes.cloneFork', snapshot: 'runtimes.cloneSnapshot' } as const

export const RuntimeMenu = ({ onOpen, onLeave }: Props) => {
  const { session, host, text } = useUi(ENGLISH_RUNTIMES)
  const { menu, press } = useArrows()
  const cloning = useAction(RUNTIME_WORDS)
  const status = session.hostStatus.value
  const id = status?.runtimeId ?? ''
  const isKnown = status?.runtimes.some((listing) => listing.id === id) ?? false
  const clone = (): void =>
    void cloning.run(
      async (commandId) => {
        const made = await session.rpc('runtime.clone', { commandId, id })
        await session.rpc('runtime.select', made)
        return made
      },
      (made) => host.showRuntime(made.id),
    )
  const openIn = (hash: string) => (): void => {
    onLeave()
    host.openTab(`/view.html?runtime=${encodeURIComponent(id)}${hash}`)
  }
  const item = (label: string, run: () => void) => (
    <button type="button" role="menuitem" class={styles.item} onClick={run}>
      {label}
    </button>
  )
  const copies = text(status === null ? COPIES.snapshot : COPIES[copyOf(status)])
  return (
    <div class={styles.panel}>
      <div ref={menu} role="menu" aria-label={text('runtimes.menu')} class={styles.menu} onKeyDown={press}>
        {status?.runtimes.map((listing) => (
          <Listed key={listing.id} listing={listing} onLeave={onLeave} />
        ))}
        <hr />
        {item(text('runtimes.new'), () => onOpen('create'))}
        {item(text('runtimes.import'), openIn('#import'))}
        {isKnown && item(text('runtimes.export'), openIn('#export'))}
        {isKnown && (
          <>
            <hr />
            {item(text('runtimes.view'), openIn(''))}
            {item(text('runtimes.rename'), () => onOpen('rename'))}
            <button
              type="button"
              role="menuitem"
              aria-label={text('runtimes.clone')}
              aria-description={copies}
              class={`${styles.item} ${styles.listed}`}
              disabled={cloning.busy.value}
              onClick={clone}
            >
              <span class={styles.names}>
                <span>{text('runtimes.clone')}</span>
                <span class={styles.muted}>{copies}</span>
              </span>
            </button>
            {item(text('runtimes.delete'), () => onOpen('delete'))}
          </>
        )}
      </div>
      {cloning.refusal.value !== null && <Alert>{inOneLine(cloning.refusal.value)}</Alert>}
      {status?.reason?.type !== 'unknown_runtime' && <About />}
    </div>
  )
}
