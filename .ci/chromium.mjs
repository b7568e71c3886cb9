/**
 * Finds a Chromium to run the extension in; where there is none, installs one and says so.
 *
 *   node .ci/chromium.mjs     prints the path
 *
 * Order: CHROME_PATH; a Chromium on the machine; the one Playwright keeps; then an installation: Debian's package as
 * root, Playwright's own build otherwise. Google Chrome itself is taken only when CHROME_PATH names it: since version
 * 137 it ignores `--load-extension`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'

const NAMES = ['chromium', 'chromium-browser', 'ungoogled-chromium', 'chrome-for-testing']
const PLACES = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
]

/** Debian's wrapper script is a Chromium; the stub some distributions install in its place is not. */
const version = (/** @type {string} */ path) => {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  return status === 0 && /chrom/i.test(stdout) ? stdout.trim() : null
}

const candidates = () => [
  ...NAMES.flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))),
  ...PLACES,
  chromium.executablePath(),
]

/** @returns {string | null} */
const find = () => candidates().find((path) => existsSync(path) && version(path) !== null) ?? null

const isRoot = () => process.getuid?.() === 0

/** @param {string} command @param {readonly string[]} args */
const run = (command, args) => {
  console.error(`$ ${command} ${args.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], env }).status === 0
}

const installDebian = () =>
  isRoot() &&
  existsSync('/usr/bin/apt-get') &&
  run('apt-get', ['update']) &&
  run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])

/** @param {readonly string[]} options */
const installPlaywright = (options) => {
  const cli = fileURLToPath(new URL('../node_modules/@playwright/test/cli.js', import.meta.url))
  return run(process.execPath, [cli, 'install', ...options, 'chromium'])
}

const INSTALLERS = [
  installDebian,
  // The libraries it links come from the system's packages, which only root can install.
  () => isRoot() && installPlaywright(['--with-deps']),
  () => installPlaywright([]),
]

/** @returns {string} the path of a Chromium that starts; installs one if it must */
export const ensureChromium = () => {
  const named = process.env.CHROME_PATH
  if (named !== undefined && named !== '') {
    if (version(named) === null) throw new Error(`CHROME_PATH is ${named}, which is not a Chromium that starts`)
    return named
  }
  const found = find()
  if (found !== null) return found
  console.error('No Chromium found on this machine: installing one.')
  for (const install of INSTALLERS) {
    const installed = install() ? find() : null
    if (installed !== null) {
      console.error(`Installed ${version(installed)} at ${installed}.`)
      return installed
    }
  }
  throw new Error('No Chromium could be installed. Install one and set CHROME_PATH to it.')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(ensureChromium())
