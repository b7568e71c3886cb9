/** Every method there is, by the room that serves it. */
import type { AccountMethods } from './account-methods.ts'
import type { ActivityMethods } from './activity-methods.ts'
import type { BookMethods } from './address-book.ts'
import type { ApprovalMethods } from './approvals.ts'
import type { CourtMethods } from './court-types.ts'
import type { HostMethods } from './host-methods.ts'
import type { ManagerMethods } from './manager-methods.ts'
import type { PayMethods } from './pay-methods.ts'
import type { ReceiveMethods } from './receive-methods.ts'
import type { SimnetMethods } from './simnet-methods.ts'
import type { SiteMethods } from './site-methods.ts'
import type { WalletMethods } from './wallet-methods.ts'

export type Methods = AccountMethods &
  ActivityMethods &
  ApprovalMethods &
  BookMethods &
  CourtMethods &
  HostMethods &
  PayMethods &
  ReceiveMethods &
  ManagerMethods &
  SimnetMethods &
  SiteMethods &
  WalletMethods
