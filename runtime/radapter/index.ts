/** The RAdapter's door: how a process serves a runtime, and how a user interface in it reads and commands one. */
export { createRAdapter } from './adapter.ts'
export { commandHandlers } from './commands.ts'
export { RAdapterError } from './errors.ts'
export { createServer } from './server.ts'
export type { FrameView } from './types.ts'
