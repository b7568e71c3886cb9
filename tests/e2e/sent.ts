/** What a wallet has sent, to the unit: read off the screen, and out of the file that the side panel saves. */
import { readFile } from 'node:fs/promises'
import type { Extension } from './support/browser.ts'

export type Exported = { readonly [column: string]: string }

/** The first tUSD figure of a text, in millionths. */
export const unitsOf = (text: string): bigint => {
  const [, whole = '', fraction = ''] =
    /([\d,]+)(?:\.(\d+))?/.exec(text.slice(text.search(/[\d,]+(\.\d+)? ?tUSD/))) ?? []
  return BigInt(`${whole.replaceAll(',', '')}${fraction.padEnd(6, '0')}`)
}

/** Every payment that was sent, oldest first. */
export const exportSent = async (extension: Extension): Promise<readonly Exported[]> => {
  const panel = await extension.open('sidepanel.html')
  const save = panel.getByRole('button', { name: 'Export JSON', exact: true })
  const [download] = await Promise.all([panel.waitForEvent('download'), save.click()])
  const rows = JSON.parse(await readFile(await download.path(), 'utf8')) as readonly Exported[]
  await panel.close()
  return rows.filter(({ paymentId, status }) => paymentId !== '' && status === 'sent').toReversed()
}

/** Amount and fee of one of them. */
export const paidUnits = ({ amount, fee }: Exported): bigint => unitsOf(`${amount} tUSD`) + unitsOf(`${fee} tUSD`)
