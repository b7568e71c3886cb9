/**
 * Faults: what must never be true was true. A fault names the invariant (listed in README); only the runtime loop
 * catches it, and halts that runtime. An expected refusal is a returned rejection, never a fault.
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  constructor(
    readonly invariant: string,
    detail: string,
  ) {
    super(`${invariant}: ${detail}`)
  }
}

/** @throws Fault when `condition` is false. */
export function invariant(condition: boolean, id: string, detail: () => string): asserts condition {
  if (!condition) throw new Fault(id, detail())
}

/** Makes a forgotten case of a closed union a compile error. */
export const unreachable = (value: never): never => {
  throw new Fault('I-EXHAUSTIVE', `unhandled case ${JSON.stringify(value)}`)
}

/** A value the surrounding code has just made sure of. @throws Fault when it is absent. */
export const present = <T>(value: T | undefined | null, what: string): T => {
  if (value === undefined || value === null) throw new Fault('I-PRESENT', what)
  return value
}
