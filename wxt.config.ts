/**
 * How the extension is built: one manifest, Chromium MV3, the same bytes from the same sources.
 *
 * The manifest `key` is the public half of an RSA key whose private half was never kept: it only pins the extension
 * id to `mlfbhmobbpnbbnmoklgdhicmbfddajnd`, so that data survives a move of the folder. The first 128 bits of its
 * SHA-256, written with the letters a–p, are the id.
 *
 * Manifest: https://developer.chrome.com/docs/extensions/reference/manifest
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { IndexHtmlTransformContext, Plugin, Rolldown } from 'vite'
import { defineConfig } from 'wxt'

const PUBLIC_KEY =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAkzeBldAwWt/EZh9sVU4l+jZgiFdTRJRPuHuS5AEUAzkzOBYJoPBPGBTaD1Sf3sJ87erSEad/G2qNua27MVu1qV0JMgXSElTQbEtLyyUvy59xRn+Xotdf8goa707ApeyP44eIphRThsjppLFDqyRngvXUeAzTGpj646U0oz9seUcx8+WiP0QXOLPgSxEh4Yh+VgpvYVKxucn8MDOVmeVROv+KOAM62r4vUWB+xIv2N8ugfK5LFlsCfwnPe5aZ+Bkk27QoTIV0lkNuMYVasyAsJT3MAl6oImWZnYmZj0S+PMI4W6AuoPOvByNblDjF/rEUSMlSSFRxoHvxl7jO+P/a+wIDAQAB'

/**
 * 123 is the first Chrome with CSS `light-dark()`, the youngest thing the pages stand on. Ports carry text, so the
 * structured-clone messages of Chrome 148 are not needed.
 */
const CHROME_VERSION = 123

const LOOPBACK = ['localhost', '127.0.0.1'].flatMap((host) => [`http://${host}:*`, `ws://${host}:*`])

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const TOKENS = readFileSync(at('components/tokens.css'), 'utf8')
const token = (name: string): string => {
  const value = TOKENS.match(new RegExp(`--${name}: ([^;]+);`))?.[1]
  if (value === undefined) throw new Error(`tokens.css has no --${name}`)
  return value
}
/** All the style that the first thing painted needs, so that it waits for no file: the wallet's sign on its ground. */
const SHELL_STYLE = [
  `:root{color-scheme:light dark;background:${token('ground')}}`,
  ':root[data-theme=light]{color-scheme:light}',
  ':root[data-theme=dark]{color-scheme:dark}',
  `.shell{position:absolute;inset:22px auto auto ${token('space-5')};color:${token('accent')}}`,
].join('')
const SHELL_HASH = createHash('sha256').update(SHELL_STYLE).digest('base64')

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  // Argon2id runs as WebAssembly in the worker.
  "script-src 'self' 'wasm-unsafe-eval'",
  "object-src 'self'",
  // The one style that stands in the pages themselves.
  `style-src 'self' 'sha256-${SHELL_HASH}'`,
  "img-src 'self' data: blob:",
  `connect-src 'self' https: wss: ${LOOPBACK.join(' ')}`,
  "frame-ancestors 'self'",
].join('; ')

const PRECOMPILES = [
  '06-bn254-add',
  '07-bn254-mul',
  '08-bn254-pairing',
  '09-blake2f',
  '0a-kzg-point-evaluation',
  '0b-bls12-g1add',
  '0c-bls12-g1msm',
  '0d-bls12-g2add',
  '0e-bls12-g2msm',
  '0f-bls12-pairing',
  '10-bls12-map-fp-to-g1',
  '11-bls12-map-fp2-to-g2',
  '100-p256verify',
]
/** What is imported, and from where, that runtime/jadapter/left-out.ts takes the place of. */
const LEFT_OUT: readonly (readonly [wanted: string, from: string])[] = [
  ['./noble.js', '/evm/dist/esm/precompiles/bls12_381/'],
  ['./noble.js', '/evm/dist/esm/precompiles/bn254/'],
  ['./verify.js', '/evm/dist/esm/eof/'],
  ['./eof/container.js', '/evm/dist/esm/'],
  ['../eof/container.js', '/evm/dist/esm/opcodes/'],
  ['./eof/setup.js', '/evm/dist/esm/'],
  ['./eof/stackDelta.js', '/evm/dist/esm/'],
  ['../eof/errors.js', '/evm/dist/esm/opcodes/'],
  ['./requests.js', '/vm/dist/esm/'],
  ['./emitEVMProfile.js', '/vm/dist/esm/'],
  ['./binaryTreeAccessWitness.js', '/evm/dist/esm/'],
  ['./bal/index.js', '/util/dist/esm/'],
  ['./bal/validation.js', '/util/dist/esm/'],
  ['./4844/index.js', '/tx/dist/esm/'],
  ['./4844/constructors.js', '/tx/dist/esm/'],
  ['./7702/index.js', '/tx/dist/esm/'],
  ['./7702/constructors.js', '/tx/dist/esm/'],
  ...PRECOMPILES.map((name): readonly [string, string] => [`./${name}.js`, '/evm/dist/esm/precompiles/']),
  ['./logger.js', '/evm/dist/esm/evm.js'],
  ['@ethereumjs/statemanager', '/@ethereumjs/'],
  ['lru-cache', '/@ethereumjs/'],
  ['debug', '/@ethereumjs/'],
  ['./typed.js', '/ethers/lib.esm/abi/'],
  ['../typed.js', '/ethers/lib.esm/abi/coders/'],
]
const leaveOut = {
  name: 'leave-out',
  enforce: 'pre' as const,
  resolveId: (source: string, importer = ''): string | null =>
    LEFT_OUT.some(([wanted, from]) => source === wanted && importer.includes(from))
      ? at('runtime/jadapter/left-out.ts')
      : null,
}

