/**
 * Stands in the bundle where ethereumjs has parts that the embedded chain has no use for, and that would be 110 kB of
 * every start of the worker: what comes after its Cancun rules (the BLS12-381 precompiles of EIP-2537, the EVM object
 * format of EIP-3540, requests of EIP-7685, transactions of EIP-7702, access lists of EIP-7928, P-256 of EIP-7951,
 * binary trees), what nothing here uses (curves of EIP-196 and EIP-197, BLAKE2 of EIP-152, blobs of EIP-4844), and the
 * state managers it brings along with their caches, since it is given its own. Reaching one is an error, never a wrong
 * result: of this chain, or, for a precompile that any contract may call, of the call. Its logs and its profiler alone
 * are left out in silence. Of ethers it is the values that say their own type: those here are typed by the ABI.
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

/** Made with every machine; only precompiles that are left out as well would call it. */
export class NobleBN254 {}

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

/** Made with every machine, and only asked where a profile is wanted. */
export class EVMPerformanceLogger {}

const noStates = (): never => {
  throw leftOut('states of its own')
}
/** For machines that are given no state; ours is given one. */
export class MerkleStateManager {
  constructor() {
    noStates()
  }
}
export class SimpleStateManager {
  constructor() {
    noStates()
  }
}
export class LRUCache {
  constructor() {
    throw leftOut('caches of its state')
  }
}

/** A call of it fails, and takes all its gas. */
const noPrecompile = ({ gasLimit }: { readonly gasLimit: bigint }): object => ({
  executionGasUsed: gasLimit,
  returnValue: new Uint8Array(),
  exceptionError: { error: 'precompile left out', errorType: 'EVMError' },
})

const notAfterCancun = (): never => {
  throw leftOut('rules after Cancun')
}

const noBlobs = (): never => {
  throw leftOut('blobs')
}

/** Only asked whether something is one. */
export class Blob4844Tx {
  constructor() {
    noBlobs()
  }
}
export class BlockLevelAccessList {
  constructor() {
    notAfterCancun()
  }
}
export class BinaryTreeAccessWitness {
  constructor() {
    notAfterCancun()
  }
}
export const NetworkWrapperType = {} as const

export const emitEVMProfile = (): void => undefined

export {
  noBlobs as createBlob4844Tx,
  noBlobs as createBlob4844TxFromRLP,
  noBlobs as createMinimal4844TxFromNetworkWrapper,
  noPrecompile as precompile0a,
  noPrecompile as precompile0b,
  noPrecompile as precompile0c,
  noPrecompile as precompile0d,
  noPrecompile as precompile0e,
  noPrecompile as precompile0f,
  noPrecompile as precompile06,
  noPrecompile as precompile07,
  noPrecompile as precompile08,
  noPrecompile as precompile09,
  noPrecompile as precompile10,
  noPrecompile as precompile11,
  noPrecompile as precompile100,
  notAfterCancun as accumulateRequests,
  notAfterCancun as createBlockLevelAccessList,
  notAfterCancun as createBlockLevelAccessListFromJSON,
  notAfterCancun as createBlockLevelAccessListFromRLP,
  notAfterCancun as createEOACode7702Tx,
  notAfterCancun as createEOACode7702TxFromRLP,
  notAfterCancun as equalsBlockAccessList,
  notAfterCancun as isAccountOrderOnlyViolation,
  notAfterCancun as validateBlockAccessListGasLimit,
  notAfterCancun as validateBlockAccessListHash,
  notAfterCancun as validateBlockAccessListHashFromJSON,
  notAfterCancun as validateBlockAccessListJSONStructure,
  notAfterCancun as validateBlockAccessListStructure,
}

const noLog = (): void => undefined
const loggerOf = (): typeof noLog => noLog

export { loggerOf as default }

export const Typed = { isTyped: (): boolean => false, dereference: (value: unknown): unknown => value }
