/**
 * The house style as tests: which room may import which, what a file may contain, which rooms and files there are.
 *
 * The tables are the rules; a failing test names the file, the line and what it found. What Biome, knip and the
 * compiler say already (formatting, unused names, suppressions of types) is left to them, except where a rule is
 * worth its own words.
 */
import { posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import {
  filesIn,
  foldersHere,
  type Import,
  importsOf,
  offenders,
  offendingLines,
  type Parsed,
  parse,
  read,
} from './support/sources.ts'

/** Folders end with a slash; the longest match is a file's room. `rooms` and `packages` are all it may import. */
type Room = { readonly at: readonly string[]; readonly rooms: readonly string[]; readonly packages: readonly string[] }

const LAYERS = ['lib', 'codec', 'ports', 'account', 'jurisdiction', 'entity', 'runtime']
const EDGES = ['storage', 'jadapter', 'radapter', 'radapter door', 'network', 'host', 'loop', 'manager']

const ROOMS: { readonly [name: string]: Room } = {
  lib: {
    at: ['runtime/lib/'],
    rooms: [],
    packages: ['@noble/ciphers', '@noble/curves', '@noble/hashes', '@noble/secp256k1'],
  },
  codec: { at: ['runtime/codec/'], rooms: ['lib'], packages: [] },
  ports: { at: ['runtime/ports.ts'], rooms: ['lib'], packages: [] },
  account: { at: ['runtime/account/'], rooms: ['lib', 'codec'], packages: [] },
  jurisdiction: { at: ['runtime/jurisdiction/'], rooms: ['lib', 'codec'], packages: ['ethers'] },
  entity: { at: ['runtime/entity/'], rooms: ['lib', 'codec', 'account', 'jurisdiction'], packages: ['@scure/base'] },
  runtime: {
    at: [
      'types',
      'apply',
      'step',
      'fork',
      'frame',
      'invariants',
      'errors',
      'snapshot',
      'oracle',
      'outbox',
      'row-keys',
    ].map((file) => `runtime/${file}.ts`),
    rooms: ['lib', 'codec', 'ports', 'account', 'jurisdiction', 'entity'],
    packages: [],
  },
  storage: {
    at: ['runtime/storage/'],
    rooms: ['lib', 'codec', 'ports'],
    packages: ['classic-level', 'dexie', 'fflate', 'node:fs', 'node:path', 'valibot'],
  },
  jadapter: {
    at: ['runtime/jadapter/'],
    rooms: ['lib', 'codec', 'ports', 'jurisdiction', 'contracts'],
    packages: ['@ethereumjs', 'ethers'],
  },
  network: { at: ['runtime/network/'], rooms: ['lib', 'codec', 'ports'], packages: [] },
  'radapter door': {
    at: ['runtime/radapter/types.ts', 'runtime/radapter/index.ts'],
    rooms: ['radapter'],
    packages: [],
  },
  radapter: {
    at: ['runtime/radapter/'],
    rooms: [...LAYERS, 'radapter door', 'host'],
    packages: ['valibot', 'devalue'],
  },
  host: { at: ['runtime/host.ts'], rooms: ['lib', 'runtime', 'radapter'], packages: [] },
  loop: {
    at: ['loop', 'chains', 'checkpoints', 'courier', 'past', 'recover', 'signed-nonces', 'starts', 'stored'].map(
      (file) => `runtime/${file}.ts`,
    ),
    rooms: [...LAYERS, 'storage', 'jadapter', 'radapter', 'host'],
    packages: [],
  },
  manager: { at: ['runtime/manager/'], rooms: [...LAYERS, ...EDGES], packages: ['hash-wasm', 'valibot'] },
  'public door': { at: ['runtime/index.ts'], rooms: [...LAYERS, ...EDGES], packages: [] },
  contracts: { at: ['contracts/'], rooms: [], packages: ['solc'] },
  components: {
    at: ['components/'],
    rooms: ['lib', 'radapter door'],
    packages: [
      'preact',
      '@preact/signals',
      '@fontsource-variable/instrument-sans',
      '@scure/bip39/wordlists',
      'lucide',
      'qr',
    ],
  },
  pages: {
    at: ['approval', 'gallery', 'popup', 'sidepanel', 'view', 'welcome'].map((page) => `entrypoints/${page}/`),
    rooms: ['components', 'lib', 'radapter', 'radapter door', 'page files', 'page host'],
    packages: ['preact', 'wxt'],
  },
  'page files': { at: ['entrypoints/files/'], rooms: ['components'], packages: ['wxt'] },
  // In development a page is host and guest.
  'page host': {
    at: ['entrypoints/view/host.ts'],
    rooms: ['background', 'lib', 'manager', 'radapter', 'radapter door', 'storage'],
    packages: [],
  },
  'provider errors': { at: ['entrypoints/background/provider/errors.ts'], rooms: [], packages: [] },
  'page scripts': {
    at: ['entrypoints/inpage/', 'entrypoints/inpage.content.ts', 'entrypoints/relay.content.ts'],
    rooms: ['ports', 'provider errors'],
    packages: ['wxt'],
  },
  background: {
    at: ['entrypoints/background/'],
    rooms: ['lib', 'ports', ...EDGES, 'public door', 'page scripts', 'page files', 'provider errors'],
    packages: ['@noble/hashes', '@noble/secp256k1', '@scure/bip32', '@scure/bip39', 'hash-wasm', 'valibot', 'wxt'],
  },
}

/** Packages that have one home, so that each can be replaced in one place. */
const HOMES: { readonly [name: string]: readonly string[] } = {
  'classic-level': ['runtime/storage/level.ts'],
  'node:fs': ['runtime/storage/level.ts'],
  'node:path': ['runtime/storage/level.ts'],
  dexie: ['runtime/storage/dexie.ts'],
  fflate: ['runtime/storage/pack.ts'],
  '@ethereumjs/block': ['runtime/jadapter/browservm.ts'],
  '@ethereumjs/common': ['runtime/jadapter/browservm.ts'],
  '@ethereumjs/evm': ['runtime/jadapter/browservm.ts'],
  '@ethereumjs/statemanager': ['runtime/jadapter/browservm.ts'],
  '@ethereumjs/tx': ['runtime/jadapter/browservm.ts'],
  '@ethereumjs/util': ['runtime/jadapter/browservm.ts'],
  '@ethereumjs/vm': ['runtime/jadapter/browservm.ts'],
  '@noble/secp256k1': ['runtime/lib/secp.ts'],
  'hash-wasm': ['entrypoints/background/wallet/vault.ts', 'runtime/manager/hasher.ts', 'runtime/manager/xln-seal.ts'],
}

/** One layer teaches the rest: the same file names in each. The chain makes the jurisdiction's frames, so it has none. */
const PARALLEL: { readonly [layer: string]: readonly string[] } = {
  'runtime/account': ['types', 'apply', 'step', 'frame', 'invariants', 'errors'],
  'runtime/entity': ['types', 'apply', 'step', 'frame', 'invariants', 'errors'],
  'runtime/jurisdiction': ['types', 'apply', 'errors'],
  runtime: ['types', 'apply', 'step', 'frame', 'invariants', 'errors'],
}

const TOP_LEVEL = ['.ci', 'components', 'contracts', 'entrypoints', 'public', 'runtime', 'tests']
/** What tools leave behind. */
const GENERATED = ['.cache', '.git', '.output', '.wxt', 'coverage', 'node_modules', 'playwright-report', 'test-results']

const PURE = ['lib', 'codec', 'ports', 'account', 'jurisdiction', 'entity', 'runtime']
const EFFECTS = [
  'Date',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'fetch',
]
const EFFECT_MEMBERS = ['Math.random', 'globalThis.crypto', 'globalThis.Date']
/** Which way of making the same bytes hashes: its file says why. */
const MUTABLE = ['runtime/lib/hash.ts let hasher = referenceHasher']
/** Persistent data structures that need methods over private nodes; every other class is an error or an edge's resource. */
const PURE_CLASSES = ['runtime/lib/merkle.ts MerkleMap', 'runtime/lib/merkle.ts Unread']
const DOORS = ['runtime/index.ts', 'runtime/radapter/index.ts']
const DEFAULT_EXPORTS =
  /^(entrypoints\/background\/index\.ts|entrypoints\/[^/]+\.content\.ts|[^/]+\.config\.ts|\.ci\/still-running\.mjs)$/
const LONGEST_FILE = 400
/** A table of cases is read one case at a time. */
const LONGEST_TEST_FILE = 500
/** Written apart, so that this line is not one of them. */
const UNFINISHED = new RegExp(`\\b(${['TO-DO', 'FIX-ME', 'XX-X', 'HA-CK'].join('|').replaceAll('-', '')})\\b`)

const FILES = filesIn(TOP_LEVEL)
const CODE = FILES.filter((path) => /\.(tsx?|mjs)$/.test(path))
const SOURCES = CODE.filter((path) => /^(runtime|components|entrypoints)\//.test(path))
const TESTS = CODE.filter((path) => path.startsWith('tests/'))

const PARSED: readonly Parsed[] = CODE.map(parse)
const among = (paths: readonly string[]): readonly Parsed[] => PARSED.filter(({ path }) => paths.includes(path))
const SOURCE_IMPORTS = among(SOURCES).flatMap(importsOf)
const listed = (imports: readonly Import[]): readonly string[] =>
  imports.map(({ path, line, target }) => `${path}:${line} imports ${target}`)

const roomOf = (path: string): string | undefined => {
  const reach = (room: string): number =>
    Math.max(
      0,
      ...(ROOMS[room]?.at ?? [])
        .filter((at) => path === at || (at.endsWith('/') && path.startsWith(at)))
        .map((at) => at.length),
    )
  const [best] = Object.keys(ROOMS).sort((a, b) => reach(b) - reach(a))
  return best !== undefined && reach(best) > 0 ? best : undefined
}
const isOrIsIn = (name: string, target: string): boolean => target === name || target.startsWith(`${name}/`)

describe('walls', () => {
  test('every source file is in a room', () => {
    expect(SOURCES.filter((path) => roomOf(path) === undefined)).toEqual([])
  })

  test('rooms import only the rooms they may', () => {
    const crossing = SOURCE_IMPORTS.filter(({ path, target, isPackage }) => {
      const [from, to] = [roomOf(path), roomOf(target)]
      return !isPackage && from !== to && ROOMS[from ?? '']?.rooms.includes(to ?? '') !== true
    })
    expect(listed(crossing)).toEqual([])
  })

  test('rooms import only the packages they may', () => {
    const strangers = SOURCE_IMPORTS.filter(
      ({ path, target, isPackage }) =>
        isPackage && ROOMS[roomOf(path) ?? '']?.packages.some((name) => isOrIsIn(name, target)) !== true,
    )
    expect(listed(strangers)).toEqual([])
  })

  test('a package with one home is imported nowhere else', () => {
    const away = SOURCE_IMPORTS.filter(({ path, target }) =>
      Object.entries(HOMES).some(([name, homes]) => isOrIsIn(name, target) && !homes.includes(path)),
    )
    expect(listed(away)).toEqual([])
  })

  test('the rules allow no way from a layer to an edge, nor between account and jurisdiction', () => {
    const reach = (from: string): readonly string[] => {
      const seen = new Set<string>([from])
      for (const room of seen) for (const to of ROOMS[room]?.rooms ?? []) seen.add(to)
      return [...seen]
    }
    expect(LAYERS.flatMap((layer) => reach(layer).filter((to) => !LAYERS.includes(to)))).toEqual([])
    expect(reach('account')).not.toContain('jurisdiction')
    expect(reach('jurisdiction')).not.toContain('account')
  })

  test('the browser API is used in entrypoints only', () => {
    expect(
      offendingLines(
        SOURCES.filter((path) => !path.startsWith('entrypoints/')),
        /\b(browser|chrome)\.[a-z]\w*\.\w/,
      ),
    ).toEqual([])
  })
})

describe('core', () => {
  const pure = among(SOURCES.filter((path) => PURE.includes(roomOf(path) ?? '')))

  test('no clock, no entropy, no timers, no network', () => {
    const found = offenders(pure, (node, { file }) => {
      if (ts.isPropertyAccessExpression(node) && EFFECT_MEMBERS.includes(node.getText(file))) return node.getText(file)
      const isName = ts.isIdentifier(node) && EFFECTS.includes(node.text)
      return isName ? node.text : null
    })
    expect(found).toEqual([])
  })

  test('no classes but errors and persistent data structures', () => {
    const found = offenders(pure, (node, { path, file }) => {
      if (!ts.isClassDeclaration(node)) return null
      const name = node.name?.text ?? ''
      const isError = node.heritageClauses?.some((clause) => clause.getText(file) === 'extends Error') === true
      return isError || PURE_CLASSES.includes(`${path} ${name}`) ? null : `class ${name}`
    })
    expect(found).toEqual([])
  })

  test('no asynchrony', () => {
    const layers = pure.filter(({ path }) => path !== 'runtime/ports.ts')
    expect(
      offenders(layers, (node) =>
        node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node) ? 'async' : null,
      ),
    ).toEqual([])
  })
})

describe('files', () => {
  test('each opens with what it is for', () => {
    const isHeaded = ({ text }: Parsed): boolean => /^(#!.*\n)?\/\*\*\s*\S/.test(text)
    expect(PARSED.filter((parsed) => !isHeaded(parsed)).map(({ path }) => path)).toEqual([])
  })

  test(`none is longer than ${LONGEST_FILE} lines`, () => {
    const measured = FILES.filter((path) => /\.(tsx?|mjs|sol|css)$/.test(path)).map((path) => ({
      path,
      lines: read(path).split('\n').length - 1,
    }))
    expect(
      measured
        .filter(({ path, lines }) => lines > (path.startsWith('tests/') ? LONGEST_TEST_FILE : LONGEST_FILE))
        .map(({ path, lines }) => `${path} has ${lines}`),
    ).toEqual([])
  })

  test('none is left unfinished', () => {
    expect(
      offendingLines(
        FILES.filter((path) => /\.(tsx?|mjs|sol|css|html)$/.test(path)),
        UNFINISHED,
      ),
    ).toEqual([])
  })

  test('code has kebab-case names, components PascalCase', () => {
    const name = (path: string): RegExp =>
      path.endsWith('.tsx') && path.startsWith('components/')
        ? /^([A-Z][A-Za-z0-9]*|[a-z][a-z0-9-]*)\.tsx$/
        : /^[a-z][a-z0-9-]*(\.[a-z]+)+$/
    expect(CODE.filter((path) => !name(path).test(posix.basename(path)))).toEqual([])
  })

  test('imports inside the repository are relative, with their extension', () => {
    const bare = PARSED.flatMap(importsOf).filter(({ target, isPackage }) => !isPackage && posix.extname(target) === '')
    expect(listed(bare)).toEqual([])
  })
})

describe('code', () => {
  test('no default exports but those a tool asks for', () => {
    const found = offenders(PARSED, (node, { path }) => {
      if (DEFAULT_EXPORTS.test(path)) return null
      return ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword ? 'default' : null
    })
    expect(found).toEqual([])
  })

  test('no barrels but the two doors', () => {
    const found = offenders(PARSED, (node, { path }) =>
      ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && !DOORS.includes(path)
        ? 'exports from elsewhere'
        : null,
    )
    expect(found).toEqual([])
  })

  test('no enums, no namespaces, no any', () => {
    const found = offenders(PARSED, (node) => {
      if (ts.isEnumDeclaration(node)) return 'enum'
      if (ts.isModuleDeclaration(node)) return 'namespace'
      return node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : null
    })
    expect(found).toEqual([])
  })

  test('no suppressed findings', () => {
    expect(
      offendingLines(
        CODE.filter((path) => path !== 'tests/tidy.test.ts'),
        /@ts-(ignore|expect-error|nocheck)|biome-ignore/,
      ),
    ).toEqual([])
  })

  test('no module-level mutable state', () => {
    const found = among(SOURCES).flatMap((parsed) =>
      parsed.file.statements
        .filter(ts.isVariableStatement)
        .flatMap(({ declarationList }) =>
          (declarationList.flags & ts.NodeFlags.Const) === 0
            ? [`${parsed.path} ${declarationList.getText(parsed.file)}`]
            : [],
        ),
    )
    expect(found).toEqual(MUTABLE)
  })

  test('no dynamic imports where a service worker runs, which forbids them', () => {
    const worker = SOURCES.filter((path) => path.startsWith('runtime/') || path.startsWith('entrypoints/background/'))
    const found = offenders(among(worker), (node) =>
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? 'import()' : null,
    )
    expect(found).toEqual([])
  })

  test('colours stand in tokens.css only', () => {
    const styles = FILES.filter((path) => path.endsWith('.css') && path !== 'components/tokens.css')
    expect(offendingLines(styles, /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)a?\(/i)).toEqual([])
  })
})

describe('rooms', () => {
  test('the top level has these folders and no others', () => {
    const folders = foldersHere().filter((name) => !GENERATED.includes(name))
    expect(folders).toEqual(TOP_LEVEL)
  })

  test('every layer has the same files', () => {
    const missing = Object.entries(PARALLEL).flatMap(([layer, names]) =>
      names.map((name) => `${layer}/${name}.ts`).filter((path) => !FILES.includes(path)),
    )
    expect(missing).toEqual([])
  })
})

describe('tests', () => {
  const others = TESTS.filter((path) => path !== 'tests/tidy.test.ts')

  test('none is skipped, focused, retried or left for later', () => {
    expect(
      offendingLines(others, /\b(test|it|describe|suite)\.(skip|only|todo|fixme|fails)\b|\bretr(y|ies): *[1-9]/),
    ).toEqual([])
  })

  test('none sleeps', () => {
    expect(
      offendingLines(others, /waitForTimeout\(|from 'node:timers\/promises'|new Promise\(\(?\w*\)? *=> *setTimeout/),
    ).toEqual([])
  })

  test('none draws its examples under a seed of its own', () => {
    const home = 'tests/support/property.ts'
    const strangers = others.filter((path) => path !== home)
    expect(offendingLines(strangers, /^import (?!type ).*'fast-check'/)).toEqual([])
  })

  test('none replaces our own modules', () => {
    expect(offendingLines(others, /\bvi\.(mock|doMock)\(\s*['"`]\./)).toEqual([])
  })

  test('unit tests stand where their subject stands', () => {
    const subjectOf = (path: string): string => posix.dirname(path.slice('tests/'.length))
    // The court is no folder: its scenarios go through all layers and both kinds of chain.
    const known = new Set([...FILES.map((path) => posix.dirname(path)), 'runtime/court'])
    const lost = TESTS.filter(
      (path) => path.startsWith('tests/runtime/') && path.endsWith('.test.ts') && !known.has(subjectOf(path)),
    )
    expect(lost).toEqual([])
  })
})
