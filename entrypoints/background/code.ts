/** The contracts' code, packaged beside the worker: it is half of what a worker would read at every start, and needed once. */
import { browser } from 'wxt/browser'
import { type ContractCode, readContractCode } from '../../runtime/jadapter/contracts.ts'

/** @throws JAdapterError when the package is damaged */
export const packagedCode = async (): Promise<ContractCode> => {
  const response = await fetch(browser.runtime.getURL('/contracts.json'))
  return readContractCode(await response.json())
}
