/** The methods of the wallet itself: its phrase, its password, and whether it is open. */
export type WalletMethods = {
  'wallet.draftPhrase': { params: Record<string, never>; result: { words: readonly string[] } }
  'wallet.create': { params: { password: string }; result: Record<string, never> }
  'wallet.checkPhrase': { params: { phrase: string }; result: { words: number } }
  'wallet.import': { params: { phrase: string; password: string }; result: Record<string, never> }
  'wallet.unlock': { params: { password: string }; result: Record<string, never> }
  'wallet.lock': { params: Record<string, never>; result: Record<string, never> }
  'wallet.setAutoLock': { params: { minutes: number }; result: Record<string, never> }
  /** The words, for whoever knows the password; counted like a try to unlock. */
  'wallet.revealPhrase': { params: { password: string }; result: { words: readonly string[] } }
  'wallet.changePassword': { params: { password: string; next: string }; result: Record<string, never> }
  /** Forgets keys and history of this browser; `confirmation` must be the word RESET. Works while locked. */
  'wallet.reset': { params: { confirmation: string }; result: Record<string, never> }
  /** Restarts the auto-lock countdown; sent on user input, at most every few seconds. */
  'wallet.touch': { params: Record<string, never>; result: Record<string, never> }
}
