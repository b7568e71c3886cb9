/**
 * Unit, property, simulation and contract tests; browser tests run under Playwright.
 *
 * Files share a process one after the other, and with it what they import: importing and warming up the same modules
 * again took from a sixth of the time (the wallet) to two fifths (components). No module here keeps anything that could
 * tell; `--isolate` runs each file by itself to show it. Those that put something else in the place of what is imported
 * have a process to themselves.
 */
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const ALONE = ['tests/simulation/{simulation,planted-core,planted-edges}.test.ts', 'tests/runtime/lib/hash.test.ts']

/** Begun first, the longest before all, so that no worker is left alone with one of them at the end. */
const LONG = [
  'tests/simulation/simulation.test.ts',
  'tests/contracts/forge.test.ts',
  'tests/runtime/court/rpc.test.ts',
  'tests/simulation/planted-edges.test.ts',
  'tests/simulation/planted-core.test.ts',
  'tests/runtime/court/embedded-forgetful.test.ts',
  'tests/runtime/court/embedded.test.ts',
  'tests/reference/signatures.test.ts',
  'tests/reference/contracts.test.ts',
  'tests/reference/depository.test.ts',
  'tests/runtime/court/chance.test.ts',
  'tests/order-model/order-model.test.ts',
  'tests/properties/kv-reader.test.ts',
  'tests/runtime/jadapter/rpc.reorg.test.ts',
  'tests/reference/typescript.test.ts',
]

/** A process is kept as long as its environment is the one the next file wants: pages come last. */
const PAGES = ['tests/provider/', 'tests/components/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): readonly [number, string] => {
      const path = relative(this.ctx.config.root, moduleId)
      const long = LONG.indexOf(path)
      const page = PAGES.findIndex((folder) => path.startsWith(folder))
      return [long >= 0 ? long : LONG.length + page + 1, path]
    }
    const ranked = files.map((file) => ({ file, rank: rankOf(file) }))
    ranked.sort(({ rank: [a, one] }, { rank: [b, other] }) => a - b || (one < other ? -1 : 1))
    return ranked.map(({ file }) => file)
  }
}

const INCLUDE = ['tests/**/*.test.{ts,tsx}']
const EXCLUDE = ['tests/e2e/**', 'tests/bench/**', 'node_modules/**']

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  css: { modules: { generateScopedName: '[local]' } },
  test: {
    // One core less, the default, is half of a machine with two.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'shared', include: INCLUDE, exclude: [...EXCLUDE, ...ALONE], isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE, exclude: EXCLUDE } },
    ],
  },
})
