/** What is said of an entity and of an account on the map: the same words beside the map and in the list. */
import type { TokenPosition } from '../../../runtime/radapter/types.ts'
import { accountsOf, type MapAccount, type NetworkMap } from '../../models/map-layout.ts'
import type { Ui } from '../../models/ui.ts'

/** What can be sent and received by whoever sees the position, and what payments under way hold. */
export const figuresWords = ({ session, text, format }: Ui, position: TokenPosition): string => {
  const token = session.token.value
  if (token === null) return ''
  const money = (value: bigint): string => format.money(value, token, 'down')
  const figures = { send: money(position.outbound), receive: money(position.inbound) }
  const held = position.held + position.heldInbound
  return held > 0n ? text('map.figuresHeld', { ...figures, held: money(held) }) : text('map.figures', figures)
}

export const accountWords = (ui: Ui, { entities }: NetworkMap, { left, right, position }: MapAccount): string => {
  const { session, text, format } = ui
  const token = session.token.value
  const [one, other] = [entities[left]?.label ?? '', entities[right]?.label ?? '']
  if (token === null) return ''
  const money = (value: bigint): string => format.money(value, token, 'down')
  return text('map.account', {
    left: one,
    right: other,
    leftSends: money(position.outbound),
    rightSends: money(position.inbound),
  })
}

export const entityWords = ({ session, text, format }: Ui, map: NetworkMap, index: number): string => {
  const entity = map.entities[index]
  const token = session.token.value
  if (entity === undefined || token === null) return ''
  const { isHere, accountCount: count } = entity
  const summary = session.frameView.value?.entities.find(({ entityId }) => entityId === entity.entityId)
  if (!isHere || summary === undefined) return text('map.elsewhere', { count })
  return text('map.entity', { amount: format.money(summary.totalBalance, token, 'down'), count })
}

/** Of the accounts this entity has, how many are not drawn. */
export const missingAccounts = (map: NetworkMap, index: number): number =>
  Math.max((map.entities[index]?.accountCount ?? 0) - accountsOf(map, index).length, 0)
