/**
 * Stands in the bundle where ethereumjs has its BLS12-381 precompiles (EIP-2537, Prague). The embedded chain runs Cancun
 * rules, under which nothing can reach them, and they would be 26 kB of every start of the worker.
 */
export class NobleBLS {
  constructor() {
    throw new Error('there are no BLS precompiles before Prague')
  }
}
