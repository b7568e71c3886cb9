/**
 * The time machine at the foot of the side panel: a slider over every height, with a dot where a checkpoint is, a step
 * either way, and the way back to the present. In the past it says so, for as long as it lasts.
 */
import { ChevronLeft, ChevronRight } from 'lucide'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { agoOf, useClock } from '../../models/ago.ts'
import { dotsOf } from '../../models/dots.ts'
import { useDelayed } from '../../models/hooks.ts'
import { ENGLISH_TIME } from '../../models/text-en-time.ts'
import { createTimeMachine, type TimeMachine as Model, type SeekRefusal } from '../../models/time-machine.ts'
import { type Ui, useUi } from '../../models/ui.ts'
import { Alert } from '../../primitives/Alert.tsx'
import { Icon } from '../../primitives/Icon.tsx'
import styles from './TimeMachine.module.css'

/** What is answered sooner only flickers. */
const SAY_GOING_AFTER_MS = 300

const wordsOf = (refusal: SeekRefusal, { text, format }: Ui): string => {
  switch (refusal.type) {
    case 'not_kept': {
      const height = format.count(refusal.height)
      if (refusal.nearest === null) return text('time.notKept', { height })
      return text('time.notKeptNear', { height, nearest: format.count(refusal.nearest) })
    }
    case 'out_of_range':
      return text('time.outOfRange', { height: format.count(refusal.height) })
    case 'locked':
      return text('time.locked')
    case 'failed':
      return text('time.failed', { height: format.count(refusal.height) })
  }
}

/** Which moment is shown; nothing while that is the present. */
const Moment = ({ time }: { readonly time: Model }) => {
  const { session, text, format } = useUi()
  const now = useClock()
  const isSlow = useDelayed(time.isSeeking.value, SAY_GOING_AFTER_MS)
  const chosen = time.height.value
  const frame = session.frameView.value
  if (chosen === null || frame === null) return null
  const going = text('time.going', { height: format.count(chosen) })
  if (frame.live)
    return (
      <p role="status" class={styles.moment}>
        <strong>{going}</strong>
      </p>
    )
  const isThere = session.entity.value !== null
  const said = text('time.past', { time: format.moment(frame.timestamp, now) })
  const ago = agoOf(frame.timestamp, now, text)
  return (
    <p role="status" class={styles.moment}>
      <strong>{text('time.looking', { height: format.count(frame.height), ago })}</strong>
      <span title={format.fullMoment(frame.timestamp)}>{isSlow ? going : isThere ? said : text('time.notYet')}</span>
    </p>
  )
}

/** One path, whatever there is to show. */
const Dots = ({ time }: { readonly time: Model }) => {
  const places = useMemo(
    () =>
      dotsOf(
        time.checkpoints.value.map(({ height }) => height),
        time.oldest.value,
        time.newest.value,
      ),
    [time.checkpoints.value, time.oldest.value, time.newest.value],
  )
  return (
    <svg aria-hidden="true" class={styles.dots} viewBox="0 0 1000 4" preserveAspectRatio="none">
      <path d={places.map((place) => `M${(place * 1_000).toFixed(1)} 2h0`).join('')} />
    </svg>
  )
}

const JUMPS: { readonly [key: string]: 'back' | 'forth' } = { PageDown: 'back', PageUp: 'forth' }

const Slider = ({ time }: { readonly time: Model }) => {
  const { text, format } = useUi()
  /** The right end while it is dragged, so that a new frame moves nothing under the hand. */
  const [held, setHeld] = useState<number | null>(null)
  const newest = time.newest.value
  const chosen = time.height.value
  const height = chosen ?? newest
  const written = format.count(height)
  const press = (event: KeyboardEvent): void => {
    const direction = JUMPS[event.key]
    if (direction === undefined) return
    event.preventDefault()
    time.jump(direction)
  }
  const move = (to: number): void => (held !== null && to >= held ? time.live() : time.goTo(to))
  const release = (): void => setHeld(null)
  return (
    <div class={styles.track}>
      <Dots time={time} />
      <input
        type="range"
        class={styles.slider}
        aria-label={text('time.machine')}
        aria-valuetext={
          chosen === null ? text('time.valueLive', { height: written }) : text('time.height', { height: written })
        }
        min={time.oldest.value}
        max={held ?? newest}
        step={1}
        value={height}
        onInput={(event) => move(event.currentTarget.valueAsNumber)}
        onKeyDown={press}
        onPointerDown={() => setHeld(newest)}
        onPointerUp={release}
        onPointerCancel={release}
        onBlur={release}
      />
    </div>
  )
}

const Controls = ({ time }: { readonly time: Model }) => {
  const { text, format } = useUi()
  const chosen = time.height.value
  const isLive = chosen === null
  const height = chosen ?? time.newest.value
  const isFirst = height <= time.oldest.value
  return (
    <div class={styles.controls}>
      {/* Not disabled at its end: whoever got there with it keeps the focus. */}
      <button
        type="button"
        class={styles.step}
        aria-label={text('time.previous')}
        title={text('time.previous')}
        aria-disabled={isFirst}
        onClick={() => time.stepBy(-1)}
      >
        <Icon of={ChevronLeft} />
      </button>
      <div class={styles.where}>
        <span class={styles.height} aria-hidden="true">
          {text('time.height', { height: format.count(height) })}
        </span>
        <Slider time={time} />
      </div>
      <button
        type="button"
        class={styles.step}
        aria-label={text('time.next')}
        title={text('time.next')}
        aria-disabled={isLive}
        onClick={() => time.stepBy(1)}
      >
        <Icon of={ChevronRight} />
      </button>
      <button type="button" class={styles.live} aria-pressed={isLive} onClick={time.live}>
        {text('time.live')}
      </button>
    </div>
  )
}

type Props = {
  /** Told of the model while the bar stands, for what else looks into the past. */
  readonly onMade: (time: Model | null) => void
}

export const TimeMachine = ({ onMade }: Props) => {
  const ui = useUi(ENGLISH_TIME)
  const time = useMemo(() => createTimeMachine(ui.session), [ui.session])
  useEffect(() => {
    const stop = time.start()
    onMade(time)
    return () => {
      onMade(null)
      stop()
    }
  }, [time, onMade])
  const refusal = time.refusal.value
  return (
    <section class={styles.bar} aria-label={ui.text('time.machine')}>
      {refusal !== null && (
        <div class={styles.refusal}>
          <Alert tone="caution">{wordsOf(refusal, ui)}</Alert>
        </div>
      )}
      <Moment time={time} />
      <Controls time={time} />
    </section>
  )
}
