/** README's table of what operations cost, between its marks. */
import type { Gas } from './gas.ts'

/** What the price of a unit of gas is taken to be, so that the table can name sums of ether. */
const GWEI = 10
const ETHER_DIGITS = 6

const MARK = /(<!-- gas -->\n)[\s\S]*?(<!-- \/gas -->)/
const STEPS = { start: 'dispute start', counter: 'counter-proof', finalize: 'judgment' } as const
const PROOFS: { readonly [proof: string]: string } = { usual: 'two tokens and ten locks', largest: 'the largest proof' }

const rowOf = ([operation, units]: readonly [string, number]): string =>
  `| ${operation} | ${units.toLocaleString('en')} | ${((units * GWEI) / 1e9).toFixed(ETHER_DIGITS)} |`

/** The README with the table in its place. @throws Error when it has no place for it. */
export const withTable = (readme: string, { defence, operations }: Gas): string => {
  if (!MARK.test(readme)) throw new Error('README.md has no gas marks')
  const steps = Object.entries(defence).flatMap(([proof, costs]) =>
    Object.entries(STEPS).map(
      ([step, name]) => [`${name}, ${PROOFS[proof]}`, costs[step as keyof typeof STEPS]] as const,
    ),
  )
  const rows = [...Object.entries(operations), ...steps].map(rowOf)
  const table = ['', `| operation | gas | ETH at ${GWEI} gwei |`, '| --- | ---: | ---: |', ...rows, '', ''].join('\n')
  return readme.replace(MARK, `$1${table}$2`)
}
