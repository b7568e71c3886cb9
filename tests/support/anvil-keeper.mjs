/**
 * Runs Anvil for as long as whoever started this lives: a test process that is killed leaves no node behind.
 *
 *   node anvil-keeper.mjs <flags of anvil>     with an IPC channel to the parent
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const anvil = spawn(process.execPath, [require.resolve('@foundry-rs/anvil/bin.mjs'), ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
const stop = () => {
  anvil.kill()
}
process.on('disconnect', stop)
process.on('SIGTERM', stop)
anvil.on('exit', (code) => process.exit(code ?? 0))
