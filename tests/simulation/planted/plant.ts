/**
 * Plants a bug: copies the runtime and the simulator to a temporary folder and applies a unified diff to the copy. A
 * hunk is found by its text alone, white space and line numbers aside, and must be there exactly once: a patch that no
 * longer fits the source is an error, never a bug that was not planted.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const COPIED = ['package.json', 'runtime', 'tests/simulation', 'tests/support']

type Hunk = { readonly file: string; readonly before: string; readonly after: string }

/** The hunks of a unified diff. @throws Error when it is none. */
export const readPatch = (text: string): readonly Hunk[] => {
  const hunks: { file: string; before: string[]; after: string[] }[] = []
  let file = ''
  for (const line of text.split('\n')) {
    const hunk = hunks.at(-1)
    if (line.startsWith('+++ b/')) file = line.slice('+++ b/'.length)
    else if (line.startsWith('--- a/')) continue
    else if (line.startsWith('@@')) hunks.push({ file, before: [], after: [] })
    else if (hunk === undefined) continue
    else if (line.startsWith('-')) hunk.before.push(line.slice(1))
    else if (line.startsWith('+')) hunk.after.push(line.slice(1))
    else {
      hunk.before.push(line.slice(1))
      hunk.after.push(line.slice(1))
    }
  }
  if (hunks.length === 0 || hunks.some((hunk) => hunk.file === '')) throw new Error('not a unified diff')
  return hunks.map(({ before, after, ...rest }) => ({ ...rest, before: before.join('\n'), after: after.join('\n') }))
}

/** The text without white space and without commas before a closing bracket, and where each character was. */
const squeeze = (text: string): { readonly letters: string; readonly places: readonly number[] } => {
  const kept: { letter: string; place: number }[] = []
  for (const [place, letter] of [...text].entries()) {
    if (/\s/.test(letter)) continue
    if (/[)\]}]/.test(letter) && kept.at(-1)?.letter === ',') kept.pop()
    kept.push({ letter, place })
  }
  return { letters: kept.map(({ letter }) => letter).join(''), places: kept.map(({ place }) => place) }
}

/** @throws Error when the hunk's text is not there exactly once. */
export const applyHunk = (source: string, { file, before, after }: Hunk): string => {
  const characters = [...source]
  const { letters, places } = squeeze(source)
  const wanted = squeeze(before).letters
  const at = letters.indexOf(wanted)
  if (at < 0) throw new Error(`${file} has changed: nothing there reads\n${before}`)
  if (letters.indexOf(wanted, at + 1) >= 0) throw new Error(`${file} has this twice:\n${before}`)
  const start = places[at] ?? 0
  const end = (places[at + wanted.length - 1] ?? 0) + 1
  return characters.slice(0, start).join('') + after.trimStart() + characters.slice(end).join('')
}

/** The files a patch changes, as they read with the bug in them, by path. @throws Error when it no longer fits. */
export const planted = (patch: string): ReadonlyMap<string, string> => {
  const files = new Map<string, string>()
  for (const hunk of readPatch(patch)) {
    const source = files.get(hunk.file) ?? readFileSync(join(ROOT, hunk.file), 'utf8')
    files.set(hunk.file, applyHunk(source, hunk))
  }
  return files
}

/** A copy of the tree with the bug in it. Remove it with `clear`. */
export const plant = (patch: string): { readonly folder: string; readonly clear: () => void } => {
  const files = planted(patch)
  const folder = mkdtempSync(join(tmpdir(), 'planted-'))
  for (const path of COPIED) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    cpSync(join(ROOT, path), join(folder, path), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of files) writeFileSync(join(folder, path), text)
  return { folder, clear: () => rmSync(folder, { recursive: true, force: true }) }
}
