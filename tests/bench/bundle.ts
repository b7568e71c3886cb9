/** Bundles modules for a browser with the settings of the extension's own build, into a folder that may hold more. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** @param input module paths by the name of the file they become. */
export const bundle = async (input: Record<string, string>, outDir: string): Promise<void> => {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'chrome123',
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: { input, output: { entryFileNames: '[name].js' } },
    },
  })
}
