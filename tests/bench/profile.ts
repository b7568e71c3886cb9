/**
 * Where the time of a payment goes, in Node: the sampling profiler's stacks, each counted for the part of the program
 * that its innermost telling function belongs to. For people who want to make it faster; nothing depends on it.
 */
import { type Profiler, Session } from 'node:inspector/promises'
import { memoryStore } from '../../runtime/storage/memory.ts'
import { openEconomy } from './economy.ts'

const SAMPLE_MICROSECONDS = 200
const WARM_UP = 5
/** Nothing to do, and the profiler itself. */
const IGNORED = 'ignored'

type Frame = Profiler.ProfileNode['callFrame']

/** From the inside out: the first part that any function of the stack belongs to. */
const PARTS: readonly { readonly name: string; readonly isIn: (frame: Frame) => boolean }[] = [
  {
    name: 'recover',
    isIn: ({ functionName, url }) => functionName === 'recoverAddress' && url.endsWith('lib/secp.ts'),
  },
  { name: 'sign', isIn: ({ functionName, url }) => functionName === 'sign' && url.endsWith('lib/secp.ts') },
  { name: 'X25519 and boxes', isIn: ({ url }) => url.endsWith('lib/box.ts') },
  { name: 'ids of boards', isIn: ({ url }) => url.endsWith('jurisdiction/board.ts') },
  { name: 'keccak', isIn: ({ url }) => url.endsWith('lib/hash.ts') },
  { name: 'codec', isIn: ({ url }) => url.includes('runtime/codec/') },
  { name: 'Merkle maps', isIn: ({ url }) => url.endsWith('lib/merkle.ts') },
  { name: 'bytes and hex', isIn: ({ url }) => url.endsWith('lib/bytes.ts') },
  { name: 'account', isIn: ({ url }) => url.includes('runtime/account/') },
  { name: 'entity', isIn: ({ url }) => url.includes('runtime/entity/') },
  { name: 'activity', isIn: ({ url }) => url.includes('runtime/radapter/') },
  { name: 'store', isIn: ({ url }) => url.includes('runtime/storage/') },
  { name: 'runtime and loop', isIn: ({ url }) => url.includes('runtime/') },
  { name: 'garbage collection', isIn: ({ functionName }) => functionName === '(garbage collector)' },
  { name: IGNORED, isIn: ({ functionName, url }) => functionName === '(idle)' || url.startsWith('node:inspector') },
]
const HELPERS = /runtime\/(lib|codec)\/|node_modules|^node:/

const add = (sums: Map<string, number>, name: string, value: number): void => {
  sums.set(name, (sums.get(name) ?? 0) + value)
}

const partOf = (stack: readonly Frame[]): string => {
  for (const frame of stack) {
    const part = PARTS.find(({ isIn }) => isIn(frame))
    if (part !== undefined) return part.name
  }
  return 'other'
}

/** Who asked a helper for it: the innermost function of the protocol itself. */
const callerOf = (stack: readonly Frame[]): string => {
  const caller = stack.find(({ url }) => url.includes('runtime/') && !HELPERS.test(url))
  return caller === undefined
    ? 'nobody'
    : `${caller.functionName || 'anonymous'} (${caller.url.replace(/.*runtime\//, '')})`
}

const printSums = (
  title: string,
  sums: ReadonlyMap<string, number>,
  { total, payments, most }: { total: number; payments: number; most: number },
): void => {
  console.log(`\n${title}`)
  for (const [name, microseconds] of [...sums].sort((a, b) => b[1] - a[1]).slice(0, most)) {
    const share = ((microseconds / total) * 100).toFixed(1).padStart(5)
    console.log(`${share} %  ${(microseconds / 1_000 / payments).toFixed(2).padStart(7)} ms  ${name}`)
  }
}

const printShares = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, payments: number): void => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const stackOf = (leaf: number): readonly Frame[] => {
    const stack: Frame[] = []
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const node = byId.get(id)
      if (node !== undefined) stack.push(node.callFrame)
    }
    return stack
  }
  const parts = new Map<string, number>()
  const callers = new Map<string, number>()
  let total = 0
  for (const [i, leaf] of samples.entries()) {
    const microseconds = timeDeltas[i] ?? 0
    const stack = stackOf(leaf)
    const part = partOf(stack)
    if (part === IGNORED) continue
    total += microseconds
    add(parts, part, microseconds)
    add(callers, `${part} for ${callerOf(stack)}`, microseconds)
  }
  printSums('Part', parts, { total, payments, most: PARTS.length })
  printSums('Part, and who asked for it', callers, { total, payments, most: 30 })
}

const profileWork = async (title: string, payments: number, work: () => Promise<void>): Promise<void> => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS })
  await session.post('Profiler.start')
  await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  console.log(`\n${title}: ${payments}`)
  printShares(profile, payments)
}

export const printProfile = async (payments: number): Promise<void> => {
  const economy = await openEconomy(memoryStore())
  for (let i = 0; i < WARM_UP; i++) await economy.payPeer(1)
  await profileWork('payments through a hub, one by one', payments, async () => {
    for (let i = 0; i < payments; i++) await economy.payPeer(1)
  })
  await economy.payPeer(10)
  await profileWork('payments through a hub, ten at once', payments, async () => {
    for (let i = 0; i < payments; i += 10) await economy.payPeer(10)
  })
  await economy.close()
}
