/**
 * A breadth-first search of every reachable state, each visited once.
 *
 * Contract: deterministic; the first violation found is one with the fewest steps, and its way there is told step by
 * step. `limit` is an assertion, not a truncation: a search that would go over it throws.
 */
export type Emit<State> = (label: string, next: State) => void
export type Model<State> = {
  readonly start: State
  readonly key: (state: State) => string
  readonly successors: (state: State, emit: Emit<State>) => void
  /** What is wrong with a step, in words; null when nothing is. */
  readonly wrongStep: (before: State, label: string, after: State) => string | null
}
type Violation = { readonly what: string; readonly trace: readonly string[] }
export type Search = {
  readonly states: number
  readonly steps: number
  readonly depth: number
  readonly violation: Violation | null
  /** How often each kind of step was taken: the label up to its first colon. */
  readonly taken: ReadonlyMap<string, number>
}

export const explore = <State>(model: Model<State>, limit: number): Search => {
  const states: State[] = [model.start]
  const seen = new Set([model.key(model.start)])
  const parents: number[] = [-1]
  const depths: number[] = [0]
  const taken = new Map<string, number>()
  let steps = 0
  let found: { readonly what: string; readonly at: number; readonly label: string } | null = null

  /** The labels are found again along the way, which is cheaper than keeping millions of them. */
  const traceTo = (at: number): readonly string[] => {
    const parent = parents[at] as number
    if (parent < 0) return []
    const wanted = model.key(states[at] as State)
    const labels: string[] = []
    model.successors(states[parent] as State, (label, next) => {
      if (model.key(next) === wanted) labels.push(label)
    })
    return [...traceTo(parent), labels[0] as string]
  }

  for (let at = 0; at < states.length && found === null; at += 1) {
    const state = states[at] as State
    model.successors(state, (label, next) => {
      steps += 1
      const kind = label.slice(0, label.indexOf(':'))
      taken.set(kind, (taken.get(kind) ?? 0) + 1)
      const what = found === null ? model.wrongStep(state, label, next) : null
      if (what !== null) found = { what, at, label }
      const key = model.key(next)
      if (seen.has(key)) return
      seen.add(key)
      states.push(next)
      parents.push(at)
      depths.push((depths[at] as number) + 1)
      if (states.length > limit) throw new Error(`more than ${limit} states`)
    })
  }

  const wrong = found as { readonly what: string; readonly at: number; readonly label: string } | null
  return {
    states: states.length,
    steps,
    depth: depths[depths.length - 1] as number,
    violation: wrong && { what: wrong.what, trace: [...traceTo(wrong.at), wrong.label] },
    taken,
  }
}
