/** The lowest and the highest of some amounts; nothing at all is 0. */
export const rangeOf = (amounts: readonly bigint[]): { readonly low: bigint; readonly high: bigint } => {
  let [low = 0n] = amounts
  let high = low
  for (const amount of amounts) {
    if (amount < low) low = amount
    if (amount > high) high = amount
  }
  return { low, high }
}
