/** The methods of the program itself, with or without a wallet in it. */
export type HostMethods = {
  /** Installs the update that waits (`HostStatus.updateReady`), a minute from now at the latest; every line then ends. */
  'host.update': { params: Record<string, never>; result: Record<string, never> }
  /** Tries anew, now, whatever waits: chains and peers that do not answer, and a checkpoint for which there was no room. */
  'host.retry': { params: Record<string, never>; result: Record<string, never> }
  /**
   * Opens a runtime anew that has stopped or may only be read, from what is stored; how that went is told by the next
   * status. One that runs is left alone.
   */
  'host.reopen': { params: Record<string, never>; result: Record<string, never> }
}
