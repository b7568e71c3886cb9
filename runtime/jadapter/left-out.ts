/**
 * Stands in the bundle where ethereumjs has parts that the embedded chain cannot reach, and that would be 50 kB of every
 * start of the worker: the BLS12-381 precompiles (EIP-2537) and the EVM object format (EIP-3540), which come after
 * its Cancun rules, and the caches of a state manager it does not use. Reaching one is an error, never a wrong result.
 */
const leftOut = (what: string): Error => new Error(`the embedded chain has no ${what}`)

export class NobleBLS {
  constructor() {
    throw leftOut('BLS precompiles')
  }
}

/** Named by the interpreter, where only the object format gets. */
export const ContainerSectionType = {
  InitCode: 'initCode',
  DeploymentCode: 'deploymentCode',
  RuntimeCode: 'runtimeCode',
} as const

export const verifyCode = (): never => {
  throw leftOut('EVM object format')
}

export class LRUCache {
  constructor() {
    throw leftOut('caches of its state')
  }
}
