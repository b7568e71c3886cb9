/** What the gallery shows its primitives with: made up, and in no wallet. */
import type { TokenPosition, TokenView } from '../../../runtime/radapter/types.ts'

export const TEST_DOLLAR: TokenView = { tokenId: 1, symbol: 'tUSD', decimals: 6, isTest: true }
const TEST_ETHER: TokenView = { tokenId: 2, symbol: 'tETH', decimals: 18, isTest: true }
const EURO: TokenView = { tokenId: 3, symbol: 'EUR', decimals: 2, isTest: false }
const OTHER: TokenView = { tokenId: 4, symbol: 'WBC', decimals: 8, isTest: false }
export const KNOWN: readonly TokenView[] = [TEST_DOLLAR, TEST_ETHER, EURO, OTHER]
export const UNKNOWN: TokenView = { tokenId: 77, symbol: '#77', decimals: 0, isTest: false }

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
/** Numbered ids, nearly all zeros, are the hardest to tell apart. */
const idOf = (byte: number): string => `0x${hex(byte).padStart(64, '0')}`
export const PEOPLE: readonly { readonly id: string; readonly name: string }[] = [
  'Hub',
  'Bob',
  'Alice',
  'Bakery',
  'Carol',
].map((name, index) => ({ id: idOf(index + 1), name }))
export const HASH = `0x${Array.from({ length: 32 }, (_, index) => hex(index * 7)).join('')}`
export const LINK = `xln:${HASH}`

const DOLLAR = 1_000_000n
export const AMOUNT = 1_234_567n * DOLLAR + 891_234n
export const TINY = 1n
/** Of three digits, of six with six decimals, and of twelve with six. */
export const FIGURES = [321n * 10_000n, 123_456n * DOLLAR + 654_321n, 999_999_999_999n * DOLLAR + 123_456n]

const NOTHING: TokenPosition = {
  tokenId: TEST_DOLLAR.tokenId,
  outbound: 0n,
  inbound: 0n,
  collateral: 0n,
  balance: 0n,
  outCollateral: 0n,
  inCollateral: 0n,
  theirDebt: 0n,
  ownDebt: 0n,
  outCredit: 0n,
  inCredit: 0n,
  held: 0n,
  heldInbound: 0n,
}
const FULL: TokenPosition = {
  ...NOTHING,
  outbound: 700n * DOLLAR,
  inbound: 600n * DOLLAR,
  collateral: 700n * DOLLAR,
  balance: 600n * DOLLAR,
  outCollateral: 500n * DOLLAR,
  inCollateral: 200n * DOLLAR,
  theirDebt: 100n * DOLLAR,
  outCredit: 100n * DOLLAR,
  inCredit: 400n * DOLLAR,
}
const AFTER: TokenPosition = {
  ...FULL,
  outbound: 550n * DOLLAR,
  inbound: 750n * DOLLAR,
  balance: 450n * DOLLAR,
  outCollateral: 450n * DOLLAR,
  inCollateral: 250n * DOLLAR,
  theirDebt: 0n,
}
const HELD: TokenPosition = { ...FULL, outbound: 600n * DOLLAR, held: 100n * DOLLAR }
export const POSITIONS: readonly {
  readonly name: string
  readonly position: TokenPosition
  readonly after?: TokenPosition
}[] = [
  { name: 'empty', position: NOTHING },
  { name: 'full', position: FULL },
  { name: 'held', position: HELD },
  { name: 'ghost', position: FULL, after: AFTER },
]
