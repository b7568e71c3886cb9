/** The methods of the program itself, with or without a wallet in it. */
export type HostMethods = {
  /** Installs the update that waits (`HostStatus.updateReady`), a minute from now at the latest; every line then ends. */
  'host.update': { params: Record<string, never>; result: Record<string, never> }
}
