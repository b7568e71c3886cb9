/** Weighs every operation anew: writes contracts/gas.json and the table in README.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { measureGas } from './gas.ts'
import { withTable } from './gas-table.ts'

const gas = await measureGas()
writeFileSync('contracts/gas.json', `${JSON.stringify(gas, null, 2)}\n`)
writeFileSync('README.md', withTable(readFileSync('README.md', 'utf8'), gas))