/** Whatever a page loads before it runs. */
const LOADED = /\s*<(?:script type="module"[^>]*><\/script>|link rel="(?:modulepreload|stylesheet)"[^>]*>)/g

/**
 * Painted first, loaded second: what stands in the page is seen before its styles and scripts have come, and they are
 * asked for in the order in which they are needed. The face is asked for with the page, not once a style has been read:
 * text that is measured before it is there moves.
 */
const paintFirst: Plugin = {
  name: 'paint-first',
  transformIndexHtml: {
    order: 'post',
    handler: (html: string, { bundle }: IndexHtmlTransformContext): string => {
      const loaded = (html.match(LOADED) ?? []).map((tag) => tag.trim())
      const isStyle = (tag: string): boolean => tag.includes('rel="stylesheet"')
      const faces = Object.keys(bundle ?? {})
        .filter((name) => name.endsWith('.woff2'))
        .map((name) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="/${name}">`)
      const later = [...loaded.filter(isStyle), ...loaded.filter((tag) => !isStyle(tag)), ...faces]
      return html
        .replace(LOADED, '')
        .replace('</title>', `</title>\n    <style>${SHELL_STYLE}</style>`)
        .replace('</body>', `${later.map((tag) => `  ${tag}\n  `).join('')}</body>`)
    },
  },
}

/** The pages that load this module before they run, by name. */
const pagesOf = (id: string, context: Rolldown.ChunkingContext): readonly string[] => {
  const above = new Set([id])
  for (const module of above) for (const importer of context.getModuleInfo(module)?.importers ?? []) above.add(importer)
  return [...above].flatMap((module) => /\/entrypoints\/(\w+)\/index\.html$/.exec(module)?.[1] ?? [])
}

/**
 * Few files a page, because every one of them costs a first paint more than its bytes do: what welcome needs as well is
 * one file, what only the pages of an open wallet share is another, and each page has the rest of its own. A module's
 * imports are needed by every page that needs the module, so no file of these reaches back into a page.
 */
const chunkOf = (id: string, context: Rolldown.ChunkingContext): string | null => {
  const all = pagesOf(id, context)
  // The full view is made of the side panel's parts and weighs on nobody else.
  const pages = all.filter((page) => page !== 'view')
  const isShared = pages.length > 2 || (pages.length === 2 && id.includes('.css'))
  if (isShared && pages.includes('welcome')) return 'shared'
  if (isShared || (pages.includes('popup') && pages.includes('sidepanel'))) return 'open'
  return all.length === 2 && pages.includes('sidepanel') && all.includes('view') ? 'panel' : null
}
const fewFiles: Plugin = {
  name: 'few-files',
  outputOptions: (options) =>
    options.format === 'es'
      ? { ...options, codeSplitting: { groups: [{ name: chunkOf, includeDependenciesRecursively: false }] } }
      : options,
}

export default defineConfig({
  imports: false,
  manifestVersion: 3,
  outDir: '.output',
  manifest: {
    name: '__MSG_extensionName__',
    short_name: '__MSG_extensionShortName__',
    description: '__MSG_extensionDescription__',
    default_locale: 'en',
    key: PUBLIC_KEY,
    minimum_chrome_version: String(CHROME_VERSION),
    permissions: ['storage', 'unlimitedStorage', 'alarms', 'sidePanel'],
    // Asked for when the owner wants to be told of payments.
    optional_permissions: ['notifications'],
    content_security_policy: { extension_pages: CONTENT_SECURITY_POLICY },
  },
  hooks: {
    'entrypoints:found': ({ config }, infos) => {
      // For who works on the pages; nobody else gets it.
      if (config.mode !== 'development')
        infos.splice(0, infos.length, ...infos.filter(({ name }) => name !== 'gallery'))
    },
    'build:manifestGenerated': (_wxt, manifest) => {
      // The title of the popup page would stand here otherwise, in one language.
      manifest.action = { ...manifest.action, default_title: '__MSG_extensionName__' }
    },
  },
  vite: () => ({
    plugins: [leaveOut, paintFirst, fewFiles],
    // The same library for browsers of this decade, without the wrapper that serves two module systems.
    resolve: { alias: { dexie: at('node_modules/dexie/dist/modern/dexie.mjs') } },
    build: {
      target: `chrome${CHROME_VERSION}`,
      modulePreload: {
        polyfill: false,
        // A screen fetched later has nearly all its scripts on the page already, and the rest lie on this disk.
        resolveDependencies: (_, names, { hostType }) =>
          hostType === 'js' ? names.filter((name) => name.endsWith('.css')) : names,
      },
      // Sizes are kept by .ci/size.mjs.
      chunkSizeWarningLimit: 2_000,
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  }),
})
