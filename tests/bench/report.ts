/** One line of JSON for each result, and all of them as a Markdown table. */
import type { Reading, Result } from './measure.ts'

export type Env = { readonly [name: string]: number | string }

/** Four significant digits; whole numbers stay whole. */
const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))
const roundAll = (_key: string, value: unknown): unknown => (typeof value === 'number' ? rounded(value) : value)

export const jsonLine = (result: Result, env: Env): string => JSON.stringify({ ...result, env }, roundAll)

const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : `${Number(value.toPrecision(3))}`)
const cell = (reading: Reading | null): string => {
  if (reading === null) return '–'
  const { median, min, max } = reading
  return min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`
}
const ratio = (value: number | null): string => (value === null ? '–' : `${short(value)}×`)

const noteOf = ({ firstCall, unsteadyRounds, rounds, figures, invalid }: Result): string =>
  [
    ...(invalid === null ? [] : [`**INVALID: ${invalid}**`]),
    ...(firstCall === null ? [] : [`first ${short(firstCall)}`]),
    ...Object.entries(figures).map(([name, value]) => `${name} ${short(value)}`),
    ...(unsteadyRounds === 0 ? [] : [`${unsteadyRounds} of ${rounds} rounds unsteady`]),
  ].join(', ')

const HEAD = ['what', 'unit', 'ours', 'floor', '× floor', 'peer', '× peer', 'notes']

const row = (result: Result): readonly string[] => {
  const { name, unit, ours, floor, ratioFloor, peer, ratioPeer } = result
  return [name, unit, cell(ours), cell(floor), ratio(ratioFloor), cell(peer), ratio(ratioPeer), noteOf(result)]
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

export const markdownTable = (results: readonly Result[], env: Env): string =>
  [
    line(HEAD),
    line(HEAD.map((_, i) => (i === 0 || i === HEAD.length - 1 ? '---' : '---:'))),
    ...results.map((result) => line(row(result))),
    '',
    `Medians (min–max). ${Object.entries(env)
      .map(([name, value]) => `${name} ${typeof value === 'number' ? short(value) : value}`)
      .join(', ')}.`,
    '',
  ].join('\n')
