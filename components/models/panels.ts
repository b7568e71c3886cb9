/**
 * How wide the panels of the full view are beside each other: parts of a thousand, so that they mean the same in every
 * window. Where three stand side by side the first is the network; two share what is left, and where there are two they
 * share everything. No panel is narrower than what it holds can be read in.
 */

export type Panels = {
  /** Of the network, in all three. */
  readonly network: number
  /** Of the accounts, in what they share with the activity. */
  readonly accounts: number
}
export type Split = keyof Panels

/** Where a splitter stands, and between what. */
export type Stand = { readonly now: number; readonly least: number; readonly most: number }

export type Room = {
  /** Of all panels together (px). */
  readonly width: number
  /** Whether the network stands beside the other two. */
  readonly isWide: boolean
}

export const FIRST_PANELS: Panels = { network: 385, accounts: 500 }
const WHOLE = 1000
const LEAST_PX = 300

const standOf = (wanted: number, width: number, others: number): Stand => {
  const part = (LEAST_PX / Math.max(1, width)) * WHOLE
  const [least, most] = [Math.ceil(part), Math.floor(WHOLE - part * others)]
  // With room for nothing to move, all are alike.
  if (least >= most) return { now: Math.round(WHOLE / (others + 1)), least: 0, most: WHOLE }
  return { now: Math.min(most, Math.max(least, Math.round(wanted))), least, most }
}

/** What fits of what is wanted. */
export const standsIn = (panels: Panels, { width, isWide }: Room): { readonly [S in Split]: Stand } => {
  const network = standOf(panels.network, width, 2)
  const rest = isWide ? (width * (WHOLE - network.now)) / WHOLE : width
  return { network, accounts: standOf(panels.accounts, rest, 1) }
}

/** How much of a thousand so many pixels are, where this splitter stands. */
export const partOf = (split: Split, px: number, { network }: { readonly [S in Split]: Stand }, room: Room): number => {
  const width = split === 'accounts' && room.isWide ? (room.width * (WHOLE - network.now)) / WHOLE : room.width
  return (px / Math.max(1, width)) * WHOLE
}

/** Of the network, the accounts and the activity, as flexible tracks of one grid. */
export const tracksOf = ({ network, accounts }: { readonly [S in Split]: Stand }): readonly string[] => {
  const rest = WHOLE - network.now
  const second = Math.round((rest * accounts.now) / WHOLE)
  return [network.now, second, rest - second].map((part) => `${part}fr`)
}

export const writePanels = ({ network, accounts }: Panels): string =>
  [network, accounts].map((part) => Math.round(part)).join(' ')

/** Null for anything but panels that could have been written. */
export const readPanels = (text: string | undefined): Panels | null => {
  if (text === undefined || !/^\d{1,3} \d{1,3}$/.test(text)) return null
  const [network = 0, accounts = 0] = text.split(' ').map(Number)
  return { network, accounts }
}
