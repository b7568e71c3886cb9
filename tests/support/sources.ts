/**
 * The sources of this repository as text and as syntax, for tests about the code itself. Paths are relative to the
 * repository and `/`-separated; lines count from 1.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export type Parsed = { readonly path: string; readonly text: string; readonly file: ts.SourceFile }
export type Import = {
  readonly path: string
  readonly line: number
  /** A package's name as written, or the path of a file here. */
  readonly target: string
  readonly isPackage: boolean
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Folders at the top, sorted. */
export const foldersHere = (): readonly string[] =>
  readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()

const inFolder = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name)
    return entry.isDirectory() ? inFolder(path) : [path]
  })

/** Every file under these folders, and those at the top. */
export const filesIn = (folders: readonly string[]): readonly string[] => [
  ...readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name),
  ...folders.flatMap(inFolder),
]

export const parse = (path: string): Parsed => {
  const text = read(path)
  return { path, text, file: ts.createSourceFile(path, text, ts.ScriptTarget.Latest) }
}

const lineAt = (file: ts.SourceFile, position: number): number => file.getLineAndCharacterOfPosition(position).line + 1

/** Static and dynamic imports, types among them, and exports from elsewhere. */
export const importsOf = ({ path, text, file }: Parsed): readonly Import[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    path,
    line: lineAt(file, pos),
    isPackage: !fileName.startsWith('.'),
    target: fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName) : fileName,
  }))

/** Every node of these files for which `found` has something to say, as "path:line what". */
export const offenders = (
  parsed: readonly Parsed[],
  found: (node: ts.Node, of: Parsed) => string | null,
): readonly string[] =>
  parsed.flatMap((of) => {
    const list: string[] = []
    const visit = (node: ts.Node): void => {
      const what = found(node, of)
      if (what !== null) list.push(`${of.path}:${lineAt(of.file, node.getStart(of.file))} ${what}`)
      ts.forEachChild(node, visit)
    }
    visit(of.file)
    return list
  })

export const offendingLines = (paths: readonly string[], pattern: RegExp): readonly string[] =>
  paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  )
