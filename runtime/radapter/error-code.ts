/** What kind of refusal or failure an answer is, for programs: every one there is. */
export type ErrorCode =
  | 'E_UNAUTHORIZED'
  | 'E_BAD_REQUEST'
  | 'E_VERSION'
  | 'E_NOT_FOUND'
  | 'E_RANGE'
  | 'E_LOCKED'
  | 'E_WALLET_LOCKED'
  | 'E_REJECTED'
  | 'E_RATE_LIMITED'
  | 'E_TOO_LARGE'
  | 'E_HALTED'
  | 'E_INTERNAL'
