/** English: the network map and the list that says the same; a part for the full view. */
export const ENGLISH_VIEW = {
  'map.heading': 'Network',
  'map.asMap': 'Map',
  'map.asList': 'List',
  'map.name': 'Network map',
  'map.hint': 'Drag to turn it. Click it to zoom with the wheel. Press a name or a line to open it.',
  'map.keys':
    'Arrow keys turn the map, with Shift they move it, plus and minus zoom, Home shows all of it. The list says the same.',
  'map.closer': 'Zoom in',
  'map.farther': 'Zoom out',
  'map.whole': 'Show all of it',
  'map.list': 'Jurisdictions',
  'map.entitiesIn': 'Who lives in {name}',
  'map.accountsOf': 'Accounts of {name}',
  'map.account': '{left} can send {leftSends} to {right}, {right} can send {rightSends} to {left}.',
  'map.figures': 'Can send {send}, can receive {receive}',
  'map.figuresHeld': 'Can send {send}, can receive {receive}, {held} is held by payments under way',
  'map.named': '{name}: {what}',
  'map.entity': { one: '{amount}, {count} account', other: '{amount}, {count} accounts' },
  'map.elsewhere': {
    one: 'lives elsewhere, {count} account is known here',
    other: 'lives elsewhere, {count} accounts are known here',
  },
  'map.moreAccounts': { one: 'and {count} more account', other: 'and {count} more accounts' },
  'map.moreEntities': { one: 'and {count} more entity', other: 'and {count} more entities' },
} as const
