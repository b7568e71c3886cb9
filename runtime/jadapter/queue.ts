/** Work in order of arrival, one piece at a time; what fails, fails for whoever asked for it alone. */
export type Queue = { readonly run: <T>(work: () => T | Promise<T>) => Promise<T> }

export const createQueue = (): Queue => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run: (work) => {
      const result = last.then(work)
      last = result.catch(() => null)
      return result
    },
  }
}
