/** The contracts' code, as the extension fetches it. */
import code from '../../public/contracts.json' with { type: 'json' }
import { type ContractCode, readContractCode } from '../../runtime/jadapter/contracts.ts'

export const contractCode = (): Promise<ContractCode> => Promise.resolve(readContractCode(code))
