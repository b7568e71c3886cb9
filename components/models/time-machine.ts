/**
 * The time machine: the present, or one height of the past in its place, through whatever is looked at.
 *
 * Contract: one height is asked for at a time, and the newest choice next, so that what is shown follows the choices in
 * their order: a late answer never takes the place of a newer one, nor of the present. When the view changes, the same
 * height is asked for again. The adapter keeps the last answers of a view, and the checkpoints on both sides of where
 * one stands are asked for ahead. A refusal leaves what is shown; a lock, or another runtime, returns to the present.
 */
import { batch, computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals'
import type { FrameView, RAdapter } from '../../runtime/radapter/types.ts'
import type { Session } from './session.ts'
import { wireErrorOf } from './wire.ts'

type RetainedInfo = Awaited<ReturnType<RAdapter['getRetained']>>
type CheckpointInfo = RetainedInfo['checkpoints'][number]

/** Why a height is not shown. */
export type SeekRefusal =
  /** With the nearest checkpoint. */
  | { readonly type: 'not_kept'; readonly height: number; readonly nearest: number | null }
  | { readonly type: 'out_of_range'; readonly height: number }
  | { readonly type: 'locked' }
  | { readonly type: 'failed'; readonly height: number }

export type TimeMachine = {
  /** What was chosen, and may not be shown yet; null is the present. */
  readonly height: ReadonlySignal<number | null>
  readonly isSeeking: ReadonlySignal<boolean>
  readonly refusal: ReadonlySignal<SeekRefusal | null>
  /** Ascending. */
  readonly checkpoints: ReadonlySignal<readonly CheckpointInfo[]>
  readonly oldest: ReadonlySignal<number>
  /** The height of the present. */
  readonly newest: ReadonlySignal<number>
  /** Brought into range; the newest height is the present. */
  goTo(height: number): void
  stepBy(frames: number): void
  /** To the next checkpoint before or after; beyond the last one is the present. */
  jump(direction: 'back' | 'forth'): void
  live(): void
  /** @returns undo: listens no more, and shows the present. */
  start(): () => void
}

/** What has grown by less needs no new list of checkpoints: nobody would see the difference. */
const STALE_PART = 20

const before = (checkpoints: readonly CheckpointInfo[], height: number): number | null =>
  checkpoints.findLast((checkpoint) => checkpoint.height < height)?.height ?? null
const after = (checkpoints: readonly CheckpointInfo[], height: number): number | null =>
  checkpoints.find((checkpoint) => checkpoint.height > height)?.height ?? null

const nearestTo = (checkpoints: readonly CheckpointInfo[], height: number): number | null => {
  const [low, high] = [before(checkpoints, height), after(checkpoints, height)]
  if (low === null || high === null) return low ?? high
  return height - low <= high - height ? low : high
}

/** Keeps the list of checkpoints nearly as new as the runtime. */
const createCheckpointList = (session: Session) => {
  const retained = signal<RetainedInfo>({ oldestHeight: 1, checkpoints: [] })
  let asOf: number | null = null
  const isStale = ({ height, checkpointInterval }: FrameView): boolean =>
    asOf === null || height < asOf || height - asOf >= Math.max(checkpointInterval, height / STALE_PART)
  const load = (): void => {
    const frame = session.present.value
    if (frame === null || !session.isLive.value || !isStale(frame)) return
    asOf = frame.height
    session.getRetained().then(
      (found) => {
        retained.value = found
      },
      // The dots are as old as they were; what has grown enough asks again.
      () => undefined,
    )
  }
  return { retained, load }
}

const refusalOf = (thrown: unknown, height: number, checkpoints: readonly CheckpointInfo[]): SeekRefusal => {
  switch (wireErrorOf(thrown).code) {
    case 'E_NOT_FOUND':
      return { type: 'not_kept', height, nearest: nearestTo(checkpoints, height) }
    case 'E_RANGE':
      return { type: 'out_of_range', height }
    case 'E_WALLET_LOCKED':
      return { type: 'locked' }
    default:
      return { type: 'failed', height }
  }
}

type Question = { readonly height: number; readonly view: Session['viewState']['value'] }
type Answer = { readonly type: 'ok'; readonly value: FrameView } | { readonly type: 'error'; readonly thrown: unknown }

export const createTimeMachine = (session: Session): TimeMachine => {
  const height = signal<number | null>(null)
  const isSeeking = signal(false)
  const refusal = signal<SeekRefusal | null>(null)
  const { retained, load } = createCheckpointList(session)
  const checkpoints = computed(() => retained.value.checkpoints)
  const newest = computed(() => session.present.value?.height ?? 0)
  const oldest = computed(() => retained.value.oldestHeight)
  let isAsking = false
  /** Counts returns to the present: what was asked for before one is not shown after it. */
  let visit = 0

  const wanted = (): Question | null => {
    const chosen = height.peek()
    return chosen === null ? null : { height: chosen, view: session.viewState.peek() }
  }
  const live = (): void => {
    visit += 1
    batch(() => {
      height.value = null
      isSeeking.value = false
      refusal.value = null
      session.lookBack(null)
    })
  }
  const refuse = (asked: Question, thrown: unknown): void => {
    const shown = session.frameView.peek()
    const stays = shown !== null && !shown.live && shown.height !== asked.height
    // What is shown of the same height is of another view: it cannot stay beside this one's controls.
    if (!stays) live()
    batch(() => {
      height.value = stays ? shown.height : null
      refusal.value = refusalOf(thrown, asked.height, checkpoints.peek())
    })
  }
  /** @returns whether there is nothing more to ask for. */
  const take = (asked: Question, answer: Answer): boolean => {
    const now = wanted()
    if (now === null || now.view !== asked.view) return now === null
    if (answer.type === 'ok') session.lookBack(answer.value)
    if (now.height !== asked.height) return false
    if (answer.type === 'error') refuse(asked, answer.thrown)
    return true
  }
  const prefetch = async (asked: Question): Promise<void> => {
    const isHere = (): boolean => wanted()?.height === asked.height && wanted()?.view === asked.view
    for (const next of [before(checkpoints.peek(), asked.height), after(checkpoints.peek(), asked.height)])
      if (next !== null && next < newest.peek() && isHere()) await session.getFrameAt(next).catch(() => undefined)
  }
  const seek = async (): Promise<void> => {
    const asked = wanted()
    isSeeking.value = asked !== null
    if (asked === null || isAsking) return
    isAsking = true
    const of = visit
    const answer = await session.getFrameAt(asked.height).then(
      (value): Answer => ({ type: 'ok', value }),
      (thrown: unknown): Answer => ({ type: 'error', thrown }),
    )
    isAsking = false
    if (of !== visit || !take(asked, answer)) return seek()
    isSeeking.value = false
    if (answer.type === 'ok') await prefetch(asked)
  }
  const goTo = (to: number): void => {
    const bounded = Math.max(Math.round(to), oldest.peek())
    if (bounded >= newest.peek()) return live()
    batch(() => {
      refusal.value = null
      height.value = bounded
    })
    void seek()
  }
  const goBack = (to: number | null): void => {
    if (to !== null) goTo(to)
  }
  const here = (): number => height.peek() ?? newest.peek()

  const start = (): (() => void) => {
    let runtimeId = session.present.peek()?.runtimeId
    const stops = [
      effect(load),
      session.viewState.subscribe(() => void seek()),
      effect(() => {
        const other = session.present.value?.runtimeId
        const isOther = other !== runtimeId
        runtimeId = other
        const isShut = (session.hostStatus.value?.wallet ?? 'unlocked') !== 'unlocked'
        if (isOther || isShut) untracked(live)
      }),
      effect(() => {
        // Where this tab stood before it was loaded anew.
        if (session.isLive.value && session.present.value !== null) untracked(() => goBack(session.takeHeight()))
      }),
    ]
    return () => {
      for (const stop of stops) stop()
      live()
    }
  }
  return {
    height,
    isSeeking,
    refusal,
    checkpoints,
    oldest,
    newest,
    goTo,
    stepBy: (frames) => goTo(here() + frames),
    jump: (direction) =>
      goTo(
        direction === 'back'
          ? (before(checkpoints.peek(), here()) ?? oldest.peek())
          : (after(checkpoints.peek(), here()) ?? newest.peek()),
      ),
    live,
    start,
  }
}
