/**
 * What is wrong around the wallet, in plain words, with the one thing to do about it, and with the way out of what no
 * new try repairs: as a notice above whatever a page shows, or in its place where there is nothing to show.
 */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { wordsOfError } from '../models/refusals.ts'
import { tryOnce } from '../models/reliable.ts'
import type { PlainKey, Text } from '../models/text.ts'
import { ENGLISH_STATES } from '../models/text-en-states.ts'
import { type Down, isFinal, type StopReason, type Trouble } from '../models/trouble.ts'
import { type Ui, useUi } from '../models/ui.ts'
import { inOneLine } from '../models/words.ts'
import { Alert } from '../primitives/Alert.tsx'
import { Button, type Look } from '../primitives/Button.tsx'
import { PageHead } from '../primitives/PageHead.tsx'
import { OtherRuntimes } from './runtimes/OtherRuntimes.tsx'
import styles from './Trouble.module.css'

type Remedy = { readonly method: 'host.retry' | 'host.reopen'; readonly words: PlainKey }

const RETRY: Remedy = { method: 'host.retry', words: 'common.retry' }
const REMEDIES: { readonly [T in Trouble['type']]: Remedy | null } = {
  // The way to those there are stands below (Gone.tsx).
  gone: null,
  full: { method: 'host.reopen', words: 'common.retry' },
  halted: { method: 'host.reopen', words: 'state.startAgain' },
  read_only: { method: 'host.reopen', words: 'common.retry' },
  chain_down: RETRY,
  unreachable: RETRY,
  short: RETRY,
  // It happens by itself; Settings can hurry it.
  update: null,
}

/** Of a runtime that another context has: it is asked for, and taken. */
const TAKE: Remedy = { method: 'host.reopen', words: 'state.takeControl' }

const remedyOf = (trouble: Trouble): Remedy | null => {
  const reason = 'reason' in trouble ? trouble.reason?.type : null
  const isHeld = reason === 'held_elsewhere' || reason === 'held_silent'
  return isFinal(trouble) ? null : isHeld ? TAKE : REMEDIES[trouble.type]
}

/** Where what is stored here will never do, a file it was exported to does. */
const WAY_OUT: { readonly [R in StopReason['type']]?: PlainKey } = {
  log_damaged: 'state.bringBack.look',
  replay_differs: 'state.bringBack.look',
  rolled_back: 'state.bringBack.look',
  database_missing: 'state.bringBack',
  foreign_history: 'state.bringBack',
}

const wayOutOf = (trouble: Trouble): PlainKey | null =>
  trouble.type === 'read_only' && trouble.reason !== null ? (WAY_OUT[trouble.reason.type] ?? null) : null

const CHAIN: { readonly [R in Down['reason']]: `state.chain.${R}` } = {
  unreachable: 'state.chain.unreachable',
  refused: 'state.chain.refused',
  untrusted: 'state.chain.untrusted',
  stopped: 'state.chain.stopped',
  storage_full: 'state.chain.storage_full',
}

const WHY: { readonly [R in StopReason['type']]: `state.why.${R}` } = {
  log_damaged: 'state.why.log_damaged',
  replay_differs: 'state.why.replay_differs',
  rolled_back: 'state.why.rolled_back',
  database_missing: 'state.why.database_missing',
  foreign_history: 'state.why.foreign_history',
  newer_version: 'state.why.newer_version',
  held_elsewhere: 'state.why.held_elsewhere',
  held_silent: 'state.why.held_silent',
  snapshot: 'state.why.snapshot',
  fault: 'state.why.fault',
}

const sentence = (text: Text, reason: StopReason | null): string => {
  if (reason === null) return text('state.unknownReason')
  const { type, ...said } = reason
  const values = Object.entries(said).map(([name, value]) => [name, `${value}`.replace(/[.!?]$/, '')])
  return text(WHY[type], Object.fromEntries(values))
}

const wordsOf = (trouble: Trouble, { text, format }: Ui): string => {
  const moment = (ms: number): string => format.moment(ms, Date.now())
  switch (trouble.type) {
    case 'gone':
      return text(trouble.name === null ? 'state.gone' : 'state.gone.was')
    case 'full':
      return text('state.full')
    case 'halted':
      return text('state.halted', { reason: sentence(text, trouble.reason) })
    case 'read_only': {
      const said = text('state.readOnly', { reason: sentence(text, trouble.reason) })
      const wayOut = wayOutOf(trouble)
      return wayOut === null ? said : `${said} ${text(wayOut)}`
    }
    case 'chain_down': {
      const { name, status } = trouble
      return `${text(CHAIN[status.reason], { name, time: moment(status.sinceMs) })} ${text('state.chain.meanwhile')}`
    }
    case 'unreachable': {
      const { peers } = trouble
      const names = format.list(peers.map(({ label }) => label))
      const time = moment(peers[0]?.sinceMs ?? 0)
      return `${text('state.unreachable', { names, time, count: peers.length })} ${text('state.unreachable.meanwhile')}`
    }
    case 'short':
      return text('state.short')
    case 'update':
      return text('state.update')
  }
}

