/**
 * A reporter for vitest that names the files a run is waiting for: one that hangs has nothing to report by itself.
 * @implements {import('vitest/node').Reporter}
 */
const PATIENCE_MS = 5 * 60_000

export default class StillRunning {
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #running = new Map()

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleStart({ relativeModuleId }) {
    const tell = () => console.log(`still running after ${PATIENCE_MS / 60_000} minutes: ${relativeModuleId}`)
    this.#running.set(relativeModuleId, setTimeout(tell, PATIENCE_MS))
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd({ relativeModuleId }) {
    clearTimeout(this.#running.get(relativeModuleId))
    this.#running.delete(relativeModuleId)
  }
}
