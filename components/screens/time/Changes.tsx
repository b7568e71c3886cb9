/**
 * Why a figure of an account changed: what both sides signed between the height before and the one that is looked at,
 * who proposed it, and which figures it moved.
 */
import { useEffect, useState } from 'preact/hooks'
import type { AccountDetail, AccountFrameView, FrameView } from '../../../runtime/radapter/types.ts'
import { type AccountChanges, changesOf, type Figure, isUnchanged, TX_WORDS } from '../../models/changes.ts'
import type { PlainKey } from '../../models/text.ts'
import { ENGLISH_ACCOUNT } from '../../models/text-en-account.ts'
import { ENGLISH_PANEL } from '../../models/text-en-panel.ts'
import { ENGLISH_TIME } from '../../models/text-en-time.ts'
import type { TimeMachine } from '../../models/time-machine.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { Button } from '../../primitives/Button.tsx'
import { type Fact, Facts } from '../../primitives/Facts.tsx'
import { LongId } from '../../primitives/LongId.tsx'
import styles from './Changes.module.css'
import { ExportProof } from './ExportProof.tsx'

const FIGURES: { readonly [F in Figure]: PlainKey } = {
  balance: 'account.balance',
  outbound: 'panel.sort.outbound',
  inbound: 'panel.sort.inbound',
  held: 'time.held',
  heldInbound: 'time.heldInbound',
  collateral: 'panel.sort.collateral',
}
const STATES: { readonly [S in AccountDetail['status']]: PlainKey } = {
  opening: 'panel.opening',
  open: 'time.stateOpen',
  frozen: 'panel.frozen',
  suing: 'panel.disputed',
  disputed: 'panel.disputed',
  closed: 'panel.closed',
}

/** Each kind once, with how often it was there. */
const doneIn = ({ txs }: AccountFrameView, { text, format }: Ui): string => {
  // Only a copy with its own chain has a frame without any: the one it begins with.
  if (txs.length === 0) return text('time.resealed')
  const counts = new Map<string, number>()
  for (const type of txs) counts.set(type, (counts.get(type) ?? 0) + 1)
  const words = [...counts].map(([type, count]) => {
    const key = TX_WORDS[type]
    const what = key === undefined ? type : text(key)
    return count === 1 ? what : text('time.times', { what, count })
  })
  return format.list(words)
}

const Signed = ({ frame, account }: { readonly frame: AccountFrameView; readonly account: AccountDetail }) => {
  const ui = useUi()
  const { text, format } = ui
  const time = format.moment(frame.timestamp, Date.now())
  const isOurs = frame.byLeft === account.isLeft
  return (
    <li>
      <p>{text('time.frame', { height: format.count(frame.height), what: doneIn(frame, ui) })}</p>
      <p class={styles.muted}>
        {isOurs ? text('time.byUs', { time }) : text('time.byThem', { name: account.counterpartyLabel, time })}
      </p>
      <LongId value={frame.frameHash} label={text('account.copyFrameHash')} />
    </li>
  )
}

const factsOf = ({ figures, status }: AccountChanges, { session, text, format }: Ui): readonly (readonly Fact[])[] => {
  const tokens = [...new Set(figures.map(({ tokenId }) => tokenId))]
  const moved = tokens.map((tokenId) =>
    figures
      .filter((change) => change.tokenId === tokenId)
      .map(({ figure, from, to }): Fact => {
        const token = session.tokenOf(tokenId)
        const { prefix, whole, fraction } = format.amount(from, token, 'exact')
        const value = text('time.fromTo', {
          from: `${prefix}${whole}${fraction}`,
          to: format.money(to, token, 'exact'),
        })
        return { name: text(FIGURES[figure]), value }
      }),
  )
  if (status === null) return moved
  const value = text('time.fromTo', { from: text(STATES[status.from]), to: text(STATES[status.to]) })
  return [[{ name: text('time.state'), value }], ...moved]
}

/** A height, and the one before it where that is kept. */
type Step = { readonly frame: FrameView; readonly before: FrameView | null }

/** The step last known whole: the former one stays until the next is, so that nothing jumps. */
const useStep = (frame: FrameView): Step | null => {
  const { session } = useUi()
  const [known, setKnown] = useState<Step | null>(null)
  useEffect(() => {
    let isOver = false
    const take = (before: FrameView | null): void => {
      // Of another account where the view has changed meanwhile: then the next frame is on its way.
      const other = before?.account?.counterpartyId ?? frame.account?.counterpartyId
      if (!isOver && other === frame.account?.counterpartyId) setKnown({ frame, before })
    }
    session.getFrameAt(frame.height - 1).then(take, () => take(null))
    return () => {
      isOver = true
    }
  }, [session, frame])
  return known
}

const Told = ({ account, changes }: { readonly account: AccountDetail; readonly changes: AccountChanges }) => {
  const ui = useUi()
  return (
    <>
      <ol class={styles.frames}>
        {changes.frames.map((frame) => (
          <Signed key={frame.height} frame={frame} account={account} />
        ))}
      </ol>
      {factsOf(changes, ui).map((facts, index) => (
        <Facts key={index} facts={facts} />
      ))}
    </>
  )
}

const Unchanged = ({ account, time }: { readonly account: AccountDetail; readonly time: TimeMachine }) => {
  const { text, format } = useUi()
  const last = account.updatedAtHeight
  return (
    <>
      <p class={styles.muted}>{text('time.noChange')}</p>
      <Button look="quiet" onClick={() => time.goTo(last)}>
        {text('time.lastChange', { height: format.count(last) })}
      </Button>
    </>
  )
}

/** The height before everything this panel tells of; of a height alone, its own frame is shown. */
const sinceOf = ({ frames }: AccountDetail, changes: AccountChanges | null): number =>
  (changes?.frames[0]?.height ?? frames[0]?.height ?? 1) - 1

const InPast = ({ frame: shown, time }: { readonly frame: FrameView; readonly time: TimeMachine }) => {
  const { text, format } = useUi()
  const step = useStep(shown)
  const account = step?.frame.account ?? null
  // Of another account, opened meanwhile, nothing is known yet.
  if (step === null || account === null || account.counterpartyId !== shown.account?.counterpartyId) return null
  const { frame, before } = step
  const changes = before === null ? null : changesOf(account, before.account)
  return (
    <div class={styles.changes}>
      <h3>{text('time.changes', { height: format.count(frame.height) })}</h3>
      {changes === null && <p class={styles.muted}>{text('time.beforeGone')}</p>}
      {changes?.isNew === true && <p>{text('time.opened')}</p>}
      {changes !== null &&
        (isUnchanged(changes) ? (
          <Unchanged account={account} time={time} />
        ) : (
          <Told account={account} changes={changes} />
        ))}
      <ExportProof account={account} since={sinceOf(account, changes)} />
    </div>
  )
}

/** Nothing while the present is shown: what happens there is seen happening. */
export const Changes = ({ time }: { readonly time: TimeMachine }) => {
  useUi(ENGLISH_PANEL)
  useUi(ENGLISH_ACCOUNT)
  const { session } = useUi(ENGLISH_TIME)
  const frame = session.frameView.value
  if (frame === null || frame.live || frame.account === null) return null
  return <InPast frame={frame} time={time} />
}