/** A popup closes when a file is chosen. The page that is for it would only open itself once more. */
const ImportButton = ({ wide }: { readonly wide: boolean }) => {
  const { session, host, text } = useUi()
  const id = session.hostStatus.value?.runtimeId ?? ''
  if (location.hash === '#import') return null
  return (
    <Button
      look="quiet"
      wide={wide}
      onClick={() => host.openTab(`/view.html?runtime=${encodeURIComponent(id)}#import`)}
    >
      {text('state.import')}
    </Button>
  )
}

type RemediedProps = {
  readonly trouble: Trouble
  readonly remedy: Remedy
  readonly look: Look
  readonly wide: boolean
}

/** The button that does what can be done, and the one that leads out; what hinders the first stands below. */
const Remedied = ({ trouble, remedy, look, wide }: RemediedProps) => {
  const { session, text, format } = useUi()
  const [isAsked, setAsked] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const act = async (): Promise<void> => {
    setAsked(true)
    setFailure(null)
    const outcome = await tryOnce(session, () => session.rpc(remedy.method, {}))
    setAsked(false)
    const context = { text, format, tokens: [], tokenId: null }
    if (outcome.type === 'error') setFailure(inOneLine(wordsOfError(outcome.error, false, context)))
  }
  return (
    <>
      <Button look={look} wide={wide} disabled={isAsked} onClick={() => void act()}>
        {text(remedy.words)}
      </Button>
      {wayOutOf(trouble) !== null && <ImportButton wide={wide} />}
      {failure !== null && <Alert>{failure}</Alert>}
    </>
  )
}

/** Above what a page shows. */
export const TroubleNotice = ({ trouble }: { readonly trouble: Trouble }) => {
  const ui = useUi(ENGLISH_STATES)
  const { type } = trouble
  const remedy = remedyOf(trouble)
  const words = (
    <div class={styles.said}>
      <p>{wordsOf(trouble, ui)}</p>
      {remedy !== null && <Remedied key={type} trouble={trouble} remedy={remedy} look="quiet" wide={false} />}
    </div>
  )
  return (
    <div class={styles.notice}>
      {type === 'update' ? (
        <div role="status" class={styles.quiet}>
          {words}
        </div>
      ) : (
        <Alert tone={type === 'full' || type === 'halted' ? 'danger' : 'caution'}>{words}</Alert>
      )}
    </div>
  )
}

const Standing = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <main class={styles.main}>
    <PageHead title={title} />
    {children}
  </main>
)

type Props = {
  readonly trouble: Trouble
  /** Shows what there is, where there is something. */
  readonly onLook: (() => void) | null
}

/** In place of what a page would show. */
export const TroubleScreen = ({ trouble, onLook }: Props) => {
  const ui = useUi(ENGLISH_STATES)
  const { text } = ui
  const remedy = remedyOf(trouble)
  if (trouble.type === 'gone') {
    const { name } = trouble
    return (
      <Standing title={name === null ? text('state.gone.title') : text('state.gone.wasTitle', { name })}>
        <Alert tone="caution">{wordsOf(trouble, ui)}</Alert>
        <OtherRuntimes />
      </Standing>
    )
  }
  if (trouble.type === 'full')
    return (
      <Standing title={text('state.full.title')}>
        <Alert>{text('state.full.what')}</Alert>
        <p>{text('state.full.money')}</p>
        <p>{text('state.full.next')}</p>
        <div class={styles.actions}>
          {remedy !== null && <Remedied trouble={trouble} remedy={remedy} look="filled" wide />}
          {onLook !== null && (
            <Button look="quiet" wide onClick={onLook}>
              {text('state.full.look')}
            </Button>
          )}
        </div>
      </Standing>
    )
  const isHalted = trouble.type === 'halted'
  return (
    <Standing title={text(isHalted ? 'state.halted.title' : 'state.readOnly.title')}>
      <Alert tone={isHalted ? 'danger' : 'caution'}>{wordsOf(trouble, ui)}</Alert>
      {remedy !== null && (
        <div class={styles.actions}>
          <Remedied trouble={trouble} remedy={remedy} look="filled" wide />
        </div>
      )}
    </Standing>
  )
}
