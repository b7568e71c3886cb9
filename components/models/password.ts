/**
 * Passwords as they are chosen: at least 12 characters after NFKC, and six generated words for whoever wants them
 * (six of 2048: 66 bits). The list is BIP-39's English one, loaded only when it is asked for.
 */
export const PASSWORD_LEAST_CHARACTERS = 12
const SUGGESTED_WORDS = 6

export type PasswordFault = 'short' | 'mismatch'

export const passwordFault = (password: string, confirmation: string): PasswordFault | null => {
  if ([...password.normalize('NFKC')].length < PASSWORD_LEAST_CHARACTERS) return 'short'
  return password === confirmation ? null : 'mismatch'
}

/** `count` different numbers below `below`, uniformly drawn; a 16-bit draw past the last whole multiple is drawn anew. */
export const drawDistinct = (count: number, below: number): readonly number[] => {
  const fair = 2 ** 16 - (2 ** 16 % below)
  const drawn = new Set<number>()
  while (drawn.size < count) {
    const [value = 0] = crypto.getRandomValues(new Uint16Array(1))
    if (value < fair) drawn.add(value % below)
  }
  return [...drawn]
}

export const suggestPassword = async (): Promise<string> => {
  const { wordlist } = await import('@scure/bip39/wordlists/english.js')
  return drawDistinct(SUGGESTED_WORDS, wordlist.length)
    .map((index) => wordlist[index])
    .join(' ')
}
