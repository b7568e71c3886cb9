/** A slot in memory, which keeps what JSON keeps. */
import type { Slot } from '../../runtime/ports.ts'

export type MemorySlot = Slot & { readonly kept: () => unknown }

export const memorySlot = (initial?: unknown): MemorySlot => {
  const rows = new Map<'value', string>(initial === undefined ? [] : [['value', JSON.stringify(initial)]])
  const kept = (): unknown => {
    const row = rows.get('value')
    return row === undefined ? undefined : JSON.parse(row)
  }
  return {
    kept,
    get: () => Promise.resolve(kept()),
    set: (value) => Promise.resolve(void rows.set('value', JSON.stringify(value))),
    clear: () => Promise.resolve(void rows.delete('value')),
  }
}
