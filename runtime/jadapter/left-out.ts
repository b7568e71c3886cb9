/**
 * Stands in the bundle where ethereumjs has parts that the embedded chain has no use for, and that would be 90 kB of every
 * start of the worker: the BLS12-381 precompiles (EIP-2537) and the EVM object format (EIP-3540), which come after
 * its Cancun rules, the pairing precompiles (EIP-196, EIP-197), which no contract here calls, and the caches of a state
 * manager it does not use. Reaching one is an error, never a wrong result. Its logs alone are left out in silence.
 */
const leftOut = (what: string): Error => new Error(`the embedded chain has no ${what}`)

const noObjects = (): never => {
  throw leftOut('EVM object format')
}

export class NobleBLS {
  constructor() {
    throw leftOut('BLS precompiles')
  }
}

const noPairing = (): never => {
  throw leftOut('pairing precompiles')
}
/** Made with every machine; only a call of its precompiles gets further. */
export class NobleBN254 {
  readonly add = noPairing
  readonly mul = noPairing
  readonly pairing = noPairing
}

/** A mode is only handed on to what is left out as well. */
export const EOFContainerMode = {} as const
export class EOFContainer {
  constructor() {
    noObjects()
  }
}
export const validateEOF = (): never => noObjects()
export const setupEOF = (): never => noObjects()

/** Both are only looked into for code in the object format, which the rules of this chain never see. */
export const stackDelta = {}
export const EOFErrorMessage = {}

/** Named by the interpreter, where only the object format gets. */
export const ContainerSectionType = {
  InitCode: 'initCode',
  DeploymentCode: 'deploymentCode',
  RuntimeCode: 'runtimeCode',
} as const

export const verifyCode = (): never => noObjects()

export class LRUCache {
  constructor() {
    throw leftOut('caches of its state')
  }
}

const noLog = (): void => undefined
const loggerOf = (): typeof noLog => noLog

export { loggerOf as default }
