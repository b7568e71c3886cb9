/** What ships: the manifest asks for no more than it should, and nothing is loaded or made up at run time. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { extensionIdOf } from './support/browser.ts'

const BUILD = '.output/chrome-mv3'
const read = (name: string): string => readFileSync(join(BUILD, name), 'utf8')
const files = readdirSync(BUILD, { recursive: true, encoding: 'utf8' })

test('manifest -- permissions, policy and id are the agreed ones', async () => {
  const manifest: unknown = JSON.parse(read('manifest.json'))
  expect(manifest).toMatchObject({
    manifest_version: 3,
    default_locale: 'en',
    permissions: ['storage', 'unlimitedStorage', 'alarms', 'sidePanel'],
    background: { service_worker: 'background.js' },
    action: { default_popup: 'popup.html' },
    side_panel: { default_path: 'sidepanel.html' },
  })
  const everywhere = { matches: ['http://*/*', 'https://*/*'], all_frames: true, run_at: 'document_start' }
  expect(manifest).toHaveProperty('content_scripts', [
    { ...everywhere, js: ['content-scripts/inpage.js'], world: 'MAIN' },
    { ...everywhere, js: ['content-scripts/relay.js'] },
  ])
  for (const broad of ['host_permissions', 'externally_connectable', 'web_accessible_resources'])
    expect(manifest).not.toHaveProperty(broad)
  expect(JSON.stringify(manifest)).toContain("script-src 'self' 'wasm-unsafe-eval'; object-src 'self'")
  expect(await extensionIdOf(BUILD)).toBe('mlfbhmobbpnbbnmoklgdhicmbfddajnd')
})

test('pages -- what is for development only is left out', () => {
  expect(files.filter((name) => name.endsWith('.html')).sort()).toEqual([
    'approval.html',
    'popup.html',
    'sidepanel.html',
    'view.html',
    'welcome.html',
  ])
  expect(files.filter((name) => /gallery|host/i.test(name))).toEqual([])
  expect(files.filter((name) => name.endsWith('.js') && /xln(Env|Adapter)/.test(read(name)))).toEqual([])
})

test('pages -- what is painted first stands in the page, and is the one style the policy lets stand there', () => {
  const policy = read('manifest.json')
  for (const page of files.filter((name) => name.endsWith('.html'))) {
    const [head = '', body = ''] = read(page).split('</head>')
    expect(head.match(/<script|<link/g)).toEqual(['<script'])
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(head) ?? []
    expect(policy).toContain(`style-src 'self' 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(body.indexOf('class="shell"')).toBeLessThan(body.indexOf('<link'))
  }
})

test('worker -- imports nothing later, which a service worker could not', () => {
  expect(read('background.js')).not.toMatch(/(?<!\.)\bimport\s*\(\s*["'`]/)
})

test('pages -- scripts, styles and fonts come from the package', () => {
  for (const page of files.filter((name) => name.endsWith('.html'))) {
    expect(read(page)).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(read(page)).not.toMatch(/(src|href)="(https?:)?\/\//)
  }
  for (const style of files.filter((name) => name.endsWith('.css')))
    expect(read(style)).not.toMatch(/url\(["']?(https?:)?\/\//)
  expect(files.filter((name) => name.endsWith('.woff2'))).not.toEqual([])
})
